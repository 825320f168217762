import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { Bench, type Peer } from "./support/core.ts";
import { presence, present } from "./support/house.ts";

/** Counts what a killed process would lose. */
class CountingStorage extends MemoryStorage {
	uncommitted = 0;
	changes = 0;

	override put(owner: string, collection: string, key: string, document: string): void {
		this.#changed();
		super.put(owner, collection, key, document);
	}

	override delete(owner: string, collection: string, key: string): void {
		this.#changed();
		super.delete(owner, collection, key);
	}

	override drop(owner: string): void {
		this.#changed();
		super.drop(owner);
	}

	override commit(): boolean {
		this.uncommitted = 0;
		return super.commit();
	}

	#changed(): void {
		this.uncommitted += 1;
		this.changes += 1;
	}
}

/** What was not kept yet each time that the server wrote something to this client. */
function atEachText(peer: Peer, storage: CountingStorage): number[] {
	const counts: number[] = [];
	const send = peer.send.bind(peer);
	peer.send = (text) => {
		counts.push(storage.uncommitted);
		return send(text);
	};
	return counts;
}

test("whatever a client asks to be kept is kept when it is told so (ACCOUNT-1, CONTACT-1, BLOCK-3, STORE-1)", () => {
	const storage = new CountingStorage();
	const bench = new Bench({}, { storage });
	const newcomer = bench.connect();
	newcomer.open();
	const ana = present(bench.client("ana", "a"));
	const bo = present(bench.client("bo", "b"));
	const query = (ns: string, inside: string) => (): unknown =>
		ana.iq("set", undefined, `<query xmlns="${ns}">${inside}</query>`);
	const block = (name: string) => (): unknown =>
		ana.iq("set", undefined, `<${name} xmlns="${NS.blocking}"><item jid="cy@localhost"/></${name}>`);
	for (const [name, peer, act] of [
		["a new account", newcomer, () => newcomer.register("di", "a password")],
		["a new password", ana, query(NS.register, "<username>ana</username><password>another</password>")],
		["an item", ana, query(NS.roster, '<item jid="cy@localhost"/>')],
		["its end", ana, query(NS.roster, '<item jid="cy@localhost" subscription="remove"/>')],
		["a block", ana, block("block")],
		["its end", ana, block("unblock")],
		["a request", ana, () => presence(ana, "subscribe", "bo@localhost")],
		["an approval", bo, () => presence(bo, "subscribed", "ana@localhost")],
		["the end of an account", ana, query(NS.register, "<remove/>")],
	] as const) {
		storage.commit();
		const before = storage.changes;
		const uncommitted = atEachText(peer, storage);
		act();
		assert.ok(storage.changes > before, `${name} changes something`);
		assert.ok(uncommitted.length > 0, `${name} is answered`);
		assert.deepEqual(Math.max(...uncommitted), 0, `${name} is kept by then`);
	}
});

test("a message for later is kept before anything else is read (OFFLINE-1)", () => {
	const storage = new CountingStorage();
	const bench = new Bench({}, { storage });
	bench.client("bo").lose();
	const ana = bench.client("ana");
	storage.commit();
	const before = storage.changes;
	ana.receive('<message xmlns="jabber:client" to="bo@localhost" type="chat"><body>hi</body></message>');
	assert.deepEqual([storage.changes - before, storage.uncommitted], [1, 0]);
});
