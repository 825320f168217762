import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode, encode } from "@clowder/bytes";
import { owed } from "../src/fold/phases.ts";
import { missingBefore } from "../src/fold/repair.ts";
import { keyName } from "../src/fold/state.ts";
import { type Identity, readIdentity, writeIdentity } from "../src/identity.ts";
import { generateKeySet, type OwnKeySet } from "../src/key-set.ts";
import { NICKNAME_MAX_BYTES, parseNickname } from "../src/nickname.ts";
import { RingWork } from "../src/participant/ring-work.ts";
import { isForeign } from "../src/participant/merging.ts";
import { Room } from "../src/participant/room.ts";
import { parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { RingBench } from "./support/ring-bench.ts";
import { flipped } from "./support/cheat.ts";

/** What everyone computes alike from the agreed state, where nothing else would show a check that is gone. */

const suite = suiteOf(1);
const ELSEWHERE = new Uint8Array(32).fill(1);

/** A room of so many; the last one's key set and handle are h1, h2, … by coming. */
function roomOf(size: number): FoldBench {
	const b = new FoldBench(suite, "agreed");
	for (let i = 1; i < size; i++) {
		b.openWith(b.keySet(), `h${i}`);
		b.finish();
	}
	return b;
}

const handleOf = (b: FoldBench, keys: OwnKeySet): string => b.state.authors.get(keyName(keys.public.v))?.handle ?? "";

describe("who owes what while lists differ (ROSTER-3)", () => {
	/** Three members and a newcomer on the way to a session, after an OFFER of each with these lists, by place on the list. */
	function needs(listOf: (isNewcomer: boolean, nth: number) => Uint8Array | undefined): readonly string[] {
		const b = roomOf(3);
		b.openWith(b.keySet(), "h3");
		b.place(b.roster(), "h0");
		const slots = b.state.attempt?.slots ?? [];
		let members = 0;
		for (const keys of b.inAttempt) {
			const isNewcomer = slots.some((slot) => slot.join && keyName(slot.keySet.v) === keyName(keys.public.v));
			const list = listOf(isNewcomer, isNewcomer ? 0 : members++);
			const aid = b.state.attempt?.aid ?? assert.fail("no attempt");
			const offer: Message = { type: "OFFER", kemCiphertext: undefined, list: list ?? ELSEWHERE };
			if (list !== undefined) b.place(b.sign(keys.e, aid, offer), b.handle(keys));
		}
		const attempt = b.state.attempt ?? assert.fail("no attempt");
		return owed(suite, attempt)
			.map(({ slot, owes }) => `${slot.join ? "newcomer" : "member"} ${owes}`)
			.toSorted();
	}
	const zero = new Uint8Array(32);

	test("all agree: everyone owes a share", () => {
		assert.deepEqual(
			needs(() => zero),
			["member share", "member share", "member share", "newcomer share"],
		);
	});
	test("a newcomer differs from most members: it is owed the list", () => {
		assert.deepEqual(
			needs((isNewcomer) => (isNewcomer ? ELSEWHERE : zero)),
			["newcomer roster"],
		);
	});
	test("a member differs from most: it owes another offer, and no list is owed to anyone", () => {
		assert.deepEqual(
			needs((isNewcomer, nth) => (!isNewcomer && nth === 1 ? ELSEWHERE : zero)),
			["member offer"],
		);
	});
	test("an offer of a member is missing: nobody is said to differ yet", () => {
		const missing = needs((isNewcomer, nth) => (isNewcomer ? ELSEWHERE : nth === 1 ? undefined : zero));
		assert.deepEqual(missing, ["member offer"]);
	});
	test("the newcomer's offer is missing: it owes it, and is not said to differ", () => {
		assert.deepEqual(
			needs((isNewcomer) => (isNewcomer ? undefined : zero)),
			["newcomer offer"],
		);
	});
});

test("VOTE-3: a session splits where all whom one list keeps name that list, and not where they name others", () => {
	const b = roomOf(4);
	const [ana, bo, cy, di] = b.members as [OwnKeySet, OwnKeySet, OwnKeySet, OwnKeySet];
	const vote = (by: OwnKeySet, ...out: readonly OwnKeySet[]): string => {
		const drop = out.map(({ public: { v } }) => ({ v: v.bytes, owes: "heartbeat" as const }));
		return b.verdict(b.sign(by.e, b.aid, { type: "VOTE", drop, late: true }), handleOf(b, by));
	};
	assert.equal(vote(bo, di), "voted");
	assert.equal(vote(ana, cy, di), "voted", "Bo would keep Cy");
	assert.match(vote(bo, cy, di), /^voted split/);
});

test("REPAIR-1: who was in the last session asks under its name or the present one's, and under no other", () => {
	const b = new FoldBench(suite, "asks");
	b.openWith(b.keySet(), "h1");
	const before = b.members;
	const old = b.aid;
	b.finish();
	const [ana] = before as [OwnKeySet];
	const ask: Message = { type: "ASK", have: 0 };
	assert.equal(b.verdict(b.sign(ana.e, ELSEWHERE, ask), "h0"), "REPAIR-1");
	assert.equal(b.verdict(b.sign(ana.e, old, ask), "h0"), "");
});

test("GAP-2: who comes in misses nothing where no attempt runs", () => {
	const b = roomOf(2);
	const [member] = b.state.base?.members ?? [];
	const keys = b.held(member?.next.v.bytes ?? assert.fail("nobody"));
	const offer = b.sign(keys.e, ELSEWHERE, { type: "OFFER", kemCiphertext: undefined, list: ELSEWHERE });
	const known = { aids: new Set<string>(), joins: new Set<string>(), whole: false };
	assert.equal(b.state.attempt, undefined);
	assert.equal(missingBefore(b.suite, b.state, offer, known), undefined);
	assert.equal(missingBefore(b.suite, b.state, offer, { ...known, whole: true })?.rule, "GAP-2");
});

describe("MERGE-1: a sign of another session", () => {
	const b = roomOf(2);
	const stranger = generateKeySet(suite, seeded("stranger"));
	const content = { index: 0, iv: new Uint8Array(16), ciphertext: new Uint8Array(256), mac: b.mac() };
	const said: Message = { type: "MESSAGE", content };
	const inside = { suite, fold: b.state, session: {} } as unknown as Room;
	const sees = (room: Room, context: Uint8Array, message: Message, by = stranger): boolean => {
		const parsed = parseMessage(suite, signMessage(suite, "memory:room", by.e, context, 0, message).text);
		return isForeign(room, parsed.ok ? parsed.value : assert.fail("does not parse"));
	};
	const [member] = b.members as [OwnKeySet];
	const next = b.held(b.state.base?.members[0]?.next.v.bytes ?? assert.fail("nobody"));
	const cases: readonly (readonly [string, boolean, () => boolean])[] = [
		["what its members alone send", true, () => sees(inside, ELSEWHERE, said)],
		[
			"nothing, to one who is in no session",
			false,
			() => sees({ ...inside, session: undefined } as Room, ELSEWHERE, said),
		],
		["not what others send too", false, () => sees(inside, ELSEWHERE, { type: "OK" })],
		["not what names ours, whoever wrote it", false, () => sees(inside, b.aid, said)],
		["not what one of us wrote", false, () => sees(inside, ELSEWHERE, said, member)],
		[
			"not what one of us wrote in a session whose beginning we missed",
			false,
			() => sees(inside, ELSEWHERE, said, next),
		],
	];
	for (const [what, expected, run] of cases) test(what, () => assert.equal(run(), expected));
});

describe("NAME-1: an identity has one form", () => {
	function expectedOf(nickname: string, length?: number): string {
		const { publicKey: lpk } = suite.primitives.identityKey(new Uint8Array(32).fill(3));
		const identity = { lpk, nickname, salt: new Uint8Array(32) } as unknown as Identity;
		const bytes = encode((w) => writeIdentity(w, identity));
		if (length !== undefined) bytes[32] = length;
		const read = decode(bytes, (r) => readIdentity(suite, r));
		return read.ok ? "read" : read.error.expected;
	}
	const longest = "x".repeat(NICKNAME_MAX_BYTES);
	test("a name that fills its field is as long as that, and no longer", () => {
		assert.equal(parseNickname(longest).ok ? expectedOf(longest) : "read", "read");
		assert.equal(expectedOf(longest, NICKNAME_MAX_BYTES + 1), "a nickname and zeros");
		assert.equal(expectedOf(longest, 255), "a nickname and zeros");
	});
	test("a name that is not allowed is said to be that", () => {
		assert.equal(expectedOf("a\u0000b"), "an allowed nickname");
		assert.equal(expectedOf(" Ana"), "a normalised nickname");
		assert.equal(expectedOf("Ana"), "read");
	});
});

test("BLAME-2: where links are contradictory, nobody looks for another fault", () => {
	// Both in the way of everyone who walks the ring, whichever way round they meet them.
	for (const link of [0, 1, 2, 3]) {
		const bench = new RingBench(suite, 4, {
			share: (i, message) => {
				const { ring } = message;
				if (ring === undefined) return message;
				if (i === link) return { ...message, ring: { ...ring, cL: flipped(ring.cL) } };
				return i === (link + 1) % 4 ? { ...message, ring: { ...ring, z: flipped(ring.z) } } : message;
			},
		});
		for (const i of [0, 1, 2, 3]) assert.equal(bench.misfit(i)?.type, "link", `${link}, ${i}`);
	}
});

test("SHARE-1: who has made no share of its own has no key, though everyone's shares fit", () => {
	const bench = new RingBench(suite, 3);
	const [first] = bench.people;
	assert.ok(first);
	const work = new RingWork(first.self, bench.attempt, first.keys, bench.case().plist);
	const made = work.updateSessionKey(bench.attempt, seeded("no share"));
	assert.deepEqual(made, { ok: false, error: { type: "own" } });
	assert.equal(
		work.withKey(() => "a key"),
		undefined,
	);
});

test("LEAVE-1: whoever is out of a session is not inside of it, though it runs on", () => {
	const b = roomOf(2);
	const [ana] = b.members as [OwnKeySet];
	const room = new Room({} as never, {} as never, {} as never, b.state);
	assert.equal(room.inside, false);
	room.session = { own: ana } as never;
	assert.equal(room.inside, true);
	b.place(b.sign(ana.e, b.aid, { type: "LEAVE", entries: 0, digest: ELSEWHERE as never }), handleOf(b, ana));
	room.fold = b.state;
	assert.equal(room.inside, false);
});
