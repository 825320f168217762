import { err, ok, type Result } from "@clowder/bytes";
import { utf8Weight } from "@clowder/carrier";

/** What a text may hold and a line may not, or might not bring whole; and the backslash itself. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
	["\\", "\\\\"],
	["\n", "\\n"],
	["\t", "\\t"],
]);
const UNESCAPES: ReadonlyMap<string, string> = new Map([
	["\\\\", "\\"],
	["\\n", "\n"],
	["\\t", "\t"],
	["\\s", " "],
]);

/** What a code point becomes in a line. Spaces at the ends are longer; the limit leaves room for that. */
export function lineWeight(codePoint: number): number {
	return codePoint === 0x5c || codePoint === 0x0a || codePoint === 0x09 ? 2 : utf8Weight(codePoint);
}

/** A text as it goes into a line (IRC-4). */
export function writeText(text: string): string {
	const escaped = text.replace(/[\\\n\t]/g, (character) => ESCAPES.get(character) as string);
	return escaped.replace(/^ | $/g, "\\s");
}

/** Reads exactly what `writeText` writes; what was expected otherwise (IRC-4). */
export function readText(line: string): Result<string, string> {
	const text = line.replace(/\\[\\nts]/g, (escape) => UNESCAPES.get(escape) as string);
	return writeText(text) === line ? ok(text) : err("a text with its escapes expected");
}
