/** What of a socket is needed to hold its output back. */
export interface Corkable {
	cork(): void;
	uncork(): void;
}

/**
 * Holds back what is written to sockets until all that has arrived is read, which is a moment later. Many texts to one reader
 * are then one call of the system's in place of one each, and these calls are what a busy server spends most of its time on.
 */
export class WriteBatch {
	readonly #held: Set<Corkable> = new Set();
	readonly #flush = (): void => {
		const held = [...this.#held];
		this.#held.clear();
		for (const socket of held) socket.uncork();
	};

	/** To be called before each write. */
	hold(socket: Corkable): void {
		if (this.#held.has(socket)) return;
		if (this.#held.size === 0) setImmediate(this.#flush);
		this.#held.add(socket);
		socket.cork();
	}
}
