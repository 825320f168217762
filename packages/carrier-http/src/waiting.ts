import type { Clock } from "@clowder/carrier";

/** Waits; at once when it was or is aborted. */
export function delay(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const end = (): void => {
			cancel();
			signal.removeEventListener("abort", end);
			resolve();
		};
		const cancel = clock.setTimer(clock.now() + ms, end);
		signal.addEventListener("abort", end);
		return undefined;
	});
}

/** Aborts what has to be done in time: when the time is up, which can be put off, or when all of it is over. */
export class Deadline {
	readonly #controller: AbortController = new AbortController();
	readonly #clock: Clock;
	readonly #over: AbortSignal;
	readonly #onOver: () => void;
	#cancel: () => void = () => {};
	#isLate = false;

	constructor(ms: number, clock: Clock, over: AbortSignal) {
		this.#clock = clock;
		this.#over = over;
		this.#onOver = () => this.#controller.abort();
		if (over.aborted) this.#controller.abort();
		over.addEventListener("abort", this.#onOver);
		this.putOff(ms);
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Whether the time was up, and nothing else. */
	get isLate(): boolean {
		return this.#isLate;
	}

	/** So much time from now on. */
	putOff(ms: number): void {
		this.#cancel();
		this.#cancel = this.#clock.setTimer(this.#clock.now() + ms, () => {
			this.#isLate = true;
			this.#controller.abort();
		});
	}

	/** It is done; what is left of an answer is let go of. */
	done(): void {
		this.#cancel();
		this.#over.removeEventListener("abort", this.#onOver);
		this.#controller.abort();
	}
}
