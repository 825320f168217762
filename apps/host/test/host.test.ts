import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { WebSocket } from "ws";
import { describeHostError } from "../src/errors.ts";
import { type Host, SECURITY_HEADERS, startHost } from "../src/index.ts";

const PAGE = `<!doctype html><title>page</title>${"<p>text</p>".repeat(100)}`;

interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

describe("the host", () => {
	let webRoot: string;
	let host: Host;

	before(async () => {
		webRoot = await mkdtemp(join(tmpdir(), "clowder-host-"));
		await writeFile(join(webRoot, "index.html"), PAGE);
		const started = await startHost({ port: 0, host: "127.0.0.1", domain: "cats.example", webRoot, xmppPort: 0 });
		assert.ok(started.ok);
		host = started.value;
	});
	after(async () => {
		await host.close();
		await rm(webRoot, { recursive: true });
	});

	function ask(path: string, headers: Record<string, string> = {}, method = "GET", body = ""): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const asked = request({ host: "127.0.0.1", port: host.port, path, method, headers }, (response) => {
				const parts: Buffer[] = [];
				response.on("data", (part: Buffer) => parts.push(part));
				response.on("end", () =>
					resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
				);
			});
			asked.on("error", reject);
			asked.end(body);
		});
	}

	/** Sends bytes as they are; resolves with all that came back when the server closed. */
	function askRaw(bytes: string | Buffer): Promise<string> {
		return new Promise((resolve) => {
			const socket = connect(host.port, "127.0.0.1", () => socket.end(bytes));
			let answer = "";
			socket.on("data", (part) => {
				answer += part.toString("latin1");
			});
			socket.on("error", () => {});
			socket.on("close", () => resolve(answer));
		});
	}

	it("serves the page, with the headers that keep it to itself", async () => {
		for (const path of ["/", "/index.html", "/?x=1"]) {
			const { status, headers, body } = await ask(path);
			assert.equal(status, 200);
			assert.equal(body.toString(), PAGE);
			assert.equal(headers["cache-control"], "no-cache");
			assert.equal(headers["content-type"], "text/html; charset=utf-8");
		}
		assert.doesNotMatch(SECURITY_HEADERS["Content-Security-Policy"] ?? "", /unsafe|\*|https?:/);
	});

	it("sends the security headers with every answer, whatever it is", async () => {
		const answers = [
			await ask("/"),
			await ask("/clowder.json"),
			await ask("/none"),
			await ask("/", {}, "POST", "x"),
			await ask("/", { "if-none-match": "*" }),
		];
		assert.deepEqual(
			answers.map(({ status }) => status),
			[200, 200, 404, 405, 304],
		);
		for (const { headers } of answers) {
			for (const [name, value] of Object.entries(SECURITY_HEADERS)) assert.equal(headers[name.toLowerCase()], value);
		}
	});

	it("compresses as the browser wishes, and answers 304 to what it has", async () => {
		const plain = await ask("/");
		const packed = await ask("/", { "accept-encoding": "gzip, deflate, br" });
		assert.equal(packed.headers["content-encoding"], "br");
		assert.ok(packed.body.length < plain.body.length);
		assert.equal(brotliDecompressSync(packed.body).toString(), PAGE);
		assert.notEqual(packed.headers.etag, plain.headers.etag);
		assert.equal((await ask("/", { "accept-encoding": "gzip" })).headers["content-encoding"], "gzip");
		assert.equal((await ask("/", { "accept-encoding": "br;q=0, gzip;q=0.0" })).headers["content-encoding"], undefined);
		const again = await ask("/", { "accept-encoding": "br", "if-none-match": `"x", W/${packed.headers.etag}` });
		assert.equal(again.status, 304);
		assert.equal(again.body.length, 0);
		assert.equal((await ask("/", { "if-none-match": '"other"' })).status, 200);
	});

	it("answers HEAD like GET, without the body", async () => {
		const { status, headers, body } = await ask("/", {}, "HEAD");
		assert.equal(status, 200);
		assert.equal(headers["content-length"], String(Buffer.byteLength(PAGE)));
		assert.equal(body.length, 0);
	});

	it("tells the page where its server is", async () => {
		const { headers, body } = await ask("/clowder.json");
		assert.equal(headers["content-type"], "application/json");
		assert.deepEqual(JSON.parse(body.toString()), {
			domain: "cats.example",
			websocket: "/xmpp-websocket",
			http: "/http-rooms",
		});
	});

	it("has the rooms over plain HTTP, for its own pages alone", async () => {
		const json = { "content-type": "application/json" };
		const entering = '{"room":"den"}';
		const entered = await ask("/http-rooms/enter", json, "POST", entering);
		assert.equal(entered.status, 201);
		assert.equal(entered.headers["cross-origin-embedder-policy"], "require-corp");
		assert.equal(entered.headers["cache-control"], "no-store, no-transform");
		const { token } = JSON.parse(entered.body.toString());
		assert.equal(
			(await ask("/http-rooms/leave", { ...json, authorization: `Bearer ${token}` }, "POST", "{}")).status,
			200,
		);
		const foreign = { ...json, origin: "https://evil.example" };
		assert.equal((await ask("/http-rooms/enter", foreign, "POST", entering)).status, 403);
		assert.equal((await ask("/http-rooms/enter", { ...json, host: "evil.example" }, "POST", entering)).status, 421);
	});

	it("tells other XMPP clients where its WebSocket is (XEP-0156)", async () => {
		const hrefFor = async (headers: Record<string, string>): Promise<string> => {
			const { body, headers: answered } = await ask("/.well-known/host-meta.json", headers);
			assert.equal(answered["access-control-allow-origin"], "*");
			const [link] = JSON.parse(body.toString()).links;
			assert.equal(link.rel, "urn:xmpp:alt-connections:websocket");
			return link.href;
		};
		assert.equal(await hrefFor({ host: "cats.example:99" }), "ws://cats.example:99/xmpp-websocket");
		// Nobody said that this machine is a proxy.
		const behindProxy = { host: "cats.example", "x-forwarded-proto": "https" };
		assert.equal(await hrefFor(behindProxy), "ws://cats.example/xmpp-websocket");
	});

	it("answers to no other name, so that a page cannot make its own name point here", async () => {
		for (const path of ["/", "/clowder.json", "/.well-known/host-meta.json"]) {
			assert.equal((await ask(path, { host: "evil.example" })).status, 421, path);
		}
		const status = await new Promise((resolve) => {
			const headers = { host: "evil.example", origin: "http://evil.example" };
			const socket = new WebSocket(`ws://127.0.0.1:${host.port}/xmpp-websocket`, "xmpp", { headers });
			socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
			socket.on("open", () => resolve("open"));
		});
		assert.equal(status, 421);
	});

	for (const path of [
		"/../package.json",
		"/..%2fpackage.json",
		"/%2e%2e/%2e%2e/etc/passwd",
		"/....//etc/passwd",
		"//etc/passwd",
		"/index.html%00.js",
		"/index.html/",
		"/INDEX.HTML",
		"/assets",
		"/.env",
		"/constructor",
		"/__proto__",
		"/%",
		"/\\..\\x",
		"*",
		"http://elsewhere.example/",
	]) {
		it(`has nothing at ${path}`, async () => assert.equal((await ask(path)).status, 404));
	}

	it("survives what is not HTTP", async () => {
		const garbage = [
			"\r\n\r\n",
			"GET\r\n\r\n",
			"GET / HTTP/9.9\r\n\r\n",
			`GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
			`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"y".repeat(20_000)}\r\n\r\n`,
			"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			Buffer.from("160301020001000001fc0303", "hex"),
			"<?xml version='1.0'?><stream:stream to='cats.example'>",
		];
		for (const bytes of garbage) assert.doesNotMatch(await askRaw(bytes), / 200 /);
		assert.equal((await ask("/")).status, 200);
	});

	it("takes WebSockets for XMPP on its path only", async () => {
		const outcome = (path: string, protocol: string): Promise<string> =>
			new Promise((resolve) => {
				const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, protocol);
				socket.on("error", () => resolve("refused"));
				socket.on("open", () => {
					resolve(`open as ${socket.protocol}`);
					socket.close();
				});
			});
		assert.equal(await outcome("/xmpp-websocket", "xmpp"), "open as xmpp");
		assert.equal(await outcome("/other", "xmpp"), "refused");
	});

	it("takes native clients on its own port of loopback", async () => {
		const { xmppPort } = host;
		assert.ok(xmppPort !== undefined);
		const answer = await new Promise<string>((resolve) => {
			const socket = connect(xmppPort, "127.0.0.1", () =>
				socket.write(
					"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='cats.example' version='1.0'>",
				),
			);
			let text = "";
			socket.on("data", (part) => {
				text += part.toString();
				if (!text.includes("</stream:features>")) return;
				socket.destroy();
				resolve(text);
			});
		});
		assert.match(answer, /SCRAM-SHA-256/);
	});

	it("shows the tap all XMPP text, and closes with clients still connected", async () => {
		const seen: string[] = [];
		const started = await startHost({
			port: 0,
			host: "127.0.0.1",
			domain: "cats.example",
			webRoot,
			tap: (_connection, direction, text) => seen.push(`${direction} ${text}`),
		});
		assert.ok(started.ok);
		const socket = new WebSocket(`ws://127.0.0.1:${started.value.port}/xmpp-websocket`, "xmpp");
		const closed = new Promise((resolve) => socket.on("close", resolve));
		await new Promise((resolve) => {
			socket.on("message", resolve);
			socket.on("open", () =>
				socket.send('<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="cats.example" version="1.0"/>'),
			);
		});
		assert.ok(seen.some((line) => line.startsWith("in <open")));
		assert.ok(seen.some((line) => line.startsWith("out ")));
		await started.value.close();
		await closed;
	});

	it("says why it cannot start", async () => {
		const options = { host: "127.0.0.1", domain: "cats.example", webRoot };
		const taken = await startHost({ ...options, port: host.port });
		assert.ok(!taken.ok);
		assert.deepEqual(taken.error, { kind: "port-taken", host: "127.0.0.1", port: host.port });
		assert.match(describeHostError(taken.error), /--port/);

		const nowhere = await startHost({ ...options, host: "192.0.2.1", port: 0 });
		assert.equal(nowhere.ok || nowhere.error.kind, "no-such-address");

		const unbuilt = await startHost({ ...options, port: 0, webRoot: join(webRoot, "none") });
		assert.equal(unbuilt.ok || unbuilt.error.kind, "web-client-missing");

		const other = createServer();
		await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
		const xmppPort = (other.address() as AddressInfo).port;
		const nativeTaken = await startHost({ ...options, port: 0, xmppPort });
		other.close();
		assert.equal(nativeTaken.ok || nativeTaken.error.kind, "port-taken");
	});
});
