import { isolateName } from "./isolate.ts";

/** What a language needs besides its words; all from `Intl`. */
export interface Grammar {
	/** "Ana, Bo and Eve"; each name shielded against mixing directions. */
	readonly names: (names: readonly string[]) => string;
	/** A list of words of our own. */
	readonly list: (words: readonly string[]) => string;
	/** One name inside a sentence. */
	readonly name: (name: string) => string;
	/** The form for `count`. Which forms a language has, CLDR says; "other" always. */
	readonly plural: (count: number, forms: PluralForms) => string;
	readonly number: (value: number) => string;
	/** The time of day. */
	readonly time: (at: number) => string;
	/** Date and time, for what may lie further back. */
	readonly dateTime: (at: number) => string;
}

export type PluralForms = { readonly [Form in Intl.LDMLPluralRule]?: string } & { readonly other: string };

export function grammar(tag: string): Grammar {
	const lists = new Intl.ListFormat(tag, { style: "long", type: "conjunction" });
	const plurals = new Intl.PluralRules(tag);
	const numbers = new Intl.NumberFormat(tag);
	const times = new Intl.DateTimeFormat(tag, { timeStyle: "short" });
	const dateTimes = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" });
	return {
		names: (names) => lists.format(names.map(isolateName)),
		list: (words) => lists.format(words),
		name: isolateName,
		plural: (count, forms) => forms[plurals.select(count)] ?? forms.other,
		number: (value) => numbers.format(value),
		time: (at) => times.format(at),
		dateTime: (at) => dateTimes.format(at),
	};
}
