import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { erase } from "@clowder/bytes";

type Curve = "X448" | "Ed448";

/** What stands before the 57 bytes of an Ed448 private key in PKCS #8 (RFC 8410 section 7). */
const ED448_PKCS8_PREFIX: Uint8Array = Uint8Array.of(48, 71, 2, 1, 0, 48, 5, 6, 3, 43, 101, 113, 4, 59, 4, 57);

/** As DER: a JWK would put the symmetric key of a long-term key pair into a string, which nothing can erase. */
export function ed448PrivateKey(symmetricKey: Uint8Array): KeyObject {
	const der = Buffer.alloc(ED448_PKCS8_PREFIX.length + symmetricKey.length);
	der.set(ED448_PKCS8_PREFIX);
	der.set(symmetricKey, ED448_PKCS8_PREFIX.length);
	const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
	erase(der);
	return key;
}

/**
 * As JWK. DER would take three times as long, more than to multiply in JavaScript; and what is in a string here was
 * computed as a big integer, which nothing can erase either (README.md).
 */
export function x448PrivateKey(scalar: Uint8Array): KeyObject {
	const d = Buffer.from(scalar.buffer, scalar.byteOffset, scalar.length).toString("base64url");
	// A JWK has to have a public part, which is not looked at where there is a secret one.
	return createPrivateKey({ key: { kty: "OKP", crv: "X448", d, x: d }, format: "jwk" });
}

export function publicKeyObject(curve: Curve, bytes: Uint8Array): KeyObject {
	const x = Buffer.from(bytes).toString("base64url");
	return createPublicKey({ key: { kty: "OKP", crv: curve, x }, format: "jwk" });
}

/** The bytes of the public key that belongs to a private one: computed when that was imported. */
export function publicBytesOf(key: KeyObject): Uint8Array {
	const { x } = createPublicKey(key).export({ format: "jwk" });
	if (typeof x !== "string") throw new TypeError("a public key was exported without its bytes");
	return new Uint8Array(Buffer.from(x, "base64url"));
}
