import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Preview } from "../src/api.ts";
import { MAX_WHISPERS, RELAYED_BYTES } from "../src/limits.ts";
import { decodeContent, encodeContent } from "../src/session/content.ts";
import { decodeRelayed, encodeRelayed, RELAYED_TEXT_BYTES } from "../src/session/relayed.ts";
import type { TranscriptDigest } from "../src/labels.ts";
import { parseMessage, type ParsedMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { type Cheater, enterCheater, flipped } from "./support/cheat.ts";
import { FoldBench } from "./support/fold-bench.ts";
import { eventsOf, names, type Person, suiteOf, TestPlace } from "./support/place.ts";

const MINUTE = 60_000;

function messagesSince(place: TestPlace, from: number): readonly ParsedMessage[] {
	return place.log.slice(from).flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(place.suite, item.text) : undefined;
		return parsed?.ok ? [parsed.value] : [];
	});
}

function ofType<T extends Message["type"]>(
	place: TestPlace,
	type: T,
	from = 0,
): (ParsedMessage & { readonly message: Extract<Message, { type: T }> })[] {
	return messagesSince(place, from).filter(
		(one): one is ParsedMessage & { readonly message: Extract<Message, { type: T }> } => one.message.type === type,
	);
}

function previews(person: Person): readonly (readonly [string, string, Preview["disclaimer"]])[] {
	return eventsOf(person, "preview").map(({ preview }) => [preview.author.nickname, preview.text, preview.disclaimer]);
}

/** Two inside, a third on the way: the attempt stands still right after the list was sealed to the newcomer. */
function onTheWay(options: {
	readonly suite?: 1 | 2;
	readonly sender?: boolean;
	readonly reader?: boolean;
	readonly cheat?: (message: Message) => Message | undefined;
}): { readonly place: TestPlace; readonly ana: Person; readonly bo: Person; readonly cy: Person | Cheater } {
	const suite = suiteOf(options.suite ?? 2);
	const place = new TestPlace(suite);
	const ana = place.enter("Ana");
	place.run(MINUTE, () => names(ana).length === 1);
	const bo = place.enter("Bo", { previews: options.sender ?? true });
	place.run(MINUTE, () => names(bo).length === 2);
	place.run(3000);
	const more = { previews: options.reader ?? true };
	const cy = options.cheat ? enterCheater(place, "Cy", options.cheat, more) : place.enter("Cy", more);
	place.run(MINUTE, () => ofType(place, "ROSTER").length === 2);
	return { place, ana, bo, cy };
}

describe("copies for those who come in", () => {
	for (const suite of [1, 2] as const) {
		test(`BESIDE-1: what is said while a newcomer comes in is shown to them with the disclaimer, suite ${suite}`, () => {
			const { place, ana, bo, cy } = onTheWay({ suite });
			place.say(bo, "hello, and to who is coming");
			place.run(MINUTE);
			assert.deepEqual(previews(cy), [["Bo", "hello, and to who is coming", "not-in-yet"]]);
			assert.equal(cy.messages.length, 0, "it is no message of a session of theirs");
			for (const person of [ana, bo]) assert.deepEqual(previews(person), []);
			for (const person of [ana, bo, cy]) assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
			place.say(bo, "and now for real");
			place.run(MINUTE);
			assert.equal(previews(cy).length, 1);
			assert.equal(cy.messages.at(-1)?.text, "and now for real");
			assert.deepEqual(
				[ana, bo, cy].flatMap((person) => eventsOf(person, "divergence")),
				[],
			);
		});
	}

	test("the copy is signed by a key of the attempt and under its name: nothing in it tells of the session", () => {
		const { place, bo } = onTheWay({});
		const members = ofType(place, "MESSAGE").map(({ header }) => Buffer.from(header.v).toString("hex"));
		const from = place.log.length;
		place.say(bo, "x");
		place.run(MINUTE);
		const [copy] = ofType(place, "COPY", from);
		const [share] = ofType(place, "SHARE", from);
		const [text] = ofType(place, "MESSAGE", from);
		assert.ok(copy && share && text);
		assert.deepEqual(copy.header.context, share.header.context);
		assert.notDeepEqual(copy.header.context, text.header.context);
		assert.ok(!members.includes(Buffer.from(copy.header.v).toString("hex")));
		const whole = Buffer.from(copy.body);
		assert.equal(whole.indexOf(Buffer.from(text.header.v)), -1);
		assert.equal(whole.indexOf(Buffer.from(text.header.context)), -1);
		for (const { box } of copy.message.boxes) assert.equal(box.ciphertext.length, RELAYED_BYTES);
	});

	test("a text too long for a copy, or written where nobody comes in, has none", () => {
		const { place, bo, cy } = onTheWay({});
		place.say(bo, "x".repeat(RELAYED_TEXT_BYTES + 1));
		place.run(MINUTE);
		place.say(bo, "later");
		place.run(MINUTE);
		assert.deepEqual(ofType(place, "COPY"), []);
		assert.deepEqual(previews(cy), []);
	});

	test("BESIDE-1: whoever its writer could not know of gets no copy (OUTBOX-2)", () => {
		const place = new TestPlace(suiteOf(2));
		const ana = place.enter("Ana");
		place.run(5000);
		const bo = place.enter("Bo");
		place.run(10_000);
		place.act(bo, (participant) => participant.receive({ type: "interrupted" }, place.now));
		place.say(bo, "before anyone came");
		const cy = place.enter("Cy");
		place.run(10_000, () => ofType(place, "ROSTER").length === 2);
		place.act(bo, (participant) => participant.receive({ type: "resumed" }, place.now));
		place.say(bo, "after they came");
		place.run(MINUTE);
		assert.deepEqual(
			ana.messages.map(({ text }) => text),
			["before anyone came", "after they came"],
		);
		assert.deepEqual(previews(cy), [["Bo", "after they came", "not-in-yet"]]);
	});

	test("a copy that was turned off is not sent; one that is not wanted is not shown", () => {
		const quiet = onTheWay({ sender: false });
		quiet.place.say(quiet.bo, "for us");
		quiet.place.run(MINUTE);
		assert.deepEqual(ofType(quiet.place, "COPY"), []);
		assert.equal(quiet.ana.messages.at(-1)?.text, "for us");
		const deaf = onTheWay({ reader: false });
		deaf.place.say(deaf.bo, "for all");
		deaf.place.run(MINUTE);
		assert.equal(ofType(deaf.place, "COPY").length, 1);
		assert.deepEqual(previews(deaf.cy), []);
		const off = onTheWay({});
		off.bo.participant.setPreviews(false);
		off.place.say(off.bo, "for us");
		off.place.run(MINUTE);
		assert.deepEqual(ofType(off.place, "COPY"), []);
	});

	test("BESIDE-3: a copy is for its reader, author and attempt; what was changed on the way is refused", () => {
		const suite = suiteOf(2);
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		place.run(5000);
		const bo = enterCheater(place, "Bo", (message) =>
			message.type === "COPY"
				? {
						...message,
						boxes: message.boxes.map(({ newcomer, box }) => ({ newcomer, box: { ...box, mac: flipped(box.mac) } })),
					}
				: message,
		);
		place.run(10_000);
		const cy = place.enter("Cy");
		place.run(MINUTE, () => ofType(place, "ROSTER").length === 2);
		place.say(bo, "changed");
		place.run(MINUTE);
		assert.deepEqual(previews(cy), []);
		const refusals = eventsOf(cy, "refused").flatMap(({ refusal }) => ("rule" in refusal ? [refusal.rule] : []));
		assert.deepEqual(refusals, ["BESIDE-3"]);
		assert.deepEqual(names(ana), ["Ana", "Bo", "Cy"]);
	});
});

test("BESIDE-3: a member who sends another's copy on as their own is refused", () => {
	const place = new TestPlace(suiteOf(2));
	const ana = enterCheater(place, "Ana", (message) =>
		message.type === "COPY" ? { ...message, boxes: ofType(place, "COPY")[0]?.message.boxes ?? message.boxes } : message,
	);
	place.run(5000);
	const bo = place.enter("Bo");
	place.run(10_000);
	// The attempt stands still.
	const cy = enterCheater(place, "Cy", (message) => (message.type === "OFFER" ? undefined : message));
	place.run(10_000, () => ofType(place, "ROSTER").length === 2);
	place.say(bo, "mine");
	place.run(1000);
	place.say(ana, "mine too");
	place.run(1000);
	assert.equal(ofType(place, "COPY").length, 2);
	assert.deepEqual(previews(cy), [["Bo", "mine", "not-in-yet"]]);
	const refusals = eventsOf(cy, "refused").flatMap(({ refusal }) => ("rule" in refusal ? [refusal.rule] : []));
	assert.deepEqual(refusals, ["BESIDE-3"]);
});

describe("what a newcomer writes", () => {
	for (const suite of [1, 2] as const) {
		test(`BESIDE-2: it goes to the sponsor, who relays it, marked; and is sent once they are in, suite ${suite}`, () => {
			const { place, ana, bo, cy } = onTheWay({ suite });
			assert.equal(cy.participant.view().phase, "agreeing");
			place.say(cy, "let me in");
			place.run(MINUTE);
			for (const person of [ana, bo]) {
				assert.deepEqual(previews(person), [["Cy", "let me in", "newcomer"]]);
				assert.deepEqual(
					person.messages.map(({ text }) => text),
					["let me in"],
					"once as a message",
				);
			}
			assert.deepEqual(previews(cy), []);
			assert.equal(ofType(place, "WHISPER").length, 1);
			for (const person of [ana, bo, cy]) {
				assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
				assert.deepEqual(eventsOf(person, "divergence"), []);
				assert.deepEqual(eventsOf(person, "refused"), []);
			}
		});
	}

	test("turned off at the newcomer: nothing is sent before they are in. At the sponsor: nothing is relayed", () => {
		const shy = onTheWay({ reader: false });
		shy.place.say(shy.cy, "hello");
		shy.place.run(MINUTE);
		assert.deepEqual(ofType(shy.place, "WHISPER"), []);
		assert.equal(shy.bo.messages.at(-1)?.text, "hello");
		const off = onTheWay({});
		for (const person of [off.ana, off.bo]) person.participant.setPreviews(false);
		off.place.say(off.cy, "hello");
		off.place.run(MINUTE);
		assert.equal(ofType(off.place, "WHISPER").length, 1);
		for (const person of [off.ana, off.bo]) {
			assert.deepEqual(previews(person), []);
			assert.equal(person.messages.at(-1)?.text, "hello");
		}
	});

	test("BESIDE-4: a sponsor relays no more of one newcomer than the limit", () => {
		const { place, ana, bo, cy } = onTheWay({});
		for (let i = 0; i < MAX_WHISPERS + 3; i++) place.say(cy, `text ${i}`);
		place.run(MINUTE);
		assert.equal(ofType(place, "WHISPER").length, MAX_WHISPERS + 3);
		for (const person of [ana, bo]) {
			assert.equal(previews(person).length, MAX_WHISPERS);
			assert.equal(person.messages.length, MAX_WHISPERS + 3, "and all of them once they are in");
		}
	});

	test("BESIDE-4: nothing is relayed while someone who left could read it", () => {
		const place = new TestPlace(suiteOf(2));
		const [ana, bo, di] = ["Ana", "Bo", "Di"].map((name) => {
			const person = place.enter(name);
			place.run(10_000);
			return person;
		}) as [Person, Person, Person];
		assert.deepEqual(names(di), ["Ana", "Bo", "Di"]);
		const cy = place.enter("Cy");
		const rosters = ofType(place, "ROSTER").length;
		place.run(10_000, () => ofType(place, "ROSTER").length > rosters);
		place.leave(di);
		place.run(10_000, () => ofType(place, "ROSTER").length > rosters + 1);
		assert.equal(cy.participant.view().phase, "agreeing");
		place.say(cy, "for those who are here");
		place.run(MINUTE);
		assert.equal(ofType(place, "WHISPER").length, 1);
		for (const person of [ana, bo]) {
			assert.deepEqual(previews(person), []);
			assert.equal(person.messages.at(-1)?.text, "for those who are here");
			assert.deepEqual(names(person), ["Ana", "Bo", "Cy"]);
		}
	});

	test("BESIDE-4: neither copies nor what is relayed are entries of the transcript", () => {
		// The attempt stands still: nothing else becomes an entry.
		const { place, ana, bo, cy } = onTheWay({ cheat: (message) => (message.type === "OFFER" ? undefined : message) });
		place.run(1000);
		place.say(bo, "one");
		place.run(1000);
		place.say(cy, "at the door");
		place.run(1000);
		place.say(bo, "two");
		place.run(1000);
		assert.equal(previews(cy).length, 2);
		for (const person of [ana, bo]) {
			assert.equal(previews(person).length, 1);
			const [one, two] = person.messages;
			assert.deepEqual([one?.text, two?.text], ["one", "two"]);
			assert.equal(two?.entry, (one?.entry as number) + 1);
		}
	});
});

test("BESIDE-1, BESIDE-4: whoever has no proof of the newcomer's key sends them nothing, and shows nothing of theirs", () => {
	const suite = suiteOf(2);
	const place = new TestPlace(suite);
	// Those inside hold their refusals back, so that the newcomer gets into an attempt.
	const silent = (message: Message): Message | undefined => (message.type === "DENY" ? undefined : message);
	const ana = enterCheater(place, "Ana", silent);
	place.run(5000);
	const bo = enterCheater(place, "Bo", silent);
	place.run(10_000);
	const cy = enterCheater(place, "Cy", (message) => {
		if (message.type !== "JOIN") return message;
		const members = ofType(place, "STATE").at(-1)?.message.members ?? [];
		const sponsor = Buffer.from(message.sponsor).toString("hex");
		const isSponsor = (i: number): boolean => Buffer.from(members[i]?.v.bytes ?? []).toString("hex") === sponsor;
		return { ...message, authenticators: message.authenticators.map((a, i) => (isSponsor(i) ? a : flipped(a))) };
	});
	place.run(MINUTE, () => ofType(place, "ROSTER").length === 2);
	const sponsor = [ana, bo].find((one) => eventsOf(one, "joining").some(({ person }) => person.nickname === "Cy"));
	const other = sponsor === ana ? bo : ana;
	assert.ok(sponsor);
	place.say(other, "not for a stranger");
	place.say(sponsor, "for someone I know");
	place.say(cy, "hello");
	place.run(MINUTE);
	assert.deepEqual(previews(cy), [[sponsor.name, "for someone I know", "not-in-yet"]]);
	assert.deepEqual(previews(sponsor), [["Cy", "hello", "newcomer"]]);
	assert.deepEqual(previews(other), []);
});

describe("in the fold", () => {
	const suite = suiteOf(2);

	test("BESIDE-1, BESIDE-2: copies are of members, whispers of newcomers, both of the running attempt, and change nothing", () => {
		const b = new FoldBench(suite, "beside");
		const newcomer = b.keySet();
		const copy: Message = { type: "COPY", boxes: [] };
		const whisper = (): Message => ({
			type: "WHISPER",
			sponsor: b.random(32),
			box: { ...b.box(), ciphertext: b.random(RELAYED_BYTES) },
		});
		b.openWith(newcomer, "h5");
		const { attempt } = b.state;
		const member = b.inAttempt.find((keys) => keys !== newcomer);
		assert.ok(attempt && member);
		const before = b.state.attempt;
		assert.equal(b.verdict(b.sign(member.e, attempt.aid, copy), "h0"), "beside");
		assert.equal(b.verdict(b.sign(newcomer.e, attempt.aid, copy), "h5"), "BESIDE-1");
		assert.equal(b.verdict(b.sign(member.e, b.aid, copy), "h0"), "BESIDE-1");
		assert.equal(b.verdict(b.sign(newcomer.e, attempt.aid, whisper()), "h5"), "beside");
		assert.equal(b.verdict(b.sign(member.e, attempt.aid, whisper()), "h0"), "BESIDE-2");
		assert.equal(b.verdict(b.sign(newcomer.e, b.aid, whisper()), "h5"), "BESIDE-2");
		assert.equal(b.state.attempt, before);
	});
});

describe("BESIDE-3: what is sealed", () => {
	test("has one size, and exactly one form", () => {
		for (const text of ["", "x", "x".repeat(RELAYED_TEXT_BYTES), "ü".repeat(1000)]) {
			const sealed = encodeRelayed("copy", text);
			assert.equal(sealed?.length, RELAYED_BYTES);
			const read = decodeRelayed("copy", sealed);
			assert.ok(read.ok);
			assert.equal(read.value, text);
			assert.equal(decodeRelayed("whisper", sealed).ok, false);
		}
		assert.equal(encodeRelayed("copy", "x".repeat(RELAYED_TEXT_BYTES + 1)), undefined);
		const plain = encodeRelayed("whisper", "x") as Uint8Array;
		const cases: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
			["a byte after the text", (bytes) => bytes.fill(1, bytes.length - 1)],
			["a length beyond the end", (bytes) => bytes.fill(255, 1, 5)],
			["no UTF-8", (bytes) => bytes.fill(255, 5, 6)],
			["another kind", (bytes) => bytes.fill(9, 0, 1)],
			["a byte less", (bytes) => bytes.slice(1)],
			["a byte more", (bytes) => new Uint8Array([...bytes, 0])],
		];
		for (const [what, change] of cases) assert.equal(decodeRelayed("whisper", change(plain.slice())).ok, false, what);
	});

	test("a relayed text inside of content has one form, and a limit", () => {
		const suite = suiteOf(2);
		const header = { seen: { entries: 3, digest: new Uint8Array(32) as TranscriptDigest }, validMessages: 9 };
		const v = new Uint8Array(32).fill(5);
		const plain = encodeContent(header, { kind: "relayed", v, text: "hello" });
		const read = decodeContent(suite, plain);
		assert.ok(read.ok);
		assert.deepEqual(read.value, { header, content: { kind: "relayed", v, text: "hello" } });
		const long = encodeContent(header, { kind: "relayed", v, text: "x".repeat(RELAYED_TEXT_BYTES + 1) });
		assert.equal(decodeContent(suite, long).ok, false);
		plain[plain.length - 1] = 1;
		assert.equal(decodeContent(suite, plain).ok, false);
	});
});
