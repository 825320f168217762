import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { MemoryPrekeyStorage, PrekeyServer, serverFingerprint } from "../../src/prekey-server/index.ts";
import type {
	ConversationProxy,
	EnsembleData,
	PrekeyEventData,
	PrekeyOutcome,
	PrekeyProxy,
} from "../../src/worker/proxy.ts";
import { kinds, must, NOW, seeded, settle, Side } from "./support.ts";

const random = seeded("prekey server");
const key = otrNodePrimitives.ed448.keyPair(random(57));
const SERVER = { identity: "prekeys.example.org", fingerprint: serverFingerprint(otrNodePrimitives, key.publicKey) };

describe("somebody who is away, with everybody in workers", () => {
	const storage = new MemoryPrekeyStorage();
	const server = new PrekeyServer({ primitives: otrNodePrimitives, random, identity: SERVER.identity, key, storage });
	const sides = [new Side("writes"), new Side("is away")] as const;
	const addresses = ["alice@example.org", "bob@example.org"] as const;
	let both: readonly [ConversationProxy, ConversationProxy];
	let prekeys: readonly [PrekeyProxy, PrekeyProxy];

	before(async () => {
		both = [await sides[0].open(addresses[0], addresses[1]), await sides[1].open(addresses[1], addresses[0])];
		const open = async (side: 0 | 1): Promise<PrekeyProxy> =>
			must(await sides[side].proxy.openPrekeys({ identity: addresses[side], server: SERVER }));
		prekeys = [await open(0), await open(1)];
	});
	after(() => {
		for (const side of sides) side.disconnect();
	});

	/** Carries a request to the server and what comes of it back, to the end. */
	async function request(side: 0 | 1, first: PrekeyOutcome): Promise<readonly PrekeyEventData[]> {
		const events = [...first.events];
		const texts = [...first.send];
		for (let text = texts.shift(); text !== undefined; text = texts.shift()) {
			const answer = await server.receive(addresses[side], text, NOW);
			for (const back of answer.texts) {
				const outcome = must(await prekeys[side].receive(back, NOW));
				events.push(...outcome.events);
				texts.push(...outcome.send);
			}
		}
		return events;
	}

	async function retrieved(): Promise<readonly EnsembleData[]> {
		const [event] = await request(0, must(await prekeys[0].retrieve(addresses[1], "4", NOW)));
		return event?.type === "ensembles" ? event.ensembles : [];
	}

	it("publishes, and is told what is stored", async () => {
		assert.deepEqual(await request(1, must(await prekeys[1].publish(2, NOW))), [{ type: "published" }]);
		assert.deepEqual(await request(1, must(await prekeys[1].storageInformation(NOW))), [{ type: "stored", count: 2 }]);
	});

	it("is written to by the number of an ensemble, which is used once", async () => {
		const [ensemble] = await retrieved();
		const { fingerprint } = must(await sides[1].proxy.account());
		assert.deepEqual(ensemble?.fingerprint, fingerprint);
		const ids = [ensemble?.id ?? 0];
		const told = kinds(await settle(both, 0, both[0].sendOffline(ids, "see you tomorrow", NOW)));
		assert.deepEqual(told, ["established", "established", "message"]);
		assert.equal(both[1].session()?.peer.offline, true);
		const again = await both[0].sendOffline(ids, "once more", NOW);
		assert.equal(!again.ok && again.error.reason, "no-prekey");
	});

	it("one request at a time; one that nobody answers ends at its deadline", async () => {
		const { deadlineMs } = must(await prekeys[0].retrieve(addresses[1], "4", NOW));
		const second = await prekeys[0].storageInformation(NOW);
		assert.equal(!second.ok && second.error.expected, "one request at a time");
		assert.ok(deadlineMs !== undefined);
		assert.deepEqual(must(await prekeys[0].expire(deadlineMs - 1)).events, []);
		const { events } = must(await prekeys[0].expire(deadlineMs));
		assert.deepEqual(events, [{ type: "timed-out", request: "retrieval" }]);
	});

	it("a text that is no answer is refused", async () => {
		const { events } = must(await prekeys[0].receive("?OTRP:nonsense.", NOW));
		assert.deepEqual(
			events.map(({ type }) => type),
			["refused"],
		);
	});

	it("without a server nothing is asked of one", async () => {
		const side = new Side("without a server");
		const conversation = await side.open(addresses[0], addresses[1]);
		const refused = await conversation.sendOffline([1], "to nobody", NOW);
		assert.equal(!refused.ok && refused.error.expected, "a prekey server that was named");
		side.disconnect();
	});
});
