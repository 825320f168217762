import type { CarrierEvent } from "./contract.ts";

/** Hands events over in order, never from inside a call, and none after `closed` (CARRIER-6, CARRIER-7). */
export class EventQueue {
	readonly #onEvent: (event: CarrierEvent) => void;
	readonly #soon: (run: () => void) => void;
	readonly #events: CarrierEvent[] = [];
	#isOpen = false;
	#isOver = false;

	/** `soon` runs what it is given after the call at hand, in order, as `queueMicrotask` does. */
	constructor(onEvent: (event: CarrierEvent) => void, soon: (run: () => void) => void) {
		this.#onEvent = onEvent;
		this.#soon = soon;
	}

	push(event: CarrierEvent): void {
		if (this.#isOver) return;
		this.#isOver = event.type === "closed";
		this.#events.push(event);
		if (this.#isOpen) this.#soon(() => this.#next());
	}

	/** From now on events go out: `enter` has resolved, and whoever waited for it has gone on. */
	open(): void {
		this.#isOpen = true;
		for (const _ of this.#events) this.#soon(() => this.#next());
	}

	#next(): void {
		const event = this.#events.shift();
		if (event !== undefined) this.#onEvent(event);
	}
}
