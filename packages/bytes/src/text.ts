import { err, ok, type Result } from "./result.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
	return encoder.encode(text);
}

/** Strict UTF-8: malformed sequences are refused, a BOM is kept. */
export function fromUtf8(bytes: Uint8Array): Result<string, "not-utf8"> {
	try {
		return ok(decoder.decode(bytes));
	} catch {
		return err("not-utf8");
	}
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
	let out = "";
	for (const byte of bytes) out += HEX[byte];
	return out;
}

export function fromHex(text: string): Result<Uint8Array, "not-hex"> {
	if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return err("not-hex");
	const out = new Uint8Array(text.length / 2);
	for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return ok(out);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Two digits for twelve bits. */
const PAIRS: readonly string[] = Array.from({ length: 4096 }, (_, i) => `${ALPHABET[i >> 6]}${ALPHABET[i & 63]}`);
/** By code unit, below 128. */
const VALUES: readonly (number | undefined)[] = Array.from({ length: 128 }, (_, code) => {
	const value = ALPHABET.indexOf(String.fromCharCode(code));
	return value < 0 ? undefined : value;
});

/** Base64 of RFC 4648 section 4, padded. */
export function base64(bytes: Uint8Array): string {
	let out = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const left = bytes.length - i;
		const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		out += PAIRS[group >> 12];
		if (left > 2) out += PAIRS[group & 4095];
		else out += left > 1 ? `${ALPHABET[(group >> 6) & 63]}=` : "==";
	}
	return out;
}

/** Canonical base64 only: no white space, full padding, unused bits zero. What this accepts, `base64` writes. */
export function fromBase64(text: string): Result<Uint8Array, "not-base64"> {
	if (text.length % 4 !== 0) return err("not-base64");
	const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
	const out = new Uint8Array((text.length / 4) * 3 - padding);
	let at = 0;
	for (let i = 0; i < text.length; i += 4) {
		const last = i + 4 === text.length;
		let group = 0;
		for (let j = 0; j < 4; j++) {
			const padded = last && j >= 4 - padding;
			const value = padded ? 0 : VALUES[text.charCodeAt(i + j)];
			if (value === undefined) return err("not-base64");
			group = (group << 6) | value;
		}
		const width = last ? 3 - padding : 3;
		if ((group & ((1 << (8 * (3 - width))) - 1)) !== 0) return err("not-base64");
		for (let j = 0; j < width; j++) out[at++] = (group >> (16 - 8 * j)) & 255;
	}
	return ok(out);
}
