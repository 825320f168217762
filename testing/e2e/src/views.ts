// Everything that recorded bytes can mean: as they are, and decoded from each encoding in which something could hide.

const RUN_CHARS_MIN = 12;
const DEPTH_MAX = 2;

/** The same bytes, read in one way. */
export interface View {
	/** How it was read, outermost first: `xml > base64`. */
	readonly how: string;
	readonly bytes: Uint8Array;
}

/** All readings of `bytes`, encodings within encodings included. */
export function viewsOf(bytes: Uint8Array, how = "raw", depth = 0): View[] {
	const views: View[] = [{ how, bytes }];
	if (depth === DEPTH_MAX) return views;
	for (const [name, decoded] of decodings(Buffer.from(bytes).toString("latin1"))) {
		if (decoded.length > 0) views.push(...viewsOf(decoded, `${how} > ${name}`, depth + 1));
	}
	return views;
}

/** `text` holds one byte a character. */
function* decodings(text: string): Generator<[string, Uint8Array]> {
	if (text.includes("&")) yield ["xml", Buffer.from(unescapeXml(text), "latin1")];
	if (text.includes("%")) {
		yield ["percent", latin1(text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits) => byte(digits)))];
	}
	if (text.includes("\\")) {
		yield ["json", latin1(text.replaceAll(/\\u00([0-9a-f]{2})/gi, (_, digits) => byte(digits)))];
	}
	// UTF-16 and UTF-32 of what is one byte a character: the same with zeros between.
	if (text.includes("\0")) yield ["utf-16", latin1(text.replaceAll("\0", ""))];
	yield ["hex", joinRuns(text, /[0-9a-f]+/gi, 2, (run) => Buffer.from(run.slice(0, run.length & ~1), "hex"))];
	yield ["base64", joinRuns(text, /[\w+/-]+/g, 4, (run) => Buffer.from(run, "base64"))];
}

/**
 * Decodes every run of an encoding's characters, from each of its possible beginnings: a run may begin in the middle of
 * what was encoded.
 */
function joinRuns(text: string, runs: RegExp, alignments: number, decode: (run: string) => Uint8Array): Uint8Array {
	const parts: Uint8Array[] = [];
	for (const [run] of text.matchAll(runs)) {
		if (run.length < RUN_CHARS_MIN) continue;
		for (let skip = 0; skip < alignments; skip++) parts.push(decode(run.slice(skip)), Uint8Array.of(0xff));
	}
	return Buffer.concat(parts);
}

function unescapeXml(text: string): string {
	const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
	return text
		.replaceAll(/&#x([0-9a-f]{1,6});/gi, (_, digits: string) => utf8(Number.parseInt(digits, 16)))
		.replaceAll(/&#(\d{1,7});/g, (_, digits: string) => utf8(Number(digits)))
		.replaceAll(/&(\w+);/g, (whole, name: string) => named[name] ?? whole);
}

function utf8(codePoint: number): string {
	return codePoint > 0x10ffff ? "" : Buffer.from(String.fromCodePoint(codePoint)).toString("latin1");
}

function byte(digits: string): string {
	return String.fromCharCode(Number.parseInt(digits, 16));
}

function latin1(text: string): Uint8Array {
	return Buffer.from(text, "latin1");
}
