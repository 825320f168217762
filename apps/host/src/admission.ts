import { limitKey, PerMinute } from "@clowder/xmpp-server";

/** Counts what each address has open, and how fast it opens more. */
export class Admission {
	readonly #openMax: number;
	readonly #open: Map<string, number> = new Map();
	readonly #rate: PerMinute;

	constructor(openMax: number, perMinuteMax: number) {
		this.#openMax = openMax;
		this.#rate = new PerMinute(perMinuteMax);
	}

	/** Counts one more until what it gives back is called; undefined: it would be too many. */
	enter(address: string, now: number): (() => void) | undefined {
		const key = limitKey(address);
		const open = this.#open.get(key) ?? 0;
		if (open >= this.#openMax || !this.#rate.allow(key, now)) return undefined;
		this.#open.set(key, open + 1);
		let isIn = true;
		return () => {
			if (!isIn) return;
			isIn = false;
			const left = (this.#open.get(key) ?? 1) - 1;
			if (left === 0) this.#open.delete(key);
			else this.#open.set(key, left);
		};
	}
}
