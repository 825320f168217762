import { decode, encode, hex, ok, type Reader, type Result } from "@clowder/bytes";
import type { DsaPublicKey, OtrPrimitives } from "@clowder/crypto/otr";
import { DSA_NUMBER_MAX_BYTES, DSA_ORDER_MAX_BYTES } from "../limits.ts";
import { badKey, type Refusal, refuse } from "../refusal.ts";
import { readMpi, writeMpi } from "../wire/data-types.ts";

/** "DSA public keys have type 0x0000". */
const DSA_KEY_TYPE = 0;
/** The length of `q` "in current implementations": where a signature stands without its key. */
const DSA_ORDER_BYTES = 20;

/** The owner's OTRv3 key, and what signs with it: `r` and `s` of the digest as it is, each as long as `q`. */
export interface TransitionalKey {
	readonly publicKey: DsaPublicKey;
	readonly sign: (digest: Uint8Array) => Uint8Array;
}

/** `PUBKEY` of OTRv3, the canonical bytes of it: type, p, q, g, y. Whether it is a key shows when one is made of it. */
export function readDsaKey(r: Reader): Uint8Array {
	const type = r.u16();
	if (type !== DSA_KEY_TYPE) r.refuse("a DSA key, type 0", `${type}`);
	const p = readMpi(r, DSA_NUMBER_MAX_BYTES);
	const q = readMpi(r, DSA_ORDER_MAX_BYTES);
	const g = readMpi(r, DSA_NUMBER_MAX_BYTES);
	const y = readMpi(r, DSA_NUMBER_MAX_BYTES);
	return encode((w) => {
		w.u16(DSA_KEY_TYPE);
		for (const number of [p, q, g, y]) writeMpi(w, number, DSA_NUMBER_MAX_BYTES);
	});
}

/** `CLIENT-SIG`: `r` and `s`, each as long as the `q` of the key that stands before it, of 20 bytes if there is none. */
export function readTransitionalSignature(r: Reader, key: Uint8Array | undefined): Uint8Array {
	return r.fixed(2 * (key === undefined ? DSA_ORDER_BYTES : orderOf(key).length));
}

function orderOf(key: Uint8Array): Uint8Array {
	const read = decode(key, (r) => {
		r.u16();
		r.variable(DSA_NUMBER_MAX_BYTES);
		const q = r.variable(DSA_ORDER_MAX_BYTES);
		r.variable(DSA_NUMBER_MAX_BYTES);
		r.variable(DSA_NUMBER_MAX_BYTES);
		return q;
	});
	if (!read.ok) throw new Error("a DSA key that was read cannot be read");
	return read.value;
}

/**
 * What OTRv3 signs: no hash, the bytes as one big-endian number modulo `q`, here in as many bytes as `q` has. That is
 * what libotr and otr4j do with inputs longer than `q`.
 */
export function transitionalDigest(key: DsaPublicKey, signedFields: Uint8Array): Uint8Array {
	const q = orderOf(key.bytes);
	let rest = BigInt(`0x${hex(signedFields)}`) % BigInt(`0x${hex(q)}`);
	const digest = new Uint8Array(q.length);
	for (let i = digest.length - 1; i >= 0; i--) {
		digest[i] = Number(rest & 255n);
		rest >>= 8n;
	}
	return digest;
}

/** Step 8 of "Validating a Client Profile", for a profile with both. */
export function checkTransitionalSignature(
	primitives: OtrPrimitives,
	what: string,
	keyBytes: Uint8Array,
	signedFields: Uint8Array,
	signature: Uint8Array,
): Result<undefined, Refusal> {
	const key = primitives.dsa.parsePublicKey(keyBytes);
	if (!key.ok) return badKey(what, key.error);
	if (primitives.dsa.verify(key.value, transitionalDigest(key.value, signedFields), signature)) return ok(undefined);
	return refuse("peer", "signature", what, "a Transitional Signature by its OTRv3 key", "another");
}
