import type { Catalogue } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

export type Locale = "en" | "de";

export const CATALOGUES: { readonly [L in Locale]: Catalogue } = { en, de };
export const LOCALES: readonly Locale[] = ["en", "de"];

/** The first language a person reads that we speak; English where there is none. `languages` as browsers give them. */
export function pickLocale(languages: readonly string[]): Locale {
	for (const language of languages) {
		const base = language.toLowerCase().split(/[-_]/)[0];
		const found = LOCALES.find((locale) => locale === base);
		if (found !== undefined) return found;
	}
	return "en";
}
