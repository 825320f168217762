import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountName } from "@clowder/login";
import { decodeAccount } from "../src/account-record.ts";
import { Accounts } from "../src/accounts.ts";
import { DEFAULT_LIMITS, EXPIRE_ACCOUNTS_MS, type ServerLimits } from "../src/limits.ts";
import { NS } from "../src/namespaces.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import type { Storage } from "../src/storage/storage.ts";
import { textOf } from "../src/xml.ts";
import { Bench, conditionOf, seededRandom } from "./support/core.ts";
import { fromBase64Text, toBase64 } from "./support/scram.ts";

const DAY_MS = 24 * 60 * 60_000;

function keyName(letter: string): AccountName {
	return `k1-${letter.repeat(32)}` as AccountName;
}

/** Accounts in a storage, by a clock that begins at 0 wherever the other one is. */
function accounts(storage: Storage, wallTime: () => number, limits: Partial<ServerLimits> = {}): Accounts {
	const random = seededRandom(`accounts ${wallTime()}`);
	return new Accounts({ limits: { ...DEFAULT_LIMITS, ...limits }, random, storage, wallTime, startedAt: 0 });
}

/** The salt that a server offers a name. */
function saltOf(bench: Bench, username: string): string | undefined {
	const peer = bench.connect();
	peer.open();
	const first = toBase64(`n,,n=${username},r=abcdefghijkl`);
	const challenge = peer.sasl(`<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-256">${first}</auth>`);
	return /s=([^,]+)/.exec(fromBase64Text(textOf(challenge)))?.[1];
}

test("accounts outlive the server, with the passwords they have by then (ACCOUNT-1)", () => {
	const storage = new MemoryStorage();
	const before = new Bench({}, { storage });
	const ana = before.client("ana");
	const query = `<query xmlns="${NS.register}"><username>ana</username><password>another one</password></query>`;
	assert.equal(ana.iq("set", undefined, query).attrs["type"], "result");
	before.client("bo");
	const after = new Bench({}, { storage });
	assert.equal(after.core.counts.accounts, 2);
	const again = after.connect();
	again.open();
	assert.equal(again.authenticate("ana", "a password").name, "failure");
	again.logIn("ana", "another one");
	const bo = after.connect();
	bo.open();
	assert.equal(conditionOf(bo.register("bo", "a password of somebody else")), "conflict");
	bo.logIn("bo", "a password");
});

test("a restart does not tell who exists: salts of names that do not stay the same too (ACCOUNT-1)", () => {
	const storage = new MemoryStorage();
	const before = new Bench({}, { storage });
	before.client("ana");
	const salts = ["ana", "nobody"].map((name) => saltOf(before, name));
	const after = new Bench({}, { storage, later: 1 });
	after.client("cy");
	assert.deepEqual(
		["ana", "nobody"].map((name) => saltOf(after, name)),
		salts,
	);
});

test("the account of a key is kept by its name, and when it was last used (ACCOUNT-1)", () => {
	const storage = new MemoryStorage();
	const first = accounts(storage, () => 10 * DAY_MS);
	const name = keyName("a");
	assert.ok(first.registerKey(name, 0).ok);
	first.sessionBegan(name);
	first.sessionEnded(name, 5);
	assert.deepEqual(decodeAccount(storage.get("", "accounts", name) ?? ""), {
		verifiers: undefined,
		lastUsedMs: 10 * DAY_MS,
	});
	assert.ok(accounts(storage, () => 11 * DAY_MS).has(name));
});

test("an account that is removed is gone with all that was kept for it (ACCOUNT-2)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = bench.client("ana");
	storage.put("ana", "something", "of hers", "");
	assert.equal(ana.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`).attrs["type"], "result");
	ana.lose();
	bench.pass(1);
	assert.deepEqual(storage.collections("ana"), []);
	assert.deepEqual(storage.entries("", "accounts"), []);
	assert.equal(new Bench({}, { storage }).core.counts.accounts, 0);
});

test("empty accounts of keys go after accountIdleMs, all others after keptAccountIdleMs (ACCOUNT-3)", () => {
	const storage = new MemoryStorage();
	const limits = { accountIdleMs: 1_000, keptAccountIdleMs: 10_000 };
	const all = accounts(storage, () => 0, limits);
	const [empty, kept, present] = [keyName("a"), keyName("b"), keyName("c")];
	for (const name of [empty, kept, present]) assert.ok(all.registerKey(name, 0).ok);
	assert.ok(all.register("ana", "a password", 0).ok);
	storage.put(kept, "roster", "bo@localhost", "{}");
	all.sessionBegan(present);
	const there = (): boolean[] => [empty, kept, present, "ana"].map((name) => all.has(name));
	all.expire(999);
	assert.deepEqual(there(), [true, true, true, true]);
	all.expire(1_000);
	assert.deepEqual(there(), [false, true, true, true]);
	assert.equal(storage.get("", "accounts", empty), undefined);
	all.expire(9_999);
	assert.deepEqual(there(), [false, true, true, true]);
	all.expire(10_000);
	assert.deepEqual(there(), [false, false, true, false]);
	assert.deepEqual(storage.collections(kept), []);
	all.sessionEnded(present, 10_000);
	all.expire(11_000);
	assert.equal(all.size, 0);
});

test("the time a server was down counts as time unused (ACCOUNT-3)", () => {
	const storage = new MemoryStorage();
	assert.ok(accounts(storage, () => 0).register("ana", "a password", 0).ok);
	const limits = { keptAccountIdleMs: 10 * DAY_MS };
	const later = accounts(storage, () => 9 * DAY_MS, limits);
	later.expire(0);
	assert.ok(later.has("ana"));
	later.expire(DAY_MS);
	assert.ok(!later.has("ana"));
});

test("the server looks for accounts that nobody uses by itself (ACCOUNT-3)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({ keptAccountIdleMs: 3 * EXPIRE_ACCOUNTS_MS }, { storage });
	bench.client("ana").lose();
	bench.pass(EXPIRE_ACCOUNTS_MS);
	assert.equal(bench.core.counts.accounts, 1);
	for (let passed = 0; passed < 3; passed++) bench.pass(EXPIRE_ACCOUNTS_MS);
	assert.equal(bench.core.counts.accounts, 0);
});

test("where accounts are full an empty one gives way, one that has something to lose does not (ACCOUNT-3)", () => {
	const storage = new MemoryStorage();
	const all = accounts(storage, () => 0, { accounts: 2, accountIdleMs: 1_000 });
	assert.ok(all.register("ana", "a password", 0).ok);
	assert.ok(all.register("bo", "a password", 1).ok);
	storage.put("ana", "roster", "bo@localhost", "{}");
	assert.deepEqual(all.register("cy", "a password", 1_000), { ok: false, error: "full" }, "bo is not idle for so long");
	assert.ok(all.register("cy", "a password", 1_001).ok);
	assert.deepEqual(
		["ana", "bo", "cy"].map((name) => all.has(name)),
		[true, false, true],
	);
	assert.deepEqual(all.registerKey(keyName("a"), 1_002), { ok: false, error: "full" });
	storage.commit = () => false;
	assert.deepEqual(all.registerKey(keyName("a"), 9_000), { ok: false, error: "full" }, "the disk does not take it");
	assert.ok(all.has("cy"));
});

test("a record that cannot be read keeps its name from others, and lets nobody in (ACCOUNT-1)", () => {
	for (const text of ["", "{}", "null", '{"lastUsedMs":1,"verifiers":{"SCRAM-SHA-1":"AA== x AA== AA=="}}']) {
		const storage = new MemoryStorage();
		storage.put("", "accounts", "ana", text);
		const bench = new Bench({}, { storage });
		const peer = bench.connect();
		peer.open();
		assert.equal(conditionOf(peer.register("ana", "a password")), "conflict", text);
		assert.equal(peer.authenticate("ana", "a password").name, "failure", text);
		assert.equal(storage.get("", "accounts", "ana"), text, "it is left as it is");
	}
});

test("what the disk does not take is not promised: no account, no new password (ACCOUNT-1)", () => {
	const storage = new MemoryStorage();
	const bench = new Bench({}, { storage });
	const ana = bench.client("ana");
	storage.commit = () => false;
	const peer = bench.connect();
	peer.open();
	assert.equal(conditionOf(peer.register("bo", "a password")), "resource-constraint");
	const query = `<query xmlns="${NS.register}"><username>ana</username><password>another one</password></query>`;
	assert.equal(conditionOf(ana.iq("set", undefined, query)), "resource-constraint");
	peer.logIn("ana", "a password");
	assert.equal(
		conditionOf(peer.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`)),
		"resource-constraint",
	);
	assert.equal(bench.core.counts.accounts, 1);
});
