import { EXPIRED_SESSIONS_COUNT } from "../limits.ts";

/**
 * How many stanzas sessions had handled when they ended, so that a client that comes too late learns what arrived (XEP-0198
 * section 5). Their ids open nothing any more. Past the bound the oldest are forgotten.
 */
export class ExpiredSessions {
	readonly #byId: Map<string, { readonly username: string; readonly handled: number }> = new Map();

	remember(id: string, username: string, handled: number): void {
		this.#byId.set(id, { username, handled });
		if (this.#byId.size <= EXPIRED_SESSIONS_COUNT) return;
		const [oldest] = this.#byId.keys();
		if (oldest !== undefined) this.#byId.delete(oldest);
	}

	/** Undefined where there was none, or it was another account's. */
	handled(id: string, username: string): number | undefined {
		const expired = this.#byId.get(id);
		return expired?.username === username ? expired.handled : undefined;
	}
}
