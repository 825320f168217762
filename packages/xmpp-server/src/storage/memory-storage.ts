import type { Storage } from "./storage.ts";

type Collection = Map<string, string>;

/** Storage that ends with the process. */
export class MemoryStorage implements Storage {
	readonly #owners: Map<string, Map<string, Collection>> = new Map();

	get(owner: string, collection: string, key: string): string | undefined {
		return this.#owners.get(owner)?.get(collection)?.get(key);
	}

	entries(owner: string, collection: string): readonly (readonly [string, string])[] {
		const all = [...(this.#owners.get(owner)?.get(collection) ?? [])];
		return all.sort(([a], [b]) => (a < b ? -1 : 1));
	}

	put(owner: string, collection: string, key: string, document: string): void {
		let collections = this.#owners.get(owner);
		if (collections === undefined) this.#owners.set(owner, (collections = new Map()));
		let documents = collections.get(collection);
		if (documents === undefined) collections.set(collection, (documents = new Map()));
		documents.set(key, document);
	}

	delete(owner: string, collection: string, key: string): void {
		const collections = this.#owners.get(owner);
		const documents = collections?.get(collection);
		if (collections === undefined || documents === undefined) return;
		documents.delete(key);
		if (documents.size === 0) collections.delete(collection);
		if (collections.size === 0) this.#owners.delete(owner);
	}

	drop(owner: string): void {
		this.#owners.delete(owner);
	}

	owners(collection: string): readonly string[] {
		return [...this.#owners].flatMap(([owner, collections]) => (collections.has(collection) ? [owner] : []));
	}

	collections(owner: string): readonly string[] {
		return [...(this.#owners.get(owner)?.keys() ?? [])];
	}

	commit(): boolean {
		return true;
	}

	close(): void {}
}
