import { CATALOGUES, LOCALES } from "@clowder/client";
import { type ReactNode, useSyncExternalStore } from "react";
import { usePreferencesStore, useWords } from "../words.tsx";
import { Choice } from "./choice.tsx";

/** Language, and light or dark. */
export function PreferencesFields(): ReactNode {
	const { preferences: words } = useWords();
	const store = usePreferencesStore();
	const { locale, appearance } = useSyncExternalStore(store.subscribe, store.get);
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
		</div>
	);
}
