import assert from "node:assert/strict";
import { test } from "node:test";
import { err } from "@clowder/bytes";
import { encodeEnsembleQuery } from "../../src/prekey-server/ensemble-messages.ts";
import {
	DEFAULT_SERVER_LIMITS,
	MemoryPrekeyStorage,
	type PrekeyServer,
	type PrekeyServerLimits,
	type PrekeyStorage,
} from "../../src/prekey-server/index.ts";
import { ensemblesOf } from "./events.ts";
import {
	type Device,
	device,
	exchange,
	gist,
	must,
	newClient,
	newServer,
	NOW_MS,
	NOW_SECONDS,
	prekeys,
	publishAll,
	refusalOf,
	run,
	seeded,
	textOf,
} from "./support.ts";

const BOB = "bob@example.org";
const ALICE = "alice@example.org";

/** A DAKE-1 message of a device. */
function dake1(owner: Device, server: PrekeyServer): string {
	return must(newClient(owner, server).storageInformation(NOW_MS))[0] as string;
}

function limited(
	limits: Partial<PrekeyServerLimits>,
	storage: PrekeyStorage = new MemoryPrekeyStorage(),
): PrekeyServer {
	return newServer({ limits, storage });
}

test("a DAKE that is not finished in time is forgotten", async () => {
	const server = limited({ dakeTimeoutMs: 1000 });
	const owner = device(BOB);
	const client = newClient(owner, server);
	const [first] = must(client.storageInformation(NOW_MS));
	const [dake2] = (await server.receive(BOB, first as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	assert.equal(server.deadlineMs, NOW_MS + 1000);
	server.expire(NOW_MS + 999);
	assert.equal(server.deadlineMs, NOW_MS + 1000);
	const late = await server.receive(BOB, dake3 as string, NOW_MS + 1000);
	assert.deepEqual([refusalOf(late), late.texts], ["carrier state: DAKE-3 message", []]);
	assert.equal(server.deadlineMs, undefined);
});

test("a DAKE-1 message begins again what the device had begun", async () => {
	const server = newServer();
	const owner = device(BOB);
	const [first, second] = [newClient(owner, server), newClient(owner, server)];
	const start = async (client: typeof first): Promise<string> => {
		const [text] = must(client.storageInformation(NOW_MS));
		const [dake2] = (await server.receive(BOB, text as string, NOW_MS)).texts;
		return client.receive(dake2 as string, NOW_MS).texts[0] as string;
	};
	const [old, current] = [await start(first), await start(second)];
	const answer = await server.receive(BOB, current, NOW_MS);
	assert.equal(second.receive(answer.texts[0] as string, NOW_MS).events[0]?.type, "stored");
	assert.equal(refusalOf(await server.receive(BOB, old, NOW_MS)), "carrier state: DAKE-3 message");
});

test("DAKEs of several devices, and of several people with one instance tag, do not disturb each other", async () => {
	const server = newServer();
	const people = [device(BOB), device(BOB, { instanceTag: 0x3000 }), device(ALICE)];
	const clients = people.map((owner) => newClient(owner, server));
	const started = clients.map((client) => must(client.storageInformation(NOW_MS))[0] as string);
	const dake3s: string[] = [];
	for (const [i, text] of started.entries()) {
		const [dake2] = (await server.receive((people[i] as Device).identity, text, NOW_MS)).texts;
		dake3s.push(clients[i]?.receive(dake2 as string, NOW_MS).texts[0] as string);
	}
	for (const [i, text] of dake3s.entries()) {
		const [status] = (await server.receive((people[i] as Device).identity, text, NOW_MS)).texts;
		assert.deepEqual(clients[i]?.receive(status as string, NOW_MS).events, [{ type: "stored", count: 0 }]);
	}
});

test("one identity has a few DAKEs in flight: one more makes its oldest give way, nobody else's", async () => {
	const server = limited({ dakesInFlightPerIdentityMax: 2, dakesInFlightMax: 3 });
	const bobs = [0x1000, 0x1001, 0x1002].map((instanceTag) => device(BOB, { instanceTag }));
	const clients = bobs.map((owner) => newClient(owner, server));
	const alice = newClient(device(ALICE), server);
	const dake3 = async (client: typeof alice, identity: string): Promise<string> => {
		const [text] = must(client.storageInformation(NOW_MS));
		const [dake2] = (await server.receive(identity, text as string, NOW_MS)).texts;
		return client.receive(dake2 as string, NOW_MS).texts[0] as string;
	};
	const aliceText = await dake3(alice, ALICE);
	const texts: string[] = [];
	for (const client of clients) texts.push(await dake3(client, BOB));
	assert.equal(refusalOf(await server.receive(BOB, texts[0] as string, NOW_MS)), "carrier state: DAKE-3 message");
	for (const text of texts.slice(1)) assert.equal(refusalOf(await server.receive(BOB, text, NOW_MS)), "none");
	assert.equal(refusalOf(await server.receive(ALICE, aliceText, NOW_MS)), "none");
});

test("where there is no room for another DAKE it is refused, until one is over", async () => {
	const server = limited({ dakesInFlightMax: 1 });
	assert.equal(refusalOf(await server.receive(BOB, dake1(device(BOB), server), NOW_MS)), "none");
	const alice = dake1(device(ALICE), server);
	const refused = await server.receive(ALICE, alice, NOW_MS);
	assert.deepEqual([refusalOf(refused), refused.texts], ["carrier limit: DAKE-1 message", []]);
	assert.equal(refusalOf(await server.receive(BOB, dake1(device(BOB), server), NOW_MS)), "none", "in its own place");
	assert.equal(refusalOf(await server.receive(ALICE, alice, NOW_MS + DEFAULT_SERVER_LIMITS.dakeTimeoutMs)), "none");
});

test("an identity begins so many DAKEs in a window and no more", async () => {
	const server = limited({ dakesPerWindowMax: 2, windowMs: 1000 });
	const text = dake1(device(BOB), server);
	const begin = async (nowMs: number, identity = BOB): Promise<string> =>
		refusalOf(await server.receive(identity, text, nowMs));
	assert.deepEqual([await begin(NOW_MS), await begin(NOW_MS + 999)], ["none", "none"]);
	assert.equal(await begin(NOW_MS + 999), "peer limit: DAKE-1 message");
	assert.equal(await begin(NOW_MS + 999, ALICE), "none");
	assert.equal(await begin(NOW_MS + 1000), "none");
});

test("an identity drains another one's Prekey Messages so fast and no faster, and no other's", async () => {
	const server = limited({ retrievalsOfOneOwnerPerWindowMax: 2, retrievalsPerWindowMax: 3, windowMs: 1000 });
	const [bob, carol] = [device(BOB), device("carol@example.org")];
	await publishAll(bob, server, 5);
	await publishAll(carol, server, 5);
	const alice = device(ALICE);
	const client = newClient(alice, server);
	const retrieve = async (owner: Device, nowMs: number): Promise<string> => {
		const started = client.retrieve(owner.identity, "4", nowMs);
		const { events, refusals } = await exchange(client, server, ALICE, started, nowMs);
		return [...events.map(({ type }) => type), ...refusals.map(gist)].join(", ");
	};
	const refused = "none, peer limit: Prekey Ensemble Query Retrieval message";
	assert.deepEqual([await retrieve(bob, NOW_MS), await retrieve(bob, NOW_MS)], ["ensembles", "ensembles"]);
	assert.equal(await retrieve(bob, NOW_MS), refused);
	assert.equal(await retrieve(carol, NOW_MS), refused, "the fourth in all");
	assert.equal(await retrieve(bob, NOW_MS + 1000), "ensembles");
	assert.equal(await retrieve(carol, NOW_MS + 1000), "ensembles");
});

test("counting is bounded: where too many are counted, the first is forgotten", async () => {
	const server = limited({ dakesPerWindowMax: 1, countedMax: 2 });
	const text = dake1(device(BOB), server);
	const begin = async (identity: string): Promise<string> => refusalOf(await server.receive(identity, text, NOW_MS));
	assert.deepEqual(
		[await begin("a"), await begin("b"), await begin("b")],
		["none", "none", "peer limit: DAKE-1 message"],
	);
	assert.deepEqual([await begin("c"), await begin("a")], ["none", "none"]);
	assert.equal(await begin("c"), "peer limit: DAKE-1 message");
});

test("whose window began anew is not the first to be forgotten", async () => {
	const server = limited({ dakesPerWindowMax: 1, countedMax: 3, windowMs: 1000 });
	const text = dake1(device(BOB), server);
	const begin = async (identity: string, nowMs: number): Promise<string> =>
		refusalOf(await server.receive(identity, text, nowMs));
	assert.deepEqual([await begin("a", NOW_MS), await begin("b", NOW_MS + 500)], ["none", "none"]);
	const later = NOW_MS + 1000;
	assert.deepEqual([await begin("a", later), await begin("c", later)], ["none", "none"]);
	assert.equal(await begin("d", later), "none");
	assert.equal(await begin("a", later), "peer limit: DAKE-1 message", "b was forgotten for d");
	assert.equal(await begin("b", later), "none");
});

test("a query for other versions alone finds nothing", async () => {
	const server = newServer();
	await publishAll(device(BOB), server, 1);
	const alice = device(ALICE);
	const client = newClient(alice, server);
	const [query] = must(client.retrieve(BOB, "45", NOW_MS));
	const senderTag = alice.instanceTag;
	const other = encodeEnsembleQuery({ type: "ensemble-query", senderTag, identity: BOB, versions: "53" });
	const answer = await server.receive(ALICE, textOf(other), NOW_MS);
	assert.deepEqual(answer.outcome, { ok: true, value: { type: "retrieved", identity: BOB, count: 0 } });
	assert.equal((await server.receive(ALICE, query as string, NOW_MS)).outcome.ok, true);
});

test("a query for nobody is refused", async () => {
	const query = { type: "ensemble-query", senderTag: 0x2000, versions: "4" } as const;
	for (const identity of ["", "b".repeat(2048)]) {
		const answer = await newServer().receive(ALICE, textOf(encodeEnsembleQuery({ ...query, identity })), NOW_MS);
		assert.equal(refusalOf(answer), "peer malformed: Prekey Ensemble Query Retrieval message");
	}
});

test("a storage that is full is a Failure to the publisher; one that does not answer is a Failure, or nothing there", async () => {
	const broken: PrekeyStorage = {
		publish: async () => err("unavailable"),
		count: async () => err("unavailable"),
		takeEnsembles: async () => err("unavailable"),
	};
	const owner = device(BOB);
	for (const [storage, refusal] of [
		[new MemoryPrekeyStorage({ prekeyMessagesPerDeviceMax: 1 }), "caller limit: storage"],
		[broken, "caller state: storage"],
	] as const) {
		const server = newServer({ storage });
		const client = newClient(owner, server);
		const started = client.publish({ prekeyMessages: prekeys(owner, 2) }, NOW_MS);
		const { events, refusals } = await exchange(client, server, BOB, started);
		assert.deepEqual(events, [{ type: "failed", request: "publication" }]);
		assert.deepEqual(refusals.map(gist), [refusal]);
	}
	const server = newServer({ storage: broken });
	const client = newClient(owner, server);
	const counted = await exchange(client, server, BOB, client.storageInformation(NOW_MS));
	assert.deepEqual(counted.events, [{ type: "failed", request: "storage-information" }]);
	const retrieved = await exchange(client, server, BOB, client.retrieve(ALICE, "4", NOW_MS));
	assert.deepEqual(
		retrieved.events.map(({ type }) => type),
		["none"],
	);
	assert.deepEqual(retrieved.refusals.map(gist), ["caller state: storage"]);
});

test("a publication of more Prekey Messages than the server bears is a Failure", async () => {
	const server = limited({ prekeyMessagesPerPublicationMax: 2 });
	const owner = device(BOB);
	const client = newClient(owner, server);
	const publish = async (count: number): Promise<string[]> => {
		const started = client.publish({ prekeyMessages: prekeys(owner, count) }, NOW_MS);
		const { events, refusals } = await exchange(client, server, BOB, started);
		return [...events.map(({ type }) => type), ...refusals.map(gist)];
	};
	assert.deepEqual(await publish(3), ["failed", "peer limit: Prekey Publication message"]);
	assert.deepEqual(await publish(2), ["published"]);
});

/** A store that takes as long as the test wants, and answers in the order that it wants. */
class SlowStorage implements PrekeyStorage {
	readonly #storage = new MemoryPrekeyStorage();
	readonly #waiting: (() => void)[] = [];

	async #turn(): Promise<void> {
		await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	/** How many calls wait. */
	get waiting(): number {
		return this.#waiting.length;
	}

	answerLast(): void {
		this.#waiting.pop()?.();
	}

	async publish(...[publication, now]: Parameters<PrekeyStorage["publish"]>): ReturnType<PrekeyStorage["publish"]> {
		await this.#turn();
		return this.#storage.publish(publication, now);
	}

	async count(...[key]: Parameters<PrekeyStorage["count"]>): ReturnType<PrekeyStorage["count"]> {
		await this.#turn();
		return this.#storage.count(key);
	}

	async takeEnsembles(
		...[request]: Parameters<PrekeyStorage["takeEnsembles"]>
	): ReturnType<PrekeyStorage["takeEnsembles"]> {
		await this.#turn();
		return this.#storage.takeEnsembles(request);
	}
}

test("requests that overlap in a slow store are each answered, and each Prekey Message is given once", async () => {
	const storage = new SlowStorage();
	const server = newServer({ storage });
	const bob = device(BOB);
	const client = newClient(bob, server);
	const [first] = must(client.publish({ ...bob, prekeyMessages: prekeys(bob, 3) }, NOW_MS));
	const [dake2] = (await server.receive(BOB, first as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	const published = server.receive(BOB, dake3 as string, NOW_MS);
	const replayed = server.receive(BOB, dake3 as string, NOW_MS);
	assert.equal(refusalOf(await replayed), "carrier state: DAKE-3 message");
	storage.answerLast();
	assert.equal(refusalOf(await published), "none");
	const askers = [0, 1, 2, 3, 4].map((n) => device(`${n}@example.org`, { instanceTag: 0x2000 + n }));
	const clients = askers.map((asker) => newClient(asker, server));
	const answers = clients.map((each, n) =>
		server.receive(askers[n]?.identity ?? "", must(each.retrieve(BOB, "4", NOW_MS))[0] as string, NOW_MS),
	);
	assert.equal(storage.waiting, 5);
	for (let n = 0; n < 5; n++) storage.answerLast();
	const given: string[] = [];
	for (const [n, answer] of (await Promise.all(answers)).entries()) {
		const received = clients[n]?.receive(answer.texts[0] as string, NOW_MS);
		for (const event of received?.events ?? []) {
			given.push(
				event.type === "ensembles" ? `${ensemblesOf([event])[0]?.prekeyMessage.message.identifier}` : event.type,
			);
		}
	}
	assert.equal(new Set(given.filter((each) => each !== "none")).size, 3);
	assert.equal(given.filter((each) => each === "none").length, 2);
});

test("Prekey Messages are not given with profiles that have expired since", async () => {
	const server = newServer();
	const bob = device(BOB, { expiresAtSeconds: NOW_SECONDS + 10 });
	await publishAll(bob, server, 1);
	const alice = device(ALICE);
	const client = newClient(alice, server);
	const later = NOW_MS + 10_000;
	const [none] = await run(client, server, ALICE, client.retrieve(BOB, "4", later), later);
	assert.equal(none?.type, "none");
	const before = later - 1;
	const [event] = await run(client, server, ALICE, client.retrieve(BOB, "4", before), before);
	assert.equal(event?.type, "ensembles");
});

test("what is no message of the protocol is refused, whoever sends it", async () => {
	const server = newServer();
	for (const text of [
		"",
		".",
		"hello",
		"AAQ",
		"?OTR:AAQ1.",
		"AAQ1.",
		`${"A".repeat(1_000_000)}.`,
		"?OTRP|",
		"AAR1AAAA.",
	]) {
		const answer = await server.receive(BOB, text, NOW_MS);
		assert.deepEqual([answer.outcome.ok, answer.texts], [false, []], text.slice(0, 20));
	}
	assert.equal(refusalOf(await server.receive("", "AAQ1.", NOW_MS)), "caller malformed: sender");
	assert.throws(() => newServer({ identity: "" }), RangeError);
	assert.throws(() => newServer({ maxChars: 10, random: seeded("x") }), RangeError);
});
