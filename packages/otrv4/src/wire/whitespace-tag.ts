import type { OtrVersion } from "../profile/versions.ts";

/** What every tag begins with, otrv4.md "Whitespace Tags". */
const BASE = "\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20";
const VERSIONS: readonly (readonly [OtrVersion, string])[] = [
	[3, "\x20\x20\x09\x09\x20\x20\x09\x09"],
	[4, "\x20\x20\x09\x09\x20\x09\x20\x20"],
];
const SET_CHARS = 8;
/** Version 1, which stands before the others if at all. */
const VERSION_1 = "\x20\x09\x20\x09\x20\x20\x09\x20";
/** A set is the bits of a digit, tab for 1: this much of it every digit has. */
const DIGIT = "\x20\x20\x09\x09";

/** The first tag of a text. */
export interface WhitespaceTag {
	/** The known versions that it offers, in its order. */
	readonly versions: readonly OtrVersion[];
	/** The text without it. Further tags are left: "only the first one should be considered as valid". */
	readonly text: string;
}

/** A plaintext with the offer of versions at its end; as it was if there are none to offer. */
export function appendWhitespaceTag(text: string, versions: readonly OtrVersion[]): string {
	const sets = VERSIONS.filter(([version]) => versions.includes(version)).map(([, set]) => set);
	return sets.length === 0 ? text : text + BASE + sets.join("");
}

/** Finds the first tag, anywhere in a text, with the sets of versions that are not known here. */
export function findWhitespaceTag(text: string): WhitespaceTag | undefined {
	for (let start = text.indexOf(BASE); start >= 0; start = text.indexOf(BASE, start + 1)) {
		let at = start + BASE.length;
		const versions: OtrVersion[] = [];
		for (let set = setAt(text, at, true); set !== undefined; set = setAt(text, at, false)) {
			const version = VERSIONS.find(([, known]) => known === set)?.[0];
			if (version !== undefined && !versions.includes(version)) versions.push(version);
			at += SET_CHARS;
		}
		if (at > start + BASE.length) return { versions, text: text.slice(0, start) + text.slice(at) };
	}
	return undefined;
}

/** The set of eight bytes at a place, if there is one. */
function setAt(text: string, at: number, first: boolean): string | undefined {
	const set = text.slice(at, at + SET_CHARS);
	if (first && set === VERSION_1) return set;
	if (set.length < SET_CHARS || !set.startsWith(DIGIT)) return undefined;
	return /^[\x20\x09]+$/.test(set) ? set : undefined;
}
