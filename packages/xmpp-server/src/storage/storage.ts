/**
 * Documents that outlive connections and, where they are kept on disk, the process: text by owner, collection and key.
 * Synchronous: what one call changed is there for the next. Neither names nor documents have U+0000 in them, as XML has
 * none.
 */
export interface Storage {
	/** Undefined where there is none. */
	get(owner: string, collection: string, key: string): string | undefined;
	/** All of one collection, in the order of their keys by UTF-16 units. */
	entries(owner: string, collection: string): readonly (readonly [key: string, document: string])[];
	put(owner: string, collection: string, key: string, document: string): void;
	delete(owner: string, collection: string, key: string): void;
	/** Deletes all that an owner has. */
	drop(owner: string): void;
	/** Who has something in a collection, in no particular order. */
	owners(collection: string): readonly string[];
	/** In which collections an owner has something, in no particular order. */
	collections(owner: string): readonly string[];
	/**
	 * Makes what was changed so far outlive the process, all of it or, where the process ends meanwhile, nothing. To be
	 * called before a peer is told that something is kept; costs nothing where nothing was changed. False: the disk did
	 * not take it, and all that was changed since the last commit is undone.
	 */
	commit(): boolean;
	/** Commits, and lets go of what it holds. */
	close(): void;
}
