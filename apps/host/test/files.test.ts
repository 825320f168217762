import assert from "node:assert/strict";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { describeHostError, type Host, type HostOptions, startHost } from "../src/index.ts";
import { limitBodyTime } from "../src/slow-body.ts";

async function folders(t: TestContext): Promise<{ webRoot: string; data: string; filesFolder: string }> {
	const webRoot = await mkdtemp(join(tmpdir(), "clowder-files-"));
	await writeFile(join(webRoot, "index.html"), "<!doctype html>");
	t.after(() => rm(webRoot, { recursive: true, maxRetries: 5 }));
	const data = join(webRoot, "data");
	return { webRoot, data, filesFolder: join(data, "files") };
}

async function hostFor(
	t: TestContext,
	options: Partial<HostOptions> = {},
): Promise<{ host: Host; filesFolder: string }> {
	const { webRoot, data, filesFolder } = await folders(t);
	const started = await startHost({
		...{ port: 0, host: "127.0.0.1", domain: "cats.example", webRoot, data },
		...options,
	});
	assert.ok(started.ok);
	t.after(() => started.value.close());
	return { host: started.value, filesFolder };
}

/** A session of a new account: says a thing, and gives back the first answer that matches. */
async function logIn(t: TestContext, host: Host): Promise<(text: string, answer: RegExp) => Promise<string>> {
	const socket = new WebSocket(`ws://127.0.0.1:${host.port}/xmpp-websocket`, "xmpp");
	t.after(() => socket.terminate());
	await new Promise((resolve) => socket.on("open", resolve));
	const say = (text: string, answer: RegExp): Promise<string> =>
		new Promise((resolve, reject) => {
			const onMessage = (data: unknown): void => {
				const heard = String(data);
				if (!answer.test(heard) && !/<failure|error/.test(heard)) return;
				socket.off("message", onMessage);
				if (answer.test(heard)) resolve(heard);
				else reject(new Error(`expected ${String(answer)}, got ${heard}`));
			};
			socket.on("message", onMessage);
			socket.send(text);
		});
	const set = (inside: string): string => `<iq xmlns="jabber:client" type="set" id="s">${inside}</iq>`;
	const sasl = (name: string, text: string): string =>
		`<${name} xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="SCRAM-SHA-256">${btoa(text)}</${name}>`;
	const open = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="cats.example" version="1.0"/>';
	const fields = "<username>ana</username><password>a password</password>";
	await say(open, /features/);
	await say(set(`<query xmlns="jabber:iq:register">${fields}</query>`), /result/);
	// RFC 5802
	const challenge = await say(sasl("auth", "n,,n=ana,r=abcdefghijkl"), /challenge/);
	const serverFirst = atob(/>([^<]*)</.exec(challenge)?.[1] ?? "");
	const [, nonce = "", salt = "", rounds] = /^r=([^,]*),s=([^,]*),i=(\d+)/.exec(serverFirst) ?? [];
	const salted = pbkdf2Sync("a password", Buffer.from(salt, "base64"), Number(rounds), 32, "sha256");
	const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
	const clientKey = hmac(salted, "Client Key");
	const stored = createHash("sha256").update(clientKey).digest();
	const signature = hmac(stored, `n=ana,r=abcdefghijkl,${serverFirst},c=biws,r=${nonce}`);
	const proof = clientKey.map((byte, i) => byte ^ (signature[i] ?? 0));
	const final = `c=biws,r=${nonce},p=${Buffer.from(proof).toString("base64")}`;
	await say(sasl("response", final), /success/);
	await say(open, /features/);
	await say(set('<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>'), /result/);
	return say;
}

test("an account puts a file at the address that the host gives, which is where it is reached", async (t) => {
	for (const publicUrl of [undefined, "https://chat.example.org/"]) {
		const { host, filesFolder } = await hostFor(t, { publicUrl });
		const say = await logIn(t, host);
		const request = '<request xmlns="urn:xmpp:http:upload:0" filename="a.bin" size="5"/>';
		const slot = await say(`<iq xmlns="jabber:client" type="get" id="r" to="cats.example">${request}</iq>`, /<slot/);
		const [, url = ""] = /<put url="([^"]*)"/.exec(slot) ?? [];
		const [, authorization = ""] = />(Bearer [^<]*)</.exec(slot) ?? [];
		assert.ok(url.startsWith(`${publicUrl ?? host.url}files/`), url);
		const here = new URL(new URL(url).pathname, host.url);
		assert.equal((await fetch(here, { method: "PUT", headers: { authorization }, body: "bytes" })).status, 201);
		assert.equal(await (await fetch(here)).text(), "bytes");
		assert.equal((await readdir(filesFolder)).length, 1);
	}
});

test("the host serves files, on its own path, with the headers of files instead of the page's", async (t) => {
	const { host, filesFolder } = await hostFor(t);
	const missing = await fetch(`${host.url}files/${"A".repeat(43)}/x.html`);
	assert.equal(missing.status, 404);
	assert.equal(missing.headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'; sandbox");
	assert.equal(missing.headers.get("x-content-type-options"), "nosniff");
	assert.equal(missing.headers.get("x-frame-options"), "DENY");
	assert.deepEqual(await readdir(filesFolder), []);
});

test("a folder that cannot be used for files keeps the host from starting, in words", async (t) => {
	const { webRoot, data, filesFolder } = await folders(t);
	const options = { port: 0, host: "127.0.0.1", domain: "cats.example", webRoot, data };
	const first = await startHost(options);
	assert.ok(first.ok);
	await first.value.close();
	await rm(filesFolder, { recursive: true });
	await writeFile(filesFolder, "");
	const started = await startHost(options);
	assert.ok(!started.ok);
	assert.deepEqual(started.error, { kind: "files-folder-unusable", folder: filesFolder, detail: "EEXIST" });
	await rm(filesFolder);
	const again = await startHost(options);
	assert.ok(again.ok, "nothing is held by the start that failed");
	await again.value.close();
	assert.match(describeHostError(started.error), /cannot keep files in .*files.*EEXIST/);
});

test("a body that is no file and does not come in time ends its connection; one that came does not", async (t) => {
	const http = createServer((request, response) => {
		limitBodyTime(request, 50);
		request.resume();
		request.on("end", () => response.end("whole"));
	});
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	t.after(() => http.close());
	const { port } = http.address() as AddressInfo;
	const slow = connect(port, "127.0.0.1");
	const closed = new Promise((resolve) => slow.on("close", resolve));
	slow.on("error", () => {});
	slow.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
	await closed;
	const answer = await fetch(`http://127.0.0.1:${port}/`);
	assert.equal(await answer.text(), "whole");
});
