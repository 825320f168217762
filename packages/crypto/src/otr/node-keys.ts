import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

type Curve = "X448" | "Ed448";

/**
 * A private key of OpenSSL's. As JWK, which puts the secret into a string that nothing can erase; as DER it takes three
 * times as long, which is longer than computing with it in JavaScript, and there the secret is a big integer that
 * nothing can erase either (README.md, "Limits").
 */
export function privateKeyObject(curve: Curve, secret: Uint8Array): KeyObject {
	const d = Buffer.from(secret.buffer, secret.byteOffset, secret.length).toString("base64url");
	// A JWK has to have a public part, which is not looked at where there is a secret one.
	return createPrivateKey({ key: { kty: "OKP", crv: curve, d, x: d }, format: "jwk" });
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
