import { CATALOGUES, LOCALES } from "@clowder/client";
import { type ReactNode, useSyncExternalStore } from "react";
import { usePreferencesStore, useWords } from "../words.tsx";
import { Choice } from "./choice.tsx";
import { Toggle } from "./toggle.tsx";

/** Language, light or dark, and whether texts are shared with those on the way in. */
export function PreferencesFields(): ReactNode {
	const { preferences: words } = useWords();
	const store = usePreferencesStore();
	const { locale, appearance, previews } = useSyncExternalStore(store.subscribe, store.get);
	return (
		<div className="preferences">
			<Choice
				label={words.language}
				value={locale}
				options={LOCALES.map((option) => [option, CATALOGUES[option].app.ownName, option])}
				onChange={(chosen) => store.set({ locale: chosen })}
			/>
			<Choice
				label={words.appearance}
				value={appearance}
				options={[
					["auto", words.auto],
					["light", words.light],
					["dark", words.dark],
				]}
				onChange={(chosen) => store.set({ appearance: chosen })}
			/>
			<Toggle
				label={words.previews}
				hint={words.previewsHint}
				on={previews}
				onChange={(chosen) => store.set({ previews: chosen })}
			/>
		</div>
	);
}
