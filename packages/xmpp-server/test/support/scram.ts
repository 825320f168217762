import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

export type Mechanism = "SCRAM-SHA-1" | "SCRAM-SHA-256";

/** Salted passwords by what they are made of: logging in again need not cost PBKDF2 again. */
const salted: Map<string, Buffer> = new Map();

/** The client's side of SCRAM (RFC 5802 section 3), written apart from the server's. */
export function scramFinal(mechanism: Mechanism, password: string, bare: string, serverFirst: string): string {
	const [, nonce = "", salt = "", iterations = ""] = /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(serverFirst) ?? [];
	const hash = mechanism === "SCRAM-SHA-1" ? "sha1" : "sha256";
	const key = [mechanism, password, salt, iterations].join(" ");
	let saltedPassword = salted.get(key);
	if (saltedPassword === undefined) {
		const bytes = hash === "sha1" ? 20 : 32;
		saltedPassword = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), bytes, hash);
		salted.set(key, saltedPassword);
	}
	const clientKey = createHmac(hash, saltedPassword).update("Client Key").digest();
	const storedKey = createHash(hash).update(clientKey).digest();
	const withoutProof = `c=biws,r=${nonce}`;
	const signature = createHmac(hash, storedKey).update(`${bare},${serverFirst},${withoutProof}`).digest();
	const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] as number)));
	return `${withoutProof},p=${proof.toString("base64")}`;
}

export function toBase64(text: string): string {
	return Buffer.from(text).toString("base64");
}

export function fromBase64Text(text: string): string {
	return Buffer.from(text, "base64").toString();
}
