import type { Result } from "@clowder/bytes";
import type { CallQueue, CallRefusal } from "./call-queue.ts";
import type { PrekeyCalls } from "./calls.ts";
import type { PrekeyOutcome } from "./data.ts";

type Outcomes = Promise<Result<PrekeyOutcome, CallRefusal>>;

/** A `PrekeyClient` in a worker: the account's side of the prekey protocol, with one server. One request at a time. */
export class PrekeyProxy {
	readonly #queue: CallQueue;

	/** For the package itself. */
	constructor(queue: CallQueue) {
		this.#queue = queue;
	}

	/** Publishes the account's profiles and `count` new prekey messages, 255 at most. */
	publish(count: number, nowMs: number): Outcomes {
		return this.#ask("publish", [count, nowMs]);
	}

	storageInformation(nowMs: number): Outcomes {
		return this.#ask("storageInformation", [nowMs]);
	}

	/** The ensembles stay in the worker: `ConversationProxy.sendOffline` takes their numbers. */
	retrieve(identity: string, versions: string, nowMs: number): Outcomes {
		return this.#ask("retrieve", [identity, versions, nowMs]);
	}

	receive(text: string, nowMs: number): Outcomes {
		return this.#ask("receive", [text, nowMs]);
	}

	/** To be called when the `deadlineMs` of the last outcome has come. */
	expire(nowMs: number): Outcomes {
		return this.#ask("expire", [nowMs]);
	}

	async #ask<K extends keyof PrekeyCalls>(call: K, args: PrekeyCalls[K]): Outcomes {
		const { result } = await this.#queue.call({ on: "prekeys", call, args });
		return result as Result<PrekeyOutcome, CallRefusal>;
	}
}
