import {
	compare,
	type DecodeError,
	encode,
	equal,
	err,
	ok,
	type Reader,
	type Result,
	type Writer,
} from "@clowder/bytes";
import {
	KEM_PUBLIC_KEY_BYTES,
	PUBLIC_KEY_BYTES,
	type DhPublicKey,
	type DhSecretKey,
	type KemPublicKey,
	type KemSecretKey,
	type KeyError,
	type SigningKey,
	type Suite,
	type VerifyKey,
} from "@clowder/crypto";
import { LABELS, NAME_BYTES, name } from "./labels.ts";

/** A KEM key of someone's: always its hash, and the key once it came in full. Undefined in suite 1. */
export interface KemKeyRef {
	/** `H("kem-key", key)` cut to 32 bytes. */
	readonly hash: Uint8Array;
	readonly key: KemPublicKey | undefined;
}

/** Someone's key set for one session, public side (design section 2): `y`, `ek`, `b`, the KEM key of `b`, and `v`. */
export interface PublicKeySet {
	readonly y: DhPublicKey;
	readonly b: DhPublicKey;
	readonly v: VerifyKey;
	readonly ek: KemKeyRef | undefined;
	readonly bek: KemKeyRef | undefined;
}

/** Our own key set for one session. */
export interface OwnKeySet {
	readonly public: PublicKeySet;
	/** `x`, of `y`. */
	readonly x: DhSecretKey;
	/** Of `ek`. */
	readonly kem: KemSecretKey | undefined;
	/** `s`, of `b`. */
	readonly s: DhSecretKey;
	/** Of the KEM key of `b`. */
	readonly boxKem: KemSecretKey | undefined;
	/** `e`, of `v`. */
	readonly e: SigningKey;
}

export function kemKeyRef(suite: Suite, key: KemPublicKey): KemKeyRef {
	return { hash: name(suite, LABELS.kemKey, key.bytes), key };
}

/** A fresh key set; everything in it is random. */
export function generateKeySet(suite: Suite, random: (length: number) => Uint8Array): OwnKeySet {
	const { primitives, kem } = suite;
	const x = primitives.dhKeyPair(random(32));
	const s = primitives.dhKeyPair(random(32));
	const e = primitives.signingKey(random(32));
	const ringKem = kem?.keyPair(random(64));
	const boxKem = kem?.keyPair(random(64));
	return {
		public: {
			y: x.publicKey,
			b: s.publicKey,
			v: e.verifyKey,
			ek: ringKem && kemKeyRef(suite, ringKem.publicKey),
			bek: boxKem && kemKeyRef(suite, boxKem.publicKey),
		},
		x,
		kem: ringKem,
		s,
		boxKem,
		e,
	};
}

/** Erases what the key agreement needed (design section 4, at activation); `s` and `e` live on with the session. */
export function eraseAgreementKeys(keys: OwnKeySet): void {
	keys.x.erase();
	keys.kem?.erase();
}

export function eraseKeySet(keys: OwnKeySet): void {
	eraseAgreementKeys(keys);
	keys.s.erase();
	keys.boxKem?.erase();
	keys.e.erase();
}

/** A key set as hashes and signatures see it, and as STATE and KNOCK carry it: KEM keys as hashes. */
export function writeKeySetByHash(w: Writer, keys: PublicKeySet): void {
	w.fixed(keys.y.bytes, PUBLIC_KEY_BYTES).fixed(keys.b.bytes, PUBLIC_KEY_BYTES).fixed(keys.v.bytes, PUBLIC_KEY_BYTES);
	if (keys.ek !== undefined) w.fixed(keys.ek.hash, NAME_BYTES);
	if (keys.bek !== undefined) w.fixed(keys.bek.hash, NAME_BYTES);
}

/** A key set with its KEM keys in full, as JOIN and SHARE carry it. Throws if one is not known: our own bug. */
export function writeKeySetInFull(w: Writer, keys: PublicKeySet): void {
	w.fixed(keys.y.bytes, PUBLIC_KEY_BYTES).fixed(keys.b.bytes, PUBLIC_KEY_BYTES).fixed(keys.v.bytes, PUBLIC_KEY_BYTES);
	for (const ref of [keys.ek, keys.bek]) {
		if (ref === undefined) continue;
		if (ref.key === undefined) throw new Error("a KEM key that is known as a hash only cannot be written in full");
		w.fixed(ref.key.bytes, KEM_PUBLIC_KEY_BYTES);
	}
}

/** Takes a key out of a Result, or refuses what the reader is reading. */
export function orRefuse<T>(r: Reader, result: Result<T, KeyError | DecodeError>): T {
	if (result.ok) return result.value;
	return r.refuse(result.error.expected, result.error.got);
}

/** An X25519 key that something can be agreed on with (rule KEYS-2). */
export function readDhKey(suite: Suite, r: Reader): DhPublicKey {
	const key = orRefuse(r, suite.primitives.parseDhPublicKey(r.fixed(PUBLIC_KEY_BYTES)));
	return key.lowOrder ? r.refuse("an X25519 key of large order", "one of low order") : key;
}

function readCurveKeys(suite: Suite, r: Reader): Pick<PublicKeySet, "y" | "b" | "v"> {
	return {
		y: readDhKey(suite, r),
		b: readDhKey(suite, r),
		v: orRefuse(r, suite.primitives.parseVerifyKey(r.fixed(PUBLIC_KEY_BYTES))),
	};
}

export function readKeySetByHash(suite: Suite, r: Reader): PublicKeySet {
	const keys = readCurveKeys(suite, r);
	const ref = (): KemKeyRef | undefined => suite.kem && { hash: r.fixed(NAME_BYTES), key: undefined };
	return { ...keys, ek: ref(), bek: ref() };
}

/** Reads one KEM key in full; undefined in suite 1. */
export function readKemKey(suite: Suite, r: Reader): KemKeyRef | undefined {
	if (suite.kem === undefined) return undefined;
	return kemKeyRef(suite, orRefuse(r, suite.kem.parsePublicKey(r.fixed(KEM_PUBLIC_KEY_BYTES))));
}

export function readKeySetInFull(suite: Suite, r: Reader): PublicKeySet {
	const keys = readCurveKeys(suite, r);
	return { ...keys, ek: readKemKey(suite, r), bek: readKemKey(suite, r) };
}

/** Whether two are one key set, whether their KEM keys are known in full or as hashes. */
export function sameKeySet(one: PublicKeySet, other: PublicKeySet): boolean {
	const byHash = (keys: PublicKeySet): Uint8Array => encode((w) => writeKeySetByHash(w, keys));
	return equal(byHash(one), byHash(other));
}

/** The keys of a set, KEM keys as hashes. */
function keysOf(keys: PublicKeySet): readonly Uint8Array[] {
	const kem = [keys.ek, keys.bek].flatMap((ref) => (ref === undefined ? [] : [ref.hash]));
	return [keys.y.bytes, keys.b.bytes, keys.v.bytes, ...kem];
}

/** What each key of a set begins with, as numbers; a set is asked for at every SHARE of the attempt that it is held in. */
const beginnings = new WeakMap<PublicKeySet, readonly number[]>();

function beginningsOf(keys: PublicKeySet): readonly number[] {
	const known = beginnings.get(keys);
	if (known !== undefined) return known;
	const made = keysOf(keys).map((key) => new DataView(key.buffer, key.byteOffset).getUint32(0) >>> 2);
	beginnings.set(keys, made);
	return made;
}

/** Whether all keys differ at their beginnings already, which is nearly always so, and soon said of thousands. */
function beginDistinctly(keySets: readonly PublicKeySet[]): boolean {
	const seen = new Set<number>();
	let count = 0;
	for (const keys of keySets) {
		for (const beginning of beginningsOf(keys)) {
			seen.add(beginning);
			count++;
		}
	}
	return seen.size === count;
}

/** Every curve key and KEM hash of the list occurs once (design section 2); else the key that came twice. */
export function allDistinct(keySets: readonly PublicKeySet[]): Result<void, Uint8Array> {
	if (beginDistinctly(keySets)) return ok(undefined);
	const seen = keySets.flatMap(keysOf).sort(compare);
	for (let i = 1; i < seen.length; i++) {
		const [before, here] = [seen[i - 1] as Uint8Array, seen[i] as Uint8Array];
		if (compare(before, here) === 0) return err(here);
	}
	return ok(undefined);
}
