import type { Millis } from "../api.ts";
import { type Attempt, type KeyName, keyName } from "../fold/state.ts";
import type { VoteReason } from "../wire/messages.ts";

/** How long counting what is owed may wait: a small part of any timeout. */
const WATCH_INTERVAL_MS = 500;

/** How long something has been owed so far, and since when without a break. */
interface Debt {
	readonly spent: Millis;
	readonly since: Millis | undefined;
}

export interface Owing {
	/** A member's `v` of the session, or a newcomer's of the attempt. */
	readonly v: Uint8Array;
	readonly owes: VoteReason;
	/** Of `v` and what is owed. */
	readonly name: string;
}

export function owingName(v: Uint8Array, owes: VoteReason): Owing {
	return { v, owes, name: `${keyName(v)}/${owes}` };
}

/**
 * When each of the others last did what they owe (design section 6: silence is any owed message that is late). What is owed is
 * counted over attempts, as long as it was not placed in one: whoever always sends an offer and never a share is late with
 * the share, however often the attempt starts anew.
 */
export class Watch {
	readonly #heard: Map<KeyName, Millis> = new Map();
	readonly #debts: Map<string, Debt> = new Map();
	#owing: readonly Owing[] = [];
	#attempt: Attempt | undefined;
	#updatedAt: Millis = Number.NEGATIVE_INFINITY;
	/** Those who withheld a vote for a keep-list of ours, since when, until they vote. */
	readonly withholding: Map<KeyName, Millis> = new Map();
	/** When we had sent the newest of our messages that came back: all that was on its way before is read. */
	echoedSentAt: Millis = Number.NEGATIVE_INFINITY;

	heard(v: KeyName, at: Millis): void {
		this.#heard.set(v, at);
	}

	heardAt(v: KeyName): Millis | undefined {
		return this.#heard.get(v);
	}

	/** The owed message of this kind was placed. */
	paid(v: KeyName, what: VoteReason): void {
		this.#debts.delete(`${v}/${what}`);
	}

	/** Whether what is owed has changed, and was not counted just now. */
	isDue(attempt: Attempt | undefined, now: Millis): boolean {
		return attempt !== this.#attempt && (attempt === undefined || now >= this.#updatedAt + WATCH_INTERVAL_MS);
	}

	/** When to count again what is owed, if anything changed. */
	nextUpdate(attempt: Attempt | undefined): Millis {
		return attempt === this.#attempt ? Number.POSITIVE_INFINITY : this.#updatedAt + WATCH_INTERVAL_MS;
	}

	/** What is owed as of the last update. */
	get owing(): readonly Owing[] {
		return this.#owing;
	}

	/** What is owed in this attempt as of now. */
	update(owing: readonly Owing[], attempt: Attempt | undefined, now: Millis): void {
		this.#owing = owing;
		this.#attempt = attempt;
		this.#updatedAt = now;
		const names = new Set(owing.map(({ name }) => name));
		for (const name of names) {
			const debt = this.#debts.get(name);
			if (debt === undefined) this.#debts.set(name, { spent: 0, since: now });
			else if (debt.since === undefined) this.#debts.set(name, { ...debt, since: now });
		}
		for (const [name, { spent, since }] of this.#debts) {
			if (!names.has(name) && since !== undefined) {
				this.#debts.set(name, { spent: spent + now - since, since: undefined });
			}
		}
	}

	/** When something that is owed now will have been owed for this long. */
	dueAt({ name }: Owing, after: Millis): Millis | undefined {
		const debt = this.#debts.get(name);
		return debt?.since === undefined ? undefined : debt.since + after - debt.spent;
	}

	/** A new session: nobody owes anything. */
	clear(others: readonly KeyName[], now: Millis): void {
		this.#heard.clear();
		this.#debts.clear();
		this.#owing = [];
		this.#attempt = undefined;
		this.withholding.clear();
		for (const key of others) this.#heard.set(key, now);
	}
}
