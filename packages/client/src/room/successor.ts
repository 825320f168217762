import type { JoinRefusal } from "@clowder/mpotr";
import type { Cancel, Clock } from "../clock.ts";
import { REJOIN_DELAY_MS, REJOIN_TRIES } from "../limits.ts";

/** A participant that was refused is over: whether another one asks in its place, and when. */
export class Successor {
	readonly #clock: Clock;
	readonly #ask: () => void;
	#presences = 0;
	#tries = 0;
	#wanted = false;
	#cancel: Cancel | undefined;

	/** `ask` is called when it is time for the next one. */
	constructor(clock: Clock, ask: () => void) {
		this.#clock = clock;
		this.#ask = ask;
	}

	/** Presences in the room so far: more than one after a lost connection. */
	get presences(): number {
		return this.#presences;
	}

	/** The participant that we have is over, and another is to ask. */
	get wanted(): boolean {
		return this.#wanted;
	}

	/** A presence in the room begins. */
	arrived(): void {
		this.#presences += 1;
		this.#tries = 0;
		this.stop();
	}

	/** The next one is there. */
	came(): void {
		this.#wanted = false;
		this.stop();
	}

	/**
	 * Back after a lost connection, our own former presence may still hold our name: ask again when it has gone. A
	 * passphrase that is missing or wrong can be typed, on the way in. Anything else is final.
	 */
	after(why: JoinRefusal, wasInside: boolean): "later" | "with-passphrase" | "final" {
		if (why === "passphrase-needed" || why === "wrong-passphrase") {
			if (wasInside) return "final";
			this.#wanted = true;
			return "with-passphrase";
		}
		const ours = why === "name-taken" || why === "already-here";
		if (!ours || this.#presences < 2 || this.#tries >= REJOIN_TRIES) return "final";
		this.#tries += 1;
		this.#wanted = true;
		this.stop();
		this.#cancel = this.#clock.setTimer(this.#clock.now() + REJOIN_DELAY_MS, this.#ask);
		return "later";
	}

	stop(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}
}
