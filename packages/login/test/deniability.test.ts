import assert from "node:assert/strict";
import { test } from "node:test";
import { dh, messages, publicKey } from "./independent.ts";
import { bytesOf, exchange, keyOf, MECHANISMS, valueOf } from "./support.ts";

test("LOGIN-11: the server writes by itself, of the public key alone, the very messages that a client would send", () => {
	const key = keyOf("ana");
	const { hello, challenge, answer } = exchange(key);
	const real = [hello.message, challenge.message, answer.message, valueOf(challenge.verify(answer.message)).message];

	const login = key.publicKey.bytes;
	const secretOfServer = bytesOf("ephemeral 1");
	const seen = {
		host: "example.org",
		mechanisms: MECHANISMS,
		clientNonce: bytesOf("client nonce 1"),
		serverNonce: bytesOf("server nonce 1"),
		offered: "none",
		binding: "none",
		channel: new Uint8Array(),
	};
	const forged = messages(seen, dh(secretOfServer, login), publicKey(secretOfServer), login);
	assert.deepEqual([forged.clientFirst, forged.challenge, forged.response, forged.success], real);
});
