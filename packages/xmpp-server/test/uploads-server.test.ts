import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createXmppServer } from "../src/index.ts";
import { UPLOAD_NS } from "../src/upload/upload-service.ts";
import { child, element, textOf } from "../src/xml.ts";
import { TestClient } from "./support/client.ts";

test("UPLOAD-1: from the slot to the file through a server as it is embedded", async (t) => {
	const server = createXmppServer({ domain: "localhost" });
	const known: { url?: string } = {};
	const uploads = server.uploads({ path: "/files", localUrl: () => known.url });
	assert.ok(uploads.ok);
	const http = createServer((asked, answer) => {
		if (!uploads.value(asked, answer)) answer.writeHead(404).end();
	});
	server.attachWebSocket(http, { path: "/xmpp-websocket", allowedOrigins: ["https://listed.example"] });
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	const { port } = http.address() as AddressInfo;
	known.url = `http://127.0.0.1:${port}`;
	t.after(async () => {
		await server.close();
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	});
	const ana = await (await TestClient.webSocket(`ws://127.0.0.1:${port}/xmpp-websocket`, "localhost")).start("ana");
	const answer = await ana.iq("get", "localhost", element("request", UPLOAD_NS, { filename: "a.bin", size: "5" }));
	const slot = child(answer, "slot", UPLOAD_NS);
	const put = slot && child(slot, "put", UPLOAD_NS);
	const header = put && child(put, "header", UPLOAD_NS);
	assert.ok(put !== undefined && header !== undefined);
	const address = put.attrs["url"] ?? "";
	const headers = { authorization: textOf(header) };
	assert.equal((await fetch(address, { method: "PUT", headers, body: "bytes" })).status, 201);
	assert.equal(await (await fetch(address)).text(), "bytes");

	// A page of this host is given addresses as it reaches the host; a page of another, as clients without a page.
	for (const [origin, base] of [
		[`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/files/`],
		[`https://127.0.0.1:${port}`, `https://127.0.0.1:${port}/files/`],
		["https://listed.example", `http://127.0.0.1:${port}/files/`],
	] as const) {
		const page = await TestClient.webSocket(`ws://127.0.0.1:${port}/xmpp-websocket`, "localhost", origin);
		await (await page.open(), page.logIn("ana", "a password"));
		const given = await page.iq("get", "localhost", element("request", UPLOAD_NS, { filename: "b", size: "1" }));
		const got = child(child(given, "slot", UPLOAD_NS) ?? given, "get", UPLOAD_NS)?.attrs["url"] ?? "";
		assert.ok(got.startsWith(base), `${origin}: ${got}`);
	}

	assert.deepEqual(server.uploads({ path: "/more", localUrl: () => known.url }).ok, false, "once for a server");
	const closing = server.close();
	const status = await new Promise((resolve, reject) => {
		request({ host: "127.0.0.1", port, path: new URL(address).pathname }, (got) => resolve(got.statusCode))
			.on("error", reject)
			.end();
	});
	assert.equal(status, 503, "a server that ends serves no files");
	await closing;
});

test("a folder for files that cannot be made is said so by the system's own word", () => {
	const server = createXmppServer({ domain: "localhost" });
	const options = { path: "/files", localUrl: () => "http://localhost", folder: "/dev/null/files" };
	assert.deepEqual(server.uploads(options), { ok: false, error: { kind: "system", code: "ENOTDIR" } });
	assert.ok(server.uploads({ path: "/files", localUrl: () => "http://localhost" }).ok);
});
