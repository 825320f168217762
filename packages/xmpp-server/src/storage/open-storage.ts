import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "@clowder/bytes";
import type { Database } from "node-sqlite3-wasm";
import { isLockName, lockFolder } from "./folder-lock.ts";
import { LogFlusher } from "./log-flusher.ts";
import { SqliteStorage } from "./sqlite-storage.ts";
import type { Storage } from "./storage.ts";
import type { StorageError } from "./storage-error.ts";

/** The name of the database in the data folder. */
export const DATABASE_FILE = "clowder.sqlite";

/** "CLDR": that the file is of this server. */
const APPLICATION_ID = 0x43_4c_44_52;
const SCHEMA_VERSION = 1;

const SCHEMA = `
	CREATE TABLE documents (
		owner TEXT NOT NULL,
		collection TEXT NOT NULL,
		key TEXT NOT NULL,
		document TEXT NOT NULL,
		PRIMARY KEY (owner, collection, key)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX documents_by_collection ON documents (collection, owner);
	PRAGMA application_id = ${APPLICATION_ID};
	PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens the storage in a folder, which is made where there is none, and which only this account of the system can read.
 * What cannot be used is left as it is.
 */
export async function openStorage(folder: string): Promise<Result<Storage, StorageError>> {
	const file = join(folder, DATABASE_FILE);
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		const foreign = foreignFile(folder);
		if (foreign !== undefined) return err({ kind: "not-ours", folder, got: foreign });
		chmodSync(folder, 0o700);
		if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
	} catch (error) {
		return err({ kind: "not-usable", folder, code: (error as NodeJS.ErrnoException).code ?? "unknown" });
	}
	const lock = await lockFolder(folder);
	if (!lock.ok) return lock;
	// Loaded here, so that a server without a disk does not pay for it.
	const { default: sqlite } = await import("node-sqlite3-wasm");
	let database: Database | undefined;
	try {
		// The library's own lock, a folder, stays behind when a process is killed. Ours does not, and we have it.
		rmSync(`${file}.lock`, { recursive: true, force: true });
		database = new sqlite.Database(file);
		// Without it the log of a file of ours cannot be read, as there is no memory shared between processes.
		database.all("PRAGMA locking_mode = EXCLUSIVE");
		const usable = checkVersion(database, file);
		if (usable.ok) {
			prepare(database);
			return ok(new SqliteStorage(database, new LogFlusher(`${file}-wal`), () => lock.value.release()));
		}
		database.close();
		lock.value.release();
		return usable;
	} catch (error) {
		database?.close();
		lock.value.release();
		return err(broken(file, error instanceof Error ? error.message : String(error)));
	}
}

/**
 * STORE-2: what is committed is in the write-ahead log before commit returns, so that it survives the process. Only
 * checkpoints wait for the disk; in between the log is flushed from beside (STORE-5).
 */
function prepare(database: Database): void {
	for (const setting of [
		"journal_mode = WAL",
		"synchronous = NORMAL",
		// What is deleted is overwritten: messages that were delivered, accounts that were removed.
		"secure_delete = ON",
	]) {
		database.all(`PRAGMA ${setting}`);
	}
}

/** Closing a folder to all others is right for one of ours, and breaks a system where it is `/tmp` or a home. */
function foreignFile(folder: string): string | undefined {
	const names = readdirSync(folder);
	if (names.includes(DATABASE_FILE)) return undefined;
	return names.find((name) => !isLockName(name) && name !== "lost+found");
}

function pragma(database: Database, name: string): unknown {
	return Object.values(database.get(`PRAGMA ${name}`) ?? {})[0];
}

/** STORE-3 */
function checkVersion(database: Database, file: string): Result<void, StorageError> {
	const checked = pragma(database, "quick_check(1)");
	if (checked !== "ok") return err(broken(file, String(checked)));
	const version = Number(pragma(database, "user_version"));
	const application = Number(pragma(database, "application_id"));
	const tables = Number(Object.values(database.get("SELECT count(*) FROM sqlite_schema") ?? {})[0]);
	if (tables === 0 && version === 0) {
		database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
		return ok(undefined);
	}
	if (application !== APPLICATION_ID) return err(broken(file, "a database of something else"));
	if (version > SCHEMA_VERSION) return err({ kind: "later-version", file, known: SCHEMA_VERSION, got: version });
	return ok(undefined);
}

function broken(file: string, words: string): StorageError {
	return { kind: "broken", file, detail: words.replace(/\s+/g, " ") };
}
