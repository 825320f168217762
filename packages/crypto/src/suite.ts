import type { Bytes, Result } from "@clowder/bytes";

/** Why bytes from elsewhere are not a key, or a secret could not be agreed on with it. */
export interface KeyError {
	readonly kind: "key";
	readonly key: "x25519" | "ed25519" | "ml-kem-768";
	readonly expected: string;
	readonly got: string;
}

/** A 64-byte SHA-512 output. */
export type Digest = Bytes<"Digest">;
/** A 32-byte shared secret. Secret. */
export type SharedSecret = Bytes<"SharedSecret">;
/** A 64-byte Ed25519 signature. */
export type Signature = Bytes<"Signature">;
/** A 1088-byte ML-KEM-768 ciphertext. */
export type KemCiphertext = Bytes<"KemCiphertext">;

/** An X25519 public key that passed the checks of `parseDhPublicKey`. Made by a suite only. */
export interface DhPublicKey {
	readonly kind: "dh-public";
	/** 32 bytes, `u < p`, top bit clear. */
	readonly bytes: Uint8Array;
	/** Nothing can be agreed on with it (CRYPTO-8): protocols may refuse it where it stands. */
	readonly lowOrder: boolean;
}

/** An Ed25519 public key that passed the checks of `parseVerifyKey`: canonical, torsion-free, not of small order. */
export interface VerifyKey {
	readonly kind: "verify";
	/** 32 bytes. */
	readonly bytes: Uint8Array;
}

/** A long-term identity: an Edwards point used for Diffie-Hellman only. No function verifies with it. */
export interface IdentityPublicKey {
	readonly kind: "identity-public";
	/** 32 bytes, the Edwards encoding (hash these, never the u-coordinate). */
	readonly bytes: Uint8Array;
}

/** An ML-KEM-768 encapsulation key that passed the modulus check of FIPS 203 section 7.2. */
export interface KemPublicKey {
	readonly kind: "kem-public";
	/** 1184 bytes. */
	readonly bytes: Uint8Array;
}

/** What every secret has: it never prints, and it can be erased (using it afterwards throws: our own bug). */
export interface Secret {
	erase(): void;
	/** Always "[secret]"; so are `toJSON` and Node's inspect. */
	toString(): string;
}

export interface DhSecretKey extends Secret {
	readonly kind: "dh-secret";
	readonly publicKey: DhPublicKey;
	/** The 32-byte seed, to prove in public what was done with the key. It opens every secret agreed on with it. */
	reveal(): Uint8Array;
}

export interface SigningKey extends Secret {
	readonly kind: "signing";
	readonly verifyKey: VerifyKey;
	/** The 32-byte seed, for publication after a session's close. */
	reveal(): Uint8Array;
}

export interface IdentitySecretKey extends Secret {
	readonly kind: "identity-secret";
	readonly publicKey: IdentityPublicKey;
}

export interface KemSecretKey extends Secret {
	readonly kind: "kem-secret";
	readonly publicKey: KemPublicKey;
	/** The 64-byte seed `d || z`, for the same. It opens every ciphertext made for the key. */
	reveal(): Uint8Array;
}

/** ML-KEM-768 (FIPS 203). */
export interface Kem {
	/** From a 64-byte seed `d || z`. The secret is kept as its seed, never expanded on a wire. */
	keyPair(seed: Uint8Array): KemSecretKey;
	/**
	 * From a seed that someone else revealed. Refuses: not 64 bytes, not the seed of `publicKey`. The `z` half is not held
	 * to the public key (CRYPTO-16), and matters for ciphertexts only that `encapsulate` gives for no coins.
	 */
	revealedKey(seed: Uint8Array, publicKey: KemPublicKey): Result<KemSecretKey, KeyError>;
	parsePublicKey(bytes: Uint8Array): Result<KemPublicKey, KeyError>;
	/** Deterministic in `coins`, 32 fresh random bytes. */
	encapsulate(
		key: KemPublicKey,
		coins: Uint8Array,
	): { readonly ciphertext: KemCiphertext; readonly secret: SharedSecret };
	/** A malformed ciphertext of the right length gives an unrelated secret (implicit rejection), never an error. */
	decapsulate(key: KemSecretKey, ciphertext: KemCiphertext): SharedSecret;
}

/**
 * Every primitive of the protocols, synchronous, behind one interface. The verdicts (what is a key, what is a
 * signature) are the same for every backend: `spec/crypto.md`, rules CRYPTO-*.
 *
 * Randomness is always an argument. Wrong lengths of our own arguments throw; input from elsewhere never does.
 */
export interface Primitives {
	/** "noble" or "node". */
	readonly backend: string;

	/** SHA-512 of the concatenation. */
	sha512(...parts: readonly Uint8Array[]): Digest;
	/** HMAC-SHA-512 of the concatenation, 64 bytes. */
	hmacSha512(key: Uint8Array, ...parts: readonly Uint8Array[]): Digest;
	/** AES-256-CTR, 32-byte key, 16-byte initial counter block; encrypts and decrypts. */
	aes256Ctr(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array;

	/** From 32 random bytes (clamped as RFC 7748 section 5 says). */
	dhKeyPair(seed: Uint8Array): DhSecretKey;
	/** From a seed that someone else revealed. Refuses: not 32 bytes, not a secret of `publicKey`. */
	revealedDhKey(seed: Uint8Array, publicKey: DhPublicKey): Result<DhSecretKey, KeyError>;
	/** Refuses: not 32 bytes, top bit set, `u >= p`. */
	parseDhPublicKey(bytes: Uint8Array): Result<DhPublicKey, KeyError>;
	/** X25519. Refuses an all-zero output (RFC 7748 section 6.1). */
	dh(secret: DhSecretKey, peer: DhPublicKey): Result<SharedSecret, KeyError>;

	/** From 32 random bytes (RFC 8032 section 5.1.5). */
	signingKey(seed: Uint8Array): SigningKey;
	/** From a seed that someone else published. Refuses: not 32 bytes, not the seed of `verifyKey`. */
	revealedSigningKey(seed: Uint8Array, verifyKey: VerifyKey): Result<SigningKey, KeyError>;
	/** Refuses: not 32 bytes, non-canonical, not on the curve, small order, a torsion part. */
	parseVerifyKey(bytes: Uint8Array): Result<VerifyKey, KeyError>;
	sign(key: SigningKey, message: Uint8Array): Signature;
	/** True iff `S < L` and the encoding of `S*B - k*A` is byte for byte `R`. Anything not 64 bytes is false. */
	verify(key: VerifyKey, message: Uint8Array, signature: Uint8Array): boolean;

	/** From 32 random bytes, as an Ed25519 key is derived; there is no way to sign with it. */
	identityKey(seed: Uint8Array): IdentitySecretKey;
	/** The same checks as `parseVerifyKey`. */
	parseIdentityKey(bytes: Uint8Array): Result<IdentityPublicKey, KeyError>;
	/** X25519 of the long-term scalar with an ephemeral key. */
	dhFromIdentity(secret: IdentitySecretKey, peer: DhPublicKey): Result<SharedSecret, KeyError>;
	/** X25519 of an ephemeral scalar with a long-term key (by the birational map). */
	dhToIdentity(secret: DhSecretKey, peer: IdentityPublicKey): Result<SharedSecret, KeyError>;

	readonly kem: Kem;
}

export type SuiteId = 1 | 2;

/** One object names every primitive of a session; nothing else names an algorithm. */
export interface Suite {
	readonly id: SuiteId;
	readonly name: "X25519_ED25519_AES256CTR_SHA512" | "X25519MLKEM768_ED25519_AES256CTR_SHA512";
	readonly primitives: Primitives;
	/** Undefined in suite 1. */
	readonly kem: Kem | undefined;
}
