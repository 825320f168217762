/** A piece of a text as a screen may show it. */
export type DisplayPart =
	| { readonly kind: "text"; readonly text: string }
	/** A character that would act on the screen instead of standing on it; shown as its number, such as "U+202E". */
	| { readonly kind: "control"; readonly codePoint: string };

/**
 * Controls of C0 (but tab and line feed) and C1, line and paragraph separators, bidirectional embeddings, overrides and
 * isolates, deprecated format controls, interlinear marks, lone surrogates. Joiners and direction marks stay: scripts and
 * emoji need them, and they reorder nothing by themselves.
 */
const ACTING =
	/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u206F\uFFF9-\uFFFB\p{Surrogate}]/u;

/**
 * Splits what someone wrote into text and neutralised controls. Nothing is dropped: who reads sees that a control was
 * there. No part is HTML; nothing in it is fetched or made a link.
 */
export function displayParts(text: string): readonly DisplayPart[] {
	if (!ACTING.test(text)) return [{ kind: "text", text }];
	const parts: DisplayPart[] = [];
	let plain = "";
	for (const character of text.replaceAll("\r\n", "\n")) {
		if (!ACTING.test(character)) {
			plain += character;
			continue;
		}
		if (plain !== "") parts.push({ kind: "text", text: plain });
		plain = "";
		const number = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
		parts.push({ kind: "control", codePoint: `U+${number}` });
	}
	if (plain !== "") parts.push({ kind: "text", text: plain });
	return parts;
}
