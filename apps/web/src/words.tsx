import { CATALOGUES, type Catalogue } from "@clowder/client";
import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import type { PreferencesStore } from "./preferences.ts";

const Words = createContext<Catalogue>(CATALOGUES.en);
const Store = createContext<PreferencesStore | undefined>(undefined);

/** Gives everything below the words of the chosen language. */
export function WordsProvider({ store, children }: { store: PreferencesStore; children: ReactNode }): ReactNode {
	const { locale } = useSyncExternalStore(store.subscribe, store.get);
	return (
		<Store value={store}>
			<Words value={CATALOGUES[locale]}>
				<I18nProvider locale={locale}>{children}</I18nProvider>
			</Words>
		</Store>
	);
}

export function useWords(): Catalogue {
	return useContext(Words);
}

export function usePreferencesStore(): PreferencesStore {
	const store = useContext(Store);
	if (store === undefined) throw new Error("outside of WordsProvider");
	return store;
}
