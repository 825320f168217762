/** What every storage of a prekey server must do, as tests that any storage can run. Needs Node. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Result, utf8 } from "@clowder/bytes";
import type { PrekeyStorageLimits } from "./limits.ts";
import type { DeviceKey, PrekeyStorage, StorageError, StoredPrekeyMessage, StoredProfile } from "./storage.ts";

/** The storages that the tests run with, each fresh and with these limits. */
export interface PrekeyStorageHarness {
	readonly open: (limits: PrekeyStorageLimits) => Promise<PrekeyStorage>;
}

const LIMITS: PrekeyStorageLimits = {
	identitiesMax: 3,
	devicesPerIdentityMax: 2,
	prekeyMessagesPerDeviceMax: 6,
	spentIdentifiersPerDeviceMax: 4,
};

const NOW = 1_800_000_000;
const BOB: DeviceKey = { identity: "bob@example.org", instanceTag: 0x100, publicKey: "b0" };
const REQUEST = { identity: BOB.identity, requester: "alice@example.org", nowSeconds: NOW };

function profile(name: string, expiresAtSeconds: number = NOW + 100): StoredProfile {
	return { bytes: utf8(name), expiresAtSeconds };
}

function messages(...identifiers: readonly number[]): StoredPrekeyMessage[] {
	return identifiers.map((identifier) => ({ identifier, bytes: utf8(`prekey ${identifier}`) }));
}

function must<T>(result: Result<T, StorageError>): T {
	assert.ok(result.ok);
	return result.value;
}

interface Published {
	readonly device?: DeviceKey;
	readonly clientProfile?: StoredProfile;
	readonly prekeyProfile?: StoredProfile;
	readonly prekeyMessages?: readonly StoredPrekeyMessage[];
}

function publish(storage: PrekeyStorage, published: Published, now = NOW): Promise<Result<number, StorageError>> {
	const { device = BOB, clientProfile, prekeyProfile, prekeyMessages = [] } = published;
	return storage.publish({ device, clientProfile, prekeyProfile, prekeyMessages }, now);
}

/** Both profiles, named after the device, and these Prekey Messages. */
function publishAll(
	storage: PrekeyStorage,
	device: DeviceKey,
	...identifiers: readonly number[]
): Promise<Result<number, StorageError>> {
	const name = `${device.instanceTag}`;
	return publish(storage, {
		device,
		clientProfile: profile(`client profile ${name}`),
		prekeyProfile: profile(`prekey profile ${name}`),
		prekeyMessages: messages(...identifiers),
	});
}

/** The identifiers that are taken, as their texts say. */
async function taken(storage: PrekeyStorage, request = REQUEST): Promise<string[]> {
	const ensembles = must(await storage.takeEnsembles(request));
	return ensembles.map(({ prekeyMessage }) => new TextDecoder().decode(prekeyMessage)).sort();
}

/** Registers the tests of a storage. */
export function prekeyStorageConformance(name: string, { open }: PrekeyStorageHarness): void {
	void describe(`prekey storage conformance: ${name}`, () => {
		keeping(() => open(LIMITS));
		givingAway(() => open(LIMITS));
		limits(() => open(LIMITS));
	});
}

type Open = () => Promise<PrekeyStorage>;

function keeping(open: Open): void {
	void test("counts what a device published, under its own long-term public key alone", async () => {
		const storage = await open();
		assert.equal(must(await storage.count(BOB)), 0);
		assert.equal(must(await publish(storage, { prekeyMessages: messages(1, 2) })), 2);
		assert.equal(must(await publish(storage, { prekeyMessages: messages(3) })), 1);
		assert.equal(must(await storage.count(BOB)), 3);
		assert.equal(must(await storage.count({ ...BOB, publicKey: "b1" })), 0);
		assert.equal(must(await storage.count({ ...BOB, instanceTag: 0x101 })), 0);
		assert.equal(must(await storage.count({ ...BOB, identity: "carol@example.org" })), 0);
	});

	void test("passes over identifiers that are there, and those that were given away lately", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 1, 2));
		assert.deepEqual(await taken(storage), ["prekey 1"]);
		assert.equal(must(await publish(storage, { prekeyMessages: messages(1, 2, 3) })), 1);
		assert.deepEqual(await taken(storage), ["prekey 2"]);
		assert.deepEqual(await taken(storage), ["prekey 3"]);
		assert.deepEqual(await taken(storage), []);
	});

	void test("puts a new profile in the place of the old one and leaves the rest", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 1, 2));
		must(await publish(storage, { clientProfile: profile("newer client profile") }));
		must(await publish(storage, { prekeyProfile: profile("newer prekey profile") }));
		const [ensemble] = must(await storage.takeEnsembles(REQUEST));
		assert.deepEqual(ensemble?.clientProfile, utf8("newer client profile"));
		assert.deepEqual(ensemble?.prekeyProfile, utf8("newer prekey profile"));
		assert.deepEqual(ensemble?.prekeyMessage, utf8("prekey 1"));
	});

	void test("drops what was published under another long-term public key of the device", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 1));
		const renewed = { ...BOB, publicKey: "b1" };
		must(await publish(storage, { device: renewed, clientProfile: profile("renewed"), prekeyMessages: messages(1) }));
		assert.equal(must(await storage.count(BOB)), 0);
		assert.equal(must(await storage.count(renewed)), 1);
		assert.deepEqual(await taken(storage), [], "there is no prekey profile of the new key");
	});
}

function givingAway(open: Open): void {
	void test("gives each Prekey Message once, the oldest first, with profiles that stay", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 7, 5, 6));
		for (const identifier of [7, 5, 6]) {
			const [ensemble, ...more] = must(await storage.takeEnsembles(REQUEST));
			assert.deepEqual(more, []);
			assert.deepEqual(ensemble?.clientProfile, utf8("client profile 256"));
			assert.deepEqual(ensemble?.prekeyProfile, utf8("prekey profile 256"));
			assert.deepEqual(ensemble?.prekeyMessage, utf8(`prekey ${identifier}`));
		}
		assert.deepEqual(await taken(storage), []);
		assert.equal(must(await storage.count(BOB)), 0);
	});

	void test("gives each Prekey Message once to those who ask at the same time", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 1, 2, 3, 4, 5));
		const asked = await Promise.all(Array.from({ length: 9 }, () => taken(storage)));
		const given = asked.flat().sort();
		assert.deepEqual(given, ["prekey 1", "prekey 2", "prekey 3", "prekey 4", "prekey 5"]);
	});

	void test("publications at the same time are all kept", async () => {
		const storage = await open();
		await Promise.all([1, 2, 3, 4, 5].map((identifier) => publishAll(storage, BOB, identifier)));
		assert.equal(must(await storage.count(BOB)), 5);
	});

	void test("gives one ensemble for each device that has all three values", async () => {
		const storage = await open();
		const tablet = { ...BOB, instanceTag: 0x101, publicKey: "b1" };
		must(await publishAll(storage, BOB, 1));
		must(await publish(storage, { device: tablet, clientProfile: profile("tablet"), prekeyMessages: messages(1, 2) }));
		assert.deepEqual(await taken(storage), ["prekey 1"]);
		assert.equal(must(await storage.count(tablet)), 2);
		must(await publish(storage, { device: tablet, prekeyProfile: profile("tablet") }));
		must(await publish(storage, { prekeyMessages: messages(9) }));
		assert.deepEqual(await taken(storage), ["prekey 1", "prekey 9"]);
		assert.deepEqual(await taken(storage, { ...REQUEST, identity: "carol@example.org" }), []);
	});

	void test("gives nothing with a profile that has expired, and takes nothing either", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 1));
		must(await publish(storage, { prekeyProfile: profile("short", NOW + 10) }));
		assert.deepEqual(await taken(storage, { ...REQUEST, nowSeconds: NOW + 10 }), []);
		must(await publish(storage, { prekeyProfile: profile("long"), clientProfile: profile("short", NOW + 20) }));
		assert.deepEqual(await taken(storage, { ...REQUEST, nowSeconds: NOW + 20 }), []);
		assert.deepEqual(await taken(storage, { ...REQUEST, nowSeconds: NOW + 19 }), ["prekey 1"]);
	});
}

function limits(open: Open): void {
	void test("a publication of too many Prekey Messages keeps nothing at all", async () => {
		const storage = await open();
		must(await publishAll(storage, BOB, 1, 2, 3));
		const late = { clientProfile: profile("late"), prekeyMessages: messages(4, 5, 6, 7) };
		assert.deepEqual(await publish(storage, late), { ok: false, error: "full" });
		assert.equal(must(await storage.count(BOB)), 3);
		const [ensemble] = must(await storage.takeEnsembles(REQUEST));
		assert.deepEqual(ensemble?.clientProfile, utf8("client profile 256"));
		assert.equal(must(await publish(storage, { prekeyMessages: messages(4, 5, 6, 7) })), 4);
	});

	void test("a device too many is refused, until the Client Profile of another has expired", async () => {
		const storage = await open();
		const tablet = { ...BOB, instanceTag: 0x101 };
		const phone = { ...BOB, instanceTag: 0x102 };
		must(await publishAll(storage, BOB, 1));
		must(await publish(storage, { device: tablet, clientProfile: profile("tablet", NOW + 10) }));
		assert.deepEqual(await publishAll(storage, phone, 1), { ok: false, error: "full" });
		assert.equal(must(await publish(storage, { device: phone, prekeyMessages: messages(1) }, NOW + 10)), 1);
		assert.equal(must(await storage.count(phone)), 1);
		assert.equal(must(await storage.count(BOB)), 1);
	});

	void test("an identity too many is refused, until another has no device left that counts", async () => {
		const storage = await open();
		const identity = (n: number): DeviceKey => ({ ...BOB, identity: `${n}@example.org` });
		for (const n of [1, 2, 3]) {
			must(await publish(storage, { device: identity(n), clientProfile: profile("", NOW + 10 * n) }));
		}
		const late = { device: identity(4), prekeyMessages: messages(1) };
		assert.deepEqual(await publish(storage, late), { ok: false, error: "full" });
		assert.equal(must(await publish(storage, late, NOW + 10)), 1);
		assert.equal(must(await publish(storage, { device: identity(2), prekeyMessages: messages(1) })), 1);
	});

	void test("forgets the identifiers first that were given away longest ago", async () => {
		const storage = await open();
		for (const identifier of [1, 2, 3, 4, 5]) {
			must(await publishAll(storage, BOB, identifier));
			assert.deepEqual(await taken(storage), [`prekey ${identifier}`]);
		}
		assert.equal(must(await publish(storage, { prekeyMessages: messages(2, 3, 4, 5) })), 0);
	});
}
