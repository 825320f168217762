import { equal, ok, type Result } from "@clowder/bytes";
import type { Backend } from "./backend.ts";
import { littleEndian } from "./edwards.ts";
import { keyError } from "./key-error.ts";
import { revealedKey } from "./revealed.ts";
import { readSecret, SecretBytes } from "./secret.ts";
import { PUBLIC_KEY_BYTES, requireLength, SEED_BYTES, SHARED_SECRET_BYTES } from "./sizes.ts";
import type { DhPublicKey, DhSecretKey, KeyError, SharedSecret } from "./suite.ts";

/** `p` of RFC 7748 section 4.1. */
const FIELD_PRIME = 2n ** 255n - 19n;

/**
 * The u-coordinates `< p` whose order divides the cofactor, on the curve or its twist. Any clamped scalar sends these,
 * and no others, to zero: 0 (order 2), 1 and p - 1 (order 4), and two of order 8.
 */
const LOW_ORDER_U: ReadonlySet<bigint> = new Set([
	0n,
	1n,
	325606250916557431795983626356110631294008115727848805560023387167927233504n,
	39382357235489614581723060781553021112529911719440698176882885853963445705823n,
	FIELD_PRIME - 1n,
]);

export class DhPublicKeyImpl implements DhPublicKey {
	readonly kind = "dh-public";
	readonly bytes: Uint8Array;
	readonly lowOrder: boolean;

	constructor(bytes: Uint8Array, lowOrder: boolean) {
		this.bytes = bytes;
		this.lowOrder = lowOrder;
	}
}

export class DhSecretKeyImpl extends SecretBytes implements DhSecretKey {
	readonly kind = "dh-secret";
	readonly publicKey: DhPublicKeyImpl;

	constructor(seed: Uint8Array, backend: Backend) {
		super(seed);
		this.publicKey = new DhPublicKeyImpl(backend.x25519Base(this), false);
	}

	reveal(): Uint8Array {
		return readSecret(this).slice();
	}
}

export function dhKeyPair(backend: Backend, seed: Uint8Array): DhSecretKey {
	requireLength("x25519 seed", seed, SEED_BYTES);
	return new DhSecretKeyImpl(seed, backend);
}

/** CRYPTO-16. */
export function revealedDhKey(
	backend: Backend,
	seed: Uint8Array,
	publicKey: DhPublicKey,
): Result<DhSecretKey, KeyError> {
	if (!(publicKey instanceof DhPublicKeyImpl)) throw new TypeError("not an X25519 public key of this package");
	return revealedKey("x25519", seed, SEED_BYTES, publicKey.bytes, () => {
		const secret = new DhSecretKeyImpl(seed, backend);
		return { secret, publicKey: secret.publicKey.bytes };
	});
}

/** CRYPTO-7: a key has one encoding. RFC 7748 lets others pass, and libraries differ on what to do with them. */
export function parseDhPublicKey(bytes: Uint8Array): Result<DhPublicKey, KeyError> {
	if (bytes.length !== PUBLIC_KEY_BYTES) {
		return keyError("x25519", `${PUBLIC_KEY_BYTES} bytes`, `${bytes.length} bytes`);
	}
	if (((bytes[31] as number) & 0x80) !== 0) return keyError("x25519", "the top bit clear", "the top bit set");
	const u = littleEndian(bytes);
	if (u >= FIELD_PRIME) return keyError("x25519", "u < 2^255 - 19", "a larger u");
	return ok(new DhPublicKeyImpl(new Uint8Array(bytes), LOW_ORDER_U.has(u)));
}

export function dh(backend: Backend, secret: DhSecretKey, peer: DhPublicKey): Result<SharedSecret, KeyError> {
	if (!(secret instanceof DhSecretKeyImpl)) throw new TypeError("not an X25519 secret key of this package");
	return agree(backend, secret, peer);
}

/**
 * CRYPTO-8: an all-zero output is refused (RFC 7748 section 6.1). It comes from the low-order keys alone, which are
 * refused before the secret is touched, so that they give nobody a timing; the output is looked at nevertheless.
 */
export function agree(backend: Backend, scalar: SecretBytes, peer: DhPublicKey): Result<SharedSecret, KeyError> {
	if (!(peer instanceof DhPublicKeyImpl)) throw new TypeError("not an X25519 public key of this package");
	if (peer.lowOrder) return keyError("x25519", "a point of large order", "a point of low order");
	const secret = backend.x25519(scalar, peer);
	if (equal(secret, new Uint8Array(SHARED_SECRET_BYTES))) throw new Error("X25519 gave zero for a large-order point");
	return ok(secret as SharedSecret);
}
