import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { account, dh, loginSeed, messages, publicKey } from "./independent.ts";
import { readVectors, VECTORS, vectorText } from "./vectors.ts";

test("the vectors are what the library makes of their inputs", () => {
	assert.equal(readFileSync(VECTORS, "utf8"), vectorText());
});

for (const vector of readVectors()) {
	test(`LOGIN-1, LOGIN-3, LOGIN-5: the vector "${vector.name}" follows from the specification, computed apart`, () => {
		const bytes = (text: string): Buffer => Buffer.from(text, "hex");
		const seed = loginSeed(bytes(vector.secret), vector.host);
		const login = publicKey(seed);
		const ephemeral = publicKey(bytes(vector.ephemeralSeed));
		const kinds = ["tls-exporter", "tls-server-end-point"].filter((kind) => kind in vector.channels);
		const [binding = "none"] = kinds;
		const seen = {
			host: vector.host,
			mechanisms: vector.mechanisms,
			clientNonce: bytes(vector.clientNonce),
			serverNonce: bytes(vector.serverNonce),
			offered: kinds.join("+") || "none",
			binding,
			channel: bytes(vector.channels[binding] ?? ""),
		};
		const { clientFirst, challenge, response, success } = vector;
		assert.deepEqual(messages(seen, dh(seed, ephemeral), ephemeral, login), {
			clientFirst,
			challenge,
			response,
			success,
		});
		assert.equal(vector.loginKey, login.toString("hex"));
		assert.equal(vector.account, account(login));
	});
}
