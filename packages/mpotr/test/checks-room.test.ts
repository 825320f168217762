import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import type { Nickname, ParticipantOptions } from "../src/index.ts";
import { type FoldState, keyName } from "../src/fold/state.ts";
import type { StateHash } from "../src/labels.ts";
import { IDENTITY_BYTES } from "../src/identity.ts";
import { MAX_OUTBOX, MAX_PENDING } from "../src/limits.ts";
import { joinAuthenticator, joinCore } from "../src/participant/join.ts";
import { decryptOnce, encryptOnce } from "../src/session/sealed-box.ts";
import { type Asked, Gate } from "../src/participant/gate.ts";
import { inspectFold } from "../src/testing.ts";
import { type ParsedMessage, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Join, Message, State } from "../src/wire/messages.ts";
import { change, enterCheater, flipped } from "./support/cheat.ts";
import { eventsOf, type Item, names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";

/** Verifications in a room that nothing else would miss; those of the fold are in checks.test.ts. */

const suite = suiteOf(1);
const MINUTE = 60_000;

/** Two honest people and a member who changes what they send. */
function withCheater(how: Parameters<typeof enterCheater>[2], policy: "open" | "any" = "open") {
	const place = new TestPlace(suite);
	const ana = place.enter("Ana", { terms: { policy } });
	place.run(MINUTE, () => names(ana).length === 1);
	const admit = (): void => {
		place.run(MINUTE, () => eventsOf(ana, "asking").length > 0 || policy === "open");
		const person = eventsOf(ana, "asking").at(-1)?.person;
		if (person) place.act(ana, (one) => one.approve(person.id, place.now));
		ana.events.length = 0;
	};
	const mal = enterCheater(place, "Mal", how);
	mal.cheating = false;
	admit();
	place.run(MINUTE, () => names(ana).length === 2);
	place.run(3000);
	assert.deepEqual(names(mal), ["Ana", "Mal"]);
	return { place, ana, mal };
}

function rulesOf(person: Person): readonly string[] {
	return eventsOf(person, "refused").map(({ refusal }) => ("rule" in refusal ? refusal.rule : refusal.what));
}

describe("content that a member sends", () => {
	test("CONTENT-3: what does not authenticate is refused and never shown, and what follows is", () => {
		const { place, ana, mal } = withCheater(
			change("MESSAGE", (m) => ({ ...m, content: { ...m.content, mac: flipped(m.content.mac) } })),
		);
		mal.cheating = true;
		place.say(mal, "with a bad MAC");
		place.run(100);
		mal.cheating = false;
		assert.ok(rulesOf(ana).includes("CONTENT-3"), rulesOf(ana).join());
		assert.deepEqual(ana.messages, []);
	});

	test("CONTENT-3, JOIN-5: an introduction that does not authenticate lets nobody in", () => {
		const place = new TestPlace(suite);
		const bad = change("INTRODUCE", (m) => ({ ...m, content: { ...m.content, mac: flipped(m.content.mac) } }));
		const mal = enterCheater(place, "Mal", bad);
		place.run(MINUTE, () => names(mal).length === 1);
		mal.cheating = false;
		const ana = place.enter("Ana");
		place.run(MINUTE, () => names(ana).length === 2);
		mal.cheating = true;
		for (let i = 0; i < 4; i++) {
			// Sponsors are chosen by a hash: sooner or later it is Mal.
			const eve = place.enter(`Eve${i}`);
			place.run(10_000, () => names(eve).length > 0 || rulesOf(ana).includes("CONTENT-3"));
			if (rulesOf(ana).includes("CONTENT-3")) {
				place.run(5000);
				assert.ok(!names(ana).includes(`Eve${i}`));
				assert.ok(!eventsOf(ana, "joining").some(({ person }) => person.nickname === `Eve${i}`));
				return;
			}
		}
		assert.fail("Mal introduced nobody");
	});
});

describe("keys of others", () => {
	test("KEYS-1: whoever names a key as its next one that is another's in the present session puts out itself alone", () => {
		const stolen: { v?: VerifyKey } = {};
		const { place, ana, mal } = withCheater(
			change("SHARE", (m) => (stolen.v ? { ...m, next: { ...m.next, v: stolen.v } } : m)),
		);
		const bo = place.enter("Bo");
		place.run(MINUTE, () => names(ana).length === 3);
		const fold = inspectFold(ana.participant) ?? assert.fail("no room");
		const own = fold.base?.members.find(({ v }) => fold.authors.get(keyName(v))?.handle === ana.handle);
		stolen.v = own?.v ?? assert.fail("Ana is not in it");
		mal.cheating = true;
		for (let i = 0; i < 2; i++) {
			place.act(bo, (one) => one.rekey(place.now));
			place.run(MINUTE / 2);
			mal.cheating = false;
		}
		place.say(ana, "between us");
		place.run(8 * MINUTE, () => eventsOf(bo, "leaving").length > 0 && bo.messages.length > 0);
		for (const one of [ana, bo]) {
			assert.deepEqual(
				eventsOf(one, "leaving").map(({ person, how }) => [person.nickname as string, how]),
				[["Mal", "silent"]],
			);
			assert.deepEqual(eventsOf(one, "over"), []);
			assert.equal(one.messages.at(-1)?.text, "between us");
		}
	});
});

/** A room in which Eve waits to be let in and Zoe has just been told of it; Mal is a member. */
function told() {
	const { place, ana, mal } = withCheater((message) => message, "any");
	place.enter("Eve");
	place.run(10_000, () => eventsOf(ana, "asking").length > 0);
	const before = place.log.length;
	const isState = (item: Item): boolean => item.type === "text" && item.text.includes(":3State:3");
	place.enter("Zoe");
	place.run(10_000, () => place.log.slice(before).some(isState));
	const item = place.log.findLast(isState);
	const parsed = item?.type === "text" ? parseMessage(suite, item.text) : undefined;
	assert.ok(parsed?.ok && parsed.value.message.type === "STATE");
	const fold = inspectFold(mal.participant) ?? assert.fail("no room");
	const own = fold.base?.members.find(({ v }) => fold.authors.get(keyName(v))?.handle === mal.handle);
	const v = own?.v ?? assert.fail("Mal is not in it");
	const number = (fold.authors.get(keyName(v))?.number ?? -1) + 1;
	/** The rules by which Ana refuses a STATE of Mal's. */
	const say = (state: State): readonly string[] => {
		ana.events.length = 0;
		place.inject(mal.handle, mal.sign(v.bytes, fold.base?.aid ?? assert.fail("no session"), number, state));
		// What differs may be a gap: it is asked for first.
		place.run(MINUTE, () => rulesOf(ana).includes("STATE-3"));
		return rulesOf(ana).filter((rule) => rule === "STATE-3");
	};
	return { state: parsed.value.message, say };
}

describe("a STATE that differs from what the others see", () => {
	const flip = (seats: Uint8Array): Uint8Array => Uint8Array.of((seats[0] as number) ^ 0x80);
	type Parts = readonly [State, State["members"][number], State["members"][number], State["pending"][number]];
	const cases: readonly (readonly [string, (...parts: Parts) => Partial<State>])[] = [
		["another count of attempts", (state) => ({ k: state.k + 1 })],
		["one member less", (_, first, __, eve) => ({ members: [first], pending: [eve], votes: [] })],
		[
			"another next key set",
			(_, first, second) => ({ members: [first, { ...second, next: { ...second.next, y: first.next.y } }] }),
		],
		["another member", (_, first, second, eve) => ({ members: [{ ...first, v: eve.keySet.v }, second] })],
		["a removal", (_, first, second) => ({ members: [first, { ...second, removed: true }] })],
		["one member more", (_, first, second, eve) => ({ members: [first, second, { ...second, v: eve.keySet.v }] })],
		["nobody waits", () => ({ pending: [] })],
		["one more waits", (state, _, __, eve) => ({ pending: [eve, { ...eve, join: state.at }] })],
		["another waits", (state, _, __, eve) => ({ pending: [{ ...eve, join: state.at }] })],
		["not introduced", (_, __, ___, eve) => ({ pending: [{ ...eve, introduced: !eve.introduced }] })],
		["voices for", (_, __, ___, eve) => ({ pending: [{ ...eve, approvals: flip(eve.approvals) }] })],
		["voices against", (_, __, ___, eve) => ({ pending: [{ ...eve, denials: flip(eve.denials) }] })],
		["wrong passphrases", (state) => ({ failures: state.failures + 1 })],
	];
	test("STATE-3: one that says the same is not refused", () => {
		const { state, say } = told();
		assert.equal(state.pending.length, 1, "Eve waits");
		assert.deepEqual(say(state), []);
	});
	for (const [what, how] of cases) {
		test(`STATE-3: ${what}`, () => {
			const { state, say } = told();
			const [first, second] = state.members as [Parts[1], Parts[2]];
			const [eve] = state.pending as [Parts[3]];
			assert.ok(say({ ...state, ...how(state, first, second, eve) }).length > 0);
		});
	}
});

describe("a list that is given to a newcomer", () => {
	test("ROSTER-4, ROSTER-6: one that does not open or is not under its key is refused, and another member gives a good one", () => {
		const cases: readonly (readonly [string, Parameters<typeof enterCheater>[2]])[] = [
			["another ciphertext", change("ROSTER", (m) => ({ ...m, ciphertext: flipped(m.ciphertext) }))],
			["another MAC", change("ROSTER", (m) => ({ ...m, mac: flipped(m.mac) }))],
			[
				"another box",
				change("ROSTER", (m) => ({
					...m,
					boxes: m.boxes.map((one) => ({ ...one, box: { ...one.box, mac: flipped(one.box.mac) } })),
				})),
			],
		];
		for (const [what, how] of cases) {
			const { place, ana, mal } = withCheater(how);
			mal.cheating = true;
			// Only what Mal opens is Mal's to tell first: Ana's list is held back until then.
			const eve = place.enter("Eve");
			place.hears = (_person, item) =>
				!(item.type === "text" && item.from === ana.handle && item.text.includes(":3Open:3"));
			place.run(MINUTE, () => rulesOf(eve).includes("ROSTER-4"));
			assert.ok(rulesOf(eve).includes("ROSTER-4"), what);
			assert.deepEqual(names(eve), [], what);
		}
	});
});

/** Somebody who signs changed messages, and whose random bytes are known. */
function enterLiar(
	place: TestPlace,
	options: Partial<ParticipantOptions>,
	how: (message: Message, parsed: ParsedMessage, drawn: readonly Uint8Array[]) => Message,
): Person {
	const drawn: Uint8Array[] = [];
	const random = seeded("liar");
	const recording = (length: number): Uint8Array => {
		const bytes = random(length);
		if (length === 32) drawn.push(bytes.slice());
		return bytes;
	};
	const person = place.enter("Liar", { random: recording, ...options });
	person.cheat = (text) => {
		const parsed = parseMessage(suite, text);
		assert.ok(parsed.ok);
		const { header, message } = parsed.value;
		const changed = how(message, parsed.value, drawn);
		if (changed === message) return text;
		const key = drawn
			.map((seed) => suite.primitives.signingKey(seed))
			.find((one) => equal(one.verifyKey.bytes, header.v));
		assert.ok(key);
		return signMessage(suite, "memory:room", key, header.context, header.number, changed).text;
	};
	return person;
}

describe("a list that says something else", () => {
	/** What is in a ROSTER, changed, under the same key. */
	function rewritten(message: Message, drawn: readonly Uint8Array[], how: (plain: Uint8Array) => void): Message {
		if (message.type !== "ROSTER") return message;
		for (const key of drawn) {
			const plain = decryptOnce(suite, key, [message.aid], message);
			if (!plain.ok) continue;
			how(plain.value);
			return { ...message, ...encryptOnce(suite, key, [message.aid], plain.value) };
		}
		return assert.fail("the key of the list is not among what was drawn");
	}

	/** Where Eve and the other one stand in it. */
	function places(plain: Uint8Array): readonly [number, number] {
		const first = Buffer.from(plain.subarray(33, 36)).toString() === "Eve";
		return first ? [0, IDENTITY_BYTES] : [IDENTITY_BYTES, 0];
	}

	const cases: readonly (readonly [string, (plain: Uint8Array, eve: number, other: number) => void])[] = [
		["nothing else", () => undefined],
		["somebody twice", (plain, eve, other) => void plain.copyWithin(other, eve, eve + 32)],
		[
			"the newcomer under another salt",
			(plain, eve) => void plain.fill(1, eve + IDENTITY_BYTES - 8, eve + IDENTITY_BYTES),
		],
		["a name that is too long", (plain, _, other) => void plain.fill(255, other + 32, other + 33)],
		["a name with something after its end", (plain, _, other) => void plain.fill(1, other + 90, other + 91)],
	];
	for (const [what, how] of cases) {
		test(`ROSTER-4: ${what}: ${what === "nothing else" ? "the newcomer is in" : "the newcomer refuses it"}`, () => {
			const place = new TestPlace(suite);
			const liar = enterLiar(place, {}, (message, _, drawn) =>
				rewritten(message, drawn, (plain) => how(plain, ...places(plain))),
			);
			place.run(MINUTE, () => names(liar).length === 1);
			const eve = place.enter("Eve");
			place.run(3 * MINUTE, () => rulesOf(eve).includes("ROSTER-4") || names(eve).length === 2);
			assert.deepEqual(names(eve), what === "nothing else" ? ["Eve", "Liar"] : []);
			assert.equal(rulesOf(eve).includes("ROSTER-4"), what !== "nothing else");
		});
	}
});

describe("a JOIN whose name is not the one that it commits to", () => {
	const identity = suite.primitives.identityKey(new Uint8Array(32).fill(5));

	/** The same with this commitment, and with a proof of the key to each member over it. */
	function committed(
		join: Join,
		fold: FoldState,
		context: Uint8Array,
		drawn: readonly Uint8Array[],
		nickname: Nickname,
	): Join {
		const at = drawn.findIndex((seed) => equal(suite.primitives.signingKey(seed).verifyKey.bytes, join.keySet.v.bytes));
		const [x, salt] = [drawn[at - 2], drawn[at + 1]] as [Uint8Array, Uint8Array];
		const own = { lpk: identity.publicKey, nickname, salt };
		const authenticators = (fold.base?.members ?? []).map(({ next }) => {
			const fromIdentity = suite.primitives.dhFromIdentity(identity, next.y);
			const ephemeral = suite.primitives.dh(suite.primitives.dhKeyPair(x), next.y);
			assert.ok(fromIdentity.ok && ephemeral.ok);
			const secrets = { identity: fromIdentity.value, ephemeral: ephemeral.value };
			return joinAuthenticator({ suite }, secrets, own, joinCore(join), context as StateHash);
		});
		return { ...join, authenticators };
	}

	for (const honest of [true, false]) {
		test(`JOIN-5: ${honest ? "what is made like this is let in" : "is denied, though every proof of the key fits"}`, () => {
			const place = new TestPlace(suite);
			const ana = place.enter("Ana");
			place.run(MINUTE, () => names(ana).length === 1);
			const liar = enterLiar(place, { identity }, (message, { header }, drawn) => {
				if (message.type !== "JOIN") return message;
				const fold = inspectFold(ana.participant) ?? assert.fail("no room");
				const join = honest ? message : { ...message, commitment: flipped(message.commitment) };
				const { nickname } = liar.participant.view().self;
				return committed(join, fold, header.context, drawn, nickname);
			});
			place.run(MINUTE, () => eventsOf(liar, "refused-entry").length > 0 || names(ana).length === 2);
			assert.deepEqual(
				eventsOf(liar, "refused-entry").map(({ why }) => why),
				honest ? [] : ["bad-authenticator"],
			);
			assert.equal(eventsOf(ana, "joining").length, honest ? 1 : 0);
		});
	}
});

describe("what is typed", () => {
	test("OUTBOX-1: waits in bounded number, and not at all when the room is over", () => {
		const place = new TestPlace(suite);
		const ana = place.enter("Ana");
		for (let i = 0; i < MAX_OUTBOX; i++) assert.ok(ana.participant.send(`${i}`, place.now).ok);
		const more = ana.participant.send("one more", place.now);
		assert.ok(!more.ok && more.error.kind === "usage");
		ana.participant.leave(place.now, true);
		const late = ana.participant.send("too late", place.now);
		assert.ok(!late.ok && late.error.kind === "usage");
		assert.deepEqual(ana.participant.view().outbox, []);
	});
});

describe("the sponsor's door", () => {
	test("PASS-1: no more wait for an answer than there may be, one of each handle", () => {
		const gate = new Gate();
		const stateHash = new Uint8Array(32) as StateHash;
		const asked = { stateHash, share: new Uint8Array(32) } as unknown as Asked;
		for (let i = 0; i < MAX_PENDING; i++) assert.ok(gate.ask(`h${i}`, asked));
		assert.ok(!gate.ask("one more", asked));
		assert.ok(gate.ask("h0", asked), "who waits already may ask anew");
		gate.left("h7");
		assert.ok(gate.ask("one more", asked));
	});
});
