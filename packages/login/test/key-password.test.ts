import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { keyPassword, throwawayLoginKey } from "../src/index.ts";
import { account, dh, loginSeed, mac, publicKey, v } from "./independent.ts";
import { PASSWORD_VECTORS, passwordVectorText, readPasswordVectors } from "./password-vectors.ts";
import { bytesOf, errorOf, hostOf, primitives, valueOf } from "./support.ts";

const NAME = "CLOWDER-DH-PASSWORD-1";
const HOST = hostOf("example.org");
const key = throwawayLoginKey(primitives, bytesOf("a login key"));
const NONCE = bytesOf("a nonce");

const line = (e: Uint8Array): string => `${NAME} e=${Buffer.from(e).toString("base64")}\n`;

/** The password, from the specification and `node:crypto` alone: of the shared secret and both public keys. */
function independent(host: string, shared: Uint8Array, e: Buffer, login: Buffer, nonce: Uint8Array): string {
	const id = createHash("sha512")
		.update(v(`${NAME} window`))
		.update(v(host))
		.update(v(e))
		.digest()
		.subarray(0, 16);
	const covered = [v(`${NAME} client`), v(host), v(account(login)), v(e), v(login), v(nonce)];
	const proof = mac(mac(`${NAME} key`, shared), ...covered);
	return `kp1.${Buffer.concat([login, id, nonce, proof]).toString("base64")}`;
}

test("the vectors of passwords are what the library makes of their inputs", () => {
	assert.equal(readFileSync(PASSWORD_VECTORS, "utf8"), passwordVectorText());
});

for (const vector of readPasswordVectors()) {
	test(`KEYPASS-1, KEYPASS-2: the vector "${vector.name}" follows from the specification, by either side's secret`, () => {
		const [secret, windowSeed, nonce] = [vector.secret, vector.windowSeed, vector.nonce].map((text) =>
			Buffer.from(text, "hex"),
		) as [Buffer, Buffer, Buffer];
		const seed = loginSeed(secret, vector.host);
		const [login, e] = [publicKey(seed), publicKey(windowSeed)];
		assert.equal(vector.published, line(e));
		assert.equal(vector.account, account(login));
		assert.equal(vector.password.length, 196);
		assert.equal(vector.password, independent(vector.host, dh(seed, e), e, login, nonce));
		// Deniable: who has the window's secret alone makes the same.
		assert.equal(vector.password, independent(vector.host, dh(windowSeed, login), e, login, nonce));
	});
}

test("KEYPASS-2: what is not exactly a published key makes no password", () => {
	const right = line(publicKey(bytesOf("a window")));
	valueOf(keyPassword(primitives, { key, host: HOST, published: right }, NONCE));
	const odd = [
		"",
		right.trim(),
		`${right}\n`,
		` ${right}`,
		right.replace("-1", "-2"),
		right.replace("=\n", "\n"),
		"<html>",
	];
	for (const published of [...odd, `${NAME} e=\n`, `${NAME} e=${"A".repeat(42)}B=\n`]) {
		const error = errorOf(keyPassword(primitives, { key, host: HOST, published }, NONCE));
		assert.equal(error.kind, "malformed", JSON.stringify(published));
	}
});

test("KEYPASS-5: a published key of low order, of another encoding, or our own makes no password", () => {
	const [zero, one, aboveP] = [new Uint8Array(32), new Uint8Array(32), new Uint8Array(32).fill(0xff)];
	one[0] = 1;
	aboveP[31] = 0x7f;
	for (const e of [zero, one, aboveP]) {
		assert.equal(errorOf(keyPassword(primitives, { key, host: HOST, published: line(e) }, NONCE)).kind, "bad-key");
	}
	const own = line(key.publicKey.bytes);
	assert.equal(errorOf(keyPassword(primitives, { key, host: HOST, published: own }, NONCE)).kind, "reflected");
});

test("KEYPASS-1: host, window, key and nonce each change the proof", () => {
	const published = line(publicKey(bytesOf("a window")));
	const inputs = { key, host: HOST, published };
	const other = throwawayLoginKey(primitives, bytesOf("another login key"));
	const made = [
		keyPassword(primitives, inputs, NONCE),
		keyPassword(primitives, inputs, bytesOf("another nonce")),
		keyPassword(primitives, { ...inputs, host: hostOf("example.net") }, NONCE),
		keyPassword(primitives, { ...inputs, published: line(publicKey(bytesOf("another window"))) }, NONCE),
		keyPassword(primitives, { ...inputs, key: other }, NONCE),
	].map((each) => Buffer.from(valueOf(each).password.slice(4), "base64").subarray(-64).toString("hex"));
	assert.equal(new Set(made).size, made.length);
	assert.throws(() => keyPassword(primitives, inputs, NONCE.subarray(1)), RangeError);
});
