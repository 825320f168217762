/**
 * Finds things by name in lists that never change: each list is indexed when it is first asked, and the index goes with it.
 * The fold stays the function that it is; it only need not walk through a room of two hundred at every place.
 */
export class Lookup<T> {
	readonly #nameOf: (item: T) => string;
	readonly #indexes: WeakMap<readonly T[], ReadonlyMap<string, T>> = new WeakMap();

	constructor(nameOf: (item: T) => string) {
		this.#nameOf = nameOf;
	}

	/** The first of this name, as `find` would. */
	in(list: readonly T[], name: string): T | undefined {
		let index = this.#indexes.get(list);
		if (index === undefined) {
			// Of two of one name the first is set last.
			index = new Map(list.map((item) => [this.#nameOf(item), item] as const).reverse());
			this.#indexes.set(list, index);
		}
		return index.get(name);
	}
}
