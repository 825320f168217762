import type { CarrierEvent } from "@clowder/carrier";

/** Hands events over in order, never from inside a call, and none after `closed` (CARRIER-6, CARRIER-7). */
export class EventQueue {
	readonly #onEvent: (event: CarrierEvent) => void;
	readonly #events: CarrierEvent[] = [];
	#isOpen = false;
	#isOver = false;

	constructor(onEvent: (event: CarrierEvent) => void) {
		this.#onEvent = onEvent;
	}

	push(event: CarrierEvent): void {
		if (this.#isOver) return;
		this.#isOver = event.type === "closed";
		this.#events.push(event);
		if (this.#isOpen) queueMicrotask(() => this.#next());
	}

	/** From now on events go out: `enter` has resolved, and whoever waited for it has gone on. */
	open(): void {
		this.#isOpen = true;
		for (const _ of this.#events) queueMicrotask(() => this.#next());
	}

	#next(): void {
		const event = this.#events.shift();
		if (event !== undefined) this.#onEvent(event);
	}
}
