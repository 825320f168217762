import assert from "node:assert/strict";
import { test } from "node:test";
import { ensemblesOf } from "./events.ts";
import { device, exchange, must, newClient, newServer, NOW_MS, prekeys, refusalOf, run, seeded } from "./support.ts";

const BOB = "bob@example.org";
const ALICE = "alice@example.org";

test("both sides break up what the network does not carry whole, and put it together", async () => {
	const maxChars = 200;
	const server = newServer({ maxChars });
	const bob = device(BOB);
	const client = newClient(bob, server, { maxChars });
	const { clientProfile, prekeyProfile } = bob;
	const started = must(client.publish({ clientProfile, prekeyProfile, prekeyMessages: prekeys(bob, 5) }, NOW_MS));
	assert.ok(started.length > 1 && started.every((text) => text.startsWith("?OTRP|") && text.length <= maxChars));
	const { events, refusals, answers } = await exchange(client, server, BOB, { ok: true, value: started });
	assert.deepEqual([events, refusals], [[{ type: "published" }], []]);
	assert.ok(answers.flatMap(({ texts }) => texts).every((text) => text.length <= maxChars));
	const alice = device(ALICE, { instanceTag: 0x2000 });
	const asking = newClient(alice, server, { maxChars });
	const [one] = ensemblesOf(await run(asking, server, ALICE, asking.retrieve(BOB, "4", NOW_MS)));
	assert.deepEqual(one?.clientProfile.fingerprint, bob.clientProfile.fingerprint);
});

test("fragments come in any order and twice, and those of several people at once", async () => {
	const server = newServer();
	const people = [device(BOB), device(ALICE)];
	const texts = people.map((owner, i) => ({
		from: owner.identity,
		// The same identifier for both, as two people may choose.
		texts: must(
			newClient(owner, server, {
				maxChars: 100,
				random: (n) => (n === 4 ? new Uint8Array(4) : seeded(`${i}`)(n)),
			}).storageInformation(NOW_MS),
		).toReversed(),
	}));
	const outcomes: string[] = [];
	for (let i = 0; i < Math.max(...texts.map((each) => each.texts.length)); i++) {
		for (const { from, texts: own } of texts) {
			const text = own[i];
			if (text === undefined) continue;
			const answer = await server.receive(from, text, NOW_MS);
			outcomes.push(answer.outcome.ok ? answer.outcome.value.type : refusalOf(answer));
			if (answer.outcome.ok && answer.outcome.value.type === "fragment-kept") {
				assert.equal(refusalOf(await server.receive(from, text, NOW_MS)), "carrier state: fragment");
			}
		}
	}
	assert.equal(outcomes.filter((each) => each === "dake-begun").length, 2);
	assert.equal(outcomes.filter((each) => each === "fragment-kept").length, outcomes.length - 2);
});

test("a client takes fragments for its own tag alone", async () => {
	const server = newServer({ maxChars: 100 });
	const bob = device(BOB);
	const [client, other] = [newClient(bob, server), newClient(device(BOB, { instanceTag: 0x3000 }), server)];
	const [dake1] = must(client.storageInformation(NOW_MS));
	const { texts } = await server.receive(BOB, dake1 as string, NOW_MS);
	assert.ok(texts.length > 1);
	for (const text of texts) assert.equal(other.receive(text, NOW_MS).refusal?.reason, "instance-tag");
	const sent = texts.flatMap((text) => client.receive(text, NOW_MS).texts);
	assert.equal(sent.length, 1);
});

test("a client forgets in time the fragments of what nobody completed", async () => {
	const server = newServer({ maxChars: 400 });
	const client = newClient(device(BOB), server);
	const [dake1] = must(client.storageInformation(NOW_MS));
	const { texts } = await server.receive(BOB, dake1 as string, NOW_MS);
	client.close();
	const [first, ...rest] = texts as [string, ...string[]];
	assert.equal(client.deadlineMs, undefined);
	client.receive(first, NOW_MS + 5);
	assert.equal(client.deadlineMs, NOW_MS + 5 + 60_000);
	must(client.storageInformation(NOW_MS));
	assert.equal(client.deadlineMs, NOW_MS + 60_000);
	client.close();
	assert.deepEqual(client.expire(NOW_MS + 5 + 60_000), []);
	assert.equal(client.deadlineMs, undefined);
	for (const text of rest) assert.deepEqual(client.receive(text, NOW_MS + 5 + 60_000).refusal, undefined);
	assert.notEqual(client.deadlineMs, undefined, "the first one is missing");
});

test("a server keeps the unfinished fragments of so many peers, for so long", async () => {
	const limits = { fragmentingPeersMax: 2, dakeTimeoutMs: 1000 };
	const server = newServer({ limits });
	const texts = must(newClient(device(BOB), server, { maxChars: 400 }).storageInformation(NOW_MS));
	const [first, ...rest] = texts as [string, ...string[]];
	const begin = async (from: string, nowMs = NOW_MS): Promise<void> => {
		assert.deepEqual((await server.receive(from, first, nowMs)).outcome, {
			ok: true,
			value: { type: "fragment-kept" },
		});
	};
	const finish = async (from: string, nowMs = NOW_MS): Promise<string> => {
		let last = "";
		for (const text of rest) {
			const { outcome } = await server.receive(from, text, nowMs);
			last = outcome.ok ? outcome.value.type : outcome.error.reason;
		}
		return last;
	};
	await begin("x");
	for (const from of ["y", "z"]) {
		await begin(from);
		assert.equal(await finish(from), "dake-begun", "with nothing unfinished any more");
	}
	assert.equal(await finish("x"), "dake-begun", "so that x had not to give way to z");
	server.expire(NOW_MS + 1000);
	await begin("a");
	await begin("b");
	await begin("c");
	assert.equal(await finish("a"), "fragment-kept", "it gave way to c");
	assert.equal(server.deadlineMs, NOW_MS + 1000);
	assert.equal(await finish("c"), "dake-begun");
	server.expire(NOW_MS + 1000);
	assert.equal(server.deadlineMs, undefined);
	await begin("d");
	assert.equal(await finish("d", NOW_MS + 1000), "fragment-kept", "its first fragment was forgotten");
});

test("what claims to be a fragment and is none is refused, and keeps nothing", async () => {
	const server = newServer();
	const client = newClient(device(BOB), server);
	for (const text of [
		"?OTRP|",
		"?OTRP|1|100|0,1,1,,",
		"?OTRP|1|100|0,0,1,AAAA,",
		"?OTRP|1|100|0,2,1,AAAA,",
		"?OTRP|1|100|0,1,0,AAAA,",
	]) {
		assert.equal((await server.receive(BOB, text, NOW_MS)).outcome.ok, false, text);
		assert.equal(client.receive(text, NOW_MS).refusal?.blame, "peer", text);
	}
	assert.equal(server.deadlineMs, undefined);
});
