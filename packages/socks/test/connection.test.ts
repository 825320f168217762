import assert from "node:assert/strict";
import dns from "node:dns";
import { once } from "node:events";
import { createServer as createHttp, type Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, before, describe, it, mock } from "node:test";
import { freePort, SocksServer } from "@clowder/servers";
import { parseProxy, type Proxy, SocksConnection, socksFetch } from "../src/index.ts";

function proxyAt(url: string): Proxy {
	const proxy = parseProxy(url);
	assert.ok(proxy.ok);
	return proxy.value;
}

async function listening(server: Server | HttpServer): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return (server.address() as AddressInfo).port;
}

describe("a connection through a proxy", () => {
	const sockets: Socket[] = [];
	const echo = createServer({ allowHalfOpen: true }, (socket) => {
		sockets.push(socket);
		socket.on("error", () => {});
		socket.pipe(socket);
	});
	let proxy: SocksServer;
	before(async () => {
		proxy = await SocksServer.start({ "server.example": await listening(echo) });
	});
	after(async () => {
		await proxy.close();
		for (const socket of sockets) socket.destroy();
		await new Promise((resolve) => echo.close(resolve));
	});

	it("SOCKS-1: gives the name to the proxy, and nobody here is asked for it", async () => {
		const lookup = mock.method(dns, "lookup");
		const socket = new SocksConnection(proxyAt(proxy.url.replace("//", "//me:secret@")));
		// Written before there is a connection.
		socket.connect({ host: "server.example", port: 5222 }).write("hello");
		const [data] = (await once(socket, "data")) as [Buffer];
		assert.equal(String(data), "hello");
		assert.deepEqual(proxy.requests.at(-1), {
			kind: "name",
			host: "server.example",
			port: 5222,
			username: "me",
			password: "secret",
		});
		assert.deepEqual(
			lookup.mock.calls.map((call) => call.arguments[0]).filter((name) => name !== "127.0.0.1"),
			[],
		);
		lookup.mock.restore();
		socket.end();
		await once(socket, "close");
	});

	it("carries a megabyte both ways, waiting for a reader that takes its time", async () => {
		const socket = new SocksConnection(proxyAt(proxy.url)).connect({ host: "server.example", port: 1 });
		const sent = Buffer.alloc(1024 * 1024, "abcdefg");
		socket.end(sent);
		const parts: Buffer[] = [];
		for await (const part of socket) {
			parts.push(part as Buffer);
			await new Promise((resolve) => setImmediate(resolve));
		}
		assert.ok(Buffer.concat(parts).equals(sent));
	});

	it("SOCKS-4: fails where the proxy does, and where there is none", async () => {
		const nowhere = `socks5://127.0.0.1:${await freePort()}`;
		for (const [url, host] of [
			[proxy.url, "nobody.example"],
			[nowhere, "server.example"],
		] as const) {
			const socket = new SocksConnection(proxyAt(url)).connect({ host, port: 5222 });
			socket.write("hello");
			const [error] = (await once(socket, "error")) as [Error];
			assert.match(error.message, /^through the proxy: /);
			assert.ok(socket.destroyed);
		}
	});

	it("ends when the proxy goes away, and when we do", async () => {
		const socket = new SocksConnection(proxyAt(proxy.url)).connect({ host: "server.example", port: 1 });
		socket.on("error", () => {});
		await once(socket, "connect");
		const closed = new Promise((resolve) => socket.once("close", resolve));
		proxy.cut();
		await closed;
		const early = new SocksConnection(proxyAt(proxy.url)).connect({ host: "server.example", port: 1 });
		early.destroy();
		await once(early, "close");
	});
});

describe("fetch through a proxy", () => {
	const server = createHttp((request, response) => {
		if (request.url === "/away") {
			response.writeHead(302, { Location: "http://other.example/" }).end();
			return;
		}
		if (request.url === "/stream") {
			response.writeHead(200, { "Content-Type": "text/event-stream" }).write("data: 1\n\n");
			return;
		}
		request.setEncoding("utf8");
		let body = "";
		request.on("data", (text) => {
			body += text;
		});
		request.on("end", () => {
			const { host, authorization } = request.headers;
			response
				.writeHead(body === "none" ? 204 : 201)
				.end(body === "none" ? undefined : JSON.stringify({ host, authorization, method: request.method, body }));
		});
	});
	let proxy: SocksServer;
	before(async () => {
		proxy = await SocksServer.start({ "server.example": await listening(server) });
	});
	after(async () => {
		await proxy.close();
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});

	it("SOCKS-1: sends a request to a name that only the proxy knows, and reads the answer", async () => {
		const fetch = socksFetch(proxyAt(proxy.url));
		const init = { method: "POST", body: "text", headers: { Authorization: "Bearer t" } };
		const answer = await fetch("http://server.example/enter", init);
		assert.equal(answer.status, 201);
		const expected = { host: "server.example", authorization: "Bearer t", method: "POST", body: "text" };
		assert.deepEqual(await answer.json(), expected);
		assert.equal(proxy.requests.at(-1)?.kind, "name");
		assert.equal((await fetch("http://server.example/", { method: "POST", body: "none" })).status, 204);
	});

	it("reads an answer as it comes, and ends it when told", async () => {
		const abort = new AbortController();
		const answer = await socksFetch(proxyAt(proxy.url))("http://server.example/stream", { signal: abort.signal });
		const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
		assert.equal(new TextDecoder().decode((await reader.read()).value), "data: 1\n\n");
		abort.abort();
		await assert.rejects(reader.read());
	});

	it("SOCKS-4: speaks TLS where https: is asked for", async (t) => {
		const heard: number[] = [];
		const ear = createServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", (data) => {
				heard.push(data[0] ?? 0);
				socket.destroy();
			});
		});
		const names = await SocksServer.start({ "server.example": await listening(ear) });
		t.after(async () => {
			await names.close();
			await new Promise((resolve) => ear.close(resolve));
		});
		await assert.rejects(socksFetch(proxyAt(names.url))("https://server.example/", {}));
		// RFC 8446 section 5.1: a handshake.
		assert.deepEqual(heard, [22]);
	});

	it("SOCKS-4: rejects a redirection, and where the proxy fails", async () => {
		const fetch = socksFetch(proxyAt(proxy.url));
		await assert.rejects(fetch("http://server.example/away", {}), /redirection/);
		await assert.rejects(fetch("http://nobody.example/", {}), /through the proxy/);
		await assert.rejects(fetch("https://server.example/", {}));
		await assert.rejects(fetch("ftp://server.example/", {}), /http: or https:/);
	});
});
