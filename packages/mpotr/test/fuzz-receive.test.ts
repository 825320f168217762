import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compare, decode, encode, equal } from "@clowder/bytes";
import type { SigningKey, Suite } from "@clowder/crypto";
import { type FoldState, keyName, stateHash } from "../src/fold/state.ts";
import { generateKeySet } from "../src/key-set.ts";
import { MAX_EVENTS, MAX_MESSAGE_NUMBER } from "../src/limits.ts";
import { inspectFold } from "../src/testing.ts";
import { BODIES, writeBody } from "../src/wire/bodies.ts";
import { NO_CONTEXT, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { readCorpus } from "./fuzz-corpus.ts";
import { apply, armoured, Dice, mutateText, mutation, mutationWithin } from "./fuzz-mutate.ts";
import { passed } from "./fuzz-traffic.ts";
import { eventsOf, names, type Person, roomOf, seeded, suiteOf, type TestPlace } from "./support/place.ts";
import { bytesOfText } from "./vectors/wire.ts";

/** Rooms that are played; as many as wanted by CLOWDER_RUNS, from a seed on that a failure names. */
const ROOMS = Number(process.env["CLOWDER_RUNS"] ?? 2);
const SEED = process.env["CLOWDER_SEED"] ?? "receive";
const TEXTS_A_ROOM = 30;
/** Different rules that what is signed has to be refused by, or it does not come far enough. */
const LEAST_RULES = 10;
/** What one received text may make one person send at once. */
const MAX_ANSWERS = 4;
const MINUTE = 60_000;

interface Played {
	readonly place: TestPlace;
	readonly ana: Person;
	readonly bo: Person;
	readonly how: string;
}

function room(suite: Suite, run: number, who: string): Played & { readonly dice: Dice } {
	const { place, people } = roomOf(suite, "Ana", "Bo");
	const [ana, bo] = people as [Person, Person];
	const how = `CLOWDER_SEED=${SEED}, ${who} ${run}`;
	return { place, ana, bo, how, dice: new Dice(`${SEED}/${who}/${suite.id}/${run}`) };
}

/** Places one text of somebody's, and counts what it makes people send. */
function placeOne({ place, how }: Played, from: string, text: string): void {
	while (place.deliver());
	place.inject(from, text);
	place.deliver();
	assert.ok(place.waiting <= MAX_ANSWERS * place.people.length, `${how}: ${place.waiting} answers to one text`);
}

/** Ana and Bo are honest: neither is blamed or out, nobody else's words stand as theirs, and they can go on. */
function checkHonest(played: Played, said: readonly string[]): void {
	const { place, ana, bo, how } = played;
	for (const one of [ana, bo]) {
		for (const event of [...eventsOf(one, "blamed"), ...eventsOf(one, "leaving")]) {
			assert.ok(!["Ana", "Bo"].includes(event.person.nickname), `${how}: ${JSON.stringify(event)}`);
		}
		assert.deepEqual(eventsOf(one, "over"), [], how);
		const words = one.messages.filter(({ author }) => ["Ana", "Bo"].includes(author.nickname));
		for (const { text } of words) assert.ok(said.includes(text), `${how}: ${text}`);
	}
	place.say(ana, "after all that");
	place.run(5 * MINUTE, () => bo.messages.at(-1)?.text === "after all that");
	for (const one of [ana, bo]) {
		assert.equal(one.messages.findLast(({ author }) => author.nickname === "Ana")?.text, "after all that", how);
	}
	for (const name of ["Ana", "Bo"]) assert.ok(names(ana).includes(name) && names(bo).includes(name), how);
	assert.equal(ana.participant.view().session?.fingerprint, bo.participant.view().session?.fingerprint, how);
}

/** What passed in the room itself, or in the room of the corpus, changed. */
function changed(dice: Dice, own: readonly string[], others: readonly string[]): string {
	const text = dice.pick(dice.below(3) > 0 ? own : others);
	if (dice.below(3) === 0) return mutateText(dice, text, dice.pick(others));
	const bytes = bytesOfText(text);
	const other = bytesOfText(dice.pick(own));
	const edit = dice.below(2) === 0 ? mutation(dice, bytes, other) : mutationWithin(dice, bytes, 3, bytes.length, other);
	const tag = text.split(":3")[2] ?? "";
	const type = (Object.keys(BODIES) as Message["type"][]).find((one) => BODIES[one].tag === tag);
	return armoured(type ?? assert.fail(tag), apply(bytes, edit));
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const corpus = readCorpus(suite).texts.map(({ text }) => text);

	describe(`what arrives, suite ${id}`, () => {
		test("WIRE-6: texts that nobody signed: nothing throws, nothing changes, few answers", () => {
			const played = room(suite, 0, "outsider");
			const { place, ana, bo, dice } = played;
			place.say(bo, "hello");
			place.run(5000);
			const own = passed(place).map(({ text }) => text);
			const view = (): unknown => [ana, bo].map((one) => one.participant.view().session);
			const before = view();
			for (const one of [ana, bo]) one.events.length = 0;
			for (let i = 0; i < 2 * ROOMS * TEXTS_A_ROOM; i++) {
				placeOne(played, `h${dice.below(4)}`, changed(dice, own, corpus));
			}
			place.run(2000);
			assert.deepEqual(view(), before, played.how);
			for (const one of [ana, bo]) {
				const other = one.events.filter(({ type }) => type !== "refused" && type !== "changed");
				assert.deepEqual(other, [], played.how);
			}
			checkHonest(played, ["hello"]);
		});
	});
}

/** Somebody inside or on the way in who signs what they like, with any key that they ever drew. */
class Insider {
	readonly person: Person;
	readonly #suite: Suite;
	readonly #drawn: Uint8Array[] = [];
	readonly #keys: Map<Uint8Array, SigningKey> = new Map();

	constructor(place: TestPlace, name: string, seed: string) {
		const random = seeded(seed);
		this.#suite = place.suite;
		this.person = place.enter(name, {
			random: (length) => {
				const bytes = random(length);
				if (length === 32) this.#drawn.push(bytes.slice());
				return bytes;
			},
		});
	}

	/** The signing keys that this one has for keys of the room. */
	keysIn(fold: FoldState): readonly SigningKey[] {
		const known = [
			...(fold.base?.members ?? []).flatMap(({ v, next }) => [v, next.v]),
			...(fold.attempt?.slots ?? []).map(({ keySet }) => keySet.v),
			...fold.pending.map(({ keySet }) => keySet.v),
			...fold.previous.flatMap(({ members }) => members.map(({ v }) => v)),
		];
		const own = this.#drawn.map((seed) => {
			const key = this.#keys.get(seed) ?? this.#suite.primitives.signingKey(seed);
			this.#keys.set(seed, key);
			return key;
		});
		return own.filter((key) => known.some((v) => equal(v.bytes, key.verifyKey.bytes)));
	}
}

/** Everything in the room that messages name by 32 bytes. */
function namesIn(fold: FoldState): readonly Uint8Array[] {
	return [
		...(fold.base === undefined ? [] : [fold.base.aid]),
		...(fold.base?.members ?? []).flatMap(({ v, next }) => [v.bytes, next.v.bytes]),
		...(fold.attempt === undefined ? [] : [fold.attempt.aid]),
		...(fold.attempt?.slots ?? []).map(({ keySet }) => keySet.v.bytes),
		...fold.pending.flatMap(({ hash, keySet }) => [hash, keySet.v.bytes]),
		...fold.knocks.map(({ hash }) => hash),
	];
}

/** The same with names of this room where others stand. */
function moved(dice: Dice, value: unknown, known: readonly Uint8Array[]): unknown {
	if (value instanceof Uint8Array) return value.length === 32 && dice.below(3) > 0 ? dice.pick(known) : value;
	if (Array.isArray(value)) return value.map((item) => moved(dice, item, known));
	if (typeof value !== "object" || value === null || "bytes" in value) return value;
	return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, moved(dice, field, known)]));
}

/** Lists that have to be sorted are so again. */
function sortedAgain(message: Message): Message {
	if (message.type === "VOTE") return { ...message, drop: message.drop.toSorted((a, b) => compare(a.v, b.v)) };
	if (message.type !== "COPY") return message;
	return { ...message, boxes: message.boxes.toSorted((a, b) => compare(a.newcomer, b.newcomer)) };
}

/** A message that reads, near to one that passed. */
function nearMiss(suite: Suite, dice: Dice, message: Message, fold: FoldState): Message | undefined {
	const known = namesIn(fold);
	const isHere = dice.below(3) > 0;
	const here = isHere && known.length > 0 ? sortedAgain(moved(dice, message, known) as Message) : message;
	const body = encode((w) => writeBody(w, here));
	if (body.length === 0 || dice.below(3) === 0) return here;
	for (let i = 0; i < 8; i++) {
		const bytes = apply(body, mutation(dice, body, body));
		const read = decode<Message>(bytes, (r) => BODIES[message.type].read(suite, r));
		if (read.ok) return read.value;
	}
	return undefined;
}

/** Something that this one signs, as if it belonged there. */
function signedNearMiss(played: Played, dice: Dice, insider: Insider, corpus: readonly Message[]): string | undefined {
	const { place, ana } = played;
	const { suite } = place;
	const fold = inspectFold(ana.participant) ?? assert.fail(`${played.how}: Ana is nowhere`);
	const all = passed(place).map(({ parsed }) => parsed);
	// Some types are rare: each comes as often as any other.
	const type = dice.pick(corpus).type;
	const own = all.filter(({ message }) => message.type === type).map(({ message }) => message);
	const others = corpus.filter((one) => one.type === type);
	const message = nearMiss(suite, dice, dice.pick(dice.below(2) === 0 && own.length > 0 ? own : others), fold);
	if (message === undefined) return undefined;
	const keys = insider.keysIn(fold);
	const fresh = generateKeySet(suite, (length) => dice.bytes(length));
	const key = keys.length > 0 && dice.below(8) > 0 ? dice.pick(keys) : fresh.e;
	const isOwn = "keySet" in message && dice.below(4) > 0;
	const sent = isOwn ? ({ ...message, keySet: { ...message.keySet, v: key.verifyKey } } as Message) : message;
	const contexts = [fold.base?.aid, fold.attempt?.aid, stateHash(suite, fold), NO_CONTEXT].flatMap((one) => one ?? []);
	const context = dice.below(4) === 0 ? dice.pick(all).header.context : dice.pick(contexts);
	const last = fold.authors.get(keyName(key.verifyKey))?.number ?? -1;
	const number = dice.pick([last + 1, last + 1, last + 1, Math.max(last, 0), last + 2 + dice.below(3)]);
	return signMessage(suite, "memory:room", key, context, Math.min(number, MAX_MESSAGE_NUMBER), sent).text;
}

/** What honest people are at while it comes. */
const OCCASIONS: readonly ((played: Played, dice: Dice) => void)[] = [
	() => undefined,
	({ place, ana }) => place.act(ana, (one) => one.rekey(place.now)),
	({ place, bo }) => place.say(bo, "meanwhile"),
	({ place }) => void place.enter("Di"),
	({ place }, dice) => {
		place.now += dice.below(20_000);
	},
];

/** One room with somebody who signs what they like. */
function playInsider(
	suite: Suite,
	run: number,
	who: "member" | "newcomer",
	corpus: readonly Message[],
): readonly string[] {
	const played = room(suite, run, who);
	const { place, ana, bo, dice } = played;
	const insider = new Insider(place, "Mal", `${SEED}/insider/${run}`);
	if (who === "member") place.run(MINUTE, () => names(ana).includes("Mal") && names(bo).includes("Mal"));
	place.say(ana, "hello");
	place.run(who === "member" ? 3000 : 10);
	for (let i = 0; i < TEXTS_A_ROOM; i++) {
		if (dice.below(10) === 0) dice.pick(OCCASIONS)(played, dice);
		for (let n = dice.below(4); n > 0; n--) place.deliver();
		const text = signedNearMiss(played, dice, insider, corpus);
		if (text !== undefined) place.inject(insider.person.handle, text);
		if (dice.below(5) === 0) place.run(dice.below(3000));
	}
	place.run(6 * MINUTE);
	const refused = eventsOf(ana, "refused").map(({ refusal }) => ("rule" in refusal ? refusal.rule : refusal.what));
	checkHonest(played, ["hello", "meanwhile"]);
	return refused;
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const corpus = readCorpus(suite).texts.map(({ text }) => {
		const read = parseMessage(suite, text);
		return read.ok ? read.value.message : assert.fail(text);
	});
	describe(`what is signed by somebody who breaks the rules, suite ${id}`, () => {
		for (const who of ["member", "newcomer"] as const) {
			test(`a ${who}: nothing throws, the honest stay together and go on`, () => {
				const first = Number(process.env["CLOWDER_FIRST_RUN"] ?? 0);
				const rules = new Set<string>();
				for (let run = first; run < first + (id === 1 ? ROOMS : Math.ceil(ROOMS / 3)); run++) {
					for (const rule of playInsider(suite, run, who, corpus)) rules.add(rule);
				}
				// Else it would be the signature that everything fails at.
				assert.ok(rules.size >= LEAST_RULES, [...rules].join());
			});
		}
	});
}

describe("a flood", () => {
	test("events that nobody takes are bounded, and what matters among them is kept", () => {
		const suite = suiteOf(1);
		const { place, people } = roomOf(suite, "Ana", "Bo");
		const [ana, bo] = people as [Person, Person];
		const { participant } = ana;
		place.say(bo, "in the middle of it");
		const texts: string[] = [];
		for (let i = 0; i < 2 * MAX_EVENTS; i++) {
			participant.receive({ type: "text", from: "h9", text: "noise" }, place.now);
			if (i === 1000) texts.push(...participant.takeTexts());
		}
		const from = bo.handle;
		place.hears = (person) => person !== ana;
		place.run(100);
		for (const item of place.log.slice(-3)) {
			if (item.type === "text" && item.from === from) participant.receive(item, place.now);
		}
		for (let i = 0; i < 2 * MAX_EVENTS; i++)
			participant.receive({ type: "text", from: "h9", text: "noise" }, place.now);
		const events = participant.takeEvents();
		assert.ok(events.length <= MAX_EVENTS + 1, `${events.length}`);
		assert.ok(events.some((event) => event.type === "message" && event.message.text === "in the middle of it"));
		assert.deepEqual(texts, []);
	});
});
