import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Result } from "@clowder/bytes";
import type { Primitives } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import {
	challengeLogin,
	type Channels,
	type ClientAnswer,
	type ClientHello,
	type LoginHost,
	type LoginKey,
	loginHost,
	loginKey,
	MECHANISM,
	type ServerChallenge,
	startLogin,
} from "../src/index.ts";

export const primitives: Primitives = nodePrimitives;
export const MECHANISMS: readonly string[] = [MECHANISM, "SCRAM-SHA-256", "SCRAM-SHA-1"];

/** 32 bytes that a name stands for, the same in every run. */
export function bytesOf(name: string): Uint8Array {
	return new Uint8Array(createHash("sha256").update(name).digest());
}

export function valueOf<T>(result: Result<T, unknown>): T {
	assert.ok(result.ok, JSON.stringify(result));
	return result.value;
}

export function errorOf<E>(result: Result<unknown, E>): E {
	assert.ok(!result.ok, "a refusal expected");
	return result.error;
}

export function hostOf(domain: string): LoginHost {
	return valueOf(loginHost(domain));
}

export function keyOf(name: string, domain = "example.org"): LoginKey {
	return loginKey(primitives, bytesOf(name), hostOf(domain));
}

export interface Side {
	readonly domain?: string;
	readonly mechanisms?: readonly string[];
	readonly channels?: Channels;
	readonly run?: string;
}

export function client(key: LoginKey, side: Side = {}): ClientHello {
	const { domain = "example.org", mechanisms = MECHANISMS, channels = {}, run = "1" } = side;
	const inputs = { key, host: hostOf(domain), mechanisms, channels };
	return valueOf(startLogin(primitives, inputs, bytesOf(`client nonce ${run}`)));
}

export function server(clientFirst: string, side: Side = {}): ServerChallenge {
	const { domain = "example.org", mechanisms = MECHANISMS, channels = {}, run = "1" } = side;
	const inputs = { host: hostOf(domain), mechanisms, channels };
	const randomness = { ephemeralSeed: bytesOf(`ephemeral ${run}`), nonce: bytesOf(`server nonce ${run}`) };
	return valueOf(challengeLogin(primitives, inputs, clientFirst, randomness));
}

/** An exchange up to the client's response, as the two sides see things. */
export function exchange(
	key: LoginKey,
	ofClient: Side = {},
	ofServer: Side = {},
): { readonly answer: ClientAnswer; readonly challenge: ServerChallenge; readonly hello: ClientHello } {
	const hello = client(key, ofClient);
	const challenge = server(hello.message, ofServer);
	return { hello, challenge, answer: valueOf(hello.answer(challenge.message)) };
}
