import type { ArrivalKeys } from "./arrival-keys.ts";
import { type DelayHost, delayed } from "./delay.ts";
import type { Storage } from "./storage/storage.ts";
import { type Element, serialise } from "./xml.ts";

/** Messages on their way to sessions that acknowledge what they get, by account and key of arrival. */
export const IN_FLIGHT = "unacked";

/**
 * A message that stays in the storage until one client has acknowledged it, or until no session holds it any more. Who makes
 * it holds it too, and releases it once it was sent.
 */
export class Flight {
	readonly #storage: Storage;
	readonly #username: string;
	readonly #key: string;
	#holders = 1;
	/** It was acknowledged, or is kept elsewhere. Its key may be another message's by then. */
	#over = false;

	constructor(storage: Storage, username: string, key: string) {
		this.#storage = storage;
		this.#username = username;
		this.#key = key;
	}

	get isOver(): boolean {
		return this.#over;
	}

	/** As it is kept, with the time of its arrival; undefined once it is over. */
	get text(): string | undefined {
		return this.#over ? undefined : this.#storage.get(this.#username, IN_FLIGHT, this.#key);
	}

	/** One more session keeps it until it is acknowledged. */
	hold(): void {
		this.#holders += 1;
	}

	/** FLIGHT-2: had by one device is had. Committed with what comes next: what is lost of that is sent once more. */
	acknowledged(): void {
		if (this.#over) return;
		this.#over = true;
		this.#storage.delete(this.#username, IN_FLIGHT, this.#key);
	}

	/** Who held it does not any more; what nobody holds has gone where it could go. */
	release(): void {
		this.#holders -= 1;
		if (this.#holders === 0) this.acknowledged();
	}

	/** Takes it over from another collection, under the same key. To be committed, else `abandoned`. */
	takeFrom(collection: string, text: string): void {
		this.#storage.delete(this.#username, collection, this.#key);
		this.#storage.put(this.#username, IN_FLIGHT, this.#key, text);
	}

	/** The disk did not take it: it is where it was before. */
	abandoned(): void {
		this.#over = true;
	}

	/** FLIGHT-3: gives it to another collection, under the same key. Commits; false: the disk does not take it. */
	moveTo(collection: string): boolean {
		const { text } = this;
		if (text === undefined) return true;
		this.#storage.put(this.#username, collection, this.#key, text);
		this.#storage.delete(this.#username, IN_FLIGHT, this.#key);
		if (!this.#storage.commit()) return false;
		this.#over = true;
		return true;
	}
}

/** What messages in flight need of the server around them. */
export interface InFlightHost extends DelayHost {
	readonly storage: Storage;
	readonly keys: ArrivalKeys;
}

/** Messages that were sent and not acknowledged, kept so that they outlive the process. */
export class InFlight {
	readonly #host: InFlightHost;

	constructor(host: InFlightHost) {
		this.#host = host;
	}

	/** FLIGHT-1: keeps a message before it is sent. Undefined: the disk does not take it. */
	keep(username: string, message: Element): Flight | undefined {
		const { storage, keys } = this.#host;
		const key = keys.next(username);
		storage.put(username, IN_FLIGHT, key, serialise(delayed(message, this.#host)));
		return storage.commit() ? new Flight(storage, username, key) : undefined;
	}

	/** A flight for a message that is kept elsewhere still. */
	flight(username: string, key: string): Flight {
		return new Flight(this.#host.storage, username, key);
	}

	/** FLIGHT-4: nobody holds anything yet; what was in flight when the last process ended goes to where messages wait. */
	recover(waiting: string): void {
		const { storage } = this.#host;
		for (const username of storage.owners(IN_FLIGHT)) {
			for (const [key, text] of storage.entries(username, IN_FLIGHT)) {
				storage.put(username, waiting, key, text);
				storage.delete(username, IN_FLIGHT, key);
			}
		}
		storage.commit();
	}
}
