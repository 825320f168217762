import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import sqlite from "node-sqlite3-wasm";
import { LogFlusher } from "../src/storage/log-flusher.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { DATABASE_FILE, openStorage } from "../src/storage/open-storage.ts";
import { SqliteStorage } from "../src/storage/sqlite-storage.ts";
import type { Storage } from "../src/storage/storage.ts";
import { describeStorageError } from "../src/storage/storage-error.ts";
import { storageConformance } from "./support/storage-conformance.ts";

function temporary(t: TestContext): string {
	const folder = mkdtempSync(join(tmpdir(), "clowder-data-"));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

async function opened(folder: string): Promise<Storage> {
	const storage = await openStorage(folder);
	assert.ok(storage.ok, storage.ok ? "" : describeStorageError(storage.error));
	return storage.value;
}

async function refused(folder: string): Promise<string> {
	const storage = await openStorage(folder);
	if (!storage.ok) return describeStorageError(storage.error);
	storage.value.close();
	return "opened";
}

storageConformance("in memory", () => Promise.resolve(new MemoryStorage()));
storageConformance("SQLite", async (t) => {
	const storage = await opened(temporary(t));
	t.after(() => storage.close());
	return storage;
});

test("what was committed is there after the storage was closed and opened again (STORE-1)", async (t) => {
	const folder = join(temporary(t), "new", "folder");
	const first = await opened(folder);
	first.put("ana", "roster", "bo", "kept");
	first.close();
	first.close();
	const second = await opened(folder);
	t.after(() => second.close());
	assert.equal(second.get("ana", "roster", "bo"), "kept");
});

test("only this account of the system can read it", async (t) => {
	const folder = join(temporary(t), "data");
	mkdirSync(folder, { mode: 0o755 });
	const storage = await opened(folder);
	t.after(() => storage.close());
	storage.put("ana", "roster", "bo", "");
	storage.commit();
	assert.equal(statSync(folder).mode & 0o777, 0o700);
	const files = readdirSync(folder).filter((name) => name.startsWith(DATABASE_FILE) && !name.endsWith(".lock"));
	assert.ok(files.includes(DATABASE_FILE) && files.includes(`${DATABASE_FILE}-wal`), files.join());
	for (const file of files) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
});

/** What a process says is kept until it is killed, which is after it has said so much. */
function killedAfter(folder: string, lines: number): Promise<number> {
	const program = fileURLToPath(new URL("support/storage-writer.js", import.meta.url));
	const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
	let heard = 0;
	let last = -1;
	createInterface({ input: child.stdout }).on("line", (line) => {
		last = Number(line);
		if (++heard === lines) child.kill("SIGKILL");
	});
	return new Promise((resolve) => child.once("close", () => resolve(last)));
}

test("a process killed at any moment loses nothing that it said is kept (STORE-2), and leaves no lock (STORE-4)", async (t) => {
	const folder = temporary(t);
	for (let round = 0; round < 8; round++) {
		const lines = 1 + (createHash("sha256").update(`kill ${round}`).digest().readUInt16BE() % 150);
		const last = await killedAfter(folder, lines);
		assert.ok(last >= 0, "it said nothing");
		const storage = await opened(folder);
		const kept = storage.entries("writer", "documents");
		assert.ok(kept.length > last, `${kept.length} are kept, ${last} was said to be`);
		kept.forEach(([key, document], at) => {
			assert.deepEqual([Number(key), document.length], [at, (at * 37) % 5000]);
		});
		assert.equal(storage.entries("writer", "twins").length, kept.length, "all of a commit or nothing (STORE-1)");
		storage.close();
	}
});

test("a folder in use is refused to a second server, of two that come at once to one at least (STORE-4)", async (t) => {
	const folder = temporary(t);
	const [one, two] = await Promise.all([openStorage(folder), openStorage(folder)]);
	assert.ok(!one.ok || !two.ok, "both got in");
	for (const storage of [one, two]) if (storage.ok) storage.value.close();
	const storage = await opened(folder);
	assert.match(await refused(folder), /^another server uses the data folder .*--data/);
	storage.put("ana", "roster", "bo", "");
	assert.equal(storage.commit(), true, "the first is not disturbed");
	storage.close();
	assert.equal(await refused(folder), "opened");
});

test("another process sees the lock too, and it is gone with the process however that ends (STORE-4)", async (t) => {
	const folder = temporary(t);
	const program = fileURLToPath(new URL("support/storage-writer.js", import.meta.url));
	const child = spawn(process.execPath, [program, folder], { stdio: ["ignore", "pipe", "inherit"] });
	await new Promise((resolve) => child.stdout.once("data", resolve));
	child.stdout.resume();
	assert.match(await refused(folder), /^another server uses/);
	child.kill("SIGKILL");
	await new Promise((resolve) => child.once("close", resolve));
	assert.equal(await refused(folder), "opened");
	assert.equal(readdirSync(folder).filter((name) => name.startsWith("running-")).length, 0);
});

test("a file of a later version, of something else or damaged is refused in words and left as it is (STORE-3)", async (t) => {
	const folder = temporary(t);
	const file = join(folder, DATABASE_FILE);
	(await opened(folder)).close();
	const ours = readFileSync(file);
	const write = (sql: string): Uint8Array => {
		writeFileSync(file, ours);
		const database = new sqlite.Database(file);
		database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; ${sql}`);
		database.close();
		return readFileSync(file);
	};
	const damaged = Buffer.from(ours);
	damaged.fill(0x55, 4096);
	for (const [content, words] of [
		[write("PRAGMA user_version = 7"), /is of version 7, this server knows up to 1; it was left as it is/],
		[write("PRAGMA application_id = 1"), /a database of something else.*left as it is/],
		[Buffer.from("This is a letter to my grandmother. ".repeat(40)), /damaged or something else.*left as it is/],
		[damaged, /damaged or something else.*left as it is/],
	] as const) {
		writeFileSync(file, content);
		assert.match(await refused(folder), words);
		assert.deepEqual(readFileSync(file), Buffer.from(content), `${words}`);
	}
});

test("a folder of something else is refused in words, and is not closed to others", async (t) => {
	const folder = temporary(t);
	chmodSync(folder, 0o755);
	mkdirSync(join(folder, "lost+found"));
	writeFileSync(join(folder, "letter"), "");
	assert.match(await refused(folder), /has something else in it \(letter\).*--data/);
	assert.equal(statSync(folder).mode & 0o777, 0o755);
	rmSync(join(folder, "letter"));
	assert.equal(await refused(folder), "opened");
	assert.equal(statSync(folder).mode & 0o777, 0o700);
	writeFileSync(join(folder, "letter"), "");
	assert.equal(await refused(folder), "opened", "it is ours by now");
});

test("a folder that cannot be one is refused in words", async (t) => {
	const folder = temporary(t);
	writeFileSync(join(folder, "file"), "");
	assert.match(await refused(join(folder, "file")), /^cannot use the data folder .*\(E[A-Z]+\)/);
	assert.match(await refused(join(folder, "x".repeat(80))), /may have 80 bytes/);
	if (process.getuid?.() === 0) return;
	chmodSync(folder, 0o500);
	assert.match(await refused(join(folder, "new")), /EACCES/);
});

test("what the disk does not take is undone, all since the last commit, and can be tried again (STORE-1)", () => {
	const database = new sqlite.Database();
	database.exec(
		"CREATE TABLE documents (owner, collection, key, document, PRIMARY KEY (owner, collection, key)) WITHOUT ROWID",
	);
	database.exec("PRAGMA max_page_count = 20");
	const storage = new SqliteStorage(database, undefined, () => {});
	storage.put("ana", "roster", "bo", "before");
	assert.equal(storage.commit(), true);
	storage.put("ana", "roster", "bo", "after");
	storage.put("ana", "roster", "cy", "x".repeat(1 << 20));
	storage.put("ana", "roster", "di", "");
	assert.equal(storage.commit(), false);
	assert.deepEqual(storage.entries("ana", "roster"), [["bo", "before"]]);
	storage.put("ana", "roster", "cy", "small");
	assert.equal(storage.commit(), true);
	assert.equal(storage.get("ana", "roster", "cy"), "small");
	storage.close();
});

test("what was written is flushed to the disk, and what is written meanwhile once more (STORE-5)", async (t) => {
	const file = join(temporary(t), "log");
	writeFileSync(file, "");
	const flushes: (() => void)[] = [];
	let begun = (): void => {};
	const flusher = new LogFlusher(file, (_file, done) => {
		flushes.push(done);
		begun();
	});
	// The timer of a flusher does not keep a process.
	const alive = setInterval(() => {}, 1_000);
	t.after(() => clearInterval(alive));
	const nextFlush = (): Promise<void> =>
		new Promise((resolve) => {
			begun = resolve;
		});
	let flush = nextFlush();
	flusher.written();
	flusher.written();
	await flush;
	assert.equal(flushes.length, 1);
	flusher.written();
	flush = nextFlush();
	flushes[0]?.();
	await flush;
	assert.equal(flushes.length, 2);
	flusher.close();
	flushes[1]?.();
	assert.equal(flushes.length, 2);
});
