/**
 * What every carrier must do (`spec/carrier.md`, rules CARRIER-*), as tests that any carrier can run. Needs Node.
 * Subpath `@clowder/carrier/conformance`.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type ConformanceHarness, type ConformancePerson, Member } from "./conformance-member.ts";
import type { CarrierEvent, Handle, RoomName } from "./contract.ts";
import { parseRoomName } from "./room-name.ts";
import { textBytes } from "./text.ts";

export type { ConformanceHarness, ConformancePerson };

export interface ConformanceOptions {
	/** Why the suite cannot run here; it is named as skipped. */
	readonly skip?: string | undefined;
}

/** Bytes of the large text of CARRIER-9. */
const LARGE_TEXT_BYTES = 200 * 1024;
const SENDERS = 5;
const TEXTS_EACH = 60;

/** Registers the tests of a carrier; `makeHarness` starts what it needs, once. */
export function carrierConformance(
	name: string,
	makeHarness: () => Promise<ConformanceHarness>,
	options: ConformanceOptions = {},
): void {
	void describe(`carrier conformance: ${name}`, { skip: options.skip ?? false }, () => {
		const suite = new Suite();
		before(async () => {
			suite.harness = await makeHarness();
		});
		after(async () => {
			await suite.harness?.close();
		});
		enteringAndLeaving(suite);
		texts(suite);
		orderAndPlaces(suite);
	});
}

class Suite {
	harness: ConformanceHarness | undefined;
	#rooms = 0;

	/** A room no other test uses. */
	room(name = "a room"): RoomName {
		const parsed = parseRoomName(`${name} ${++this.#rooms}`);
		assert.ok(parsed.ok);
		return parsed.value;
	}

	member(room: RoomName): Promise<Member> {
		assert.ok(this.harness);
		return Member.entered(this.harness, room);
	}

	outsider(room: RoomName): Member {
		assert.ok(this.harness);
		return new Member(this.harness, room);
	}

	async until(what: string, holds: () => boolean): Promise<void> {
		assert.ok(this.harness);
		await this.harness.until(what, holds);
	}

	/** Runs a test with everyone it brought in leaving at its end. */
	async with(rooms: readonly RoomName[], body: (...members: Member[]) => Promise<void>): Promise<void> {
		const members: Member[] = [];
		for (const room of rooms) members.push(await this.member(room));
		await body(...members);
		for (const member of members) await member.leave();
	}
}

function enteringAndLeaving(suite: Suite): void {
	void test("CARRIER-3: the first event is entered, with one's own handle and the others who are there", async () => {
		const room = suite.room();
		await suite.with([room, room, room], async (a, b, c) => {
			assert.ok(a && b && c);
			assert.deepEqual(a.events[0]?.type, "entered");
			assert.deepEqual(a.entrance.occupants, []);
			assert.deepEqual(b.entrance.occupants, [a.self]);
			assert.deepEqual([...c.entrance.occupants].sort(), [a.self, b.self].sort());
			assert.equal(a.entrance.binding, b.entrance.binding);
		});
	});

	void test("CARRIER-4: handles are random and new at each entrance", async () => {
		const room = suite.room("handle test");
		await suite.with([room, room], async (a, b) => {
			assert.ok(a && b);
			const first = a.self;
			await a.leave();
			await b.sees("left", first);
			const again = await suite.member(room);
			await b.sees("joined", again.self);
			assert.equal(new Set([first, b.self, again.self]).size, 3);
			for (const handle of [first, b.self, again.self]) {
				assert.match(handle, /^[A-Za-z0-9_-]{16,}$/);
				assert.doesNotMatch(handle, /handle|test/);
			}
			await again.leave();
		});
	});

	void test("CARRIER-5: who comes is seen to join, who goes is seen to leave", async () => {
		const room = suite.room();
		await suite.with([room], async (a) => {
			assert.ok(a);
			const b = await suite.member(room);
			await a.sees("joined", b.self);
			await b.leave();
			await a.sees("left", b.self);
			assert.deepEqual(
				a.events.slice(1).map((event) => event.type),
				["joined", "left"],
			);
		});
	});

	void test("CARRIER-5: who dies without a goodbye is seen to leave", async () => {
		const room = suite.room();
		await suite.with([room], async (a) => {
			assert.ok(a);
			const b = await suite.member(room);
			await a.sees("joined", b.self);
			b.person.die(b.self);
			await a.sees("left", b.self);
			// Who is cut off can still go, without the line.
			await b.leave();
		});
	});

	void test("CARRIER-6: leaving ends in closed, and nothing comes after", async () => {
		const room = suite.room();
		await suite.with([room], async (a) => {
			assert.ok(a);
			const b = await suite.member(room);
			await b.leave();
			assert.deepEqual(b.events.at(-1), { type: "closed", reason: undefined });
			const length = b.events.length;
			a.say("after the end");
			await a.hears("after the end");
			assert.equal(b.events.length, length);
			const late = b.send("too late");
			assert.ok(!late.ok);
			assert.equal(late.error.kind, "usage");
			await b.leave();
		});
	});

	void test("CARRIER-8: entering can be given up", async () => {
		const before = suite.outsider(suite.room());
		await before.enter(AbortSignal.abort());
		assert.equal(before.isIn, false);
		const controller = new AbortController();
		const during = suite.outsider(suite.room());
		const entering = during.enter(controller.signal);
		controller.abort();
		await entering;
		assert.equal(during.isIn, false);
		assert.deepEqual([...before.events, ...during.events], []);
	});
}

/** Texts that carriers have been seen to spoil. */
const AWKWARD: readonly string[] = [
	"plain",
	"  spaces at both ends  ",
	"<body>&amp; \"quotes\" 'and' ]]> <![CDATA[x]]> &#x41;</body>",
	"lines\nand\ttabs\n",
	"é e\u0301 ß ﬁ Ω 中文 العربية \u200f 🐱👩‍👩‍👧 \u{10ffff}",
	":3mpCAT:3Fragment:30,0,2,not one of ours:3",
	":3mpCAT:3Message:3AAAA:3",
	"/me says hello",
	"?OTRv4?",
];

function texts(suite: Suite): void {
	void test("CARRIER-2: any text arrives as it was sent, at others and as an echo", async () => {
		const room = suite.room();
		await suite.with([room, room], async (a, b) => {
			assert.ok(a && b);
			for (const text of AWKWARD) a.say(text);
			await a.hears(AWKWARD.at(-1) as string);
			await b.hears(AWKWARD.at(-1) as string);
			const expected = AWKWARD.map((text) => ({ type: "text", from: a.self, text }));
			assert.deepEqual(a.texts(), expected);
			assert.deepEqual(b.texts(), expected);
		});
	});

	void test("CARRIER-2: what is no text is refused, and nothing is sent", async () => {
		await suite.with([suite.room()], async (a) => {
			assert.ok(a);
			const tooLong = "x".repeat(a.person.carrier.capabilities.maxTextBytes + 1);
			for (const text of ["", "\u0000", "a\rb", "\u001b[1m", "\ud83d", "\uffff", tooLong]) {
				const sent = a.send(text);
				assert.ok(!sent.ok);
				assert.equal(sent.error.kind, "usage");
			}
			a.say("the only one");
			await a.hears("the only one");
			assert.equal(a.texts().length, 1);
		});
	});

	void test("CARRIER-9: a large text arrives in one piece, and the backlog returns to nothing", async () => {
		const room = suite.room();
		await suite.with([room, room], async (a, b) => {
			assert.ok(a && b);
			const parts: string[] = [];
			for (let bytes = 0, i = 0; bytes < LARGE_TEXT_BYTES; i++) {
				const part = i % 50 === 0 ? `é<中>🐱${i}` : `,${i}`;
				parts.push(part);
				bytes += textBytes(part);
			}
			const large = parts.join("");
			a.say("before");
			a.say(large);
			a.say("behind");
			assert.ok(a.place.backlog >= large.length);
			await b.hears("behind");
			await a.hears("behind");
			for (const who of [a, b]) {
				assert.deepEqual(
					who.texts().map(({ text }) => text),
					["before", large, "behind"],
				);
			}
			await suite.until("an empty backlog", () => a.place.backlog === 0);
		});
	});

	void test("CARRIER-3: who enters is not told what was said before", async () => {
		const room = suite.room();
		await suite.with([room], async (a) => {
			assert.ok(a);
			a.say("before");
			await a.hears("before");
			const b = await suite.member(room);
			a.say("now");
			await b.hears("now");
			assert.deepEqual(b.texts(), [{ type: "text", from: a.self, text: "now" }]);
			await b.leave();
		});
	});
}

function orderAndPlaces(suite: Suite): void {
	void test(`CARRIER-10: one order of texts and notices for all, ${SENDERS} people, ${SENDERS * TEXTS_EACH} texts`, async () => {
		const room = suite.room();
		await suite.with(Array(SENDERS).fill(room), async (...members) => {
			const last = members.at(-1) as Member;
			for (const member of members) if (member !== last) await member.sees("joined", last.self);
			let visitor: Member | undefined;
			for (let i = 0; i < TEXTS_EACH; i++) {
				for (const member of members) member.say(`text ${i} of ${member.self}`);
				if (i === TEXTS_EACH / 3) visitor = await suite.member(room);
			}
			await visitor?.leave();
			for (const member of members) member.say(`the end of ${member.self}`);
			for (const hearer of members) for (const { self } of members) await hearer.hears(`the end of ${self}`);
			for (const hearer of members) await hearer.sees("left", (visitor as Member).self);
			const course = since(last, last.self);
			assert.equal(course.length, SENDERS * (TEXTS_EACH + 1) + 2);
			for (const member of members) assert.deepEqual(since(member, last.self), course);
			for (const member of members) {
				const own = course.filter((event) => event.type === "text" && event.from === member.self);
				const said = Array.from({ length: TEXTS_EACH }, (_, i) => `text ${i} of ${member.self}`);
				said.push(`the end of ${member.self}`);
				assert.deepEqual(
					own.map((event) => event.type === "text" && event.text),
					said,
				);
			}
		});
	});

	void test("CARRIER-11: two places do not mix, whatever their names", async () => {
		const names = ["plain", "with spaces & <signs>", "a@b/c:d\"e'f\\20", "ünïcödé 部屋 🐱"];
		const rooms = names.map((name) => suite.room(name));
		await suite.with([...rooms, ...rooms], async (...members) => {
			assert.equal(new Set(members.map((member) => member.entrance.binding)).size, rooms.length);
			members.forEach((member, i) => member.say(`to ${i % rooms.length}`));
			for (const [i, member] of members.entries()) {
				const mine = `to ${i % rooms.length}`;
				await suite.until("both texts", () => member.texts().length === 2);
				assert.deepEqual(
					member.texts().map(({ text }) => text),
					[mine, mine],
				);
			}
		});
	});
}

/** What a member saw after someone entered. */
function since(member: Member, handle: Handle): readonly CarrierEvent[] {
	const start = member.events.findIndex(
		(event) =>
			(event.type === "joined" && event.handle === handle) || (event.type === "entered" && event.self === handle),
	);
	return member.events.slice(start + 1);
}
