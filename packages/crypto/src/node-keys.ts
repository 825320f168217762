import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { erase } from "@clowder/bytes";
import { importSecret, type SecretBytes } from "./secret.ts";

type Algorithm = "x25519" | "ed25519";

/** The names of RFC 8037 section 2, and the last byte of the object identifiers 1.3.101.x of RFC 8410 section 3. */
const CURVES = {
	x25519: { jwk: "X25519", oid: 0x6e },
	ed25519: { jwk: "Ed25519", oid: 0x70 },
} as const;

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410 section 7). */
const pkcs8Prefix = (oid: number): readonly number[] => [
	0x30,
	46,
	2,
	1,
	0,
	0x30,
	5,
	6,
	3,
	0x2b,
	0x65,
	oid,
	4,
	34,
	4,
	32,
];

/** Marks what this backend keeps with a secret. */
const thisBackend: object = {};

const publicKeys = new WeakMap<object, KeyObject>();

/** Imported once for each key object: a new import costs as much as several uses. */
export function publicKeyObject(algorithm: Algorithm, key: { readonly bytes: Uint8Array }): KeyObject {
	let imported = publicKeys.get(key);
	if (imported === undefined) {
		// As JWK: OpenSSL 3 takes some ten times as long to find out which key a DER holds.
		const jwk = { kty: "OKP", crv: CURVES[algorithm].jwk, x: Buffer.from(key.bytes).toString("base64url") };
		imported = createPublicKey({ key: jwk, format: "jwk" });
		publicKeys.set(key, imported);
	}
	return imported;
}

/**
 * Imported once for each secret, and dropped when that is erased. As DER, though JWK is faster: a JWK would put the
 * secret into a string, which nothing can erase.
 */
export function privateKeyObject(algorithm: Algorithm, secret: SecretBytes): KeyObject {
	return importSecret(secret, thisBackend, (bytes) => {
		const prefix = pkcs8Prefix(CURVES[algorithm].oid);
		const der = Buffer.alloc(prefix.length + bytes.length);
		der.set(prefix);
		der.set(bytes, prefix.length);
		const imported = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
		erase(der);
		return imported;
	});
}

/** Of a secret that its owner revealed: in a string it is no worse kept than where it came from. */
export function revealedKeyObject(algorithm: Algorithm, secret: Uint8Array): KeyObject {
	const d = Buffer.from(secret).toString("base64url");
	// A JWK has to have a public part, which is not looked at where there is a secret one.
	return createPrivateKey({ key: { kty: "OKP", crv: CURVES[algorithm].jwk, d, x: d }, format: "jwk" });
}

/** The 32 bytes of the public key that belongs to a private one. */
export function publicBytesOf(key: KeyObject): Uint8Array {
	const { x } = createPublicKey(key).export({ format: "jwk" });
	if (typeof x !== "string") throw new TypeError("a public key was exported without its bytes");
	return new Uint8Array(Buffer.from(x, "base64url"));
}
