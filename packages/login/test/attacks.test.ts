import assert from "node:assert/strict";
import { test } from "node:test";
import { base64 } from "@clowder/bytes";
import { accountName } from "../src/index.ts";
import { messages, publicKey } from "./independent.ts";
import { bytesOf, client, errorOf, exchange, keyOf, MECHANISMS, primitives, server, valueOf } from "./support.ts";

/** The u-coordinates of low order, and others that are no canonical ones (RFC 7748 section 6.1). */
const BAD_KEYS: readonly string[] = [
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0900000000000000000000000000000000000000000000000000000000000080",
];

test("LOGIN-8: who holds the key is logged in, under the account of that key, and knows the server has seen the same", () => {
	const key = keyOf("ana");
	const { challenge, answer } = exchange(key);
	const loggedIn = valueOf(challenge.verify(answer.message));
	assert.deepEqual(loggedIn.key.bytes, key.publicKey.bytes);
	assert.equal(loggedIn.account, accountName(primitives, key.publicKey));
	assert.ok(answer.verify(loggedIn.message).ok);
});

test("who does not hold the key is not logged in with it", () => {
	const { challenge, answer } = exchange(keyOf("mallory"));
	const ana = base64(keyOf("ana").publicKey.bytes);
	const claimed = answer.message.replace(/^k=[^,]*/, `k=${ana}`);
	assert.equal(errorOf(challenge.verify(claimed)).kind, "wrong-proof");
});

test("replay: a recorded response is good for its own challenge alone, and for that once", () => {
	const key = keyOf("ana");
	const { hello, challenge, answer } = exchange(key);
	valueOf(challenge.verify(answer.message));
	assert.equal(errorOf(server(hello.message, { run: "2" }).verify(answer.message)).kind, "wrong-proof");
	// LOGIN-10: after one answer, whatever came of it, the ephemeral key is gone.
	assert.throws(() => challenge.verify(answer.message));
	const failed = server(hello.message);
	assert.equal(errorOf(failed.verify("nonsense")).kind, "malformed");
	assert.throws(() => failed.verify(answer.message));
	const givenUp = server(hello.message);
	givenUp.erase();
	assert.throws(() => givenUp.verify(answer.message));
});

test("LOGIN-10: a server whose ephemeral key repeats is saved by its nonce, and the other way round; a client's may repeat", () => {
	const key = keyOf("ana");
	const first = exchange(key);
	// The client's nonce is the same in all of these; the server's part is not.
	const second = exchange(key, {}, { run: "2" });
	assert.notEqual(first.answer.message, second.answer.message);
	const mixed = first.challenge.message.replace(/,r=[^,]*/, /,r=[^,]*/.exec(second.challenge.message)?.[0] ?? "");
	const onMixed = valueOf(client(key).answer(mixed));
	assert.notEqual(mixed, first.challenge.message);
	assert.equal(errorOf(first.challenge.verify(onMixed.message)).kind, "wrong-proof");
	// And the same server's part with another nonce of the client's is another exchange.
	const third = exchange(key, { run: "3" });
	assert.equal(errorOf(third.challenge.verify(first.answer.message)).kind, "wrong-proof");
});

test("LOGIN-7: reflection: one's own key or nonce is not taken back, by either side", () => {
	const key = keyOf("ana");
	const { hello, challenge, answer } = exchange(key);
	const own = challenge.message.replace(/^e=[^,]*/, `e=${base64(key.publicKey.bytes)}`);
	assert.equal(errorOf(hello.answer(own)).kind, "reflected");
	const nonce = challenge.message.replace(/,r=[^,]*/, `,${hello.message}`);
	assert.equal(errorOf(hello.answer(nonce)).kind, "reflected");
	const ephemeral = /^e=([^,]*)/.exec(challenge.message)?.[1] ?? "";
	const back = answer.message.replace(/^k=[^,]*/, `k=${ephemeral}`);
	assert.equal(errorOf(challenge.verify(back)).kind, "reflected");
	const echo = `r=${base64(bytesOf("server nonce 1"))}`;
	assert.throws(() => server(echo), /reflected/);
});

test("LOGIN-8: reflection: the client's proof is not the server's, and a success without the secret is none", () => {
	const { challenge, answer } = exchange(keyOf("ana"));
	const proof = /,p=(.*)$/.exec(answer.message)?.[1] ?? "";
	assert.equal(errorOf(answer.verify(`v=${proof}`)).kind, "wrong-proof");
	assert.equal(errorOf(answer.verify(`v=${base64(new Uint8Array(64))}`)).kind, "wrong-proof");
	const other = exchange(keyOf("ana"), { run: "2" }, { run: "2" });
	const success = valueOf(other.challenge.verify(other.answer.message)).message;
	assert.equal(errorOf(answer.verify(success)).kind, "wrong-proof");
	assert.ok(answer.verify(valueOf(challenge.verify(answer.message)).message).ok);
});

for (const bad of BAD_KEYS) {
	test(`LOGIN-7: the key ${bad.slice(0, 8)}…${bad.slice(-2)} is refused by client and server, with the proof that fits zero`, () => {
		const text = base64(new Uint8Array(Buffer.from(bad, "hex")));
		const { hello, challenge } = exchange(keyOf("ana"));
		const challenged = challenge.message.replace(/^e=[^,]*/, `e=${text}`);
		assert.equal(errorOf(hello.answer(challenged)).kind, "bad-key");
		const seen = {
			host: "example.org",
			mechanisms: MECHANISMS,
			clientNonce: bytesOf("client nonce 1"),
			serverNonce: bytesOf("server nonce 1"),
			offered: "none",
			binding: "none",
			channel: new Uint8Array(),
		};
		const ephemeral = publicKey(bytesOf("ephemeral 1"));
		const forged = messages(seen, new Uint8Array(32), ephemeral, new Uint8Array(Buffer.from(bad, "hex")));
		assert.equal(forged.challenge, challenge.message);
		assert.equal(errorOf(challenge.verify(forged.response)).kind, "bad-key");
	});
}

test("LOGIN-2, LOGIN-5: a server that passes a login on to another server does not get in there", () => {
	// The client means evil.example, which passes on the challenge of example.org.
	const passedOn = exchange(keyOf("ana", "evil.example"), { domain: "evil.example" });
	assert.equal(errorOf(passedOn.challenge.verify(passedOn.answer.message)).kind, "wrong-proof");
	// Also where someone has one key for both.
	const sameKey = exchange(keyOf("ana"), { domain: "evil.example" });
	assert.equal(errorOf(sameKey.challenge.verify(sameKey.answer.message)).kind, "wrong-proof");
});

test("LOGIN-5: mechanisms taken out of, or put into, what is offered show", () => {
	for (const mechanisms of [["CLOWDER-DH-1"], [...MECHANISMS, "PLAIN"], [...MECHANISMS, "CLOWDER-DH-2"]]) {
		const changed = exchange(keyOf("ana"), { mechanisms });
		assert.equal(errorOf(changed.challenge.verify(changed.answer.message)).kind, "wrong-proof");
	}
	const reordered = exchange(keyOf("ana"), { mechanisms: MECHANISMS.toReversed() });
	assert.ok(reordered.challenge.verify(reordered.answer.message).ok, "their order says nothing");
});

test("LOGIN-6: the best channel of both is bound to, and two ends of different channels do not log in", () => {
	const [a, b] = [bytesOf("channel a"), bytesOf("channel b")];
	const both = { "tls-server-end-point": a, "tls-exporter": b };
	const bound = exchange(keyOf("ana"), { channels: both }, { channels: both });
	assert.match(bound.challenge.message, /b=tls-exporter\+tls-server-end-point$/);
	assert.match(bound.answer.message, /,b=tls-exporter,/);
	assert.ok(bound.challenge.verify(bound.answer.message).ok);

	const one = { "tls-server-end-point": a };
	const weaker = exchange(keyOf("ana"), { channels: one }, { channels: both });
	assert.match(weaker.answer.message, /,b=tls-server-end-point,/);
	assert.ok(weaker.challenge.verify(weaker.answer.message).ok);

	const without = exchange(keyOf("ana"), {}, { channels: both });
	assert.match(without.answer.message, /,b=none,/);
	assert.ok(without.challenge.verify(without.answer.message).ok);

	const between = exchange(keyOf("ana"), { channels: { "tls-exporter": a } }, { channels: { "tls-exporter": b } });
	assert.equal(errorOf(between.challenge.verify(between.answer.message)).kind, "wrong-proof");
});

test("LOGIN-6: channels taken out of the challenge show, and one that the server does not have is refused", () => {
	const channels = { "tls-exporter": bytesOf("channel") };
	const hello = client(keyOf("ana"), { channels });
	const challenge = server(hello.message, { channels });
	const stripped = valueOf(hello.answer(challenge.message.replace("b=tls-exporter", "b=none")));
	assert.match(stripped.message, /,b=none,/);
	assert.equal(errorOf(challenge.verify(stripped.message)).kind, "wrong-proof");

	const { challenge: plain, answer } = exchange(keyOf("ana"));
	assert.equal(errorOf(plain.verify(answer.message.replace("b=none", "b=tls-exporter"))).kind, "wrong-channel");
	assert.throws(() => client(keyOf("ana"), { channels: { "tls-exporter": new Uint8Array() } }).answer(plain.message));
});
