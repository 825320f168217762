import type { Locale } from "@clowder/client";

export type Appearance = "auto" | "light" | "dark";

/** Choices of this visit; kept in memory only. */
export interface Preferences {
	readonly locale: Locale;
	readonly appearance: Appearance;
	/** Whether texts are shared with those on the way in. */
	readonly previews: boolean;
}

export interface PreferencesStore {
	readonly get: () => Preferences;
	readonly set: (change: Partial<Preferences>) => void;
	readonly subscribe: (listener: () => void) => () => void;
}

/** Keeps the choices and puts them on the document. */
export function preferencesStore(first: Preferences, root: HTMLElement): PreferencesStore {
	let preferences = first;
	const listeners = new Set<() => void>();
	const show = (): void => {
		root.lang = preferences.locale;
		if (preferences.appearance === "auto") delete root.dataset.appearance;
		else root.dataset.appearance = preferences.appearance;
	};
	show();
	return {
		get: () => preferences,
		set(change): void {
			preferences = { ...preferences, ...change };
			show();
			for (const listener of listeners) listener();
		},
		subscribe(listener): () => void {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
	};
}
