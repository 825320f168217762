import { readFileSync } from "node:fs";
import { hex } from "@clowder/bytes";
import { challengeLogin, type Channels, loginKey, startLogin } from "../src/index.ts";
import { bytesOf, hostOf, MECHANISMS, primitives, valueOf } from "./support.ts";

export const VECTORS: URL = new URL("../../../../vectors/login/exchange.json", import.meta.url);

/** One whole exchange; byte strings in hexadecimal. */
export interface ExchangeVector {
	readonly name: string;
	readonly secret: string;
	readonly domain: string;
	readonly host: string;
	readonly mechanisms: readonly string[];
	readonly channels: Readonly<Record<string, string>>;
	readonly clientNonce: string;
	readonly ephemeralSeed: string;
	readonly serverNonce: string;
	readonly loginKey: string;
	readonly account: string;
	readonly clientFirst: string;
	readonly challenge: string;
	readonly response: string;
	readonly success: string;
}

export function readVectors(): readonly ExchangeVector[] {
	return (JSON.parse(readFileSync(VECTORS, "utf8")) as { cases: ExchangeVector[] }).cases;
}

function vector(name: string, domain: string, mechanisms: readonly string[], channels: Channels): ExchangeVector {
	const [secret, clientNonce, ephemeralSeed, serverNonce] = ["secret", "nc", "e", "ns"].map((what) =>
		bytesOf(`${name}: ${what}`),
	) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
	const host = hostOf(domain);
	const key = loginKey(primitives, secret, host);
	const inputs = { host, mechanisms, channels };
	const hello = valueOf(startLogin(primitives, { ...inputs, key }, clientNonce));
	const randomness = { ephemeralSeed, nonce: serverNonce };
	const challenge = valueOf(challengeLogin(primitives, inputs, hello.message, randomness));
	const answer = valueOf(hello.answer(challenge.message));
	const loggedIn = valueOf(challenge.verify(answer.message));
	return {
		name,
		secret: hex(secret),
		domain,
		host,
		mechanisms,
		channels: Object.fromEntries(Object.entries(channels).map(([kind, bytes]) => [kind, hex(bytes)])),
		clientNonce: hex(clientNonce),
		ephemeralSeed: hex(ephemeralSeed),
		serverNonce: hex(serverNonce),
		loginKey: hex(loggedIn.key.bytes),
		account: loggedIn.account,
		clientFirst: hello.message,
		challenge: challenge.message,
		response: answer.message,
		success: loggedIn.message,
	};
}

/** What `vectors/login/exchange.json` holds. */
export function vectorText(): string {
	const exporter = bytesOf("an exporter");
	const certificate = bytesOf("a certificate");
	const document = {
		description: "Whole exchanges of CLOWDER-DH-1, both sides; byte strings in hexadecimal, messages as they are sent.",
		spec: "spec/login-by-key.md",
		cases: [
			vector("no channel", "example.org", MECHANISMS, {}),
			vector("this mechanism alone", "localhost", ["CLOWDER-DH-1"], {}),
			vector("a domain in another form", "BÜCHER.example.", MECHANISMS.toReversed(), {}),
			vector("an exporter", "example.org", MECHANISMS, { "tls-exporter": exporter }),
			vector("a certificate", "example.org", MECHANISMS, { "tls-server-end-point": certificate }),
			vector("both", "example.org", MECHANISMS, { "tls-server-end-point": certificate, "tls-exporter": exporter }),
		],
	};
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}
