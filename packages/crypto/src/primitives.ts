import type { Backend } from "./backend.ts";
import { cpace } from "./cpace.ts";
import * as ed25519 from "./ed25519.ts";
import * as identity from "./identity.ts";
import { mlKem768 } from "./ml-kem.ts";
import { AES_BLOCK_BYTES, AES_KEY_BYTES, requireLength } from "./sizes.ts";
import type { Digest, Primitives } from "./suite.ts";
import * as x25519 from "./x25519.ts";

/** Puts the checks that every backend shares in front of what one backend computes (CRYPTO-1). */
export function primitivesOf(backend: Backend): Primitives {
	return {
		backend: backend.name,
		sha512: (...parts) => backend.sha512(parts) as Digest,
		hmacSha512: (key, ...parts) => backend.hmacSha512(key, parts) as Digest,
		aes256Ctr(key, iv, data) {
			requireLength("AES-256 key", key, AES_KEY_BYTES);
			requireLength("AES-CTR initial block", iv, AES_BLOCK_BYTES);
			return backend.aes256Ctr(key, iv, data);
		},
		dhKeyPair: (seed) => x25519.dhKeyPair(backend, seed),
		revealedDhKey: (seed, publicKey) => x25519.revealedDhKey(backend, seed, publicKey),
		parseDhPublicKey: x25519.parseDhPublicKey,
		dh: (secret, peer) => x25519.dh(backend, secret, peer),
		signingKey: (seed) => ed25519.signingKey(backend, seed),
		revealedSigningKey: (seed, verifyKey) => ed25519.revealedSigningKey(backend, seed, verifyKey),
		parseVerifyKey: (bytes) => ed25519.parseVerifyKey(backend, bytes),
		sign: (key, message) => ed25519.sign(backend, key, message),
		verify: (key, message, signature) => ed25519.verify(backend, key, message, signature),
		identityKey: (seed) => identity.identityKey(backend, seed),
		parseIdentityKey: (bytes) => identity.parseIdentityKey(backend, bytes),
		dhFromIdentity: (secret, peer) => identity.dhFromIdentity(backend, secret, peer),
		dhToIdentity: (secret, peer) => identity.dhToIdentity(backend, secret, peer),
		cpace: (inputs, seed) => cpace(backend, inputs, seed),
		kem: mlKem768,
	};
}
