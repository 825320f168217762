import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { type Account, Conversation, createAccount } from "../../src/index.ts";
import type { Port, PortEvent } from "../../src/worker/port.ts";
import { type ConversationProxy, ConversationsProxy } from "../../src/worker/proxy.ts";
import { serveConversations, type ServeOptions, type StoredConversation } from "../../src/worker/serve.ts";
import { must, NEW_ACCOUNT, NOW, seeded } from "./support.ts";

const ADDRESSES = { ourAddress: "alice@example.org", theirAddress: "bob@example.org" };
const primitives = otrNodePrimitives;

function account(name: string): Account {
	return must(createAccount({ ...NEW_ACCOUNT, primitives, random: seeded(name) }, NOW));
}

/** A worker that answers at once, unless what it stores is waited for; and what it posted. */
function worker(options: Partial<ServeOptions>): { readonly proxy: ConversationsProxy; readonly posted: unknown[] } {
	const posted: unknown[] = [];
	const deliver = (port: Port, data: unknown): void =>
		(port.onmessage as ((event: PortEvent) => void) | null)?.({ data });
	const page: Port = { postMessage: (message) => deliver(inner, message), onmessage: null };
	const inner: Port = {
		postMessage: (message) => {
			posted.push(message);
			deliver(page, message);
		},
		onmessage: null,
	};
	serveConversations(inner, { primitives, random: seeded("worker"), ...options });
	return { proxy: new ConversationsProxy(page), posted };
}

/** Bob, without a worker. */
function bob(): Conversation {
	const addresses = { ourAddress: ADDRESSES.theirAddress, theirAddress: ADDRESSES.ourAddress };
	return new Conversation({ primitives, random: seeded("bob"), account: account("bob's"), ...addresses });
}

/** What Alice sends goes to Bob and what he answers comes back, until nobody has anything left. What Bob read. */
async function carry(alice: ConversationProxy, to: Conversation, sent: readonly string[]): Promise<string[]> {
	const read: string[] = [];
	for (const text of sent) {
		const outcome = to.receive(text, NOW);
		read.push(...outcome.events.flatMap((event) => (event.kind === "message" ? [event.text] : [])));
		for (const back of outcome.send) {
			read.push(...(await carry(alice, to, must(await alice.receive(back, NOW)).send)));
		}
	}
	return read;
}

describe("a conversation in a worker that stores", () => {
	it("goes on in the next worker, with the same session", async () => {
		const own = account("alice's");
		const kept: StoredConversation[] = [];
		const before = worker({ account: own, onConversationChanged: (each) => void kept.push(each) });
		const first = must(await before.proxy.open(ADDRESSES));
		const peer = bob();
		await carry(first, peer, must(await first.start(NOW)).send);
		assert.deepEqual(await carry(first, peer, must(await first.send("before", NOW)).send), ["before"]);
		const last = kept.at(-1) as StoredConversation;
		const random = seeded("another worker");
		const after = worker({ account: own, random, conversations: [last] });
		const second = must(await after.proxy.open(ADDRESSES));
		assert.equal(second.state, "ENCRYPTED_MESSAGES");
		assert.equal(second.sessions().size, 1);
		assert.deepEqual(await carry(second, peer, must(await second.send("after", NOW)).send), ["after"]);
		// Opened once more it is another one: what was stored is with the first.
		assert.equal(must(await after.proxy.open(ADDRESSES)).state, "START");
	});

	it("gives nothing away before it is stored, and does what was asked meanwhile afterwards", async () => {
		let keep = (): void => assert.fail("nothing is being stored");
		const stored = (): Promise<void> => new Promise((resolve) => (keep = resolve));
		const { proxy, posted } = worker({ account: account("alice's"), onConversationChanged: stored });
		const alice = must(await proxy.open(ADDRESSES));
		const answered = posted.length;
		const sends = [alice.send("one", NOW), alice.send("two", NOW)];
		assert.equal(posted.length, answered);
		keep();
		must(await (sends[0] as (typeof sends)[number]));
		assert.equal(posted.length, answered + 1);
		keep();
		must(await (sends[1] as (typeof sends)[number]));
		assert.equal(posted.length, answered + 2);
	});

	it("is not stored again where nothing changed", async () => {
		const kept: StoredConversation[] = [];
		const { proxy } = worker({ account: account("alice's"), onConversationChanged: (each) => void kept.push(each) });
		const alice = must(await proxy.open(ADDRESSES));
		for (let n = 0; n < 3; n++) await alice.tick(NOW);
		assert.equal(kept.length, 1);
		must(await alice.send("waits", NOW));
		assert.equal(kept.length, 2);
	});

	it("ends with its worker if it cannot be stored", async () => {
		const full = (): Promise<void> => Promise.reject(new RangeError("the disk is full"));
		const { proxy, posted } = worker({ account: account("alice's"), onConversationChanged: full });
		const alice = must(await proxy.open(ADDRESSES));
		const answered = posted.length;
		const refused = await alice.start(NOW);
		assert.equal(posted.length, answered + 1);
		assert.ok(!refused.ok);
		assert.equal(refused.error.blame, "worker");
		assert.match(proxy.failure?.got ?? "", /RangeError/);
	});

	it("is refused where what was stored is damaged", async () => {
		const conversations = [{ ...ADDRESSES, stored: Uint8Array.of(1, 0, 9) }];
		const { proxy } = worker({ account: account("alice's"), conversations });
		const refused = await proxy.open(ADDRESSES);
		assert.ok(!refused.ok);
		assert.deepEqual([refused.error.blame, refused.error.reason], ["caller", "malformed"]);
	});
});
