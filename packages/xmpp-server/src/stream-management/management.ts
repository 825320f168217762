import type { Result } from "@clowder/bytes";
import type { ServerLimits } from "../limits.ts";
import { countAfter } from "./count.ts";
import { type HandledCountTooHigh, type Unacked, UnackedQueue } from "./unacked-queue.ts";

/** How a session can be resumed. */
export interface Resumption {
	/** Nobody guesses it. */
	readonly id: string;
	/** How long the session waits for its client. */
	readonly forMs: number;
}

/** What follows from a stanza that was sent: nothing, a request for an acknowledgement, or that too much is not acknowledged. */
export type AfterSending = "nothing" | "ask" | "too-much";

/** Stream management of one session (XEP-0198 section 4): counts both ways, whichever streams carry it. */
export class StreamManagement {
	readonly resumption: Resumption | undefined;
	readonly #limits: ServerLimits;
	readonly #queue: UnackedQueue = new UnackedQueue();
	#handled = 0;
	#unaskedStanzas = 0;
	#unaskedBytes = 0;
	/** When a tick first saw stanzas that no request has followed. */
	#unaskedSince: number | undefined;

	constructor(limits: ServerLimits, resumption: Resumption | undefined) {
		this.#limits = limits;
		this.resumption = resumption;
	}

	/** How many stanzas of the peer's were handled. */
	get handled(): number {
		return this.#handled;
	}

	get unackedBytes(): number {
		return this.#queue.bytes;
	}

	get unackedTexts(): readonly string[] {
		return this.#queue.texts;
	}

	received(): void {
		this.#handled = countAfter(this.#handled, 1);
	}

	/** SM-3, SM-4: keeps what was sent, and says what follows. */
	sent(stanza: Unacked): AfterSending {
		this.#queue.push(stanza);
		this.#unaskedStanzas += 1;
		this.#unaskedBytes += stanza.bytes;
		const { unackedStanzas, unackedBytes, ackRequestStanzas, ackRequestBytes } = this.#limits;
		if (this.#queue.stanzas > unackedStanzas || this.#queue.bytes > unackedBytes) return "too-much";
		return this.#unaskedStanzas >= ackRequestStanzas || this.#unaskedBytes >= ackRequestBytes ? "ask" : "nothing";
	}

	/** A request goes out, or there is nothing to ask for. */
	asked(): void {
		this.#unaskedStanzas = 0;
		this.#unaskedBytes = 0;
		this.#unaskedSince = undefined;
	}

	/** Whether something has waited long enough without a request. */
	isDue(now: number): boolean {
		if (this.#unaskedStanzas === 0) return false;
		this.#unaskedSince ??= now;
		return now - this.#unaskedSince >= this.#limits.ackRequestMs;
	}

	acknowledged(handled: number): Result<void, HandledCountTooHigh> {
		const taken = this.#queue.acknowledge(handled);
		if (this.#queue.stanzas === 0) this.asked();
		return taken;
	}

	/** The session is over: what never was acknowledged. */
	end(): readonly Unacked[] {
		return this.#queue.drain();
	}
}
