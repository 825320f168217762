import type { SigningKey, Suite } from "@clowder/crypto";
import type { Handle, Millis, RoomEvent } from "../api.ts";
import { isCounted } from "../fold/counting.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import type { MessageHash } from "../labels.ts";
import { MAX_EVENTS, MAX_IN_FLIGHT, MAX_OWN_KEYS } from "../limits.ts";
import { signMessage } from "../wire/envelope.ts";
import type { Message } from "../wire/messages.ts";

/** Keeps a map or set, which remember the order of insertion, to a size. */
export function dropOldest<K>(kept: Map<K, unknown> | Set<K>, limit: number): void {
	if (kept.size <= limit) return;
	const oldest = kept.keys().next();
	if (oldest.done !== true) kept.delete(oldest.value);
}

/** What goes out: texts for the carrier and events for the application, each taken once, in order. */
export class Desk {
	readonly suite: Suite;
	readonly random: (length: number) => Uint8Array;
	/** Where we are on the carrier; empty before `entered`. */
	binding = "";
	self: Handle | undefined;
	#texts: string[] = [];
	#events: RoomEvent[] = [];
	#quiet = 0;
	readonly #numbers: Map<KeyName, number> = new Map();
	/** When our messages that have not come back were sent. */
	readonly #inFlight: Map<string, Millis> = new Map();
	/** Who else is in the place; whose handles these are is not known. */
	occupants: ReadonlySet<Handle> = new Set();
	/** The time as of the present call. */
	now: Millis = 0;

	constructor(suite: Suite, random: (length: number) => Uint8Array) {
		this.suite = suite;
		this.random = random;
	}

	/** A random part of a duration. */
	someOf(window: Millis): Millis {
		const [a = 0, b = 0] = this.random(2);
		return Math.floor((window * (a * 256 + b)) / 65_536);
	}

	/** Signs a message under its author's next number and hands it out. */
	post(key: SigningKey, context: Uint8Array, message: Message): MessageHash {
		// What stands outside of the count has numbers of its own.
		const author = isCounted(message.type) ? keyName(key.verifyKey) : `${keyName(key.verifyKey)}/apart`;
		const number = this.#numbers.get(author) ?? 0;
		// The key used last stands last, so that the oldest one is of a session long over.
		this.#numbers.delete(author);
		this.#numbers.set(author, number + 1);
		dropOldest(this.#numbers, MAX_OWN_KEYS);
		const signed = signMessage(this.suite, this.binding, key, context, number, message);
		this.#texts.push(signed.text);
		this.#inFlight.set(keyName(signed.hash), this.now);
		dropOldest(this.#inFlight, MAX_IN_FLIGHT);
		return signed.hash;
	}

	/** Once for each of our own messages, when it has come back: when it was sent. */
	echoed(hash: MessageHash): Millis | undefined {
		const name = keyName(hash);
		const sentAt = this.#inFlight.get(name);
		if (sentAt !== undefined) this.#inFlight.delete(name);
		return sentAt;
	}

	/** What was on its way when the place was lost never comes. */
	forget(): void {
		this.#texts = [];
		this.#inFlight.clear();
	}

	/** Runs something of which nobody is told: what a room says that is not the one on the screen. */
	quietly<T>(run: () => T): T {
		this.#quiet++;
		try {
			return run();
		} finally {
			this.#quiet--;
		}
	}

	emit(event: RoomEvent): void {
		// That keys are published concerns what was on the screen before, and a session what will be.
		if (this.#quiet > 0 && event.type !== "published" && event.type !== "session") return;
		this.#events.push(event);
		if (this.#events.length <= MAX_EVENTS) return;
		// An application that does not take its events must not cost unbounded memory: noise goes first.
		const noise = this.#events.findIndex((one) => one.type === "refused" || one.type === "changed");
		this.#events.splice(Math.max(noise, 0), 1);
	}

	takeTexts(): string[] {
		const texts = this.#texts;
		this.#texts = [];
		return texts;
	}

	takeEvents(): RoomEvent[] {
		const events = this.#events;
		this.#events = [];
		return events;
	}
}
