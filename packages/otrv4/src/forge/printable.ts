import { hex } from "@clowder/bytes";
import { REVEALED_MAC_KEY_BYTES } from "../wire/data-message.ts";

/** What `JSON.stringify` writes as it is. */
export type Printable = string | number | boolean | readonly Printable[] | { readonly [name: string]: Printable };

/**
 * A value for people and programs to read: byte strings in hexadecimal, revealed MAC keys one by one. Nothing is left out
 * but `sections`, which says once more what the other fields of a data message say.
 */
export function printable(value: unknown): Printable {
	if (value instanceof Uint8Array) return hex(value);
	if (Array.isArray(value)) return value.map(printable);
	if (typeof value === "object" && value !== null) {
		const fields = Object.entries(value).filter(([name, field]) => name !== "sections" && field !== undefined);
		return Object.fromEntries(
			fields.map(([name, field]) => [
				name,
				name === "revealedMacKeys" && field instanceof Uint8Array ? macKeysIn(field).map(hex) : printable(field),
			]),
		);
	}
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
	throw new TypeError(`${typeof value} is not printable`);
}

/** The single keys of "Old MAC keys to be revealed". */
export function macKeysIn(keys: Uint8Array): Uint8Array[] {
	const count = keys.length / REVEALED_MAC_KEY_BYTES;
	return Array.from({ length: count }, (_, i) =>
		keys.slice(i * REVEALED_MAC_KEY_BYTES, (i + 1) * REVEALED_MAC_KEY_BYTES),
	);
}
