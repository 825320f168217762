import { MemoryStorage } from "../../src/storage/memory-storage.ts";

/**
 * A storage that can refuse: then what was changed since the last commit is undone, as a full disk's is (STORE-1). So it is
 * when the process is killed.
 */
export class RefusingStorage extends MemoryStorage {
	refuses = false;
	/** How to undo what was changed since the last commit, the latest last. */
	#undo: (() => void)[] = [];

	override put(owner: string, collection: string, key: string, document: string): void {
		this.#remember(owner, collection, key);
		super.put(owner, collection, key, document);
	}

	override delete(owner: string, collection: string, key: string): void {
		this.#remember(owner, collection, key);
		super.delete(owner, collection, key);
	}

	override drop(owner: string): void {
		for (const collection of this.collections(owner)) {
			for (const [key] of this.entries(owner, collection)) this.#remember(owner, collection, key);
		}
		super.drop(owner);
	}

	override commit(): boolean {
		if (this.refuses) return this.kill() === 0;
		this.#undo = [];
		return true;
	}

	/** How many changes a process that is killed would lose. */
	get uncommitted(): number {
		return this.#undo.length;
	}

	/** Loses them; so many they were. */
	kill(): number {
		const undo = this.#undo.splice(0);
		for (const step of undo.toReversed()) step();
		return undo.length;
	}

	#remember(owner: string, collection: string, key: string): void {
		const before = this.get(owner, collection, key);
		this.#undo.push(
			before === undefined
				? () => super.delete(owner, collection, key)
				: () => super.put(owner, collection, key, before),
		);
	}
}
