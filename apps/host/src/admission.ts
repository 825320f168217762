import { limitKey, PerMinute } from "@clowder/xmpp-server";
import { PASSED_PER_ADDRESS_MAX, PASSED_PER_ADDRESS_PER_MINUTE_MAX } from "./limits.ts";

/** Counts the connections of each address that are passed on. */
export class Admission {
	readonly #open: Map<string, number> = new Map();
	readonly #rate: PerMinute = new PerMinute(PASSED_PER_ADDRESS_PER_MINUTE_MAX);

	/** Counts one more until what it gives back is called; undefined: it would be too many. */
	enter(address: string, now: number): (() => void) | undefined {
		const key = limitKey(address);
		const open = this.#open.get(key) ?? 0;
		if (open >= PASSED_PER_ADDRESS_MAX || !this.#rate.allow(key, now)) return undefined;
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
