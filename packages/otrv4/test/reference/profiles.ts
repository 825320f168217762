import { big, bigBytes, data, i64, join, kdf, text, u16, u32 } from "./bytes.ts";
import type { DsaKey } from "./dsa.ts";
import { type Pair, sign } from "./ed448.ts";

const PUBLIC_KEY = Uint8Array.of(0x10, 0x00);
const SHARED_PREKEY = Uint8Array.of(0x11, 0x00);
const FORGING_KEY = Uint8Array.of(0x12, 0x00);

export interface ProfileFields {
	readonly tag: number;
	readonly forgingKey: Uint8Array;
	readonly versions: string;
	readonly expires: number;
}

/** Fields 1 to 5, each with its type. */
export function fields(content: ProfileFields, publicKey: Uint8Array): Uint8Array {
	return join(
		...[u16(1), u32(content.tag)],
		...[u16(2), PUBLIC_KEY, publicKey],
		...[u16(3), FORGING_KEY, content.forgingKey],
		...[u16(4), data(text(content.versions))],
		...[u16(5), i64(content.expires)],
	);
}

/** Field 6. */
export function dsaField(key: DsaKey): Uint8Array {
	return join(u16(6), u16(0), ...[key.p, key.q, key.g, key.y].map((number) => data(bigBytes(number))));
}

/** `CLIENT-PROF`. `more` are fields 6 and 7. */
export function clientProfile(content: ProfileFields, pair: Pair, more: readonly Uint8Array[] = []): Uint8Array {
	const signed = join(fields(content, pair.publicKey), ...more);
	return join(u32(5 + more.length), signed, sign(pair, signed));
}

/** `PREKEY-PROF`. */
export function prekeyProfile(tag: number, expires: number, sharedPrekey: Uint8Array, pair: Pair): Uint8Array {
	const signed = join(u32(tag), i64(expires), SHARED_PREKEY, sharedPrekey);
	return join(signed, sign(pair, signed));
}

export function fingerprint(publicKey: Uint8Array, forgingKey: Uint8Array): Uint8Array {
	return kdf(0x00, 56, publicKey, forgingKey);
}

/** A profile with its fields in their order, taken apart. */
export interface ParsedProfile {
	readonly tag: number;
	readonly publicKey: Uint8Array;
	readonly forgingKey: Uint8Array;
	readonly signed: Uint8Array;
	readonly signature: Uint8Array;
	/** The fields that the transitional signature covers, the key and the signature. */
	readonly transitional?: { readonly signed: Uint8Array; readonly key: DsaKey; readonly signature: Uint8Array };
	/** How many bytes it takes. */
	readonly length: number;
}

export function parseProfile(bytes: Uint8Array): ParsedProfile {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const count = view.getUint32(0);
	const versionsAt = 4 + 6 + 61 + 61 + 2;
	let at = versionsAt + 4 + view.getUint32(versionsAt) + 2 + 8;
	let transitional: ParsedProfile["transitional"];
	if (count === 7) {
		at += 4;
		const numbers = Array.from({ length: 4 }, () => {
			const length = view.getUint32(at);
			at += 4 + length;
			return big(bytes.subarray(at - length, at));
		}) as [bigint, bigint, bigint, bigint];
		const [p, q, g, y] = numbers;
		const signed = bytes.subarray(4, at);
		transitional = { signed, key: { p, q, g, y }, signature: bytes.subarray(at + 2, at + 42) };
		at += 42;
	}
	return {
		tag: view.getUint32(6),
		publicKey: bytes.subarray(14, 71),
		forgingKey: bytes.subarray(75, 132),
		signed: bytes.subarray(4, at),
		signature: bytes.subarray(at, at + 114),
		...(transitional === undefined ? {} : { transitional }),
		length: at + 114,
	};
}
