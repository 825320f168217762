import assert from "node:assert/strict";
import { test } from "node:test";
import type { PrekeyClientEvent } from "../../src/prekey-server/index.ts";
import { ensemblesOf } from "./events.ts";
import { device, newClient, newServer, NOW_MS, prekeys, publishAll, run } from "./support.ts";

test("a device publishes, another one retrieves each Prekey Message once, then there are none", async () => {
	const server = newServer();
	const [bob, alice] = [device("bob@example.org"), device("alice@example.org", { instanceTag: 0x2000 })];
	const published = await publishAll(bob, server, 3);
	const client = newClient(alice, server);
	const identifiers: number[] = [];
	for (let i = 0; i < 3; i++) {
		const events = await run(client, server, alice.identity, client.retrieve(bob.identity, "45", NOW_MS));
		const [ensemble, ...more] = ensemblesOf(events);
		assert.deepEqual(more, []);
		assert.ok(ensemble);
		assert.deepEqual(ensemble.clientProfile.fingerprint, bob.clientProfile.fingerprint);
		assert.deepEqual(ensemble.prekeyProfile.profile, bob.prekeyProfile.profile.profile);
		identifiers.push(ensemble.prekeyMessage.message.identifier);
	}
	assert.deepEqual(
		identifiers,
		published.map(({ message }) => message.identifier),
	);
	const events = await run(client, server, alice.identity, client.retrieve(bob.identity, "4", NOW_MS));
	const note = "No Prekey Messages available for this identity";
	assert.deepEqual(events, [{ type: "none", identity: bob.identity, note }]);
});

test("a device learns how many Prekey Messages are left, and publishes more", async () => {
	const server = newServer();
	const bob = device("bob@example.org");
	const client = newClient(bob, server);
	const count = async (): Promise<readonly PrekeyClientEvent[]> =>
		run(client, server, bob.identity, client.storageInformation(NOW_MS));
	assert.deepEqual(await count(), [{ type: "stored", count: 0 }]);
	await publishAll(bob, server, 2);
	assert.deepEqual(await count(), [{ type: "stored", count: 2 }]);
	const more = client.publish({ prekeyMessages: prekeys(bob, 5) }, NOW_MS);
	assert.deepEqual(await run(client, server, bob.identity, more), [{ type: "published" }]);
	assert.deepEqual(await count(), [{ type: "stored", count: 7 }]);
});

test("a device learns its own count alone: neither another person's, nor that of another key", async () => {
	const server = newServer();
	const bob = device("bob@example.org");
	await publishAll(bob, server, 2);
	for (const [owner, count] of [
		[bob, 2],
		[device("bob@example.org", { keySeed: "another key" }), 0],
		[device("bob@example.org", { instanceTag: 0x3000 }), 0],
		[device("alice@example.org"), 0],
	] as const) {
		const client = newClient(owner, server);
		const events = await run(client, server, owner.identity, client.storageInformation(NOW_MS));
		assert.deepEqual(events, [{ type: "stored", count }]);
	}
});
