import type { IrcPace } from "./limits.ts";

/** A bucket of tokens, one for each line (IRC-5). The time comes from whoever asks. */
export class Pace {
	readonly #pace: IrcPace;
	#tokens: number;
	#filledMs: number;

	constructor(pace: IrcPace, nowMs: number) {
		this.#pace = pace;
		this.#tokens = pace.burstLines;
		this.#filledMs = nowMs;
	}

	/** Takes a token, if there is one. */
	take(nowMs: number): boolean {
		this.#fill(nowMs);
		if (this.#tokens < 1) return false;
		this.#tokens--;
		return true;
	}

	/** For a line that cannot wait, which the ones after it make up for. */
	owe(nowMs: number): void {
		this.#fill(nowMs);
		this.#tokens = Math.max(this.#tokens - 1, -this.#pace.burstLines);
	}

	/** When there will be a token. */
	get dueMs(): number {
		return this.#filledMs + Math.max(0, 1 - this.#tokens) * this.#pace.lineMs;
	}

	#fill(nowMs: number): void {
		const { burstLines, lineMs } = this.#pace;
		const passedMs = Math.max(0, nowMs - this.#filledMs);
		this.#tokens = Math.min(burstLines, this.#tokens + passedMs / lineMs);
		this.#filledMs = Math.max(nowMs, this.#filledMs);
	}
}
