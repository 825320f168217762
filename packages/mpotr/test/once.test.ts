import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { createSuite, type Suite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import { isCounted } from "../src/fold/counting.ts";
import { identityCommitment } from "../src/identity.ts";
import { generateKeySet, kemKeyRef, type PublicKeySet } from "../src/key-set.ts";
import type { Sid } from "../src/labels.ts";
import { SenderChain } from "../src/session/chain.ts";
import { type ParsedMessage, parseMessage } from "../src/wire/envelope.ts";
import type { Encrypted } from "../src/wire/messages.ts";
import { names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";
import { bytesOfText } from "./vectors/wire.ts";

/** Everything that people drew from their generators, by length. */
class Drawn {
	readonly byLength: Map<number, Uint8Array[]> = new Map();
	readonly #seed: string;
	#people = 0;

	constructor(seed: string) {
		this.#seed = seed;
	}

	/** A generator for one more person. */
	generator(): (length: number) => Uint8Array {
		const random = seeded(`${this.#seed}/${this.#people++}`);
		return (length) => {
			const bytes = random(length);
			this.byLength.set(length, [...(this.byLength.get(length) ?? []), bytes.slice()]);
			return bytes;
		};
	}

	of(length: number): readonly Uint8Array[] {
		return this.byLength.get(length) ?? [];
	}
}

interface Talk {
	readonly suite: Suite;
	readonly drawn: Drawn;
	readonly people: readonly Person[];
	/** Each text once, in the order of its place. */
	readonly texts: readonly string[];
	readonly messages: readonly ParsedMessage[];
}

/** A long conversation: three people, new keys when one comes, goes, vanishes and comes back, everyone writing. */
function longTalk(suite: Suite): Talk {
	const place = new TestPlace(suite);
	const drawn = new Drawn(`once/${suite.id}`);
	const people: Person[] = [];
	const enter = (name: string): Person => {
		const person = place.enter(name, { random: drawn.generator() });
		people.push(person);
		place.run(20_000, () => names(person).includes(name));
		return person;
	};
	const talk = (...who: readonly Person[]): void => {
		for (let round = 0; round < 8; round++) {
			for (const person of who) place.say(person, "the same words");
			place.run(1000);
		}
	};
	const [ana, bo] = [enter("Ana"), enter("Bo")];
	talk(ana, bo);
	const cy = enter("Cy");
	talk(ana, bo, cy);
	place.vanish(bo);
	place.run(20_000);
	talk(ana, cy);
	const again = place.reenter(bo);
	place.run(20_000, () => names(again).length === 3);
	talk(ana, again, cy);
	place.leave(cy);
	place.run(20_000);
	talk(ana, again);
	const texts = place.log.flatMap((item) => (item.type === "text" ? [item.text] : []));
	const messages = texts.map((text) => {
		const parsed = parseMessage(suite, text);
		return parsed.ok ? parsed.value : assert.fail(JSON.stringify(parsed.error));
	});
	assert.equal(ana.messages.length, 8 * 12, "everything was said and placed");
	return { suite, drawn, people, texts, messages };
}

function unique(what: string, values: readonly string[], atLeast: number): void {
	assert.ok(values.length >= atLeast, `${values.length} of ${what}`);
	assert.equal(new Set(values).size, values.length, `${what} twice`);
}

/** The encrypted contents, and who encrypted each in which session. */
function contents(talk: Talk): readonly { readonly chain: string; readonly content: Encrypted }[] {
	return talk.messages.flatMap(({ header, message }) =>
		message.type === "MESSAGE" || message.type === "INTRODUCE"
			? [{ chain: `${hex(header.context)}/${hex(header.v)}`, content: message.content }]
			: [],
	);
}

/** Key sets on the wire, in whichever message. */
function keySets(talk: Talk): readonly PublicKeySet[] {
	return talk.messages.flatMap(({ message }): readonly PublicKeySet[] => {
		switch (message.type) {
			case "FOUND":
			case "KNOCK":
			case "JOIN":
				return [message.keySet];
			case "SHARE":
				return [message.next];
			case "STATE":
				return [...message.members.map((member) => member.next), ...message.pending.map((join) => join.keySet)];
			default:
				return [];
		}
	});
}

for (const id of [1, 2] as const) {
	const talk = longTalk(suiteOf(id));
	const { suite, drawn, messages } = talk;

	describe(`nothing is used twice over a long conversation, suite ${id}`, () => {
		test("a counter used twice (Cryptocat 2): no place of a sender's chain, and so no message key, comes again", () => {
			const places = contents(talk).map(({ chain, content }) => `${chain}/${content.index}`);
			unique("place of a chain", places, 100);
			const perChain = new Map<string, number[]>();
			for (const { chain, content } of contents(talk)) {
				perChain.set(chain, [...(perChain.get(chain) ?? []), content.index]);
			}
			assert.ok(perChain.size >= 8, "sessions followed each other");
			for (const indices of perChain.values()) assert.deepEqual(indices, [...indices.keys()]);
		});

		test("no IV comes again, and the same words never look the same", () => {
			unique(
				"IV",
				contents(talk).map(({ content }) => hex(content.iv)),
				100,
			);
			unique(
				"beginning of a ciphertext",
				contents(talk).map(({ content }) => hex(content.ciphertext.subarray(0, 16))),
				100,
			);
		});

		test("no message number of an author comes again, they go up by one, and each text is another", () => {
			unique("text", talk.texts, 150);
			const next = new Map<string, number>();
			for (const { header, message } of messages) {
				// Publication and repair stand outside of the count, with numbers of their own.
				const v = `${hex(header.v)}${isCounted(message.type) ? "" : " apart"}`;
				assert.equal(header.number, next.get(v) ?? 0, v);
				next.set(v, header.number + 1);
			}
		});

		test("no share and no ephemeral key comes again", () => {
			const shares = messages.flatMap(({ message }) => (message.type === "SHARE" ? [message] : []));
			const rings = shares.flatMap(({ ring }) => (ring ? [ring] : []));
			unique(
				"next key set",
				shares.map((share) => hex(share.next.v.bytes)),
				8,
			);
			// In a ring of two, both shares have the same z; the commitments tell them apart.
			for (const side of ["cL", "cR"] as const)
				unique(
					side,
					rings.map((ring) => hex(ring[side])),
					8,
				);
			const boxes = messages.flatMap(({ message }) => {
				if (message.type === "JOIN") return [message.sealed];
				return message.type === "ROSTER" ? message.boxes.map(({ box }) => box) : [];
			});
			unique(
				"ephemeral key",
				boxes.map((box) => hex(box.ephemeral.bytes)),
				4,
			);
		});
	});

	describe(`a decimal string taken for random bytes (Cryptocat 2), suite ${id}`, () => {
		test("what is drawn has the lengths that the primitives need", () => {
			const lengths = [...drawn.byLength.keys()].sort((a, b) => a - b);
			for (const length of lengths) assert.ok([2, 8, 16, 32, 64].includes(length), `${length} bytes`);
			for (const length of [16, 32, 64]) unique(`draw of ${length}`, drawn.of(length).map(hex), 1);
		});

		test("every IV on the wire is a draw of 16 bytes as it came, and each draw is one IV", () => {
			const ivs = contents(talk).map(({ content }) => hex(content.iv));
			assert.deepEqual([...ivs].sort(), drawn.of(16).map(hex).sort());
		});

		test("every key on the wire is made from all bytes of a draw", () => {
			const { primitives } = suite;
			const dh = new Set(drawn.of(32).map((seed) => hex(primitives.dhKeyPair(seed).publicKey.bytes)));
			const signing = new Set(drawn.of(32).map((seed) => hex(primitives.signingKey(seed).verifyKey.bytes)));
			const kem = new Set(
				drawn
					.of(64)
					.flatMap((seed) => (suite.kem ? [hex(kemKeyRef(suite, suite.kem.keyPair(seed).publicKey).hash)] : [])),
			);
			const sets = keySets(talk);
			assert.ok(sets.length >= 20);
			for (const keys of sets) {
				assert.ok(dh.has(hex(keys.y.bytes)) && dh.has(hex(keys.b.bytes)), "y, b");
				assert.ok(signing.has(hex(keys.v.bytes)), "v");
				assert.equal(keys.ek === undefined, id === 1);
				for (const ref of [keys.ek, keys.bek]) assert.ok(ref === undefined || kem.has(hex(ref.hash)), "KEM key");
			}
		});

		test("the salt that a newcomer commits to is a draw of 32 bytes as it came", () => {
			const salts = drawn.of(32);
			const identities = talk.people.map((person) => person.participant.view().self);
			const commitments = new Set<string>();
			for (const { identityKey, nickname } of identities) {
				const lpk = suite.primitives.parseIdentityKey(identityKey);
				assert.ok(lpk.ok);
				for (const salt of salts) {
					commitments.add(hex(identityCommitment(suite, { lpk: lpk.value, nickname, salt })));
				}
			}
			const joins = messages.flatMap(({ message }) => (message.type === "JOIN" ? [message] : []));
			assert.ok(joins.length >= 3);
			for (const join of joins) assert.ok(commitments.has(hex(join.commitment)));
		});

		test("nothing that keys are made from is on the wire", () => {
			const wire = talk.texts.map((text) => hex(bytesOfText(text))).join("\n");
			const drawnIvs = drawn.of(16);
			assert.ok(wire.includes(hex(drawnIvs[0] ?? new Uint8Array())), "an IV would be found");
			// But the signing keys of sessions that are over: those are published, and nothing else was made from them.
			const published = talk.texts.flatMap((text) => (text.includes(":3Publish:3") ? [hex(bytesOfText(text))] : []));
			const isPublished = (secret: Uint8Array): boolean => published.some((text) => text.includes(hex(secret)));
			const secrets = [...drawn.of(32), ...drawn.of(64)];
			assert.ok(published.length > 0 && published.length >= secrets.filter(isPublished).length);
			const unpublished = secrets.filter((secret) => !isPublished(secret));
			for (const secret of unpublished) assert.ok(!wire.includes(hex(secret)));
		});
	});
}

for (const primitives of [nodePrimitives, noblePrimitives]) {
	test(`a decimal string in place of random bytes is refused at once, over ${primitives.backend}`, () => {
		const digits = (length: number): Uint8Array => "31415926535897932384626433832795".padEnd(length, "0") as never;
		const suite = createSuite(2, primitives);
		assert.throws(() => generateKeySet(suite, (length) => digits(length)), TypeError);
		const chain = new SenderChain(suite, new Uint8Array(64), new Uint8Array(32) as Sid, 0);
		assert.throws(() => chain.encrypt([], digits(16).slice(0, 16), new Uint8Array(256)), TypeError);
	});

	test(`random bytes that are too few or too many are refused at once, over ${primitives.backend}`, () => {
		const suite = createSuite(2, primitives);
		for (const wrong of [-1, 1]) {
			assert.throws(() => generateKeySet(suite, (length) => new Uint8Array(length + wrong)), RangeError);
			const chain = new SenderChain(suite, new Uint8Array(64), new Uint8Array(32) as Sid, 0);
			assert.throws(() => chain.encrypt([], new Uint8Array(16 + wrong), new Uint8Array(256)), RangeError);
		}
	});
}
