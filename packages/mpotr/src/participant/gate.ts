import { equal, hex } from "@clowder/bytes";
import type { CpaceKey } from "@clowder/crypto";
import type { Handle, Millis } from "../api.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { hideFromInspect } from "../inspect.ts";
import type { MessageHash, StateHash } from "../labels.ts";
import {
	FREE_WRONG_PASSPHRASES,
	MAX_PASSPHRASE_DELAY_MS,
	MAX_PENDING,
	MAX_TOLD_STATES,
	PASSPHRASE_DELAY_MS,
} from "../limits.ts";
import type { PakeRun } from "../session/pake.ts";
import { dropOldest } from "./desk.ts";

/** How long a sponsor waits between two answers (rule PASS-4). */
export function answerDelayMs(failures: number): Millis {
	const beyond = failures - FREE_WRONG_PASSPHRASES;
	if (beyond < 0) return 0;
	return Math.min(PASSPHRASE_DELAY_MS * 2 ** beyond, MAX_PASSPHRASE_DELAY_MS);
}

/** A newcomer that waits for our answer. */
export interface Asked {
	readonly run: PakeRun;
	readonly stateHash: StateHash;
	readonly share: Uint8Array;
}

/** A STATE of ours: whom it answered, and what a JOIN to it names. */
export interface Told {
	readonly stateHash: StateHash;
	/** KNOCKs by the newcomer's `v`; taken out when its run begins, so that no run has the names of another. */
	readonly knocks: Map<KeyName, MessageHash>;
}

/** The sponsor's side of the runs with newcomers. */
export class Gate {
	readonly #told: Map<string, Told> = new Map();
	/** One of each handle, first come, first served. */
	readonly #asked: Map<Handle, Asked> = new Map();
	/** Keys of answered runs, until the JOIN comes. */
	readonly #keys: Map<KeyName, CpaceKey> = new Map();
	/** When a member last answered someone, or we sent our answer. */
	answeredAt: Millis = Number.NEGATIVE_INFINITY;
	/** Our answer whose echo has not come: it counts as soon as it is placed. */
	sent: MessageHash | undefined;

	/** A STATE of ours is on its way. */
	tell(state: MessageHash, told: Told): void {
		this.#told.set(hex(state), told);
		dropOldest(this.#told, MAX_TOLD_STATES);
	}

	/** The KNOCK by `v` that this STATE of ours answered; once. */
	knockOf(state: Uint8Array, v: KeyName): { readonly knock: MessageHash; readonly stateHash: StateHash } | undefined {
		const told = this.#told.get(hex(state));
		const knock = told?.knocks.get(v);
		if (told === undefined || knock === undefined) return undefined;
		told.knocks.delete(v);
		return { knock, stateHash: told.stateHash };
	}

	/** False if too many wait already. */
	ask(from: Handle, asked: Asked): boolean {
		if (!this.#asked.has(from) && this.#asked.size >= MAX_PENDING) return false;
		this.#asked.set(from, asked);
		return true;
	}

	/** Who waits longest for an answer, for a JOIN to this state. */
	next(state: StateHash): readonly [Handle, Asked] | undefined {
		for (const [from, asked] of this.#asked) {
			if (equal(asked.stateHash, state)) return [from, asked];
			this.#asked.delete(from);
		}
		return undefined;
	}

	answered(from: Handle, run: PakeRun, key: CpaceKey | undefined): void {
		this.#asked.delete(from);
		if (key === undefined) return;
		const name = keyName(run.newcomer);
		this.#keys.get(name)?.erase();
		this.#keys.set(name, key);
	}

	left(handle: Handle): void {
		this.#asked.delete(handle);
	}

	/** The key of the run with `v`; once: one run is one guess. */
	take(v: KeyName): CpaceKey | undefined {
		const key = this.#keys.get(v);
		this.#keys.delete(v);
		return key;
	}

	/** Erases every key: nothing that was begun under a base goes on under the next. */
	clear(): void {
		for (const key of this.#keys.values()) key.erase();
		this.#keys.clear();
		this.#asked.clear();
		this.#told.clear();
		this.sent = undefined;
	}

	toString(): string {
		return "[secret]";
	}

	toJSON(): string {
		return "[secret]";
	}
}

hideFromInspect(Gate);
