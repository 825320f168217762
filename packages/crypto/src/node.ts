import { createCipheriv, createHmac, diffieHellman, hash, sign, verify } from "node:crypto";
import { concat, erase } from "@clowder/bytes";
import type { Backend } from "./backend.ts";
import { privateKeyObject, publicBytesOf, publicKeyObject, revealedKeyObject } from "./node-keys.ts";
import { primitivesOf } from "./primitives.ts";
import type { Primitives } from "./suite.ts";

/** Plain bytes: a Buffer's `slice` does not copy, and other code cannot tell which of the two it holds. */
function plain(buffer: Buffer): Uint8Array {
	return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

const backend: Backend = {
	name: "node",
	sha512(parts) {
		// In one call: an object for each hash costs more than the hashing of what is small.
		const [only] = parts;
		if (only !== undefined && parts.length === 1) return plain(hash("sha512", only, "buffer"));
		const input = concat(...parts);
		const digest = plain(hash("sha512", input, "buffer"));
		erase(input);
		return digest;
	},
	hmacSha512(key, parts) {
		const mac = createHmac("sha512", key);
		for (const part of parts) mac.update(part);
		return plain(mac.digest());
	},
	aes256Ctr(key, iv, data) {
		const cipher = createCipheriv("aes-256-ctr", key, iv);
		return concat(cipher.update(data), cipher.final());
	},
	x25519Base: (scalar) => publicBytesOf(privateKeyObject("x25519", scalar)),
	x25519: (scalar, peer) =>
		plain(
			diffieHellman({ privateKey: privateKeyObject("x25519", scalar), publicKey: publicKeyObject("x25519", peer) }),
		),
	ed25519PublicKey: (seed) => publicBytesOf(privateKeyObject("ed25519", seed)),
	ed25519RevealedPublicKey: (seed) => publicBytesOf(revealedKeyObject("ed25519", seed)),
	ed25519Sign: (seed, message) => plain(sign(null, message, privateKeyObject("ed25519", seed))),
	/** CRYPTO-6: OpenSSL makes this very comparison (`ossl_ed25519_verify`); the differential test holds it to that. */
	ed25519Verify: (key, message, signature) => verify(null, message, publicKeyObject("ed25519", key), signature),
};

/**
 * The primitives of OpenSSL by way of `node:crypto`, where it has them; ML-KEM is the one of
 * `@clowder/crypto/noble`. Keys of either may be used with the other.
 */
export const nodePrimitives: Primitives = primitivesOf(backend);
