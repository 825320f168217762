import assert from "node:assert/strict";
import { test } from "node:test";
import { prekeyStorageConformance } from "../../src/prekey-server/conformance.ts";
import { MemoryPrekeyStorage, withForgedEnsembles } from "../../src/prekey-server/index.ts";

prekeyStorageConformance("in memory", { open: async (limits) => new MemoryPrekeyStorage(limits) });

prekeyStorageConformance("in memory, with false ensembles for nobody", {
	open: async (limits) => withForgedEnsembles(new MemoryPrekeyStorage(limits), async () => undefined),
});

test("a storage in memory forgets on demand what has expired", async () => {
	const storage = new MemoryPrekeyStorage();
	const clientProfile = { bytes: Uint8Array.of(1), expiresAtSeconds: 100 };
	const prekeyMessages = [{ identifier: 1, bytes: Uint8Array.of(2) }];
	const device = { identity: "bob@example.org", instanceTag: 0x100, publicKey: "b0" };
	await storage.publish({ device, clientProfile, prekeyProfile: undefined, prekeyMessages }, 0);
	storage.forgetExpired(99);
	assert.deepEqual(await storage.count(device), { ok: true, value: 1 });
	storage.forgetExpired(100);
	assert.deepEqual(await storage.count(device), { ok: true, value: 0 });
});

test("a storage in memory remembers so many identifiers that were given away, and no more", async () => {
	const storage = new MemoryPrekeyStorage({ spentIdentifiersPerDeviceMax: 2 });
	const device = { identity: "bob@example.org", instanceTag: 0x100, publicKey: "b0" };
	const profile = { bytes: Uint8Array.of(1), expiresAtSeconds: 100 };
	const message = (identifier: number) => ({ identifier, bytes: Uint8Array.of(identifier) });
	const publish = (...identifiers: readonly number[]) =>
		storage.publish(
			{ device, clientProfile: profile, prekeyProfile: profile, prekeyMessages: identifiers.map(message) },
			0,
		);
	assert.deepEqual(await publish(1, 2, 3), { ok: true, value: 3 });
	for (let n = 0; n < 3; n++) await storage.takeEnsembles({ identity: device.identity, requester: "", nowSeconds: 0 });
	assert.deepEqual(await publish(2, 3), { ok: true, value: 0 });
	assert.deepEqual(await publish(1), { ok: true, value: 1 });
});
