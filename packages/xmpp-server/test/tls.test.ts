import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { makeCertificate } from "@clowder/servers";
import { nodePrimitives } from "@clowder/crypto/node";
import { type Channels, loginHost, startLogin, throwawayLoginKey } from "@clowder/login";
import {
	type Certificate,
	createXmppServer,
	readCertificate,
	type XmppServer,
	type XmppServerOptions,
} from "../src/index.ts";

const DOMAIN = "cats.example";
const HEADER = `<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${DOMAIN}" version="1.0">`;
const STARTTLS = `<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>`;
const pair = makeCertificate([DOMAIN]);

function certificate({ chain, key } = pair): Certificate {
	const read = readCertificate(chain, key, Date.now());
	assert.ok(read.ok, JSON.stringify(read));
	return read.value;
}

async function start(
	t: TestContext,
	options: Partial<XmppServerOptions> = {},
): Promise<{ server: XmppServer; port: number }> {
	const server = createXmppServer({ domain: DOMAIN, ...options });
	const listening = await server.listenTcp({ host: "127.0.0.1", port: 0, certificate: certificate() });
	assert.ok(listening.ok);
	t.after(() => server.close());
	return { server, port: listening.value.port };
}

/** Reads until the pattern has come; rejects with what came when the connection ends before. */
async function until(socket: Socket, pattern: RegExp): Promise<string> {
	let text = "";
	for (;;) {
		const bytes: unknown = socket.read();
		if (bytes instanceof Buffer) text += bytes.toString();
		if (pattern.test(text)) return text;
		if (socket.destroyed || socket.readableEnded) throw new Error(`ended with: ${text}`);
		await Promise.race([once(socket, "readable"), once(socket, "close")]);
	}
}

/** All that comes until the end. */
async function all(socket: Socket): Promise<string> {
	let text = "";
	socket.on("error", () => {});
	socket.on("data", (bytes) => (text += String(bytes)));
	await new Promise((resolve) => socket.once("close", resolve));
	return text;
}

async function secure(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
	const socket = connectTls({ port, host: "127.0.0.1", servername: DOMAIN, ca: pair.chain, ...options });
	await once(socket, "secureConnect");
	return socket;
}

async function startTls(port: number): Promise<TLSSocket> {
	const plain = connectTcp(port, "127.0.0.1", () => plain.write(HEADER));
	const features = await until(plain, /<\/stream:features>|<\/features>/);
	assert.match(features, /<starttls[^>]*><required\/><\/starttls>/);
	assert.doesNotMatch(features, /mechanism|register/);
	plain.write(STARTTLS);
	await until(plain, /<proceed/);
	return secure(port, { socket: plain });
}

describe("native clients over TLS", () => {
	it("may begin with TLS or with STARTTLS on one port, and come to the same stream", async (t) => {
		const { server, port } = await start(t);
		for (const connect of [
			(): Promise<TLSSocket> => secure(port, { ALPNProtocols: ["xmpp-client"] }),
			(): Promise<TLSSocket> => secure(port),
			(): Promise<TLSSocket> => startTls(port),
		]) {
			const socket = await connect();
			socket.write(HEADER);
			assert.match(await until(socket, /<\/features>|<\/stream:features>/), /CLOWDER-DH-1.*SCRAM-SHA-256/s);
			assert.equal(server.counts.connections, 1);
			socket.end("</stream:stream>");
			assert.equal(await all(socket), "</stream:stream>");
			while (server.counts.connections > 0) await new Promise(setImmediate);
		}
	});

	it("agree on TLS 1.2 or newer, and on no other protocol than XMPP", async (t) => {
		const { port } = await start(t);
		const older = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
		await assert.rejects(secure(port, older));
		await assert.rejects(secure(port, { ALPNProtocols: ["http/1.1"] }));
		assert.equal((await secure(port, { maxVersion: "TLSv1.2" })).getProtocol(), "TLSv1.2");
	});

	it("say nothing without TLS (TLS-2)", async (t) => {
		const { server, port } = await start(t);
		for (const [text, condition] of [
			[
				`${HEADER}<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="SCRAM-SHA-1">biws</auth>`,
				"policy-violation",
			],
			[`${HEADER}<iq type="get" id="1"><query xmlns="jabber:iq:register"/></iq>`, "policy-violation"],
			[HEADER.replace(DOMAIN, "other.example"), "host-unknown"],
			["<html>", "invalid-namespace"],
			["GET / HTTP/1.1\r\n", "not-well-formed"],
			[`${HEADER}${STARTTLS.replace("starttls", "proceed").replace("/>", ">")}</proceed>`, "policy-violation"],
			[`${HEADER}<a>${"x".repeat(70_000)}`, "policy-violation"],
			["\u00ff", "not-well-formed"],
		] as const) {
			const socket = connectTcp(port, "127.0.0.1", () => socket.write(text));
			assert.match(await all(socket), new RegExp(`<${condition} .*</stream:stream>$`, "s"), text.slice(0, 200));
		}
		const binary = connectTcp(port, "127.0.0.1", () => binary.write(Buffer.from([0xff, 0xfe])));
		assert.match(await all(binary), /unsupported-encoding/);
		while (server.counts.connections > 0) await new Promise(setImmediate);
		assert.equal(server.counts.accounts, 0);
	});

	it("cannot be made to say what someone between put behind the wish for TLS (TLS-3)", async (t) => {
		const { server, port } = await start(t);
		for (const rest of ["<iq/>", "\u0016\u0003\u0001", HEADER]) {
			const socket = connectTcp(port, "127.0.0.1", () => socket.write(`${HEADER}${STARTTLS}${rest}`));
			const answer = await all(socket);
			assert.match(answer, /policy-violation/);
			assert.doesNotMatch(answer, /<proceed/);
		}
		while (server.counts.connections > 0) await new Promise(setImmediate);
	});

	it("count from the first moment, and have no longer for TLS than for a login", async (t) => {
		let now = 0;
		const { server, port } = await start(t, { now: () => now, limits: { connectionsPerAddress: 3 } });
		const silent = connectTcp(port, "127.0.0.1");
		const halfWay = connectTcp(port, "127.0.0.1", () => halfWay.write(Buffer.from("16030100", "hex")));
		const slow = connectTcp(port, "127.0.0.1", () => slow.write(HEADER));
		await until(slow, /required/);
		while (server.counts.connections < 3) await new Promise(setImmediate);
		const fourth = connectTcp(port, "127.0.0.1");
		await all(fourth);
		assert.equal(server.counts.connections, 3);
		now = 30_000;
		await Promise.all([all(silent), all(halfWay), all(slow)]);
		while (server.counts.connections > 0) await new Promise(setImmediate);
	});

	it("leave nothing behind when they go in the middle of a handshake", async (t) => {
		const { server, port } = await start(t);
		for (const text of [
			"",
			HEADER,
			`${HEADER}${STARTTLS}`,
			"\u0016\u0003\u0001\u0002\u0000\u0001\u0000",
			"\u0016garbage",
		]) {
			const socket = connectTcp(port, "127.0.0.1");
			await once(socket, "connect");
			while (server.counts.connections < 1) await new Promise(setImmediate);
			if (text !== "") socket.write(text, "latin1");
			socket.on("error", () => {});
			socket.destroy();
			while (server.counts.connections > 0) await new Promise(setImmediate);
		}
		await assert.rejects(secure(port, { ca: makeCertificate(["other.example"]).chain }));
		while (server.counts.connections > 0) await new Promise(setImmediate);
	});

	it("get a new certificate once there is one, while those there stay", async (t) => {
		const { server, port } = await start(t);
		const before = await secure(port);
		const renewed = makeCertificate([DOMAIN]);
		server.useCertificate(certificate(renewed));
		const after = await secure(port, { ca: renewed.chain });
		assert.notEqual(after.getPeerCertificate().fingerprint256, before.getPeerCertificate().fingerprint256);
		for (const socket of [before, after]) {
			socket.write(HEADER);
			await until(socket, /features>$/);
		}
	});

	it("bind a login by key to the channel, so that it is of no use on another one (TLS-4)", async (t) => {
		const { port } = await start(t);
		const login = async (wrong: boolean, connect: () => Promise<TLSSocket>): Promise<string> => {
			const socket = await connect();
			const name = socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
			if (wrong) name[0] = (name[0] ?? 0) ^ 1;
			const channels: Channels = { "tls-exporter": new Uint8Array(name) };
			socket.write(HEADER);
			const offered = await until(socket, /features>$/);
			const mechanisms = [...offered.matchAll(/<mechanism>(.*?)</g)].map(([, text]) => text ?? "");
			const host = loginHost(DOMAIN);
			assert.ok(host.ok);
			const key = throwawayLoginKey(nodePrimitives, new Uint8Array(32).fill(7));
			const hello = startLogin(
				nodePrimitives,
				{ key, host: host.value, mechanisms, channels },
				new Uint8Array(32).fill(1),
			);
			assert.ok(hello.ok);
			const sasl = (element: string, attribute: string, text: string): void =>
				void socket.write(
					`<${element} xmlns="urn:ietf:params:xml:ns:xmpp-sasl"${attribute}>${btoa(text)}</${element}>`,
				);
			const content = (xml: string): string => atob(/>([^<]*)<\//.exec(xml)?.[1] ?? "");
			sasl("auth", ` mechanism="CLOWDER-DH-1"`, hello.value.message);
			const challenge = content(await until(socket, /<\/challenge>/));
			assert.match(challenge, /,b=tls-exporter$/);
			const answer = hello.value.answer(challenge);
			assert.ok(answer.ok);
			assert.match(answer.value.message, /,b=tls-exporter,/);
			sasl("response", "", answer.value.message);
			const outcome = await until(socket, /<\/success>|<\/failure>/);
			if (outcome.startsWith("<failure")) return outcome;
			assert.ok(answer.value.verify(content(outcome)).ok);
			return "logged in";
		};
		for (const connect of [(): Promise<TLSSocket> => secure(port), (): Promise<TLSSocket> => startTls(port)]) {
			assert.equal(await login(false, connect), "logged in");
			assert.match(await login(true, connect), /not-authorized/);
		}
	});

	it("listen beyond this machine with a certificate only", async (t) => {
		const server = createXmppServer({ domain: DOMAIN });
		t.after(() => server.close());
		const without = await server.listenTcp({ host: "0.0.0.0", port: 0 });
		assert.equal(without.ok || without.error.kind, "usage");
		assert.ok((await server.listenTcp({ host: "0.0.0.0", port: 0, certificate: certificate() })).ok);
	});
});

describe("a certificate", () => {
	const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
	const kindOf = (chain: string, key: string): string => {
		const read = readCertificate(chain, key, Date.now());
		return read.ok ? "fine" : read.error.kind;
	};

	it("is refused in words when it cannot be served (TLS-1)", () => {
		const other = makeCertificate([DOMAIN]);
		const old = makeCertificate([DOMAIN], days(-20), days(-10));
		const early = makeCertificate([DOMAIN], days(10), days(20));
		assert.equal(kindOf(pair.chain, pair.key), "fine");
		assert.equal(kindOf(`${pair.chain}${other.chain}`, pair.key), "fine");
		assert.equal(kindOf(pair.chain, other.key), "another-key");
		assert.equal(kindOf(old.chain, old.key), "expired");
		assert.equal(kindOf(early.chain, early.key), "not-yet-valid");
		assert.equal(kindOf("", pair.key), "no-certificate");
		assert.equal(kindOf(pair.key, pair.key), "no-certificate");
		assert.equal(kindOf(pair.chain, ""), "no-key");
		assert.equal(kindOf(pair.chain, pair.chain), "no-key");
		const cut = pair.chain.slice(0, 200);
		assert.equal(kindOf(cut, pair.key), "no-certificate");
	});

	it("knows for which domains it is", () => {
		const wild = makeCertificate(["*.example.org", "example.org"]);
		const { isFor } = certificate(wild);
		for (const [name, is] of [
			["example.org", true],
			["chat.example.org", true],
			["a.chat.example.org", false],
			["example.com", false],
		] as const)
			assert.equal(isFor(name), is, name);
	});
});
