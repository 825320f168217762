import type { CarrierEvent } from "@clowder/carrier";

/** Hands events over in order, each from a turn of its own, and none after `closed` (CARRIER-6, CARRIER-7). */
export class EventQueue {
	readonly #onEvent: (event: CarrierEvent) => void;
	#waiting: CarrierEvent[] = [];
	#isOpen = false;
	#isOver = false;

	constructor(onEvent: (event: CarrierEvent) => void) {
		this.#onEvent = onEvent;
	}

	push(event: CarrierEvent): void {
		if (this.#isOver) return;
		this.#isOver = event.type === "closed";
		if (this.#isOpen) queueMicrotask(() => this.#onEvent(event));
		else this.#waiting.push(event);
	}

	/** From now on events go out: `enter` has resolved, and whoever waited for it has gone on. */
	open(): void {
		this.#isOpen = true;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const event of waiting) queueMicrotask(() => this.#onEvent(event));
	}
}
