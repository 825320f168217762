import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal, xor } from "@clowder/bytes";
import { generateKeySet } from "../src/key-set.ts";
import type { ParsedMessage } from "../src/wire/envelope.ts";
import type { Message, Revealed, Share } from "../src/wire/messages.ts";
import {
	type BlameRoom,
	blameRoom,
	checkHonest,
	checkVerdict,
	emptyRoom,
	honest,
	messages,
	personIn,
} from "./support/blame-room.ts";
import { type Change, type Cheater, change, flipped } from "./support/cheat.ts";
import { eventsOf, names, type Person, seeded, suiteOf } from "./support/place.ts";

/** One way of cheating after another. */
function and(...changes: readonly Change[]): Change {
	return (message, parsed) => {
		for (const how of changes) {
			const changed = how(message, parsed);
			if (changed !== message) return changed;
		}
		return message;
	};
}

function ringField(field: "z" | "cL" | "cR"): Change {
	return change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, [field]: flipped(m.ring[field]) } }));
}

const badConfirmations: Change = change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) }));

function doctored(how: (revealed: Revealed) => Revealed): Change {
	return change("REVEAL", (m) => ({ ...m, revealed: how(m.revealed) }));
}

const other = seeded("doctor");

const MEMBERS = ["Ana", "Bo", "Cy"] as const;

function roomWith(id: 1 | 2, cheats: ReadonlyMap<string, Change>, forMs?: number): BlameRoom {
	return blameRoom(suiteOf(id), { members: MEMBERS, newcomers: ["Di"], cheats }, forMs);
}

/** What was placed that opens secrets, by type. */
function openings(room: BlameRoom): readonly Message["type"][] {
	return messages(room.place)
		.map(({ parsed }) => parsed.message.type)
		.filter((type) => type === "REVEAL" || type === "COMPLAIN" || type === "FAULT");
}

describe("doctored reveals", () => {
	const cases: readonly (readonly [string, Change, readonly string[]])[] = [
		[
			"another x, over cL",
			and(
				ringField("cL"),
				doctored((r) => ({ ...r, x: other(32) })),
			),
			["BLAME-3"],
		],
		[
			"another x, over a confirmation",
			and(
				badConfirmations,
				doctored((r) => ({ ...r, x: other(32) })),
			),
			["BLAME-3"],
		],
		[
			"another KEM seed",
			and(
				ringField("cL"),
				doctored((r) => ({ ...r, kemSeed: other(64) })),
			),
			["BLAME-3"],
		],
		[
			"no KEM seed",
			and(
				ringField("cL"),
				doctored((r) => ({ ...r, kemSeed: undefined })),
			),
			["BLAME-3"],
		],
		[
			"other coins",
			and(
				ringField("cR"),
				doctored((r) => ({ ...r, coins: other(32) })),
			),
			["BLAME-4"],
		],
		[
			"no coins",
			and(
				ringField("cR"),
				doctored((r) => ({ ...r, coins: undefined })),
			),
			["BLAME-3"],
		],
		[
			"coins where none are owed",
			and(
				ringField("cL"),
				doctored((r) => ({ ...r, coins: other(32) })),
			),
			["BLAME-3"],
		],
	];
	for (const [what, how, rules] of cases) {
		test(`BLAME-3, BLAME-4: ${what} convicts whoever shows it`, () => {
			for (const cheater of ["Bo", "Di"]) {
				if (cheater === "Bo" || what !== "another x, over a confirmation") {
					checkVerdict(roomWith(2, new Map([[cheater, how]])), rules);
				}
			}
		});
	}
});

describe("false accusations", () => {
	/** Turns the first message of a type into another. */
	function instead(type: Message["type"], make: (parsed: ParsedMessage) => Message): Change {
		let done = false;
		return (message, parsed) => {
			if (message.type !== type || done) return message;
			done = true;
			return make(parsed);
		};
	}

	/** A complaint with true secrets, over a confirmation that fits. */
	function falseComplaint(type: "OK" | "CONFIRM", by: () => Cheater, against: () => Uint8Array): Change {
		return instead(type, ({ header }) => ({
			type: "COMPLAIN",
			accused: against(),
			revealed: { x: by().xOf(header.v), kemSeed: undefined, coins: undefined },
		}));
	}

	function complaintRoom(type: "OK" | "CONFIRM", cheater: string, accused: string): BlameRoom {
		const room = emptyRoom(suiteOf(1));
		const how = falseComplaint(
			type,
			() => room.cheaters[0] as Cheater,
			() => attemptKeyOf(room, accused),
		);
		const plan = { members: MEMBERS, newcomers: ["Di"], cheats: new Map([[cheater, how]]) };
		return blameRoom(suiteOf(1), plan, 30_000, room);
	}

	/** The `v` with which someone sent their newest SHARE. */
	function attemptKeyOf(room: BlameRoom, name: string): Uint8Array {
		const { handle } = personIn(room, name);
		const share = messages(room.place).findLast((m) => m.from === handle && m.parsed.message.type === "SHARE");
		return share?.parsed.header.v ?? assert.fail(`no share of ${name}`);
	}

	test("BLAME-4: a newcomer that complains of a member's good confirmation is out, a member that does so too", () => {
		checkVerdict(complaintRoom("OK", "Di", "Ana"), ["BLAME-4"]);
		checkVerdict(complaintRoom("OK", "Bo", "Di"), ["BLAME-4"]);
	});

	test("BLAME-6: a newcomer that complains when it has said OK and others confirm is out, and nobody opens anything", () => {
		const room = complaintRoom("CONFIRM", "Di", "Ana");
		checkVerdict(room, ["BLAME-6"]);
		assert.deepEqual(openings(room), ["COMPLAIN"]);
	});

	test("BLAME-3: a complaint with secrets of no one's is out before anyone answers", () => {
		const room = emptyRoom(suiteOf(1));
		const how = instead("OK", () => ({
			type: "COMPLAIN",
			accused: attemptKeyOf(room, "Ana"),
			revealed: { x: other(32), kemSeed: undefined, coins: undefined },
		}));
		const plan = { members: MEMBERS, newcomers: ["Di"], cheats: new Map([["Di", how]]) };
		checkVerdict(blameRoom(suiteOf(1), plan, 30_000, room), ["BLAME-3"]);
		assert.deepEqual(openings(room), ["COMPLAIN"]);
	});

	test("BLAME-5: evidence against a good share convicts its author", () => {
		for (const [cheater, accused] of [
			["Bo", "Ana"],
			["Di", "Cy"],
		] as const) {
			const room = emptyRoom(suiteOf(2));
			const how = instead("CONFIRM", () => ({
				type: "FAULT",
				evidence: { kind: "share", accused: attemptKeyOf(room, accused), d: other(32) },
			}));
			const plan = { members: MEMBERS, newcomers: ["Di"], cheats: new Map([[cheater, how]]) };
			checkVerdict(blameRoom(suiteOf(2), plan, 30_000, room), ["BLAME-5"]);
		}
	});
});

describe("several cheaters", () => {
	const delta = seeded("delta")(32);
	const cancel: Change = change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, z: xor(m.ring.z, delta) } }));

	test("BLAME-5: two whose shares cancel out are both out in the end, and nobody honest", () => {
		for (const pair of [
			["Bo", "Cy"],
			["Bo", "Di"],
			["Ana", "Bo"],
		]) {
			const cheats = new Map(pair.map((name) => [name, cancel]));
			const room = roomWith(2, cheats);
			// With a newcomer out nothing is due: the other one waits for the next change to be found out.
			room.place.act(honest(room)[0] as Person, (participant) => participant.rekey(room.place.now));
			room.place.run(30_000);
			checkVerdict(room, ["BLAME-5"]);
		}
	});

	test("each with another lie: all of them are out, one after the other", () => {
		const cheats = new Map([
			[
				"Bo",
				and(
					ringField("cR"),
					doctored((r) => ({ ...r, x: other(32) })),
				),
			],
			["Di", badConfirmations],
		]);
		checkVerdict(roomWith(2, cheats), ["BLAME-3", "BLAME-4"]);
		const three = new Map([
			["Ana", ringField("z")],
			["Bo", ringField("cL")],
			["Di", badConfirmations],
		]);
		checkVerdict(roomWith(1, three), ["BLAME-4", "BLAME-5"]);
	});
});

describe("what is withheld", () => {
	/** Out by a vote, as silent: that looks like suppression, so nobody is blamed, and they may come back. */
	function checkSilent(room: BlameRoom, who: string): void {
		checkHonest(room);
		const rest = honest(room);
		for (const one of rest) {
			assert.deepEqual(eventsOf(one, "blamed"), []);
			const left = eventsOf(one, "leaving").map((event) => [event.person.nickname, event.how]);
			assert.ok(
				left.every(([name, how]) => name === who && how === "silent"),
				"nobody else is out",
			);
			const without = eventsOf(one, "session").filter(({ session }) => session.people.every((p) => p.nickname !== who));
			assert.equal(without.at(-1)?.session.people.length, rest.length, "the others go on without them");
		}
		assert.ok(eventsOf(rest[0] as Person, "leaving").length > 0);
	}

	test("BLAME-2: who owes a REVEAL and withholds it is silent and not guilty", () => {
		for (const how of [ringField("cL"), badConfirmations]) {
			const cheats = new Map([
				[
					"Bo",
					and(
						how,
						change("REVEAL", () => undefined),
					),
				],
			]);
			checkSilent(roomWith(1, cheats, 200_000), "Bo");
		}
	});

	test("BLAME-2: reveals that nobody asked for do not count as the one that is owed", () => {
		const elsewhere: Change = change("REVEAL", (m) => ({ ...m, peer: other(32) }));
		const room = roomWith(1, new Map([["Bo", and(ringField("cL"), elsewhere)]]), 200_000);
		checkSilent(room, "Bo");
	});

	test("a member that shows another list withholds its offer, as long as it does so", () => {
		const list: Change = change("OFFER", (m) => ({ ...m, list: flipped(m.list) }));
		checkSilent(roomWith(1, new Map([["Bo", list]]), 200_000), "Bo");
	});

	test("KEYS-1: next keys that nobody holds, or that are somebody else's, cost their author its place", () => {
		const suite = suiteOf(1);
		const nobodys: Change = change("SHARE", (m): Share => ({ ...m, next: generateKeySet(suite, other).public }));
		const room = roomWith(1, new Map([["Bo", nobodys]]), 60_000);
		assert.deepEqual(names(room.people[0] as Person), ["Ana", "Bo", "Cy", "Di"], "it shows at the next change only");
		room.place.act(room.people[0] as Person, (participant) => participant.rekey(room.place.now));
		room.place.run(200_000);
		checkSilent(room, "Bo");
		let seen: Share["next"] | undefined;
		const stolen: Change = change("SHARE", (m): Share => (seen === undefined ? m : { ...m, next: seen }));
		const watch = (message: Message): void => {
			if (message.type === "SHARE") seen ??= message.next;
		};
		const theft = blameRoom(
			suite,
			{ members: MEMBERS, newcomers: ["Di"], cheats: new Map([["Bo", (m, p) => (watch(m), stolen(m, p))]]) },
			200_000,
		);
		assert.ok(seen);
		checkHonest(theft);
	});
});

test("BLAME-7: what is overtaken is never opened: late pieces of a dead attempt make nobody reveal", () => {
	const held: { text?: string; v?: Uint8Array; context?: Uint8Array } = {};
	const room = emptyRoom(suiteOf(2));
	const how: Change = (message, parsed) => {
		if (message.type !== "SHARE" || held.text !== undefined || message.ring === undefined) return message;
		const bad = { ...message, ring: { ...message.ring, cL: flipped(message.ring.cL) } };
		held.v = parsed.header.v;
		held.context = parsed.header.context;
		held.text =
			room.cheaters[0]?.sign(parsed.header.v, parsed.header.context, parsed.header.number, bad) ?? assert.fail();
		return undefined;
	};
	const plan = { members: ["Ana", "Bo", "Cy", "Eva"], newcomers: ["Di"], cheats: new Map([["Bo", how]]) };
	blameRoom(suiteOf(2), plan, 5000, room);
	const { place, people } = room;
	const bo = room.cheaters[0] as Cheater;
	const eva = personIn(room, "Eva");
	place.leave(eva);
	place.run(2000);
	place.inject(bo.handle, held.text ?? assert.fail("nothing was held"));
	place.run(20_000);
	const rest = people.filter((one) => one !== eva);
	for (const one of rest) assert.deepEqual(names(one), ["Ana", "Bo", "Cy", "Di"]);
	const { v, context } = held;
	assert.ok(v && context);
	const accused = messages(place).find(
		({ parsed: { message, header } }) =>
			message.type === "SHARE" && equal(header.context, context) && !equal(header.v, v),
	)?.parsed.header.v;
	assert.ok(accused);
	const revealed: Revealed = { x: bo.xOf(v), kemSeed: undefined, coins: undefined };
	const late: readonly Message[] = [
		{ type: "REVEAL", peer: accused, revealed },
		{ type: "COMPLAIN", accused, revealed },
		{ type: "FAULT", evidence: { kind: "share", accused, d: other(32) } },
	];
	for (const [i, message] of late.entries()) place.inject(bo.handle, bo.sign(v, context, 100 + i, message));
	place.run(30_000);
	checkHonest({ ...room, people: rest });
	for (const one of rest) assert.deepEqual(names(one), ["Ana", "Bo", "Cy", "Di"], "and nobody is out for them");
	const opened = messages(place).filter(({ from: by, parsed }) => {
		const { type } = parsed.message;
		return by !== bo.handle && (type === "REVEAL" || type === "COMPLAIN" || type === "FAULT");
	});
	assert.deepEqual(opened, []);
});

test("ROSTER-6: a list that nobody is owed changes nothing: a newcomer keeps the encapsulation that it offered", () => {
	const held: { roster?: Message; v?: Uint8Array; context?: Uint8Array; offer?: string } = {};
	const room = emptyRoom(suiteOf(2));
	const how: Change = (message, { header }) => {
		if (message.type === "ROSTER" && held.roster === undefined) {
			held.roster = message;
			held.v = header.v;
			held.context = header.context;
		}
		if (message.type !== "OFFER" || held.offer !== undefined) return message;
		held.offer = room.cheaters[0]?.sign(header.v, header.context, header.number, message) ?? assert.fail();
		return undefined;
	};
	blameRoom(suiteOf(2), { members: ["Bo"], newcomers: ["Di"], cheats: new Map([["Bo", how]]) }, 3000, room);
	const { roster, v, context, offer } = held;
	const bo = room.cheaters[0] as Cheater;
	assert.ok(roster && v && context && offer);
	room.place.inject(bo.handle, bo.sign(v, context, 1000, roster));
	room.place.inject(bo.handle, offer);
	room.place.run(10_000);
	for (const one of room.people) {
		assert.deepEqual(names(one), ["Bo", "Di"]);
		assert.deepEqual(eventsOf(one, "blamed"), []);
	}
});
