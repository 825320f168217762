/** The values that were asked for last, up to a number, so that they need not be read anew each time. */
export class Recent<Value> {
	readonly #most: number;
	/** In the order of last use. */
	readonly #values: Map<string, Value> = new Map();

	constructor(most: number) {
		this.#most = most;
	}

	get(key: string, read: () => Value): Value {
		const known = this.#values.get(key);
		const value = known ?? read();
		this.#values.delete(key);
		this.#values.set(key, value);
		const [oldest] = this.#values.keys();
		if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
		return value;
	}

	/** The next one to ask gets it read anew. */
	forget(key: string): void {
		this.#values.delete(key);
	}
}
