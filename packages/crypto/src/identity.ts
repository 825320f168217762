import { erase, ok, type Result } from "@clowder/bytes";
import type { Backend } from "./backend.ts";
import { SigningKeyImpl } from "./ed25519.ts";
import { montgomeryU, parseEdwardsPoint } from "./edwards.ts";
import { SecretBytes } from "./secret.ts";
import { requireLength, SEED_BYTES } from "./sizes.ts";
import type {
	DhPublicKey,
	DhSecretKey,
	IdentityPublicKey,
	IdentitySecretKey,
	KeyError,
	SharedSecret,
} from "./suite.ts";
import { agree, DhPublicKeyImpl, DhSecretKeyImpl } from "./x25519.ts";

/** A long-term public key: Edwards bytes outside, for Diffie-Hellman the u-coordinate, computed once. */
export class IdentityPublicKeyImpl implements IdentityPublicKey {
	readonly kind = "identity-public";
	readonly bytes: Uint8Array;
	#montgomery: DhPublicKeyImpl | undefined;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
	}

	/** Never of low order: the Edwards point is of prime order. */
	get montgomery(): DhPublicKeyImpl {
		this.#montgomery ??= new DhPublicKeyImpl(montgomeryU(this.bytes), false);
		return this.#montgomery;
	}
}

/**
 * Holds the X25519 scalar only, not the seed: with what is kept nothing can be signed (CRYPTO-9), since signing needs
 * the other half of the seed's hash.
 */
export class IdentitySecretKeyImpl extends SecretBytes implements IdentitySecretKey {
	readonly kind = "identity-secret";
	readonly publicKey: IdentityPublicKeyImpl;

	constructor(scalar: Uint8Array, publicKey: Uint8Array) {
		super(scalar);
		this.publicKey = new IdentityPublicKeyImpl(publicKey);
	}
}

/** CRYPTO-9. The scalar is the clamped first half of SHA-512 of the seed (RFC 8032 section 5.1.5). */
export function identityKey(backend: Backend, seed: Uint8Array): IdentitySecretKey {
	requireLength("identity seed", seed, SEED_BYTES);
	const transient = new SigningKeyImpl(seed, backend);
	const hash = backend.sha512([seed]);
	const secret = new IdentitySecretKeyImpl(hash.subarray(0, 32), transient.verifyKey.bytes);
	transient.erase();
	erase(hash);
	return secret;
}

/** CRYPTO-2, CRYPTO-3: the checks of a verify key. */
export function parseIdentityKey(backend: Backend, bytes: Uint8Array): Result<IdentityPublicKey, KeyError> {
	const point = parseEdwardsPoint(backend, bytes);
	return point.ok ? ok(new IdentityPublicKeyImpl(new Uint8Array(bytes))) : point;
}

export function dhFromIdentity(
	backend: Backend,
	secret: IdentitySecretKey,
	peer: DhPublicKey,
): Result<SharedSecret, KeyError> {
	if (!(secret instanceof IdentitySecretKeyImpl)) throw new TypeError("not an identity secret of this package");
	return agree(backend, secret, peer);
}

export function dhToIdentity(
	backend: Backend,
	secret: DhSecretKey,
	peer: IdentityPublicKey,
): Result<SharedSecret, KeyError> {
	if (!(secret instanceof DhSecretKeyImpl)) throw new TypeError("not an X25519 secret key of this package");
	if (!(peer instanceof IdentityPublicKeyImpl)) throw new TypeError("not an identity key of this package");
	return agree(backend, secret, peer.montgomery);
}
