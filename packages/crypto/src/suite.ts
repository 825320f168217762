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

/** What people were told to get into a room, as bytes that are the same for all who type it. `normalisePassphrase`. */
export interface Passphrase extends Secret {
	readonly kind: "passphrase";
}

/** Why a text is no passphrase. Never tells of the text more than its length, or that such a character is in it. */
export interface PassphraseError {
	readonly kind: "passphrase-empty" | "passphrase-characters" | "passphrase-too-long";
	readonly expected: string;
	readonly got: string;
}

/** What one side of CPace puts in. Both sides' channel, sid and passphrase must be equal, their roles different. */
export interface CpaceInputs {
	/** The initiator speaks first. Nobody may be both with one passphrase and sid. */
	readonly role: "initiator" | "responder";
	readonly passphrase: Passphrase;
	/** `CI`: what both know of where, and who with whom, they are talking; not sent. At most 4096 bytes. */
	readonly channel: Uint8Array;
	/** Names this one run, for both; may be public. 16 to 4096 bytes. Never the same twice (CRYPTO-18). */
	readonly sid: Uint8Array;
	/** `ADa` or `ADb`: bytes of one's own that are sent with the share, and that the key vouches for. At most 4096. */
	readonly data: Uint8Array;
}

/** Why a key could not be agreed on: the share is none, or is our own sent back; or more data came than is taken. */
export type CpaceError = KeyError | { readonly kind: "cpace-data"; readonly expected: string; readonly got: string };

/** One side, from its start until the other's share comes. `erase` it where none comes. */
export interface CpaceParty extends Secret {
	readonly kind: "cpace-party";
	/** 32 bytes, to be sent. Tells nothing of the passphrase. */
	readonly share: Uint8Array;
	/**
	 * Once only, whatever comes of it; a second call throws. The result is a key also where the other side's passphrase
	 * is another: that shows when keys are confirmed, which is the caller's task (see `CpaceKey`).
	 */
	finish(theirShare: Uint8Array, theirData: Uint8Array): Result<CpaceKey, CpaceError>;
}

/**
 * `ISK`: the same on both sides if and only if all that went in was. Nothing is proved by having one: the caller sends
 * a `mac` of what it said, under a label for its direction, and compares the other's with `equal` of `@clowder/bytes`.
 * Whoever receives a wrong one has seen one guess of the passphrase: count those.
 */
export interface CpaceKey extends Secret {
	readonly kind: "cpace-key";
	/** HMAC-SHA-512 of the concatenation under `ISK`: to confirm it, and to derive keys from it. */
	mac(...parts: readonly Uint8Array[]): Digest;
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

	/** CPACE-X25519-SHA512 (draft-irtf-cfrg-cpace-21): starts one side. `seed`: 32 random bytes, for this run only. */
	cpace(inputs: CpaceInputs, seed: Uint8Array): CpaceParty;

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
