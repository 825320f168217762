import assert from "node:assert/strict";
import type { Conversation } from "../../src/conversation/conversation.ts";
import type { Outcome } from "../../src/conversation/events.ts";
import { type Endpoint, NOW_MS } from "./endpoint.ts";

const TEXTS_MAX = 20_000;

/** Two users with several devices each, where every device gets every text of the other side. */
export class Network {
	readonly alices: readonly Endpoint[];
	readonly bobs: readonly Endpoint[];

	constructor(alices: readonly Endpoint[], bobs: readonly Endpoint[]) {
		this.alices = alices;
		this.bobs = bobs;
	}

	/** Does something with one device, and carries what comes of it until nobody has anything to say. */
	run(endpoint: Endpoint, act: (conversation: Conversation) => Outcome, nowMs: number = NOW_MS): void {
		endpoint.take(act(endpoint.conversation));
		this.settle(nowMs);
	}

	/** Carries texts of this device. */
	send(endpoint: Endpoint, texts: readonly string[], nowMs: number = NOW_MS): void {
		endpoint.outbox.push(...texts);
		this.settle(nowMs);
	}

	settle(nowMs: number = NOW_MS): void {
		for (let texts = 0; this.#carry(nowMs); texts++) assert.ok(texts < TEXTS_MAX, "devices that never stop talking");
	}

	#carry(nowMs: number): boolean {
		for (const [from, to] of [
			[this.alices, this.bobs],
			[this.bobs, this.alices],
		] as const) {
			for (const sender of from) {
				const text = sender.outbox.shift();
				if (text === undefined) continue;
				for (const receiver of to) receiver.receive(text, nowMs);
				return true;
			}
		}
		return false;
	}
}
