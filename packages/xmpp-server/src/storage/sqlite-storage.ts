import type { Database } from "node-sqlite3-wasm";
import type { LogFlusher } from "./log-flusher.ts";
import type { Storage } from "./storage.ts";

const SQL = {
	get: "SELECT document FROM documents WHERE owner = ? AND collection = ? AND key = ?",
	entries: "SELECT key, document FROM documents WHERE owner = ? AND collection = ?",
	put: "INSERT OR REPLACE INTO documents (owner, collection, key, document) VALUES (?, ?, ?, ?)",
	delete: "DELETE FROM documents WHERE owner = ? AND collection = ? AND key = ?",
	drop: "DELETE FROM documents WHERE owner = ?",
	owners: "SELECT DISTINCT owner FROM documents WHERE collection = ?",
	collections: "SELECT DISTINCT collection FROM documents WHERE owner = ?",
} as const;

/**
 * Storage in a file of SQLite's that no other process uses. What is changed is in one open transaction, which readers of
 * this object see, and which `commit` ends. Statements are not kept: one that failed once fails the next time too.
 */
export class SqliteStorage implements Storage {
	readonly #database: Database;
	readonly #flusher: LogFlusher | undefined;
	readonly #onClosed: () => void;
	/** What was changed since the last commit; `failed` once something of it was not taken, so that none of it will be. */
	#transaction: "none" | "open" | "failed" = "none";

	/** `database` has the table `documents`; it is closed with this, and `onClosed` is called then. */
	constructor(database: Database, flusher: LogFlusher | undefined, onClosed: () => void) {
		this.#database = database;
		this.#flusher = flusher;
		this.#onClosed = onClosed;
	}

	get(owner: string, collection: string, key: string): string | undefined {
		const row = this.#database.all(SQL.get, [owner, collection, key])[0];
		return row?.["document"] as string | undefined;
	}

	entries(owner: string, collection: string): readonly (readonly [string, string])[] {
		const rows = this.#database.all(SQL.entries, [owner, collection]) as { key: string; document: string }[];
		// Not by the database, which would order by bytes of UTF-8.
		return rows.map(({ key, document }) => [key, document] as const).sort(([a], [b]) => (a < b ? -1 : 1));
	}

	put(owner: string, collection: string, key: string, document: string): void {
		this.#change(SQL.put, [owner, collection, key, document]);
	}

	delete(owner: string, collection: string, key: string): void {
		this.#change(SQL.delete, [owner, collection, key]);
	}

	drop(owner: string): void {
		this.#change(SQL.drop, [owner]);
	}

	owners(collection: string): readonly string[] {
		return this.#database.all(SQL.owners, [collection]).map((row) => row["owner"] as string);
	}

	collections(owner: string): readonly string[] {
		return this.#database.all(SQL.collections, [owner]).map((row) => row["collection"] as string);
	}

	/** STORE-1, STORE-2 */
	commit(): boolean {
		if (this.#transaction === "none") return true;
		const taken = this.#transaction === "open" && this.#attempt(() => this.#database.exec("COMMIT"));
		// Where the disk was full SQLite may have undone it already.
		if (!taken && this.#database.inTransaction) this.#database.exec("ROLLBACK");
		this.#transaction = "none";
		if (taken) this.#flusher?.written();
		return taken;
	}

	close(): void {
		if (!this.#database.isOpen) return;
		this.commit();
		this.#flusher?.close();
		this.#database.close();
		this.#onClosed();
	}

	#change(sql: string, values: string[]): void {
		if (this.#transaction === "none") {
			this.#transaction = this.#attempt(() => this.#database.exec("BEGIN IMMEDIATE")) ? "open" : "failed";
		}
		if (this.#transaction === "open" && !this.#attempt(() => this.#database.run(sql, values))) {
			this.#transaction = "failed";
		}
	}

	/** What the disk does not take, SQLite throws. */
	#attempt(change: () => unknown): boolean {
		try {
			change();
			return true;
		} catch {
			return false;
		}
	}
}
