import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { decode, encode, hex, utf8, type Writer } from "@clowder/bytes";
import { encodeIdentity, readIdentity } from "../src/identity.ts";
import { hash, LABELS, mac, type MessageHash, type TranscriptDigest } from "../src/labels.ts";
import { compareState, receiveRoster } from "../src/participant/accept.ts";
import { Desk } from "../src/participant/desk.ts";
import { readState } from "../src/participant/join.ts";
import { seenBy } from "../src/participant/suspects.ts";
import { Room, type Self } from "../src/participant/room.ts";
import { Outbox } from "../src/participant/send.ts";
import { encodeParameters, readParameters } from "../src/parameters.ts";
import { decodeContent, encodeContent } from "../src/session/content.ts";
import type { LiveSession } from "../src/session/live-session.ts";
import { parseNickname } from "../src/index.ts";
import { PLAIN_SELF } from "./support/self.ts";
import type { VerifiedMessage } from "../src/wire/envelope.ts";
import type { Roster, State } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, type Person, roomOf, seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(2);

function lp(bytes: Uint8Array): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}

test("HASH-1, HASH-2: every part after its length, under tag, suite and label", () => {
	const parts = [utf8("a"), new Uint8Array(0), utf8("bc")];
	const input = Buffer.concat([utf8("mpCAT/1"), utf8(suite.name), utf8("sid"), ...parts].map(lp));
	assert.deepEqual(Buffer.from(hash(suite, LABELS.sid, ...parts)), createHash("sha512").update(input).digest());
	const key = utf8("key");
	const expected = createHmac("sha512", key).update(input).digest().subarray(0, 32);
	assert.deepEqual(Buffer.from(mac(suite, key, LABELS.sid, ...parts)), expected);
	assert.equal(new Set(Object.values(LABELS)).size, Object.keys(LABELS).length, "no label is used for two things");
});

test("PARAM-1: a room cannot talk a client into other bounds", () => {
	const good = { suite: 2, policy: "open", passphrase: false, timeoutSeconds: 60, binding: "memory:room" } as const;
	assert.deepEqual(
		decode(encodeParameters(good), (r) => readParameters(suite, r)),
		{ ok: true, value: good },
	);
	const raw = (id: number, policy: number, timeout: number): Uint8Array =>
		encode((w: Writer) => w.u8(id).u8(policy).u16(timeout).variable(utf8("memory:room")));
	for (const bytes of [raw(1, 0, 60), raw(2, 1, 60), raw(2, 0, 9), raw(2, 0, 601)]) {
		assert.equal(decode(bytes, (r) => readParameters(suite, r)).ok, false);
	}
});

test("NAME-1: an identity holds a nickname as parseNickname writes it, and nothing else", () => {
	const random = seeded("identity");
	const lpk = suite.primitives.identityKey(random(32)).publicKey;
	const nickname = parseNickname("Ana");
	assert.ok(nickname.ok);
	const bytes = encodeIdentity({ lpk, nickname: nickname.value, salt: random(32) });
	assert.equal(decode(bytes, (r) => readIdentity(suite, r)).ok, true);
	const named = (name: string): Uint8Array => {
		const copy = bytes.slice();
		copy.fill(0, 32, 97);
		copy[32] = utf8(name).length;
		copy.set(utf8(name), 33);
		return copy;
	};
	for (const name of ["", " Ana", "A\u0301", "a\u202eb", "a\u0000b"]) {
		assert.equal(decode(named(name), (r) => readIdentity(suite, r)).ok, false, JSON.stringify(name));
	}
	const dirty = bytes.slice();
	dirty[90] = 1;
	assert.equal(decode(dirty, (r) => readIdentity(suite, r)).ok, false, "bytes after the name");
});

describe("STATE", () => {
	function stateOf(b: FoldBench, change: Partial<State> = {}): State {
		const members = (b.state.base?.members ?? []).map(({ v, next }) => {
			const number = b.state.authors.get(hex(v.bytes))?.number ?? -1;
			return { v, number, handle: "h", next, removed: false, left: false };
		});
		return {
			type: "STATE",
			at: new Uint8Array(32) as State["at"],
			k: b.state.k,
			parameters: b.parameters,
			members,
			pending: [],
			dead: [],
			votes: [],
			failures: 0,
			answers: [],
			sponsorBox: (b.members[0] as (typeof b.members)[number]).public,
			...change,
		};
	}

	function bench(): FoldBench {
		const b = new FoldBench(suite, "state");
		b.openWith(b.keySet(), "h1");
		b.finish();
		return b;
	}

	test("STATE-2: a newcomer starts from one that is whole, of this place, and by one of its members", () => {
		const b = bench();
		const [ana, bo] = b.members as [(typeof b.members)[number], (typeof b.members)[number]];
		const read = (message: State, by = ana): string => {
			const signed = b.sign(by.e, b.aid, message);
			const result = readState({ suite } as Self, "memory:room", { ...signed, state: "parsed" });
			return result.ok ? "read" : "rule" in result.error ? result.error.rule : "foreign";
		};
		const good = stateOf(b);
		assert.equal(read(good), "read");
		assert.equal(read(good, b.keySet()), "STATE-2", "not a member");
		assert.equal(read({ ...good, members: good.members.map((m) => ({ ...m, removed: true })) }), "STATE-2");
		assert.equal(read({ ...good, parameters: { ...b.parameters, binding: "memory:other" } }), "STATE-2");
		assert.equal(read({ ...good, members: [...good.members].reverse() }), "STATE-2");
		const twice = good.members.map((m) => ({ ...m, next: bo.public }));
		assert.equal(read({ ...good, members: twice }), "STATE-2");
		const signed = b.sign(ana.e, b.aid, good);
		const forged = { ...signed, state: "parsed" as const, signature: new Uint8Array(64) };
		const result = readState({ suite } as Self, "memory:room", forged);
		assert.ok(!result.ok && "rule" in result.error && result.error.rule === "WIRE-6");
	});

	test("STATE-3: a member sees that another's differs from its own", () => {
		const b = bench();
		const self = { suite, ...PLAIN_SELF } as Self;
		const room = new Room(self, new Desk(suite, b.random), new Outbox(), b.state);
		const by = b.members[1] as (typeof b.members)[number];
		const good = stateOf(b);
		room.recent.set(hex(good.at), b.state);
		const compare = (message: State): boolean =>
			compareState(room, b.sign(by.e, b.aid, message) as VerifiedMessage<State>).ok;
		assert.equal(compare(good), true);
		assert.equal(compare({ ...good, k: 7 }), false);
		const [first, ...rest] = good.members;
		assert.ok(first);
		assert.equal(compare({ ...good, members: [{ ...first, next: b.keySet().public }, ...rest] }), false);
		const otherBox = { ...first.next, b: b.keySet().public.b };
		assert.equal(compare({ ...good, members: [{ ...first, next: otherBox }, ...rest] }), false);
		assert.equal(compare({ ...good, members: [{ ...first, removed: true }, ...rest] }), false);
		assert.equal(compare({ ...good, members: rest }), false);
	});
});

test("ROSTER-4: a newcomer takes no list that is not for it, or that it is not in as itself", () => {
	const b = new FoldBench(suite, "roster");
	const newcomer = b.keySet();
	b.openWith(newcomer, "h5");
	const identity = suite.primitives.identityKey(b.random(32));
	const nickname = parseNickname("Bo");
	assert.ok(nickname.ok && b.state.base);
	const self: Self = { suite, identity, nickname: nickname.value, ...PLAIN_SELF };
	const room = new Room(self, new Desk(suite, b.random), new Outbox(), b.state);
	const [sponsor] = b.members as [(typeof b.members)[number]];
	room.vault.set(hex(newcomer.public.v.bytes), newcomer);
	const state = b.random(32) as MessageHash;
	room.entry = {
		sponsor: sponsor.public.v,
		sponsorBox: sponsor.public,
		knock: undefined,
		state,
		run: undefined,
		waits: 0,
	};
	const result = receiveRoster(room, b.roster() as VerifiedMessage<Roster>);
	assert.ok(!result.ok && "rule" in result.error);
	assert.equal(result.error.rule, "ROSTER-4");
	assert.equal(room.identities.size, 0);
});

test("CONTENT-4: content is what its encoder writes, padding included", () => {
	const digest = new Uint8Array(32) as TranscriptDigest;
	const header = { seen: { entries: 3, digest }, validMessages: 4 };
	const id = utf8("an id of");
	const bytes = encodeContent(header, { kind: "text", id, text: "hello" });
	assert.deepEqual(decodeContent(suite, bytes), {
		ok: true,
		value: { header, content: { kind: "text", id, text: "hello" } },
	});
	const kind = bytes.slice();
	kind[0] = 9;
	const padding = bytes.slice();
	padding[255] = 1;
	const larger = new Uint8Array(512);
	larger.set(bytes);
	for (const bad of [kind, padding, larger, bytes.slice(0, 128)]) assert.equal(decodeContent(suite, bad).ok, false);
});

test("DIGEST-2: who counts more than we have seen sees another transcript", () => {
	const session = { validMessages: 5 } as LiveSession;
	const seen = { entries: 2, digest: new Uint8Array(32) as TranscriptDigest };
	assert.deepEqual(seenBy(session, { seen, validMessages: 5 }), seen);
	assert.equal(seenBy(session, { seen, validMessages: 6 }).entries > 1e9, true);
});

test("JOIN-7: nobody comes in under a key that someone here holds; that one stays", () => {
	const { place, people } = roomOf(suite, "Ana");
	const identity = suite.primitives.identityKey(seeded("two windows")(32));
	const one = place.enter("Bo", { identity });
	place.run(10_000);
	const other = place.enter("Bob", { identity });
	place.run(10_000);
	assert.deepEqual(eventsOf(other, "refused-entry"), [{ type: "refused-entry", why: "already-here" }]);
	assert.deepEqual(names(one), ["Ana", "Bo"]);
	assert.deepEqual(names(people[0] as Person), ["Ana", "Bo"]);
});

test("OUTBOX-2: a text that would reach a stranger waits for its writer's word", () => {
	const { place, people } = roomOf(suite, "Ana", "Bo");
	const [ana, bo] = people as [Person, Person];
	ana.participant.receive({ type: "interrupted" }, place.now);
	place.say(ana, "for those I know");
	place.say(ana, "not any more");
	place.vanish(ana);
	place.run(10_000);
	const cy = place.enter("Cy");
	place.run(10_000);
	const back = place.reenter(ana);
	place.run(20_000);
	assert.deepEqual(names(back), ["Ana", "Bo", "Cy"]);
	const [first, second] = ana.participant.view().outbox;
	assert.ok(first && second);
	assert.deepEqual(
		first.heldFor.map((one) => one.nickname),
		["Cy"],
	);
	assert.equal(eventsOf(back, "held").length, 2);
	assert.deepEqual([bo.messages, cy.messages], [[], []]);
	assert.equal(ana.participant.discard(second.id), true);
	place.act(back, (participant) => participant.release(first.id, place.now));
	place.run(10_000);
	for (const person of [bo, cy])
		assert.deepEqual(
			person.messages.map((m) => m.text),
			["for those I know"],
		);
	assert.deepEqual(ana.participant.view().outbox, []);
});
