import assert from "node:assert/strict";
import { test } from "node:test";
import type { OurPrekey } from "../../src/dake/non-interactive.ts";
import { type SelectedEnsembles, selectEnsembles } from "../../src/prekey-server/ensemble.ts";
import { encodeEnsembleRetrieval } from "../../src/prekey-server/ensemble-messages.ts";
import { MemoryPrekeyStorage, withForgedEnsembles } from "../../src/prekey-server/index.ts";
import type { Ensemble } from "../../src/prekey-server/messages.ts";
import { encodePrekeyProfile } from "../../src/profile/prekey-profile.ts";
import { encodePrekeyMessage } from "../../src/wire/prekey-message.ts";
import { ensemblesOf } from "./events.ts";
import {
	type Device,
	device,
	gist,
	must,
	newClient,
	newServer,
	NOW_MS,
	NOW_SECONDS,
	prekeys,
	primitives,
	publishAll,
	run,
	textOf,
	WEEK_SECONDS,
} from "./support.ts";

const BOB = "bob@example.org";

function ensemble(owner: Device, prekey: OurPrekey = prekeys(owner, 1)[0] as OurPrekey): Ensemble {
	return {
		clientProfile: owner.clientProfile.profile,
		prekeyProfile: owner.prekeyProfile.profile.profile,
		prekeyMessage: prekey.message,
	};
}

function select(...ensembles: readonly Ensemble[]): SelectedEnsembles {
	return selectEnsembles(primitives, ensembles, NOW_SECONDS, "standalone");
}

function discarded(one: Ensemble): string[] {
	const { ensembles, discarded } = select(one);
	assert.deepEqual(ensembles, []);
	return discarded.map(gist);
}

test("an ensemble with a value that is wrong is discarded, with the reason", () => {
	const bob = device(BOB, { keySeed: "one key" });
	const tablet = device(BOB, { instanceTag: 0x3000, keySeed: "one key" });
	const good = ensemble(bob);
	assert.equal(select(good).ensembles.length, 1);
	const other = ensemble(tablet);
	const tag = "peer instance-tag: Prekey Ensemble";
	assert.deepEqual(discarded({ ...good, clientProfile: other.clientProfile }), [tag]);
	assert.deepEqual(discarded({ ...good, prekeyProfile: other.prekeyProfile }), [tag]);
	assert.deepEqual(discarded({ ...good, prekeyMessage: other.prekeyMessage }), [tag]);
	const stranger = ensemble(device(BOB));
	assert.deepEqual(discarded({ ...good, clientProfile: stranger.clientProfile }), ["peer signature: Prekey Profile"]);
	assert.deepEqual(discarded({ ...good, prekeyProfile: stranger.prekeyProfile }), ["peer signature: Prekey Profile"]);
	const expired = ensemble(device(BOB, { expiresAtSeconds: NOW_SECONDS }));
	assert.deepEqual(discarded(expired), ["peer expired: Client Profile"]);
	const stale = ensemble(device(BOB, { prekeyProfileExpiresAtSeconds: NOW_SECONDS }));
	assert.deepEqual(discarded(stale), ["peer expired: Prekey Profile"]);
	const y = good.prekeyMessage.y.map((_, i) => (i === 0 ? 1 : 0)) as typeof good.prekeyMessage.y;
	assert.deepEqual(discarded({ ...good, prekeyMessage: { ...good.prekeyMessage, y } }), [
		"peer key: Prekey message, Y",
	]);
	const b = Uint8Array.of(1) as typeof good.prekeyMessage.b;
	assert.deepEqual(discarded({ ...good, prekeyMessage: { ...good.prekeyMessage, b } }), [
		"peer key: Prekey message, B",
	]);
});

test("of those of one device and fingerprint the one that lasts longest is kept, whatever their order", () => {
	const keySeed = "one key";
	const long = ensemble(device(BOB, { keySeed }));
	const short = ensemble(device(BOB, { keySeed, expiresAtSeconds: NOW_SECONDS + 10 }));
	const half = ensemble(device(BOB, { keySeed, prekeyProfileExpiresAtSeconds: NOW_SECONDS + 20 }));
	for (const order of [
		[long, short, half],
		[short, half, long],
		[half, long, short],
	]) {
		const { ensembles, discarded: refusals } = select(...order);
		assert.deepEqual(refusals, []);
		assert.deepEqual(
			ensembles.map(({ prekeyMessage }) => prekeyMessage.message),
			[long.prekeyMessage],
		);
	}
	const [kept] = select(short, half).ensembles;
	assert.deepEqual(kept?.prekeyMessage.message, half.prekeyMessage);
});

test("an invented ensemble with the tag of a true one does not push it out", () => {
	const bob = device(BOB);
	const invented = device(BOB, { keySeed: "mallory", expiresAtSeconds: NOW_SECONDS + 100 * WEEK_SECONDS });
	const { ensembles } = select(ensemble(invented), ensemble(bob));
	assert.deepEqual(
		ensembles.map(({ clientProfile }) => clientProfile.profile.publicKey),
		[invented.key.publicKey.bytes, bob.key.publicKey.bytes],
	);
});

test("devices of one key that differ in their tags are each kept", () => {
	const [phone, tablet] = [0x1000, 0x3000].map((instanceTag) => device(BOB, { instanceTag, keySeed: "one key" }));
	const { ensembles } = select(ensemble(phone as Device), ensemble(tablet as Device));
	assert.deepEqual(ensembles[0]?.clientProfile.fingerprint, ensembles[1]?.clientProfile.fingerprint);
	assert.equal(ensembles.length, 2);
});

test("an answer holds 64 ensembles, and one with more is refused", async () => {
	const alice = device("alice@example.org", { instanceTag: 0x2000 });
	const { clientProfile, prekeyProfile, prekeyMessage } = ensemble(device(BOB));
	const one = {
		clientProfile: clientProfile.bytes,
		prekeyProfile: encodePrekeyProfile(prekeyProfile),
		prekeyMessage: encodePrekeyMessage(prekeyMessage),
	};
	const many = Array.from({ length: 65 }, () => one);
	const server = newServer({ storage: withForgedEnsembles(new MemoryPrekeyStorage(), async () => many) });
	const client = newClient(alice, server);
	const [query] = must(client.retrieve(BOB, "4", NOW_MS));
	const { outcome, texts } = await server.receive(alice.identity, query as string, NOW_MS);
	assert.deepEqual(outcome, { ok: true, value: { type: "retrieved", identity: BOB, count: 64 } });
	const tooMany = textOf(encodeEnsembleRetrieval(alice.instanceTag, BOB, many));
	const { refusal } = client.receive(tooMany, NOW_MS);
	assert.equal(refusal && gist(refusal), "peer malformed: Prekey Ensemble Retrieval message");
	const [event] = client.receive(texts[0] as string, NOW_MS).events;
	assert.ok(event?.type === "ensembles");
	assert.deepEqual([event.ensembles.length, event.discarded.length], [1, 63]);
});

test("a Prekey Message, or one of its keys, is used in one ensemble only", () => {
	const bob = device(BOB, { keySeed: "one key" });
	const tablet = device(BOB, { instanceTag: 0x3000, keySeed: "one key" });
	const [prekey, other] = prekeys(bob, 2) as [OurPrekey, OurPrekey];
	const first = ensemble(bob, prekey);
	const again = ensemble(tablet);
	for (const stolen of [{ y: prekey.message.y }, { b: prekey.message.b }]) {
		const { ensembles, discarded: refusals } = select(first, {
			...again,
			prekeyMessage: { ...again.prekeyMessage, ...stolen },
		});
		assert.equal(ensembles.length, 1);
		assert.deepEqual(refusals.map(gist), ["peer no-prekey: Prekey Ensemble"]);
	}
	assert.equal(select(first, ensemble(bob, other)).discarded.length, 0);
});

test("an ensemble for each device of an identity comes, and an answer with nothing valid brings none", async () => {
	const server = newServer();
	const [phone, tablet] = [device(BOB), device(BOB, { instanceTag: 0x3000 })];
	const alice = device("alice@example.org", { instanceTag: 0x2000 });
	await publishAll(phone, server, 1);
	await publishAll(tablet, server, 1);
	const client = newClient(alice, server);
	const both = ensemblesOf(await run(client, server, alice.identity, client.retrieve(BOB, "4", NOW_MS)));
	assert.deepEqual(
		both.map(({ clientProfile }) => clientProfile.profile.instanceTag),
		[phone.instanceTag, tablet.instanceTag],
	);
	const expired = device(BOB, { expiresAtSeconds: NOW_SECONDS });
	const { clientProfile, prekeyProfile, prekeyMessage } = ensemble(expired);
	const lying = newServer({
		storage: withForgedEnsembles(new MemoryPrekeyStorage(), async () => [
			{
				clientProfile: clientProfile.bytes,
				prekeyProfile: encodePrekeyProfile(prekeyProfile),
				prekeyMessage: encodePrekeyMessage(prekeyMessage),
			},
		]),
	});
	const [event] = await run(client, lying, alice.identity, client.retrieve(BOB, "4", NOW_MS));
	assert.ok(event?.type === "ensembles");
	assert.deepEqual([event.ensembles, event.discarded.map(gist)], [[], ["peer expired: Client Profile"]]);
});

test("who asked for it in advance is given false ensembles, everybody else the true ones", async () => {
	const accomplice = device(BOB, { keySeed: "accomplice" });
	const { clientProfile, prekeyProfile, prekeyMessage } = ensemble(accomplice);
	const forged = [
		{
			clientProfile: clientProfile.bytes,
			prekeyProfile: encodePrekeyProfile(prekeyProfile),
			prekeyMessage: encodePrekeyMessage(prekeyMessage),
		},
	];
	const storage = withForgedEnsembles(new MemoryPrekeyStorage(), async ({ requester, identity }) =>
		requester === "alice@example.org" && identity === BOB ? forged.splice(0) : undefined,
	);
	const server = newServer({ storage });
	const bob = device(BOB);
	await publishAll(bob, server, 1);
	for (const [name, expected] of [
		["alice@example.org", accomplice],
		["carol@example.org", bob],
	] as const) {
		const asking = device(name, { instanceTag: 0x2000 });
		const client = newClient(asking, server);
		const [one] = ensemblesOf(await run(client, server, name, client.retrieve(BOB, "4", NOW_MS)));
		assert.deepEqual(one?.clientProfile.profile.publicKey, expected.key.publicKey.bytes);
	}
	const client = newClient(device("alice@example.org", { instanceTag: 0x2000 }), server);
	const [event] = await run(client, server, "alice@example.org", client.retrieve(BOB, "4", NOW_MS));
	assert.equal(event?.type, "none");
});
