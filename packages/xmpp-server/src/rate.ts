import { RATE_ADDRESSES, RATE_WINDOW_MS } from "./limits.ts";

/** Lets `burst` through at once and `perSecond` on average; beyond that it says how long to wait. */
export class Pace {
	readonly #perMs: number;
	readonly #burst: number;
	#left: number;
	#at: number;

	constructor(perSecond: number, burst: number, now: number) {
		this.#perMs = perSecond / 1000;
		this.#burst = burst;
		this.#left = burst;
		this.#at = now;
	}

	/** Spends `amount`, going into debt if need be; the milliseconds until the debt is paid. */
	spend(amount: number, now: number): number {
		const passed = Math.max(0, now - this.#at);
		this.#at = now;
		this.#left = Math.min(this.#burst, this.#left + passed * this.#perMs) - amount;
		return this.#left >= 0 ? 0 : Math.ceil(-this.#left / this.#perMs);
	}
}

/** Counts what each address did in the current minute. */
export class PerMinute {
	readonly #limit: number;
	readonly #onRefused: () => void;
	readonly #windows: Map<string, { since: number; count: number }> = new Map();

	constructor(limit: number, onRefused: () => void = () => {}) {
		this.#limit = limit;
		this.#onRefused = onRefused;
	}

	/** Whether one more is allowed, without counting it. */
	admits(address: string, now: number): boolean {
		const window = this.#windows.get(address);
		return window === undefined || now - window.since >= RATE_WINDOW_MS || window.count < this.#limit;
	}

	/** Whether one more is allowed; counts it if so. */
	allow(address: string, now: number): boolean {
		const isAllowed = this.#count(address, now);
		if (!isAllowed) this.#onRefused();
		return isAllowed;
	}

	#count(address: string, now: number): boolean {
		const window = this.#windows.get(address);
		if (window === undefined || now - window.since >= RATE_WINDOW_MS) {
			this.#windows.delete(address);
			this.#windows.set(address, { since: now, count: 1 });
			this.#forgetOldest(now);
			return this.#limit >= 1;
		}
		if (window.count >= this.#limit) return false;
		window.count += 1;
		return true;
	}

	/** Windows are in the order they began, so the first ones end first. */
	#forgetOldest(now: number): void {
		for (const [address, { since }] of this.#windows) {
			if (this.#windows.size <= RATE_ADDRESSES && now - since < RATE_WINDOW_MS) return;
			this.#windows.delete(address);
		}
	}
}

/** Who shares one set of limits: an IPv4 address, or the /64 network that one IPv6 subscriber has. */
export function limitKey(address: string): string {
	const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
	if (v4 !== null) return v4[1] as string;
	const [head = "", tail] = address.toLowerCase().replace(/%.*$/, "").split("::");
	const groups = head === "" ? [] : head.split(":");
	const after = tail === undefined || tail === "" ? [] : tail.split(":");
	while (tail !== undefined && groups.length + after.length < 8) groups.push("0");
	return [...groups, ...after].slice(0, 4).join(":");
}
