import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { test } from "node:test";
import { waysIn } from "../src/login.ts";
import { windowKeyReader } from "../src/index.ts";

const LINE = "CLOWDER-DH-PASSWORD-1 e=AAAA\n";

async function reading(answer: RequestListener, timeoutMs = 60_000): Promise<[string | undefined, IncomingMessage[]]> {
	const requests: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		requests.push(request);
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	const text = await windowKeyReader(`http://127.0.0.1:${address.port}/localhost`, timeoutMs)();
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
	return [text, requests];
}

test("KEYPASS-2: what is published is read, and nothing is told of who reads", async () => {
	const [text, [request]] = await reading((_, response) => response.end(LINE));
	assert.equal(text, LINE);
	const { cookie, authorization, referer, origin } = request?.headers ?? {};
	assert.deepEqual([cookie, authorization, referer, origin], [undefined, undefined, undefined, undefined]);
});

test("KEYPASS-2: nothing is read of what is missing, too long, elsewhere, or does not come", async () => {
	const answers: RequestListener[] = [
		(_, response) => response.writeHead(404).end(LINE),
		(_, response) => response.end("x".repeat(257)),
		(_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
		(_, response) => void response.destroy(),
	];
	for (const answer of answers) {
		const [text, requests] = await reading(answer);
		assert.equal(text, undefined);
		assert.equal(requests.length, 1);
	}
	const [late] = await reading(() => {}, 1);
	assert.equal(late, undefined);
});

test("KEYPASS-2: others could read along without TLS, so that is refused but for this machine", () => {
	for (const url of ["http://example.org/x", "ftp://localhost/x", "http://localhost.example.org/x"]) {
		assert.throws(() => windowKeyReader(url), RangeError, url);
	}
	windowKeyReader("https://example.org/x");
	windowKeyReader("http://[::1]:5280/x");
});

test("KEYPASS-7: PLAIN is a way in only for a key, where the caller can read what is published", () => {
	const plain = { mechanisms: ["PLAIN", "ANONYMOUS"], registration: true };
	assert.deepEqual(waysIn(plain, { key: true, keyPassword: true, account: true }), ["key", "anonymous"]);
	assert.deepEqual(waysIn(plain, { key: true, account: true }), ["anonymous"]);
	assert.deepEqual(waysIn(plain, { key: false, keyPassword: true, account: true }), ["anonymous"]);
});
