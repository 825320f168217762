import { err, ok, type Result } from "@clowder/bytes";
import type { Flight } from "../in-flight.ts";
import { countAfter, stanzasBetween } from "./count.ts";

/** A stanza that was sent and not acknowledged. */
export interface Unacked {
	readonly text: string;
	/** In UTF-8. */
	readonly bytes: number;
	/** How many sessions had been bound when it was sent: who was bound later has not had it. */
	readonly boundBefore: number;
	/** Where it is kept beyond the process. */
	readonly flight?: Flight | undefined;
}

/** SM-6: an acknowledgement of what was never sent, or of what was acknowledged before. */
export interface HandledCountTooHigh {
	readonly handled: number;
	readonly sent: number;
}

/** What was sent and not acknowledged, in its order (XEP-0198 section 4). */
export class UnackedQueue {
	#entries: Unacked[] = [];
	#bytes = 0;
	/** The count that the peer acknowledged last. */
	#acknowledged: number;

	/** `acknowledged`: zero in a new session. */
	constructor(acknowledged = 0) {
		this.#acknowledged = acknowledged;
	}

	get stanzas(): number {
		return this.#entries.length;
	}

	get bytes(): number {
		return this.#bytes;
	}

	get texts(): readonly string[] {
		return this.#entries.map(({ text }) => text);
	}

	push(entry: Unacked): void {
		this.#entries.push(entry);
		this.#bytes += entry.bytes;
	}

	/** The peer has handled so many: they need not be kept any longer. */
	acknowledge(handled: number): Result<void, HandledCountTooHigh> {
		const stanzas = stanzasBetween(this.#acknowledged, handled);
		if (stanzas > this.#entries.length) {
			return err({ handled, sent: countAfter(this.#acknowledged, this.#entries.length) });
		}
		for (const { bytes, flight } of this.#entries.splice(0, stanzas)) {
			this.#bytes -= bytes;
			flight?.acknowledged();
		}
		this.#acknowledged = handled;
		return ok(undefined);
	}

	/** Takes all out. */
	drain(): readonly Unacked[] {
		const entries = this.#entries;
		this.#entries = [];
		this.#bytes = 0;
		return entries;
	}
}
