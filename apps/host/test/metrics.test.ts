import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { makeCertificate } from "@clowder/servers";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "node:http";
import { WebSocket } from "ws";
import { describeHostError } from "../src/errors.ts";
import { type Host, startHost } from "../src/index.ts";
import { Refusals } from "../src/refusals.ts";
import { ask, heard, openWebSocket, startTestHost } from "./support.ts";

const FRAMING = "urn:ietf:params:xml:ns:xmpp-framing";
const OPEN = `<open xmlns="${FRAMING}" to="cats.example" version="1.0"/>`;

async function read(port: number | undefined): Promise<string> {
	assert.ok(port !== undefined);
	const { status, headers, body } = await ask(port, "/metrics");
	assert.equal(status, 200);
	assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
	return body;
}

function valueOf(text: string, name: string): number {
	const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
	assert.ok(line !== undefined, `no ${name} in:\n${text}`);
	return Number(line.slice(name.length + 1));
}

function post(port: number, path: string, body: unknown, headers: Record<string, string> = {}): Promise<number> {
	return new Promise((resolve, reject) => {
		const all = { "content-type": "application/json", ...headers };
		const asked = request({ host: "127.0.0.1", port, path, method: "POST", headers: all }, (response) => {
			response.resume();
			response.on("end", () => resolve(response.statusCode ?? 0));
		});
		asked.on("error", reject);
		asked.end(JSON.stringify(body));
	});
}

async function open(host: Host, headers: Record<string, string> = {}): Promise<WebSocket> {
	const socket = await openWebSocket(`ws://127.0.0.1:${host.port}/xmpp-websocket`, { headers });
	assert.ok(socket instanceof WebSocket);
	const features = heard(socket, /<features|<stream:features/);
	socket.send(OPEN);
	await features;
	return socket;
}

describe("the port for metrics", () => {
	it("tells how many there are of what, in Prometheus' format", async (t) => {
		const host = await startTestHost(t, { metricsPort: 0 });
		const before = await read(host.metricsPort);
		assert.equal(valueOf(before, "clowder_connections"), 0);
		const socket = await open(host);
		const after = await read(host.metricsPort);
		assert.equal(valueOf(after, "clowder_connections"), 1);
		assert.equal(valueOf(after, `clowder_stanzas_total{direction="in"}`), 1);
		assert.equal(valueOf(after, `clowder_text_bytes_total{direction="in"}`), Buffer.byteLength(OPEN));
		assert.ok(valueOf(after, `clowder_text_bytes_total{direction="out"}`) > 100);
		assert.ok(valueOf(after, `clowder_stanzas_total{direction="out"}`) >= 2);
		assert.ok(valueOf(after, "process_resident_memory_bytes") > 1e6);
		assert.ok(valueOf(after, `clowder_event_loop_delay_seconds{quantile="0.99"}`) < 60);
		assert.equal(
			await openWebSocket(`ws://127.0.0.1:${host.port}/xmpp-websocket`, { origin: "http://evil.example" }),
			403,
		);
		assert.equal(valueOf(await read(host.metricsPort), `clowder_refusals_total{kind="another-origin"}`), 1);
		// Each line is a comment or a sample, each metric has a type, and none comes twice.
		const names = new Set<string>();
		for (const line of after.trimEnd().split("\n")) {
			const [, type] = /^# TYPE (\w+) (?:gauge|counter)$/.exec(line) ?? [];
			if (type !== undefined) {
				assert.ok(!names.has(type), type);
				names.add(type);
			} else if (!line.startsWith("# HELP ")) {
				const [, name = ""] = /^(\w+)(?:\{\w+="[\w.-]+"\})? -?[\d.]+(?:e[+-]?\d+)?$/.exec(line) ?? [];
				assert.ok(names.has(name), line);
			}
		}
		socket.terminate();
	});

	it("is not the page's, answers to its own names alone, and to nothing else (HOST-6)", async (t) => {
		const host = await startTestHost(t, { metricsPort: 0 });
		for (const path of ["/metrics", "/healthz"]) assert.equal((await ask(host.port, path)).status, 404);
		const port = host.metricsPort ?? 0;
		assert.equal((await ask(port, "/")).status, 404);
		assert.equal((await ask(port, "/metrics", { host: "evil.example" })).status, 421);
		assert.equal((await ask(port, "/metrics", { host: "localhost:9" })).status, 200);
		assert.equal(await post(port, "/metrics", {}), 405);
	});

	it("tells whether the host is well, and that it is stopping", async (t) => {
		const webRoot = await mkdtemp(join(tmpdir(), "clowder-health-"));
		t.after(() => rm(webRoot, { recursive: true }));
		await writeFile(join(webRoot, "index.html"), "x");
		const options = { port: 0, host: "127.0.0.1", domain: "cats.example", webRoot, metricsPort: 0 };
		const started = await startHost(options);
		assert.ok(started.ok);
		const port = started.value.metricsPort ?? 0;
		assert.deepEqual(await ask(port, "/healthz").then(({ status, body }) => [status, body]), [200, "ok\n"]);
		const taken = await startHost({ ...options, metricsPort: port });
		assert.match(taken.ok ? "" : describeHostError(taken.error), /taken/);
		// A client that does not answer the server's goodbye holds up its end for a moment.
		const socket = await open(started.value);
		socket.pause();
		const closing = started.value.close();
		assert.equal((await ask(port, "/healthz")).status, 503);
		socket.terminate();
		await closing;
		await assert.rejects(ask(port, "/healthz"));
	});

	it("has what is passed on to another server, and the end of the certificate", async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "clowder-metrics-tls-"));
		t.after(() => rm(folder, { recursive: true }));
		const until = new Date(Math.ceil(Date.now() / 1000 + 20 * 86_400) * 1000);
		const { chain, key } = makeCertificate(["cats.example"], new Date(0), until);
		const tls = { certFile: join(folder, "c.pem"), keyFile: join(folder, "k.pem") };
		await Promise.all([writeFile(tls.certFile, chain), writeFile(tls.keyFile, key)]);
		const host = await startTestHost(t, { metricsPort: 0, tls, upstream: new URL("ws://127.0.0.1:9/") });
		const text = await read(host.metricsPort);
		assert.equal(valueOf(text, "clowder_passed_connections"), 0);
		assert.equal(valueOf(text, "clowder_certificate_expiry_seconds"), until.getTime() / 1000);
	});
});

/** Does all that could leave a trace. Each name, address and text has "secret" or an address of documentation in it. */
async function makeNoise(t: TestContext, host: Host): Promise<void> {
	const from = (address: string): Record<string, string> => ({ "x-forwarded-for": address });
	const socket = await open(host, from("203.0.113.77"));
	t.after(() => socket.terminate());
	const say = async (text: string, answer: RegExp): Promise<void> => {
		const heardIt = heard(socket, answer);
		socket.send(text);
		await heardIt;
	};
	const register = (name: string): string =>
		`<iq xmlns="jabber:client" type="set" id="${name}"><query xmlns="jabber:iq:register">` +
		`<username>${name}</username><password>secret password</password></query></iq>`;
	await say(register("secret-ana"), /type="result"/);
	const auth = (text: string): string =>
		`<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="SCRAM-SHA-1">${btoa(text)}</auth>`;
	await say(auth("n,,n=secret-ana,r=secret"), /<failure|<challenge/);
	await say(auth("n,a=secret,n=secret-ana,r=secret"), /<failure/);
	const json = { ...from("2001:db8::77") };
	assert.equal(await post(host.port, "/http-rooms/enter", { room: "secret-room" }, json), 201);
	assert.equal(await post(host.port, "/http-rooms/enter", { room: "secret room" }, json), 400);
	assert.equal(await post(host.port, "/http-rooms/enter", { room: "x" }, { origin: "http://secret.example" }), 403);
	assert.equal((await ask(host.port, "/secret-path", { ...json, "user-agent": "secret" })).status, 404);
	assert.equal((await ask(host.port, "/", { host: "secret.example" })).status, 421);
	const url = `ws://127.0.0.1:${host.port}/xmpp-websocket`;
	assert.equal(await openWebSocket(url, { origin: "http://secret.example" }), 403);
	assert.equal(await openWebSocket(url, { headers: { host: "secret.example" } }), 421);
	let refused = 0;
	for (let i = 0; i < 1_000 && refused === 0; i++) {
		const outcome = await openWebSocket(url, { headers: from("203.0.113.78") });
		if (typeof outcome === "number") refused = outcome;
		else t.after(() => outcome.terminate());
	}
	assert.equal(refused, 503);
	// The limit is the address's that the proxy names, over HTTP too, and nobody else's (HOST-1).
	assert.equal(await post(host.port, "/http-rooms/enter", { room: "secret-room" }, from("203.0.113.78")), 503);
	assert.equal(await post(host.port, "/http-rooms/enter", { room: "secret-room" }, from("203.0.113.79")), 201);
	(await open(host, from("203.0.113.79"))).terminate();
}

it("after a noisy run there is no name, room or address in any log line or metric (HOST-6, HOST-7)", async (t) => {
	const lines: string[] = [];
	const log = (level: string, line: string): void => void lines.push(`${level} ${line}`);
	const proxies = ["127.0.0.1"];
	const host = await startTestHost(t, { log, metricsPort: 0, xmppPort: 0, trustedProxies: proxies });
	await makeNoise(t, host);
	const metrics = await read(host.metricsPort);
	assert.ok(valueOf(metrics, `clowder_refusals_total{kind="failed-login"}`) >= 1);
	assert.ok(valueOf(metrics, `clowder_refusals_total{kind="too-many-from-address"}`) >= 1);
	assert.equal(valueOf(metrics, "clowder_rooms"), 1);
	await host.close();
	assert.ok(lines.some((line) => line.startsWith("notice refused in the last minute: ")));
	assert.ok(lines.some((line) => line === "detail refused: another-origin"));
	for (const text of [metrics, ...lines]) {
		assert.doesNotMatch(text, /secret|203\.0|2001:|127\.|::|localhost|cats\.example|k1-|@|password/i);
	}
});

describe("what is refused", () => {
	it("is told one by one to who wants it, and counted for who does not", async () => {
		const lines: string[] = [];
		const refusals = new Refusals((level, line) => void lines.push(`${level} ${line}`), 10);
		for (const kind of ["a", "b", "a"]) refusals.count(kind);
		while (!lines.some((line) => line.startsWith("notice"))) await new Promise(setImmediate);
		refusals.count("c");
		refusals.stop();
		assert.deepEqual(
			lines.filter((line) => line.startsWith("notice")),
			["notice refused in the last minute: 2 a, 1 b", "notice refused in the last minute: 1 c"],
		);
		assert.equal(lines.filter((line) => line === "detail refused: a").length, 2);
		assert.deepEqual(
			[...refusals.total],
			[
				["a", 2],
				["b", 1],
				["c", 1],
			],
		);
	});
});
