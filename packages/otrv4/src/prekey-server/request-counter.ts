interface Window {
	readonly beganAtMs: number;
	readonly requests: number;
}

/**
 * Counts requests by name in windows of time that begin with a name's first request. Bounded: where there is no room for
 * another name, the one that has been counted longest is forgotten.
 */
export class RequestCounter {
	readonly #windowMs: number;
	readonly #namesMax: number;
	/** In the order in which the windows began. */
	readonly #windows = new Map<string, Window>();

	constructor(windowMs: number, namesMax: number) {
		this.#windowMs = windowMs;
		this.#namesMax = namesMax;
	}

	/** Counts a request, unless that is one more than `max` in the window. */
	allow(name: string, max: number, nowMs: number): boolean {
		const window = this.#windows.get(name);
		if (window !== undefined && nowMs - window.beganAtMs < this.#windowMs) {
			if (window.requests >= max) return false;
			this.#windows.set(name, { ...window, requests: window.requests + 1 });
			return true;
		}
		if (max < 1) return false;
		this.#windows.delete(name);
		if (this.#windows.size >= this.#namesMax) {
			for (const first of this.#windows.keys()) {
				this.#windows.delete(first);
				break;
			}
		}
		this.#windows.set(name, { beganAtMs: nowMs, requests: 1 });
		return true;
	}
}
