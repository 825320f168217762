import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import {
	accountName,
	type Channels,
	type ClientAnswer,
	type ClientHello,
	loginHost,
	type LoginKey,
	loginKey,
	MECHANISM,
	startLogin,
} from "@clowder/login";
import { random } from "../harness.ts";
import type { RawStream } from "./raw-streams.ts";

const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";

/** What the client's side of a test believes where it is not what the server says. */
export interface Beliefs {
	readonly host?: string;
	readonly mechanisms?: readonly string[];
	readonly channels?: Channels;
}

/** A key that a name stands for, the same in every run. */
export function keyOf(name: string, domain = "localhost"): LoginKey {
	const host = loginHost(domain);
	assert.ok(host.ok);
	return loginKey(nodePrimitives, new Uint8Array(createHash("sha256").update(name).digest()), host.value);
}

export function nameOf(key: LoginKey): string {
	return accountName(nodePrimitives, key.publicKey);
}

/** The mechanisms in what the server offers next. */
export async function offered(stream: RawStream): Promise<readonly string[]> {
	const [features] = await stream.hear(/<stream:features.*?<\/stream:features>/s);
	return [...features.matchAll(/<mechanism>([^<]*)<\/mechanism>/g)].map((match) => match[1] as string);
}

export function hello(key: LoginKey, mechanisms: readonly string[], beliefs: Beliefs = {}): ClientHello {
	const host = loginHost(beliefs.host ?? "localhost");
	assert.ok(host.ok);
	const inputs = {
		key,
		host: host.value,
		mechanisms: beliefs.mechanisms ?? mechanisms,
		channels: beliefs.channels ?? {},
	};
	const started = startLogin(nodePrimitives, inputs, random(32));
	assert.ok(started.ok, JSON.stringify(started));
	return started.value;
}

export function say(stream: RawStream, element: "auth" | "response", text: string): Promise<void> {
	const attributes = element === "auth" ? ` mechanism='${MECHANISM}'` : "";
	const base64 = Buffer.from(text, "latin1").toString("base64");
	return stream.say(`<${element} xmlns='${SASL}'${attributes}>${base64}</${element}>`);
}

/** The text of a challenge or success, or the condition of a failure. */
export async function verdict(stream: RawStream): Promise<readonly [kind: string, text: string]> {
	const pattern = /<(challenge|success)[^>]*>([^<]*)<\/\1>|<(failure)[^>]*><([a-z-]+)/;
	const [, kind, text, failure, condition] = await stream.hear(pattern);
	if (failure !== undefined) return ["failure", condition as string];
	return [kind as string, Buffer.from(text as string, "base64").toString("latin1")];
}

/** Begins, and takes the challenge: what the client answers, and what it was asked. */
export async function challenged(stream: RawStream, given: ClientHello): Promise<[ClientAnswer, string]> {
	await say(stream, "auth", given.message);
	const [kind, challenge] = await verdict(stream);
	assert.equal(kind, "challenge", challenge);
	const answer = given.answer(challenge);
	assert.ok(answer.ok, JSON.stringify(answer));
	return [answer.value, challenge];
}

/** A response by the text of the specification alone, for whoever knows the shared secret without a secret key. */
export function forged(
	shared: Uint8Array,
	key: Uint8Array,
	seen: { readonly first: string; readonly challenge: string; readonly mechanisms: readonly string[] },
): string {
	const v = (text: string): Buffer => {
		const head = Buffer.alloc(4);
		head.writeUInt32BE(Buffer.byteLength(text));
		return Buffer.concat([head, Buffer.from(text)]);
	};
	const hmac = (by: Uint8Array, over: Uint8Array): Buffer => createHmac("sha512", by).update(over).digest();
	const unproven = `k=${Buffer.from(key).toString("base64")},b=none`;
	const transcript = Buffer.concat([
		v(`${MECHANISM} client`),
		v("localhost"),
		Buffer.from([0, seen.mechanisms.length]),
		...[...seen.mechanisms].sort().map(v),
		...[seen.first, seen.challenge, unproven, ""].map(v),
	]);
	const proof = hmac(hmac(Buffer.from(`${MECHANISM} key`), shared), transcript);
	return `${unproven},p=${proof.toString("base64")}`;
}

/** A whole login on an open stream; "success", or the condition of the refusal. */
export async function logIn(stream: RawStream, key: LoginKey, beliefs: Beliefs = {}): Promise<string> {
	const given = hello(key, await offered(stream), beliefs);
	const [answer] = await challenged(stream, given);
	await say(stream, "response", answer.message);
	const [kind, text] = await verdict(stream);
	if (kind !== "success") return text;
	assert.deepEqual(answer.verify(text), { ok: true, value: undefined });
	return kind;
}

/** Binds after a login; the local part of the address that the server then gives. */
export async function bind(stream: RawStream): Promise<string> {
	await stream.restart();
	await stream.hear(/<stream:features.*?<\/stream:features>/s);
	await stream.say("<iq type='set' id='b' xmlns='jabber:client'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
	return (await stream.hear(/<jid>([^@]*)@/))[1] as string;
}
