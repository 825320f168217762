import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { WindowKey } from "../src/window-key.ts";
import { type Answer, ask, startTestHost } from "./support.ts";

const LINE = `CLOWDER-DH-PASSWORD-1 e=${"A".repeat(43)}=\n`;
const PATH = "/.well-known/clowder-login/cats.example";

interface Fake {
	readonly url: URL;
	readonly requests: IncomingMessage[];
	/** Resolves with the next request. */
	next(): Promise<unknown>;
}

/** The HTTP side of another server. */
async function startFake(t: TestContext, answer: RequestListener): Promise<Fake> {
	const requests: IncomingMessage[] = [];
	const http = createServer((asked, response) => {
		requests.push(asked);
		answer(asked, response);
	});
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		http.closeAllConnections();
		http.close();
	});
	const url = new URL(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/ws`);
	return { url, requests, next: () => once(http, "request") };
}

/** What the page gets, where the other server answers so. */
async function through(t: TestContext, answer: RequestListener): Promise<Answer> {
	const { url } = await startFake(t, answer);
	const host = await startTestHost(t, { upstream: url, upstreamKeys: true });
	return ask(host.port, PATH);
}

describe("the key for logins that another server publishes", () => {
	it("HOST-9: is passed on, and nothing said of who asks", async (t) => {
		const fake = await startFake(t, (_, response) => response.writeHead(200, { "set-cookie": "a=b" }).end(LINE));
		const host = await startTestHost(t, { upstream: fake.url, upstreamKeys: true });
		const config = { domain: "cats.example", websocket: "/xmpp-websocket", windowKey: PATH };
		assert.deepEqual(JSON.parse((await ask(host.port, "/clowder.json")).body), config);
		const answer = await ask(host.port, PATH, {
			cookie: "secret=1",
			"user-agent": "a browser",
			"x-forwarded-for": "::2",
		});
		assert.deepEqual([answer.status, answer.body], [200, LINE]);
		assert.equal(answer.headers["set-cookie"], undefined);
		assert.equal(answer.headers["cache-control"], "no-store");
		assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
		assert.deepEqual(
			fake.requests.map(({ method, url, headers }) => ({ method, url, headers })),
			[{ method: "GET", url: PATH, headers: { host: `cats.example:${fake.url.port}`, connection: "close" } }],
		);
	});

	it("HOST-9: is all that can be asked for, by GET, and only where the operator said so", async (t) => {
		const fake = await startFake(t, (_, response) => response.end(LINE));
		const host = await startTestHost(t, { upstream: fake.url, upstreamKeys: true });
		for (const path of [`${PATH}/x`, `${PATH}?x`, "/.well-known/clowder-login/", `${PATH}/../../secret`, "/secret"]) {
			assert.equal((await ask(host.port, path)).status, 404, path);
		}
		assert.equal((await ask(host.port, PATH, { host: "evil.example" })).status, 421);
		for (const method of ["HEAD", "POST", "PUT"]) {
			const asked = request({ host: "127.0.0.1", port: host.port, path: PATH, method, agent: false }).end();
			const [answer] = (await once(asked, "response")) as [IncomingMessage];
			assert.deepEqual([answer.statusCode, answer.headers.allow], [405, "GET"], method);
			answer.resume();
		}
		const without = await startTestHost(t, { upstream: fake.url });
		assert.equal((await ask(without.port, PATH)).status, 404);
		assert.equal("windowKey" in JSON.parse((await ask(without.port, "/clowder.json")).body), false);
		assert.equal(fake.requests.length, 0);
	});

	it("HOST-9: may be missing, elsewhere, too long, of another form, or broken off", async (t) => {
		const answers: readonly (readonly [number, RequestListener])[] = [
			[404, (_, response) => response.writeHead(404).end(LINE)],
			[404, (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(LINE)],
			[200, (_, response) => response.end(`${"x".repeat(255)}\n`)],
			[502, (_, response) => response.end(`${"x".repeat(256)}\n`)],
			[502, (_, response) => void response.write("x".repeat(300))],
			[502, (_, response) => response.end("two\nlines\n")],
			[502, (_, response) => response.end("\u00e9\n")],
			[502, (_, response) => response.end("")],
			[
				502,
				(_, response) => void response.writeHead(200, { "content-length": 100 }).write(LINE, () => response.destroy()),
			],
			[502, (_, response) => void response.destroy()],
		];
		for (const [index, [status, answer]] of answers.entries()) {
			assert.equal((await through(t, answer)).status, status, `${index}`);
		}
	});

	it("HOST-9: is waited for no longer than is said, nor by a host that closes", async (t) => {
		const fake = await startFake(t, () => {});
		const key = new WindowKey({ domain: "cats.example", upstream: fake.url, answerMsMax: 1 });
		const near = createServer((asked, response) => key.handle(asked, response));
		await new Promise<void>((resolve) => near.listen(0, "127.0.0.1", resolve));
		t.after(() => near.close());
		assert.equal((await ask((near.address() as AddressInfo).port, PATH)).status, 504);

		const host = await startTestHost(t, { upstream: fake.url, upstreamKeys: true });
		const asked = fake.next();
		const answer = ask(host.port, PATH).catch(() => undefined);
		await asked;
		await host.close();
		assert.notEqual((await answer)?.status, 200);
	});

	it("HOST-9: is asked for once at a time, and anew for who comes later", async (t) => {
		const waiting: (() => void)[] = [];
		const fake = await startFake(t, (_, response) => void waiting.push(() => response.end(LINE)));
		const key = new WindowKey({ domain: "cats.example", upstream: fake.url });
		let arrived = 0;
		const near = createServer((asked, response) => {
			key.handle(asked, response);
			if (++arrived === 20) near.emit("all-arrived");
		});
		const allArrived = once(near, "all-arrived");
		await new Promise<void>((listening) => near.listen(0, "127.0.0.1", listening));
		t.after(() => near.close());
		const { port } = near.address() as AddressInfo;
		const first = fake.next();
		const answers = Array.from({ length: 20 }, () => ask(port, PATH));
		await Promise.all([first, allArrived]);
		waiting.shift()?.();
		for (const { body } of await Promise.all(answers)) assert.equal(body, LINE);
		assert.equal(fake.requests.length, 1);
		const second = fake.next();
		const later = ask(port, PATH);
		await second;
		waiting.shift()?.();
		assert.equal((await later).body, LINE);
		assert.equal(fake.requests.length, 2);
	});

	it("HOST-10: is not passed on where others could read the password on its way", () => {
		const make = (address: string): WindowKey => new WindowKey({ domain: "cats.example", upstream: new URL(address) });
		for (const address of [
			"ws://cats.example/ws",
			"ws://localhost.example/ws",
			"ws://10.0.0.1/ws",
			"http://localhost/",
		]) {
			assert.throws(() => make(address), RangeError, address);
		}
		for (const address of [
			"wss://cats.example/ws",
			"ws://localhost:5280/ws",
			"ws://127.0.0.2/ws",
			"ws://[::1]:5280/ws",
		]) {
			assert.equal(make(address).path, PATH);
		}
	});
});
