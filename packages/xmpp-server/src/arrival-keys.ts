import type { Storage } from "./storage/storage.ts";

/** Keys are numbers of as many digits, so that they are in the order of arrival. */
const KEY_DIGITS = 16;

/** Keys for an account's messages in the order of their arrival, the same wherever one is kept: waiting or in flight. */
export class ArrivalKeys {
	readonly #storage: Storage;
	readonly #collections: readonly string[];
	/** Of the accounts that have had some; never back, so that a key means one message. */
	readonly #next: Map<string, number> = new Map();

	constructor(storage: Storage, collections: readonly string[]) {
		this.#storage = storage;
		this.#collections = collections;
	}

	next(username: string): string {
		const next = this.#next.get(username) ?? this.#afterKept(username);
		this.#next.set(username, next + 1);
		return `${next}`.padStart(KEY_DIGITS, "0");
	}

	/** The account is no more, or its messages were changed beside this. */
	forget(username: string): void {
		this.#next.delete(username);
	}

	#afterKept(username: string): number {
		const latest = this.#collections.map((name) => Number(this.#storage.entries(username, name).at(-1)?.[0] ?? -1));
		return Math.max(...latest) + 1;
	}
}
