import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, equal, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { RoomEvent } from "../src/index.ts";
import type { Sid, TranscriptDigest } from "../src/labels.ts";
import { SenderChain } from "../src/session/chain.ts";
import { type ContentHeader, decodeContent, encodeContent } from "../src/session/content.ts";
import { type ParsedMessage, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { partsOf } from "./support/derive.ts";
import { remembering } from "./support/memo.ts";
import { eventsOf, type Item, names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";

/**
 * Section 12 of the design, group 4: the carrier holds somebody's last message and their LEAVE back from one who is cut off, in
 * several ways, and has every signing key that was published by then. Somebody inside gives it the session keys too, so
 * that it can make content in anyone's name. It tries at every moment, with everyone.
 */

const TIMEOUT = 60_000;
const FORGED = "forged";

/** What the carrier knows: every session's key, from an insider; and every signing key that was published. */
class Forger {
	readonly suite: Suite;
	readonly #plain: Suite;
	readonly #chains: Map<string, { readonly sk: Uint8Array; readonly sid: Sid; readonly index: number }> = new Map();
	/** Signing seeds by `v`, with the session that they signed in. */
	readonly #published: Map<string, { readonly seed: Uint8Array; readonly aid: Uint8Array; readonly from: string }> =
		new Map();

	/** What was made already, by reader and by how much they had heard. */
	readonly #made: Map<string, readonly string[]> = new Map();

	constructor(plain: Suite) {
		this.#plain = plain;
		const sha512: Suite["primitives"]["sha512"] = (...parts) => {
			const [, , label, sk, sid, index] = partsOf(concat(...parts));
			if (Buffer.from(label ?? []).toString() === "chain" && sk && sid && index) {
				const at = Buffer.from(index).readUInt32BE();
				this.#chains.set(`${hex(sid)}/${at}`, { sk, sid: sid as Sid, index: at });
			}
			return plain.primitives.sha512(...parts);
		};
		this.suite = { ...plain, primitives: { ...plain.primitives, sha512 } };
	}

	get published(): number {
		return this.#published.size;
	}

	/** Whoever published a key, or had it stolen. */
	learn(v: Uint8Array, seed: Uint8Array, aid: Uint8Array, from: string): void {
		this.#published.set(hex(v), { seed, aid, from });
	}

	/** The chain of `v`, as far as a victim has read it, and what its owner said last about what it sees. */
	#chainOf(aid: Uint8Array, v: Uint8Array, heard: readonly ParsedMessage[]): [SenderChain, ContentHeader] | undefined {
		const contents = heard.flatMap(({ message, header }) =>
			message.type === "MESSAGE" && equal(header.v, v) && equal(header.context, aid) ? [message.content] : [],
		);
		for (const { sk, sid, index } of this.#chains.values()) {
			const chain = new SenderChain(this.#plain, sk, sid, index);
			let last: ContentHeader = {
				seen: { entries: 0, digest: new Uint8Array(32) as TranscriptDigest },
				validMessages: 0,
			};
			const fits = contents.every((content) => {
				const plaintext = chain.decrypt([aid, v], content);
				const read = plaintext.ok ? decodeContent(this.#plain, plaintext.value) : undefined;
				if (read?.ok) last = read.value.header;
				return plaintext.ok;
			});
			if (contents.length > 0 && fits) return [chain, last];
		}
		return undefined;
	}

	/** Everything that can be made with the keys that are out, as somebody who heard this would have to read it next. */
	forgeries(
		reader: string,
		heard: readonly ParsedMessage[],
	): readonly { readonly from: string; readonly text: string }[] {
		return [...this.#published].flatMap(([name, { seed, aid, from }]) => {
			const known = `${reader}/${name}/${heard.length}`;
			const texts = this.#made.get(known) ?? this.#forge(name, seed, aid, heard);
			this.#made.set(known, texts);
			return texts.map((text) => ({ from, text }));
		});
	}

	#forge(name: string, seed: Uint8Array, aid: Uint8Array, heard: readonly ParsedMessage[]): readonly string[] {
		const key = this.#plain.primitives.signingKey(seed);
		const v = Uint8Array.from(Buffer.from(name, "hex"));
		const numbers = heard.filter(({ header }) => equal(header.v, v)).map(({ header }) => header.number);
		const next = Math.max(-1, ...numbers) + 1;
		const messages: Message[] = [
			{ type: "LEAVE", entries: 1, digest: new Uint8Array(32) as TranscriptDigest },
			{ type: "OPEN", k: 0, joins: [], rekey: true },
		];
		const [chain, header] = this.#chainOf(aid, v, heard) ?? [];
		if (chain !== undefined && header !== undefined) {
			const plaintext = encodeContent(header, { kind: "text", id: seeded(name)(8), text: FORGED });
			messages.unshift({ type: "MESSAGE", content: chain.encrypt([aid, v], seeded(name)(16), plaintext) });
		}
		return messages.map((message) => signMessage(this.#plain, "memory:room", key, aid, next, message).text);
	}
}

interface Scene {
	readonly place: TestPlace;
	readonly forger: Forger;
	readonly victim: Person;
	readonly people: readonly Person[];
	/** What each has heard, by handle. */
	readonly heard: ReadonlyMap<string, ParsedMessage[]>;
	readonly drawn: readonly Uint8Array[];
	/** Lets it go on, looking at every moment; what is published meanwhile is known to the forger. */
	run(ms: number, look: () => void): void;
}

interface Cut {
	/** Whether a text does not reach Ana. */
	from(item: Extract<Item, { type: "text" }>, nameOf: (handle: string) => string): boolean;
}

/** Ana, Bo, Cy and Di; from the moment of `cut` Ana hears only what that lets through. */
function scene(cut: Cut): Scene & {
	readonly hold: () => void;
} {
	const forger = new Forger(remembering(suiteOf(1)));
	const place = new TestPlace(forger.suite);
	const drawn: Uint8Array[] = [];
	const heard = new Map<string, ParsedMessage[]>();
	const people: Person[] = [];
	let holds = false;
	const nameOf = (handle: string): string => people.find((one) => one.handle === handle)?.name ?? "";
	place.hears = (person, item) => {
		if (item.type !== "text") return true;
		if (holds && person === people[0] && item.from !== person.handle && cut.from(item, nameOf)) return false;
		const parsed = parseMessage(place.suite, item.text);
		if (parsed.ok) heard.set(person.handle, [...(heard.get(person.handle) ?? []), parsed.value]);
		return true;
	};
	for (const name of ["Ana", "Bo", "Cy", "Di"]) {
		const source = seeded(`published ${name}`);
		const random = (length: number): Uint8Array => {
			const bytes = source(length);
			drawn.push(bytes.slice());
			return bytes;
		};
		people.push(place.enter(name, { random }));
		place.run(10_000);
	}
	const [victim] = people as [Person];
	assert.equal(names(victim).length, 4);
	let read = 0;
	const run = (ms: number, look: () => void): void => {
		place.run(ms, () => {
			for (; read < place.log.length; read++) {
				const item = place.log[read] as Item;
				const parsed = item.type === "text" ? parseMessage(place.suite, item.text) : undefined;
				if (item.type !== "text" || !parsed?.ok || parsed.value.message.type !== "PUBLISH") continue;
				const { header, message } = parsed.value;
				forger.learn(header.v, message.seed, header.context, item.from);
			}
			look();
			return false;
		});
	};
	return {
		place,
		forger,
		victim,
		people,
		heard,
		drawn,
		run,
		hold: () => {
			holds = true;
		},
	};
}

/** What somebody does who believes what they are shown. */
const ACCEPTED: ReadonlySet<RoomEvent["type"]> = new Set(["message", "session", "leaving", "vote", "blamed", "split"]);
/**
 * A frozen client is told nothing any more, and still follows who goes: no more than what a carrier can say of anyone, and
 * what it needs to find the others again.
 */
const ACCEPTED_FROZEN: ReadonlySet<RoomEvent["type"]> = new Set(["message", "session", "blamed", "split"]);

function isFrozen(person: Person): boolean {
	const last = person.events.findLastIndex(({ type }) => type === "session");
	return person.events.slice(last).some(({ type }) => type === "frozen");
}

/** Gives someone everything that can be forged now: nothing comes of it. */
function tryAll({ forger, heard, place }: Scene, target: Person, when: string): number {
	const forgeries = forger.forgeries(target.handle, heard.get(target.handle) ?? []);
	for (const { from, text } of forgeries) {
		if (from === target.handle) continue;
		const accepted = isFrozen(target) ? ACCEPTED_FROZEN : ACCEPTED;
		const before = target.events.length;
		place.act(target, (participant) => participant.receive({ type: "text", from, text }, place.now));
		const came = target.events.slice(before).map(({ type }) => type);
		assert.ok(!came.some((type) => accepted.has(type)), `${when}: ${target.name} accepts ${came.join()}`);
	}
	return forgeries.length;
}

const CUTS: ReadonlyMap<string, Cut> = new Map<string, Cut>([
	["from the one who leaves", { from: (item, nameOf) => nameOf(item.from) === "Cy" }],
	["from all but an insider who answers", { from: (item, nameOf) => nameOf(item.from) !== "Di" }],
	["from everyone", { from: () => true }],
	[
		"from what ends the session",
		{ from: (item) => [":3Leave:3", ":3Close:3", ":3Confirm:3", ":3Share:3"].some((tag) => item.text.includes(tag)) },
	],
]);

/** Cy's last words and LEAVE are held back from Ana; the others are told that Ana left, or see her fall silent. */
function play(cut: Cut, lies: boolean, look: (scene: Scene, moment: number) => void): Scene {
	const room = scene(cut);
	const { place, people, victim } = room;
	const cy = people[2] as Person;
	let moment = 0;
	const next = (): void => look(room, moment++);
	room.hold();
	place.say(cy, "last words");
	room.run(1000, next);
	place.act(cy, (participant) => participant.leave(place.now));
	room.run(1000, next);
	if (lies) place.tell(people.slice(1), "left", victim.handle);
	room.run(4 * TIMEOUT, next);
	return room;
}

describe("Group 4: the carrier holds the last message and the LEAVE, with every key ever published", () => {
	test("Group 4: with a key that is stolen while it is believed, the forger forges: it knows how", () => {
		const room = scene({ from: () => false });
		const { forger, place, people, victim, drawn, heard } = room;
		place.say(people[2] as Person, "real");
		place.run(5000);
		const bySeed = (v: Uint8Array): Uint8Array | undefined =>
			drawn.find((seed) => seed.length === 32 && equal(place.suite.primitives.signingKey(seed).verifyKey.bytes, v));
		const last = (heard.get(victim.handle) ?? []).findLast(
			({ message, header }) => message.type === "MESSAGE" && bySeed(header.v) !== undefined,
		);
		assert.ok(last);
		const from = place.log.findLast((item) => item.type === "text" && parseMessage(place.suite, item.text).ok)?.type;
		assert.equal(from, "text");
		forger.learn(
			last.header.v,
			bySeed(last.header.v) ?? assert.fail(),
			last.header.context,
			(people[2] as Person).handle,
		);
		for (const { from: handle, text } of forger.forgeries(victim.handle, heard.get(victim.handle) ?? []).slice(0, 1)) {
			place.act(victim, (participant) => participant.receive({ type: "text", from: handle, text }, place.now));
		}
		assert.equal(victim.messages.at(-1)?.text, FORGED);
	});

	for (const [what, cut] of CUTS) {
		for (const lies of what === "from everyone" ? [true] : [false, true]) {
			const title = `cut off ${what}${lies ? ", the others told that she left" : ""}`;
			test(`Group 4: ${title}: nothing forged is accepted, by anyone, at any point`, () => {
				let tried = 0;
				const room = play(cut, lies, (now, moment) => {
					for (const target of now.people) {
						// Those who hear everything close what is published: they are tried now and then.
						if (target.participant.view().phase === "over") continue;
						if (target !== now.victim && moment % 16 !== 0) continue;
						tried += tryAll(now, target, `${title}, moment ${moment}`);
					}
				});
				assert.ok(room.forger.published >= 2, `${room.forger.published} keys were published`);
				assert.ok(tried > 100, `${tried} forgeries`);
				for (const one of room.people) {
					assert.ok(one.messages.every(({ text }) => text !== FORGED));
					assert.deepEqual(eventsOf(one, "blamed"), []);
				}
			});
		}
	}
});
