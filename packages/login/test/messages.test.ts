import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { challengeLogin, startLogin } from "../src/index.ts";
import { bytesOf, client, errorOf, exchange, hostOf, keyOf, MECHANISMS, primitives, server } from "./support.ts";

/** Texts close to a right one, and others. */
function near(right: string): fc.Arbitrary<string> {
	const at = fc.nat(right.length);
	return fc.oneof(
		fc.tuple(at, fc.string({ maxLength: 3 })).map(([i, more]) => right.slice(0, i) + more + right.slice(i)),
		at.map((i) => right.slice(0, i) + right.slice(i + 1)),
		fc.tuple(at, fc.string({ minLength: 1, maxLength: 1 })).map(([i, c]) => right.slice(0, i) + c + right.slice(i + 1)),
		fc.string({ unit: "binary" }),
		fc.constant(right + right),
	);
}

test("LOGIN-4: no text throws, and one that differs in any character of it logs nobody in", () => {
	const key = keyOf("ana");
	const { hello, answer } = exchange(key);
	const right = answer.message;
	fc.assert(
		fc.property(near(right), (text) => {
			const judged = server(hello.message).verify(text);
			assert.equal(judged.ok, text === right);
		}),
		{ seed: 4, numRuns: 300 },
	);
	fc.assert(
		fc.property(near(server(hello.message).message), (text) => {
			const answered = client(key).answer(text);
			// Another nonce of the server's is as good as this one; only the proofs tell.
			if (answered.ok) assert.match(text, /^e=.{44},r=.{44},b=(none|tls-[a-z+-]+)$/);
		}),
		{ seed: 4, numRuns: 300 },
	);
});

test("LOGIN-4: the unused bits of base64, white space, another order and more fields are refused", () => {
	const key = keyOf("ana");
	const { hello, challenge, answer } = exchange(key);
	const [k, b, p] = answer.message.split(",") as [string, string, string];
	for (const text of [
		"",
		"=",
		`${k},${p},${b}`,
		`${answer.message},x=1`,
		`${answer.message}\n`,
		` ${answer.message}`,
	]) {
		assert.equal(errorOf(server(hello.message).verify(text)).kind, "malformed", text);
	}
	const otherBits = hello.message.replace(/(.)=$/, (_, last: string) => {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		return `${alphabet[alphabet.indexOf(last) ^ 1]}=`;
	});
	assert.notEqual(otherBits, hello.message);
	const randomness = { ephemeralSeed: bytesOf("e"), nonce: bytesOf("n") };
	const inputs = { host: hostOf("example.org"), mechanisms: MECHANISMS, channels: {} };
	for (const first of ["", "r=", otherBits, `n,,${hello.message}`, hello.message.repeat(9)]) {
		assert.equal(errorOf(challengeLogin(primitives, inputs, first, randomness)).kind, "malformed", first);
	}
	const { message } = challenge;
	for (const bad of [
		"",
		message.replace("b=none", "b="),
		message.replace("b=none", "b=tls-unique"),
		message.replace("b=none", "b=tls-server-end-point+tls-exporter"),
	]) {
		assert.equal(errorOf(client(key).answer(bad)).kind, "malformed", bad);
	}
	for (const bad of ["", "v=", "e=other-error", answer.message]) {
		assert.equal(errorOf(answer.verify(bad)).kind, "malformed", bad);
	}
});

test("LOGIN-4: offered mechanisms that cannot be are the server's fault, not a crash", () => {
	const inputs = { key: keyOf("ana"), host: hostOf("example.org"), channels: {} };
	const start = (mechanisms: readonly string[]): string =>
		errorOf(startLogin(primitives, { ...inputs, mechanisms }, bytesOf("n"))).kind;
	assert.equal(start([]), "malformed");
	assert.equal(start(["SCRAM-SHA-1"]), "malformed");
	assert.equal(start([...MECHANISMS, "lower"]), "malformed");
	assert.equal(start([...MECHANISMS, "X".repeat(21)]), "malformed");
	assert.equal(start([...MECHANISMS, ...Array.from({ length: 62 }, (_, i) => `M-${i}`)]), "malformed");
});
