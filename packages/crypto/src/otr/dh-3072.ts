import { type Bytes, erase, ok, type Result } from "@clowder/bytes";
import { readSecret, SecretBytes } from "../secret.ts";
import { requireLength, requireRange } from "../sizes.ts";
import type { OtrBackend } from "./backend.ts";
import { DH_GENERATOR, DH_ORDER, DH_PRIME } from "./dh-group.ts";
import { otrKeyError } from "./key-error.ts";
import { fromBigEndian, inverse, jacobi, minimal, modulo, toBigEndian } from "./numbers.ts";
import type { Dh3072, DhExponent, DhKeyPair3072, DhPublicKey3072, OtrKeyError } from "./primitives.ts";
import { DH_EXPONENT_MAX_BYTES, DH_PUBLIC_KEY_MAX_BYTES, DH_SECRET_BYTES } from "./sizes.ts";

const GENERATOR_BYTES: Uint8Array = Uint8Array.of(Number(DH_GENERATOR));

/** Only `parsePublicKey` and `keyPair` make one. */
class DhPublicKeyImpl implements DhPublicKey3072 {
	readonly kind = "dh-3072-public";
	readonly bytes: Bytes<"MPI">;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes as Bytes<"MPI">;
	}
}

class DhKeyPairImpl extends SecretBytes implements DhKeyPair3072 {
	readonly kind = "dh-3072-key-pair";
	readonly publicKey: DhPublicKeyImpl;

	constructor(backend: OtrBackend, random: Uint8Array) {
		super(random);
		this.publicKey = new DhPublicKeyImpl(minimal(backend.dhPower(GENERATOR_BYTES, readSecret(this))));
	}

	reveal(): Uint8Array {
		return readSecret(this).slice();
	}
}

function keyPairOf(secret: DhKeyPair3072): DhKeyPairImpl {
	if (!(secret instanceof DhKeyPairImpl)) throw new TypeError("not a DH key pair of this package");
	return secret;
}

function publicKeyOf(key: DhPublicKey3072): DhPublicKeyImpl {
	if (!(key instanceof DhPublicKeyImpl)) throw new TypeError("not a DH public key of this package");
	return key;
}

/**
 * CRYPTO-22. `dh_p` is a safe prime, so the elements of order `dh_q`, and 1, are the squares: `x^dh_q` is the Legendre
 * symbol of `x`.
 */
function parsePublicKey(bytes: Uint8Array): Result<DhPublicKeyImpl, OtrKeyError> {
	if (bytes.length > DH_PUBLIC_KEY_MAX_BYTES) {
		return otrKeyError("dh-3072", `at most ${DH_PUBLIC_KEY_MAX_BYTES} bytes`, `${bytes.length} bytes`);
	}
	if (bytes[0] === 0) return otrKeyError("dh-3072", "no leading zero byte", "one");
	const value = fromBigEndian(bytes);
	if (value < DH_GENERATOR) return otrKeyError("dh-3072", "a number not below 2", "a smaller one");
	if (value > DH_PRIME - DH_GENERATOR) return otrKeyError("dh-3072", "a number up to dh_p - 2", "a larger one");
	if (jacobi(value, DH_PRIME) !== 1) return otrKeyError("dh-3072", "an element of order dh_q", "one of twice that");
	return ok(new DhPublicKeyImpl(new Uint8Array(bytes)));
}

function keyPair(backend: OtrBackend, random: Uint8Array): DhKeyPairImpl {
	requireLength("secret of a DH key pair", random, DH_SECRET_BYTES);
	if (random.every((byte) => byte === 0)) throw new RangeError("secret of a DH key pair: all bytes are zero");
	return new DhKeyPairImpl(backend, random);
}

function agree(backend: OtrBackend, secret: DhKeyPair3072, theirs: DhPublicKey3072): Uint8Array {
	const power = backend.dhPower(publicKeyOf(theirs).bytes, readSecret(keyPairOf(secret)));
	const agreed = minimal(power);
	erase(power);
	return agreed;
}

function minimalBytes(value: bigint): Uint8Array {
	return minimal(toBigEndian(value, DH_PUBLIC_KEY_MAX_BYTES));
}

function commitment(backend: OtrBackend, v: DhExponent, terms: Parameters<Dh3072["commitment"]>[1]): Uint8Array {
	const powers = terms.map(({ base, exponent }) => ({ base: fromBigEndian(publicKeyOf(base).bytes), exponent }));
	const divisor = inverse(backend.dhProduct(powers), DH_PRIME);
	if (divisor === undefined) throw new Error("a product of elements of the DH group has no inverse");
	return minimalBytes((backend.dhProduct([{ base: DH_GENERATOR, exponent: v }]) * divisor) % DH_PRIME);
}

export function dh3072Of(backend: OtrBackend): Dh3072 {
	return {
		order: DH_ORDER,
		keyPair: (random) => keyPair(backend, random),
		parsePublicKey,
		agree: (secret, theirs) => agree(backend, secret, theirs),
		exponent(bytes) {
			requireRange("bytes of a DH exponent", bytes, 0, DH_EXPONENT_MAX_BYTES);
			return (fromBigEndian(bytes) % DH_ORDER) as DhExponent;
		},
		exponentBytes: minimalBytes,
		respond(secret, terms) {
			let sum = fromBigEndian(readSecret(keyPairOf(secret)));
			for (const term of terms) sum += term.factor * fromBigEndian(readSecret(keyPairOf(term.secret)));
			return modulo(sum, DH_ORDER) as DhExponent;
		},
		commitment: (v, terms) => commitment(backend, v, terms),
	};
}
