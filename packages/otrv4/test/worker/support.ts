import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Result } from "@clowder/bytes";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { Conversation, createAccount, type Random } from "../../src/index.ts";
import type { OutcomeData } from "../../src/worker/data.ts";
import { type Port, serveConversations, type ServeOptions } from "../../src/worker/index.ts";
import { type ConversationProxy, ConversationsProxy } from "../../src/worker/proxy.ts";

export const NOW = 1_790_000_000_000;

export const NEW_ACCOUNT = { mode: "standalone" } as const;

/** Random bytes from a seed: the same run every time. */
export function seeded(seed: string): Random {
	let counter = 0;
	return (length) => createHash("shake256", { outputLength: length }).update(`${seed}/${counter++}`).digest();
}

export function must<T>(result: Result<T, unknown>): T {
	if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`);
	return result.value;
}

/** Either end of a channel. Its types in Node leave out the `onmessage` that it has. */
export function asPort(port: MessagePort): Port {
	return port as unknown as Port;
}

/** One side: a proxy, and what serves it at the other end of a channel in the same thread. */
export class Side {
	readonly proxy: ConversationsProxy;
	readonly #channel = new MessageChannel();

	constructor(seed: string, options: Partial<ServeOptions> = {}, watch: (port: Port) => Port = (port) => port) {
		serveConversations(watch(asPort(this.#channel.port2)), {
			primitives: otrNodePrimitives,
			random: seeded(seed),
			...options,
		});
		this.proxy = new ConversationsProxy(asPort(this.#channel.port1));
	}

	async open(ourAddress: string, theirAddress: string): Promise<ConversationProxy> {
		must(await this.proxy.createAccount(NEW_ACCOUNT, NOW));
		return must(await this.proxy.open({ ourAddress, theirAddress }));
	}

	/** Without this the process would wait for messages for ever. */
	disconnect(): void {
		this.#channel.port1.close();
	}
}

/** What `open` of a `Side` gives, in this very thread. */
export function direct(seed: string, ourAddress: string, theirAddress: string): Conversation {
	const random = seeded(seed);
	const account = must(createAccount({ ...NEW_ACCOUNT, primitives: otrNodePrimitives, random }, NOW));
	return new Conversation({ primitives: otrNodePrimitives, random, account, ourAddress, theirAddress });
}

/** What both the class and its proxy are, for who awaits everything. */
export interface Speaker {
	readonly deadlineMs: number | undefined;
	receive(text: string, nowMs: number): unknown;
}

/** An outcome, whether it came as such or in a result. */
export async function outcomeOf(given: unknown): Promise<OutcomeData> {
	const value = await given;
	return (value as object) && "ok" in (value as object)
		? must(value as Result<OutcomeData, unknown>)
		: (value as OutcomeData);
}

/** All that two sides said and saw until neither had anything to say, in order. */
export async function settle(
	speakers: readonly [Speaker, Speaker],
	from: 0 | 1,
	first: unknown,
	nowMs: number = NOW,
): Promise<readonly OutcomeData[]> {
	const begin = await outcomeOf(first);
	const all = [begin];
	const queue = begin.send.map((text) => ({ to: (1 - from) as 0 | 1, text }));
	for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
		const { to, text } = next;
		const outcome = await outcomeOf(speakers[to].receive(text, nowMs));
		all.push(outcome);
		queue.push(...outcome.send.map((answer) => ({ to: (1 - to) as 0 | 1, text: answer })));
	}
	return all;
}

/** The kinds of all events. */
export function kinds(outcomes: readonly OutcomeData[]): string[] {
	return outcomes.flatMap(({ events }) => events.map(({ kind }) => kind));
}
