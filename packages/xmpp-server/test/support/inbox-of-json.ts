/** What a program said, each by its `kind`. */
export type Said = Readonly<Record<string, unknown>>;

/** Waits for what a program says by what it is, never by time. */
export class Inbox {
	#unseen: Said[] = [];
	#waiting: {
		readonly kinds: readonly string[];
		readonly found: (said: Said) => void;
		readonly failed: (error: Error) => void;
	}[] = [];
	#ended: Error | undefined;

	push(said: Said): void {
		const at = this.#waiting.findIndex(({ kinds }) => kinds.includes(String(said["kind"])));
		if (at < 0) this.#unseen.push(said);
		else this.#waiting.splice(at, 1)[0]?.found(said);
	}

	/** Nothing more will come. */
	end(why: string): void {
		this.#ended = new Error(why);
		for (const { failed } of this.#waiting.splice(0)) failed(this.#ended);
	}

	/** The first thing not asked for yet that is of one of these kinds. */
	next(...kinds: readonly string[]): Promise<Said> {
		const at = this.#unseen.findIndex(({ kind }) => kinds.includes(String(kind)));
		if (at >= 0) return Promise.resolve(this.#unseen.splice(at, 1)[0] as Said);
		if (this.#ended !== undefined) return Promise.reject(this.#ended);
		return new Promise((found, failed) => this.#waiting.push({ kinds, found, failed }));
	}
}
