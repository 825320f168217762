import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import {
	type Transcript,
	type TranscriptItem,
	transcriptFromJson,
	transcriptToJson,
	verifyTranscript,
	type Witness,
} from "../src/forge/index.ts";
import { Replay } from "../src/forge/replay.ts";
import { parseNickname } from "../src/nickname.ts";
import { type ParsedMessage, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Message, MessageType } from "../src/wire/messages.ts";
import { flipped } from "./support/cheat.ts";
import { seeded, suiteOf } from "./support/place.ts";
import type { Recorded } from "./support/record.ts";
import { realScene } from "./support/scenes.ts";

/** What a witness's secrets show of a transcript, each by itself: what one check misses a later one would find elsewhere. */

interface Found {
	readonly at: number;
	readonly item: Extract<TranscriptItem, { type: "text" }>;
	readonly parsed: ParsedMessage;
}

function find(session: Recorded, type: MessageType, v?: Uint8Array): Found {
	for (const [at, item] of session.placed.entries()) {
		const parsed = item.type === "text" ? parseMessage(session.suite, item.text) : undefined;
		if (!parsed?.ok || item.type !== "text" || parsed.value.message.type !== type) continue;
		if (v === undefined || equal(parsed.value.header.v, v)) return { at, item, parsed: parsed.value };
	}
	return assert.fail(`no ${type}`);
}

/** The same place with another message, signed with its author's key. */
function resigned(session: Recorded, { item, parsed }: Found, message: Message): TranscriptItem {
	const { v, context, number } = parsed.header;
	const key = session.suite.primitives.signingKey(session.seedOf(v));
	return { ...item, text: signMessage(session.suite, session.parameters.binding, key, context, number, message).text };
}

function verdict(suite: Suite, transcript: Transcript): string {
	const read = verifyTranscript(suite, transcript);
	return read.ok ? "accepted" : `${read.error.rule}: ${read.error.expected}`;
}

for (const id of [1, 2] as const) {
	describe(`FORGE-3: what the witness sent is what its secrets give, suite ${id}`, () => {
		const suite = suiteOf(id);
		const make = () => {
			const session = realScene(suite, "rekey");
			const whole = session.by("Ana", true);
			const witness = whole.witnesses[0] ?? assert.fail("no witness");
			const own = witness.v;
			const index = session.roster.findIndex(({ keySet }) => equal(keySet.v.bytes, own));
			const changed = (found: Found, message: Message): string => {
				return verdict(suite, { ...whole, placed: session.placed.with(found.at, resigned(session, found, message)) });
			};
			return { session, whole, witness, own, index, changed };
		};
		let made: ReturnType<typeof make> | undefined;
		const scene = (): ReturnType<typeof make> => (made ??= make());

		test("its share", () => {
			const { session, own, index, changed } = scene();
			const share = find(session, "SHARE", own);
			const { message } = share.parsed;
			assert.ok(message.type === "SHARE" && message.ring);
			const { ring } = message;
			const expected = `FORGE-3: the share of ${index} as its secrets give it`;
			for (const field of ["z", "cL", "cR"] as const) {
				const said = changed(share, { ...message, ring: { ...ring, [field]: flipped(ring[field]) } });
				assert.equal(said, expected, field);
			}
		});

		test("its confirmations, and those to it", () => {
			const { session, own, changed } = scene();
			const newcomer = session.roster.find((one) => one.newcomer)?.keySet.v.bytes ?? assert.fail("nobody came");
			for (const by of [own, newcomer]) {
				const share = find(session, "SHARE", by);
				const { message } = share.parsed;
				assert.ok(message.type === "SHARE" && message.confirmations.length > 0);
				const said = changed(share, { ...message, confirmations: message.confirmations.map(flipped) });
				assert.match(said, /^FORGE-3: a confirmation of the key of \d and \d$/);
			}
		});

		test("FORGE-2: each of its secrets is the one of its public key, and gives what it says", () => {
			const { session, whole, witness } = scene();
			const size = session.roster.length;
			const another = new Uint8Array(32).fill(9);
			const cases: readonly (readonly [Partial<Witness>, string])[] = [
				[{}, "accepted"],
				[{ identitySeed: another }, "FORGE-2: the long-term secret of the identity"],
				[{ longTerm: witness.longTerm.map(flipped) }, "FORGE-2: what the long-term secret gives"],
				[{ longTerm: witness.longTerm.slice(1) }, `FORGE-2: ${size - 1} shared secrets`],
				[{ longTerm: [...witness.longTerm, another] }, `FORGE-2: ${size - 1} shared secrets`],
				[{ kemSeed: id === 2 ? new Uint8Array(64) : undefined }, id === 2 ? "FORGE-2: the secret of" : "accepted"],
			];
			for (const [change, expected] of cases) {
				const said = verdict(suite, { ...whole, witnesses: [{ ...witness, ...change }] });
				assert.ok(said.startsWith(expected), `${said}, not ${expected}`);
			}
		});

		test("the list that everyone names, and under the attempt's own name only", () => {
			const { session, whole, own, changed } = scene();
			const offer = find(session, "OFFER", own);
			const { message, header } = offer.parsed;
			assert.ok(message.type === "OFFER");
			const other = { ...message, list: flipped(message.list) };
			assert.equal(changed(offer, other), "FORGE-3: the hash of this list");
			const elsewhere = { ...offer, parsed: { ...offer.parsed, header: { ...header, context: new Uint8Array(32) } } };
			const placed = session.placed.with(offer.at, resigned(session, elsewhere, other));
			assert.equal(verdict(suite, { ...whole, placed }), "OFFER-1: the running attempt");
		});

		test("its encapsulation", () => {
			const { session, own, changed } = scene();
			const offer = find(session, "OFFER", own);
			const { message } = offer.parsed;
			assert.ok(message.type === "OFFER");
			const { kemCiphertext } = message;
			if (kemCiphertext === undefined) return assert.equal(id, 1);
			const said = changed(offer, { ...message, kemCiphertext: flipped(kemCiphertext) });
			assert.equal(said, "FORGE-3: the encapsulation that the coins give");
		});
	});
}

describe("FORGE-4: who is introduced", () => {
	const suite = suiteOf(1);

	/** What a witness says of an introduction that names this one. */
	function introduced(session: Recorded, by: string, nickname: string): string {
		const transcript = session.by(by);
		const introduce = find(session, "INTRODUCE");
		const { message, header } = introduce.parsed;
		assert.ok(message.type === "INTRODUCE");
		const opened = Replay.open(suite, transcript);
		assert.ok(opened.ok);
		const replay = opened.value;
		for (const item of session.placed.slice(0, introduce.at)) assert.ok(replay.place(item).ok);
		const ledger = replay.ledger ?? assert.fail("no key");
		const name = parseNickname(nickname);
		const lpk = session.comer?.lpk;
		assert.ok(name.ok && lpk);
		const identity = { lpk, nickname: name.value, salt: seeded("another")(32) };
		const before = session.placed.slice(0, introduce.at).filter((item) => {
			const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
			return parsed?.ok && parsed.value.message.type === "MESSAGE" && equal(parsed.value.header.v, header.v);
		}).length;
		for (let i = 0; i < before; i++) ledger.write(header.v, { kind: "acknowledgement" }, [], new Uint8Array(16));
		const content = ledger.write(header.v, { kind: "introduction", identity }, [message.join], new Uint8Array(16));
		const item = resigned(session, introduce, { ...message, content });
		return verdict(suite, { ...transcript, placed: session.placed.with(introduce.at, item) });
	}

	test("is who the JOIN commits to: the sponsor's secrets show it, and so do another's", () => {
		const session = realScene(suite, "join");
		for (const name of session.names) {
			assert.equal(introduced(session, name, "Cy"), "FORGE-4: the identity that the JOIN commits to", name);
		}
	});
});

describe("FORGE-1: numbers in files", () => {
	let made: Record<string, unknown> | undefined;
	const real = (): Record<string, unknown> => {
		return (made ??= JSON.parse(transcriptToJson(realScene(suiteOf(1), "rekey").by("Ana"))) as Record<string, unknown>);
	};
	test("are whole, not negative, bounded, and numbers", () => {
		const file = real();
		for (const [k, good] of [
			[file["k"], true],
			[0, true],
			[65_535, true],
			[-1, false],
			[0.5, false],
			[65_536, false],
			[1e300, false],
			["0", false],
			[null, false],
			[[0], false],
		] as const) {
			const read = transcriptFromJson(suiteOf(1), JSON.stringify({ ...file, k }));
			assert.equal(read.ok ? "read" : read.error.at, good ? "read" : "k", JSON.stringify(k));
		}
	});
	test("name the suite that the file is for", () => {
		const file = real();
		const read = transcriptFromJson(suiteOf(1), JSON.stringify({ ...file, suite: 2 }));
		assert.equal(read.ok ? "read" : read.error.at, "suite");
	});
	test("are nothing that stands for a text or an object, which are bounded too", () => {
		const file = real();
		const cases: readonly (readonly [unknown, string])[] = [
			[7, "the top"],
			["text", "the top"],
			[[file], "the top"],
			[Object.values(file), "the top"],
			[null, "the top"],
			[{ ...file, placed: [{ left: 7 }] }, "placed[0].left"],
			[{ ...file, placed: [{ left: ["h"] }] }, "placed[0].left"],
			[{ ...file, placed: [{ left: "h".repeat(257) }] }, "placed[0].left"],
			[{ ...file, placed: [[]] }, "placed[0]"],
		];
		for (const [value, at] of cases) {
			const read = transcriptFromJson(suiteOf(1), JSON.stringify(value));
			assert.equal(read.ok ? "read" : read.error.at, at, JSON.stringify(value).slice(0, 60));
		}
		const array = transcriptFromJson(suiteOf(1), "[]");
		assert.equal(!array.ok && array.error.expected, "an object");
		const number = transcriptFromJson(suiteOf(1), "7");
		assert.equal(!number.ok && number.error.expected, "an object");
	});
});
