import { readFileSync } from "node:fs";
import { hex } from "@clowder/bytes";
import { keyPassword, loginKey } from "../src/index.ts";
import { bytesOf, hostOf, primitives, valueOf } from "./support.ts";

export const PASSWORD_VECTORS: URL = new URL("../../../../vectors/login/password.json", import.meta.url);

/** One password; byte strings in hexadecimal. */
export interface PasswordVector {
	readonly name: string;
	readonly secret: string;
	readonly host: string;
	readonly windowSeed: string;
	readonly nonce: string;
	readonly published: string;
	readonly account: string;
	readonly password: string;
}

export function readPasswordVectors(): readonly PasswordVector[] {
	return (JSON.parse(readFileSync(PASSWORD_VECTORS, "utf8")) as { cases: PasswordVector[] }).cases;
}

function vector(name: string, domain: string): PasswordVector {
	const [secret, windowSeed, nonce] = ["secret", "e", "nonce"].map((what) => bytesOf(`${name}: ${what}`)) as [
		Uint8Array,
		Uint8Array,
		Uint8Array,
	];
	const host = hostOf(domain);
	const key = loginKey(primitives, secret, host);
	const e = primitives.dhKeyPair(windowSeed).publicKey.bytes;
	const published = `CLOWDER-DH-PASSWORD-1 e=${Buffer.from(e).toString("base64")}\n`;
	const { account, password } = valueOf(keyPassword(primitives, { key, host, published }, nonce));
	return {
		name,
		secret: hex(secret),
		host,
		windowSeed: hex(windowSeed),
		nonce: hex(nonce),
		published,
		account,
		password,
	};
}

export function passwordVectorText(): string {
	const cases = [
		vector("one host", "example.org"),
		vector("another", "b\u00fccher.example"),
		vector("by port", "localhost"),
	];
	return `${JSON.stringify({ protocol: "CLOWDER-DH-PASSWORD-1", cases }, null, "\t")}\n`;
}
