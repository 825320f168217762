// The server's eye: looks for what the server must not see in all that passed it.

import { viewsOf } from "./views.ts";

/** Part of a secret of this many bytes counts as the secret: by chance it does not occur in some megabytes. */
export const WINDOW_BYTES = 7;

/** What must not be seen. */
export interface Secret {
	readonly name: string;
	/** A text (its UTF-8 and UTF-16 bytes are looked for) or bytes; at least `WINDOW_BYTES` long. */
	readonly value: string | Uint8Array;
	/** Made of parts that are public, such as words of a dictionary: only all of it counts, not `WINDOW_BYTES` of it. */
	readonly whole?: true;
}

export interface Leak {
	readonly secret: string;
	/** How the bytes were read to find it. */
	readonly how: string;
	/** What is there, printable. */
	readonly found: string;
}

/** Every place at which part of a secret can be read; at most one for each secret and way of reading. */
export function findLeaks(seen: Uint8Array, secrets: readonly Secret[]): Leak[] {
	const windows = windowsOf(secrets);
	const leaks = new Map<string, Leak>();
	for (const { how, bytes } of viewsOf(seen)) {
		const folded = fold(bytes);
		const text = Buffer.from(folded).toString("latin1");
		for (let at = 0; at + WINDOW_BYTES <= folded.length; at++) {
			if (windows.starts[startOf(folded, at)] !== 1) continue;
			for (const { secret, needle } of windows.secrets.get(text.slice(at, at + WINDOW_BYTES)) ?? []) {
				if (!text.startsWith(needle, at)) continue;
				leaks.set(`${secret} ${how}`, { secret, how, found: JSON.stringify(needle) });
			}
		}
	}
	return [...leaks.values()];
}

interface Windows {
	/** 1 where some window begins with these two bytes: lets nearly every place be passed over quickly. */
	readonly starts: Uint8Array;
	/** From a window, one byte a character, to the secrets it is of, and what has to stand there. */
	readonly secrets: ReadonlyMap<string, readonly { readonly secret: string; readonly needle: string }[]>;
}

function windowsOf(secrets: readonly Secret[]): Windows {
	const starts = new Uint8Array(1 << 16);
	const found = new Map<string, { secret: string; needle: string }[]>();
	for (const { name, value, whole } of secrets) {
		const forms =
			typeof value === "string" ? [Buffer.from(value), Buffer.from(value, "utf16le"), utf16be(value)] : [value];
		for (const form of forms) {
			if (form.length < WINDOW_BYTES) throw new RangeError(`${name} is shorter than ${WINDOW_BYTES} bytes`);
			const folded = fold(form);
			const text = Buffer.from(folded).toString("latin1");
			const places = whole === true ? 1 : folded.length - WINDOW_BYTES + 1;
			for (let at = 0; at < places; at++) {
				starts[startOf(folded, at)] = 1;
				const window = text.slice(at, at + WINDOW_BYTES);
				const needle = whole === true ? text : window;
				found.set(window, [...(found.get(window) ?? []), { secret: name, needle }]);
			}
		}
	}
	return { starts, secrets: found };
}

function utf16be(text: string): Uint8Array {
	return Buffer.from(text, "utf16le").swap16();
}

function startOf(bytes: Uint8Array, at: number): number {
	return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Capital letters as small ones: a name in capitals is still the name. */
function fold(bytes: Uint8Array): Uint8Array {
	return bytes.map((value) => (value >= 0x41 && value <= 0x5a ? value + 0x20 : value));
}
