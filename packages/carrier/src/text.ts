import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError } from "./contract.ts";

/** What no carrier takes: what XML 1.0 cannot hold or would change (section 2.2, section 2.11), and DEL to U+009F. */
const FORBIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/u;

/** UTF-8 length of a text without encoding it. */
export function textBytes(text: string): number {
	let bytes = 0;
	for (let i = 0; i < text.length; i++) bytes += unitBytes(text.charCodeAt(i));
	return bytes;
}

/** Half of a surrogate pair counts half of its four bytes. */
function unitBytes(unit: number): number {
	if (unit < 0x80) return 1;
	if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) return 2;
	return 3;
}

/** Whether a text may be handed to a carrier (CARRIER-2); what is wrong with it otherwise. */
export function checkText(text: string, maxTextBytes: number): Result<void, CarrierError> {
	if (text === "") return usage("a text of at least one character expected, an empty one came");
	const bytes = textBytes(text);
	if (bytes > maxTextBytes) return usage(`a text of at most ${maxTextBytes} bytes expected, ${bytes} came`);
	const bad = FORBIDDEN.exec(text);
	if (bad !== null) {
		const code = (bad[0].codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
		return usage(`a text without control characters expected, U+${code} came at ${bad.index}`);
	}
	return ok(undefined);
}

function usage(detail: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "usage", detail });
}
