import { hex, ok, type Result } from "@clowder/bytes";
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import type { Backend } from "./backend.ts";
import { GROUP_ORDER, littleEndian, parseEdwardsPoint, trustedPoint } from "./edwards.ts";
import { revealedKey } from "./revealed.ts";
import { readSecret, SecretBytes } from "./secret.ts";
import { requireLength, SEED_BYTES, SIGNATURE_BYTES } from "./sizes.ts";
import type { KeyError, Signature, SigningKey, VerifyKey } from "./suite.ts";

/** Only `parseVerifyKey` and `signingKey` make one, so whoever holds one holds a key that passed the checks. */
export class VerifyKeyImpl implements VerifyKey {
	readonly kind = "verify";
	readonly bytes: Uint8Array;
	#point: EdwardsPoint | undefined;

	constructor(bytes: Uint8Array, point: EdwardsPoint | undefined) {
		this.bytes = bytes;
		this.#point = point;
	}

	/** Decoded once. A key of our own is decoded only if something is verified with it here. */
	get point(): EdwardsPoint {
		this.#point ??= trustedPoint(this.bytes);
		return this.#point;
	}
}

export class SigningKeyImpl extends SecretBytes implements SigningKey {
	readonly kind = "signing";
	readonly verifyKey: VerifyKeyImpl;

	constructor(seed: Uint8Array, backend: Backend, verifyKey?: VerifyKeyImpl) {
		super(seed);
		this.verifyKey = verifyKey ?? new VerifyKeyImpl(backend.ed25519PublicKey(this), undefined);
	}

	reveal(): Uint8Array {
		return readSecret(this).slice();
	}
}

export function signingKey(backend: Backend, seed: Uint8Array): SigningKey {
	requireLength("signing key seed", seed, SEED_BYTES);
	return new SigningKeyImpl(seed, backend);
}

/** CRYPTO-16. */
export function revealedSigningKey(
	backend: Backend,
	seed: Uint8Array,
	verifyKey: VerifyKey,
): Result<SigningKey, KeyError> {
	if (!(verifyKey instanceof VerifyKeyImpl)) throw new TypeError("not a verify key of this package");
	return revealedKey("ed25519", seed, SEED_BYTES, verifyKey.bytes, () => {
		const publicKey = backend.ed25519RevealedPublicKey(seed);
		return { secret: new SigningKeyImpl(seed, backend, verifyKey), publicKey };
	});
}

/** Keys that passed the checks and are still in use somewhere, so that their next appearance costs no torsion check. */
const passed = new Map<string, WeakRef<VerifyKeyImpl>>();
const MAX_PASSED_KEYS = 1024;

/** CRYPTO-2, CRYPTO-3. */
export function parseVerifyKey(backend: Backend, bytes: Uint8Array): Result<VerifyKey, KeyError> {
	const name = hex(bytes);
	const known = passed.get(name)?.deref();
	if (known !== undefined) return ok(known);
	const point = parseEdwardsPoint(backend, bytes);
	if (!point.ok) return point;
	const key = new VerifyKeyImpl(new Uint8Array(bytes), point.value);
	passed.set(name, new WeakRef(key));
	const [oldest] = passed.keys();
	if (passed.size > MAX_PASSED_KEYS && oldest !== undefined) passed.delete(oldest);
	return ok(key);
}

export function sign(backend: Backend, key: SigningKey, message: Uint8Array): Signature {
	if (!(key instanceof SigningKeyImpl)) throw new TypeError("not a signing key of this package");
	return backend.ed25519Sign(key, message) as Signature;
}

/**
 * CRYPTO-4: what is not 64 bytes is no signature. CRYPTO-5: `S < L`. The backend compares the encoding of `S*B - k*A`
 * with the bytes of `R` (CRYPTO-6), so an `R` in another encoding, or with a torsion part, never passes.
 */
export function verify(backend: Backend, key: VerifyKey, message: Uint8Array, signature: Uint8Array): boolean {
	if (!(key instanceof VerifyKeyImpl)) throw new TypeError("not a verify key of this package");
	if (signature.length !== SIGNATURE_BYTES) return false;
	// `L` is just above 2^252: the top byte of nearly every `S` says that it is less.
	const isLarge = (signature[SIGNATURE_BYTES - 1] as number) >= 0x10;
	if (isLarge && littleEndian(signature.subarray(32)) >= GROUP_ORDER) return false;
	return backend.ed25519Verify(key, message, signature);
}
