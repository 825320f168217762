import { REFUSALS_SUMMARY_MS } from "./limits.ts";
import type { Log } from "./log.ts";

/** What is not done, by kind: each at once for who wants the details, and now and then how many there were. */
export class Refusals {
	readonly #log: Log;
	readonly #total: Map<string, number> = new Map();
	readonly #recent: Map<string, number> = new Map();
	readonly #timer: NodeJS.Timeout;

	constructor(log: Log, everyMs: number = REFUSALS_SUMMARY_MS) {
		this.#log = log;
		this.#timer = setInterval(() => this.#summarise(), everyMs).unref();
	}

	/** Since the start. */
	get total(): ReadonlyMap<string, number> {
		return this.#total;
	}

	count(kind: string): void {
		for (const counts of [this.#total, this.#recent]) counts.set(kind, (counts.get(kind) ?? 0) + 1);
		this.#log("detail", `refused: ${kind}`);
	}

	/** The last ones are told. */
	stop(): void {
		clearInterval(this.#timer);
		this.#summarise();
	}

	#summarise(): void {
		if (this.#recent.size === 0) return;
		const parts = [...this.#recent].map(([kind, count]) => `${count} ${kind}`);
		this.#recent.clear();
		this.#log("notice", `refused in the last minute: ${parts.join(", ")}`);
	}
}
