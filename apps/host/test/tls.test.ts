import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request, type RequestOptions } from "node:https";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { type MadeCertificate, makeCertificate } from "@clowder/servers";
import { WebSocket } from "ws";
import { describeHostError } from "../src/errors.ts";
import { startHost } from "../src/index.ts";
import { type Answer, heard, openWebSocket, startTestHost } from "./support.ts";

const DOMAIN = "cats.example";
const DAY_MS = 86_400_000;

interface Files {
	readonly certFile: string;
	readonly keyFile: string;
	write(pair: MadeCertificate): Promise<void>;
}

async function filesFor(t: TestContext, pair: MadeCertificate): Promise<Files> {
	const folder = await mkdtemp(join(tmpdir(), "clowder-tls-"));
	t.after(() => rm(folder, { recursive: true }));
	const [certFile, keyFile] = [join(folder, "fullchain.pem"), join(folder, "privkey.pem")];
	const write = async ({ chain, key }: MadeCertificate): Promise<void> => {
		await writeFile(certFile, chain);
		await writeFile(keyFile, key);
	};
	await write(pair);
	return { certFile, keyFile, write };
}

function askHttps(port: number, path: string, options: RequestOptions): Promise<Answer> {
	const to = { host: "127.0.0.1", port, path, servername: DOMAIN, headers: { host: DOMAIN }, agent: false as const };
	return new Promise((resolve, reject) => {
		const asked = request({ ...to, ...options }, (response) => {
			let body = "";
			response.setEncoding("utf8").on("data", (part: string) => (body += part));
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		asked.on("error", reject);
		asked.end();
	});
}

async function secured(port: number, options: { ca?: string; maxVersion?: "TLSv1.1" }): Promise<TLSSocket> {
	const old =
		options.maxVersion === undefined ? {} : ({ minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" } as const);
	const socket = connect({ port, host: "127.0.0.1", servername: DOMAIN, ...old, ...options });
	await once(socket, "secureConnect");
	return socket;
}

/** By an end or by an error. */
function ended(socket: Socket): Promise<void> {
	return new Promise((resolve) => socket.once("close", () => resolve()));
}

const wait = (): Promise<void> => new Promise(setImmediate);

describe("the host with a certificate", () => {
	it("serves page, WebSocket and native clients over TLS, and nothing without", async (t) => {
		const pair = makeCertificate([DOMAIN]);
		const host = await startTestHost(t, { tls: await filesFor(t, pair), xmppPort: 0 });
		assert.equal(host.url, `https://${DOMAIN}:${host.port}/`);
		const page = await askHttps(host.port, "/", { ca: pair.chain });
		assert.equal(page.status, 200);
		assert.match(page.headers["strict-transport-security"] ?? "", /^max-age=\d{7,}$/);
		const meta = await askHttps(host.port, "/.well-known/host-meta.json", { ca: pair.chain });
		assert.match(meta.body, /"wss:\/\/cats\.example\/xmpp-websocket"/);

		const options = { ca: pair.chain, servername: DOMAIN, origin: `https://${DOMAIN}`, headers: { host: DOMAIN } };
		const socket = await openWebSocket(`wss://127.0.0.1:${host.port}/xmpp-websocket`, options);
		assert.ok(socket instanceof WebSocket);
		const features = heard(socket, /CLOWDER-DH-1/);
		socket.send(`<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${DOMAIN}" version="1.0"/>`);
		await features;

		assert.ok(host.xmppPort !== undefined);
		await secured(host.xmppPort, { ca: pair.chain });
		for (const port of [host.port, host.xmppPort]) {
			await assert.rejects(secured(port, { ca: pair.chain, maxVersion: "TLSv1.1" }));
			await assert.rejects(secured(port, {}), /self-signed/);
		}
		const plain = connectTcp(host.port, "127.0.0.1", () => plain.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
		let text = "";
		plain.on("data", (bytes) => (text += String(bytes)));
		plain.on("error", () => {});
		await ended(plain);
		assert.doesNotMatch(text, /200/);
	});

	it("takes renewed files by itself, and at once when asked; connections stay (HOST-5)", async (t) => {
		const [first, second, third] = [makeCertificate([DOMAIN]), makeCertificate([DOMAIN]), makeCertificate([DOMAIN])];
		const files = await filesFor(t, first);
		const lines: string[] = [];
		const log = (level: string, line: string): void => void lines.push(`${level} ${line}`);
		const host = await startTestHost(t, { tls: { ...files, checkMs: 20 }, xmppPort: 0, log });
		const old = await secured(host.xmppPort ?? 0, { ca: first.chain });

		await files.write(second);
		while (!lines.some((line) => line.startsWith("notice a new certificate"))) await wait();
		assert.equal((await askHttps(host.port, "/", { ca: second.chain })).status, 200);
		await secured(host.xmppPort ?? 0, { ca: second.chain });
		await assert.rejects(askHttps(host.port, "/", { ca: first.chain }));

		await files.write(third);
		await host.reload();
		assert.equal((await askHttps(host.port, "/", { ca: third.chain })).status, 200);
		old.write(
			`<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${DOMAIN}" version="1.0">`,
		);
		const [answer] = await once(old, "data");
		assert.match(String(answer), /<stream:stream/);
	});

	it("keeps what it has while the files cannot be served, and says so once", async (t) => {
		const good = makeCertificate([DOMAIN]);
		const files = await filesFor(t, good);
		const lines: string[] = [];
		const host = await startTestHost(t, { tls: files, log: (level, line) => void lines.push(`${level} ${line}`) });
		const old = makeCertificate([DOMAIN], new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() - DAY_MS));
		for (const [pair, expected] of [
			[{ chain: makeCertificate([DOMAIN]).chain, key: good.key }, /key is not that of/],
			[old, /has expired/],
			[{ chain: "half", key: good.key }, /expected a certificate in PEM/],
			[{ chain: good.chain, key: "" }, /privkey\.pem: expected a private key in PEM/],
		] as const) {
			lines.length = 0;
			await files.write(pair);
			await host.reload();
			await host.reload();
			assert.equal(lines.length, 1, lines.join("\n"));
			assert.match(lines[0] ?? "", /^error .*the certificate before stays$/);
			assert.match(lines[0] ?? "", expected);
			assert.equal((await askHttps(host.port, "/", { ca: good.chain })).status, 200);
		}
		await rm(files.certFile);
		await host.reload();
		assert.match(lines.at(-1) ?? "", /cannot read .*fullchain\.pem: ENOENT/);
	});

	it("warns of a certificate that ends soon, or is for another domain", async (t) => {
		const soon = makeCertificate(["other.example"], new Date(Date.now() - DAY_MS), new Date(Date.now() + 2 * DAY_MS));
		const lines: string[] = [];
		await startTestHost(t, { tls: await filesFor(t, soon), log: (level, line) => void lines.push(`${level} ${line}`) });
		assert.match(
			lines.join("\n"),
			/^error the certificate is not for the name given with --domain.*\nerror .*not renewed/,
		);
	});

	it("does not start with files that cannot be served, and says why in one line", async (t) => {
		const good = makeCertificate([DOMAIN]);
		const files = await filesFor(t, good);
		const old = makeCertificate([DOMAIN], new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() - DAY_MS));
		const options = { port: 0, host: "127.0.0.1", domain: DOMAIN, webRoot: join(files.certFile, "..") };
		await writeFile(join(options.webRoot, "index.html"), "x");
		const refusal = async (pair: MadeCertificate): Promise<string> => {
			await files.write(pair);
			const started = await startHost({ ...options, tls: files });
			assert.ok(!started.ok);
			return describeHostError(started.error);
		};
		assert.match(await refusal({ ...good, key: old.key }), /fullchain\.pem: the key is not that of the first/);
		assert.match(await refusal(old), /fullchain\.pem: the certificate has expired on /);
		assert.match(await refusal({ chain: "nothing", key: good.key }), /fullchain\.pem: expected a certificate in PEM/);
		const secret = await refusal({ chain: good.chain, key: good.key.replace("BEGIN", "BEGAN") });
		assert.match(secret, /privkey\.pem: expected a private key/);
		for (const line of good.key.split("\n").slice(1, -2)) assert.ok(!secret.includes(line));
		const away = await startHost({ ...options, tls: { ...files, keyFile: join(options.webRoot, "none.pem") } });
		assert.match(away.ok ? "" : describeHostError(away.error), /cannot read .*none\.pem: ENOENT/);
	});

	it("closes in the middle of someone's handshake", async (t) => {
		const host = await startTestHost(t, { tls: await filesFor(t, makeCertificate([DOMAIN])) });
		const socket = connectTcp(host.port, "127.0.0.1", () => socket.write(Buffer.from("1603010200", "hex")));
		socket.on("error", () => {});
		const closed = ended(socket);
		await once(socket, "connect");
		await host.close();
		await closed;
	});
});
