/** The mechanism once more, from `spec/login-by-key.md` and `node:crypto` alone. */
import { createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";

const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI = Buffer.from("302a300506032b656e032100", "hex");

export function mac(key: Uint8Array | string, ...parts: readonly (Uint8Array | string)[]): Buffer {
	const hmac = createHmac("sha512", key);
	for (const part of parts) hmac.update(part);
	return hmac.digest();
}

export function v(data: Uint8Array | string): Buffer {
	const bytes = Buffer.from(data as string);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

export function loginSeed(secret: Uint8Array, host: string): Buffer {
	return mac(secret, v("CLOWDER-DH-1 login key"), v(host)).subarray(0, 32);
}

export function publicKey(seed: Uint8Array): Buffer {
	const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
	return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

export function dh(seed: Uint8Array, peer: Uint8Array): Buffer {
	return diffieHellman({
		privateKey: createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" }),
		publicKey: createPublicKey({ key: Buffer.concat([SPKI, peer]), format: "der", type: "spki" }),
	});
}

export function account(key: Uint8Array): string {
	const hash = createHash("sha512").update(v("CLOWDER-DH-1 account")).update(v(key)).digest().subarray(0, 20);
	const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
	const digits = bits.match(/.{5}/g) ?? [];
	return `k1-${digits.map((digit) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(digit, 2)]).join("")}`;
}

export interface Seen {
	readonly host: string;
	readonly mechanisms: readonly string[];
	readonly clientNonce: Uint8Array;
	readonly serverNonce: Uint8Array;
	/** As in the challenge. */
	readonly offered: string;
	/** As in the response. */
	readonly binding: string;
	readonly channel: Uint8Array;
}

export interface Messages {
	readonly clientFirst: string;
	readonly challenge: string;
	readonly response: string;
	readonly success: string;
}

/** All four messages, of the shared secret and both public keys: which of the two secrets that was made with does not show. */
export function messages(seen: Seen, shared: Uint8Array, ephemeral: Uint8Array, login: Uint8Array): Messages {
	const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
	const clientFirst = `r=${b64(seen.clientNonce)}`;
	const challenge = `e=${b64(ephemeral)},r=${b64(seen.serverNonce)},b=${seen.offered}`;
	const unproven = `k=${b64(login)},b=${seen.binding}`;
	const key = mac("CLOWDER-DH-1 key", shared);
	const names = [...seen.mechanisms].toSorted();
	const common = [
		v(seen.host),
		Buffer.from([0, names.length]),
		...names.map(v),
		v(clientFirst),
		v(challenge),
		v(unproven),
		v(seen.channel),
	];
	const proof = mac(key, v("CLOWDER-DH-1 client"), ...common);
	const back = mac(key, v("CLOWDER-DH-1 server"), ...common, proof);
	return { clientFirst, challenge, response: `${unproven},p=${b64(proof)}`, success: `v=${b64(back)}` };
}
