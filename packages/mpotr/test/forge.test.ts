import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal, hex } from "@clowder/bytes";
import { forgeTranscript, type Transcript, verifyTranscript } from "../src/forge/index.ts";
import type { Message } from "../src/wire/messages.ts";
import { seeded, suiteOf } from "./support/place.ts";
import type { Recorded } from "./support/record.ts";
import { CAST, forgedLike, messagesOf, realScene, type Scene, SCENES, scriptLike } from "./support/scenes.ts";

const TEXTS = ["nobody ever said this", "nor did anybody answer it"];

const recordedScenes = new Map<string, Recorded>();

/** Each is recorded once: a room takes a while. */
function real(id: 1 | 2, scene: Scene): Recorded {
	const key = `${id}/${scene}`;
	const known = recordedScenes.get(key) ?? realScene(suiteOf(id), scene);
	recordedScenes.set(key, known);
	return known;
}

function reading(
	id: 1 | 2,
	transcript: Transcript,
): { readonly people: readonly string[]; readonly texts: readonly string[] } {
	const read = verifyTranscript(suiteOf(id), transcript);
	if (!read.ok) assert.fail(JSON.stringify(read.error));
	const people = read.value.people.map((one) => one.nickname as string);
	return { people, texts: read.value.messages.flatMap(({ by, text }) => (text ? [`${people[by]}: ${text}`] : [])) };
}

for (const id of [1, 2] as const) {
	describe(`suite ${id}`, () => {
		for (const scene of SCENES) {
			test(`a real session that ends by ${scene} is accepted from whichever member's secrets`, () => {
				const session = real(id, scene);
				for (const name of session.names) {
					const { people, texts } = reading(id, session.by(name, name === "Bo"));
					assert.deepEqual([...people].sort(), [...session.names].sort());
					assert.deepEqual(texts, ["Ana: the meeting is at eight", "Bo: I bring the papers"]);
				}
			});

			test(`FORGE-6: one that ends by ${scene} and never was is accepted as the real one is, whatever it says`, () => {
				const session = real(id, scene);
				const theirs = session.roster.map(({ keySet }) => hex(keySet.v.bytes)).sort();
				for (const witness of session.names) {
					const published = witness !== "Bo";
					const forged = forgedLike(session, scene, { published, witness, texts: TEXTS });
					const { people, texts } = reading(id, forged);
					assert.deepEqual([...people].sort(), [...session.names].sort());
					assert.deepEqual(texts, [`Ana: ${TEXTS[0]}`, `Bo: ${TEXTS[1]}`]);
					const keys = forged.roster.map(({ keySet }) => hex(keySet.v.bytes)).sort();
					assert.equal(equalLists(keys, theirs), published, "published signing keys are theirs, others made up");
				}
			});

			test(`a corrupt member forges one that ends by ${scene}, and gives away even its own long-term secret`, () => {
				const session = real(id, scene);
				const own = session.by("Bo", true).witnesses[0]?.identitySeed ?? assert.fail("no secret");
				const forged = forgedLike(session, scene, { witness: "Bo", identitySeed: own, texts: TEXTS });
				assert.deepEqual(reading(id, forged).texts, [`Ana: ${TEXTS[0]}`, `Bo: ${TEXTS[1]}`]);
			});

			test(`nothing tells the two that end by ${scene} apart: fields, sizes, authors, numbers, order`, () => {
				const session = real(id, scene);
				const genuine = session.by("Ana");
				// Who owes an EK hangs on the order of random keys: one forgery in two or three has the same luck.
				const forged = [...Array(20).keys()]
					.map((luck) => () => forgedLike(session, scene, { witness: "Ana", seed: `luck ${luck}` }))
					.reduce((found: Transcript | undefined, forge) => {
						if (found !== undefined) return found;
						const made = forge();
						return equalLists(keysOwed(id, made), keysOwed(id, genuine)) ? made : undefined;
					}, undefined);
				assert.ok(forged !== undefined);
				assert.deepEqual(shapeOf(id, forged), shapeOf(id, genuine));
			});
		}
	});
}

function equalLists(one: readonly string[], other: readonly string[]): boolean {
	return one.length === other.length && one.every((item, i) => item === other[i]);
}

/** Who sends an EK. */
function keysOwed(id: 1 | 2, transcript: Transcript): readonly string[] {
	return messagesOf(suiteOf(id), transcript).flatMap((parsed, i) => {
		const item = transcript.placed[i];
		return parsed?.message.type === "EK" && item?.type === "text" ? [item.from] : [];
	});
}

/** Everything of a value but its random bytes: fields, lengths, flags, and who is meant. */
function shape(value: unknown): unknown {
	if (value instanceof Uint8Array) return value.length;
	if (Array.isArray(value)) return value.map(shape);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
}

/** RECEIVED comes after a random delay: in any order. */
function shapeOf(id: 1 | 2, transcript: Transcript): unknown {
	const people = transcript.roster.map(({ identity }) => identity.nickname as string);
	const placed = messagesOf(suiteOf(id), transcript).map((parsed, i) => {
		const item = transcript.placed[i];
		if (parsed === undefined || item?.type !== "text") return "left";
		const by = people[transcript.roster.findIndex(({ keySet }) => equal(keySet.v.bytes, parsed.header.v))];
		const { type } = parsed.message;
		const from = type === "RECEIVED" ? "any" : `${item.from} ${by}`;
		const number = type === "RECEIVED" || type === "PUBLISH" ? undefined : parsed.header.number;
		return [type, from, number, parsed.textLength, shape(parsed.message)];
	});
	const { parameters, k, witnesses } = transcript;
	const roster = [...transcript.roster].sort((a, b) => (a.identity.nickname < b.identity.nickname ? -1 : 1));
	return { parameters, k, placed, roster: shape(roster), witnesses: shape(witnesses) };
}

/** Bytes that look random wherever they stand, by kind. */
function randomBytes(id: 1 | 2, transcript: Transcript): ReadonlyMap<string, readonly number[]> {
	const pools = new Map<string, number[]>();
	const add = (kind: string, bytes: Uint8Array | undefined): void => {
		pools.set(kind, [...(pools.get(kind) ?? []), ...(bytes ?? [])]);
	};
	for (const { identity, keySet } of transcript.roster) {
		add("salt", identity.salt);
		// The top bits of a point are not random.
		for (const key of [keySet.y, keySet.b, keySet.v]) add("point", key.bytes.slice(0, 31));
		add("kem key", keySet.ek?.key?.bytes);
		add("kem key", keySet.bek?.key?.bytes);
	}
	for (const witness of transcript.witnesses) {
		for (const bytes of [witness.x, witness.s, witness.kemSeed, witness.boxSeed, witness.coins]) add("seed", bytes);
		for (const bytes of witness.longTerm) add("point", bytes.slice(0, 31));
	}
	for (const parsed of messagesOf(suiteOf(id), transcript)) {
		if (parsed === undefined) continue;
		add("signature", parsed.signature.slice(0, 31));
		addBody(parsed.message, add);
	}
	return pools;
}

function addBody(message: Message, add: (kind: string, bytes: Uint8Array | undefined) => void): void {
	switch (message.type) {
		case "OFFER":
			add("kem ciphertext", message.kemCiphertext);
			break;
		case "SHARE":
			// The left commitment of one is the right one of another.
			for (const bytes of [message.ring?.z, message.ring?.cR]) add("ring", bytes);
			for (const bytes of message.confirmations) add("mac", bytes);
			break;
		case "CONFIRM":
			add("mac", message.mac);
			break;
		case "MESSAGE":
		case "INTRODUCE":
			for (const bytes of [message.content.iv, message.content.ciphertext, message.content.mac]) add("content", bytes);
			break;
		case "JOIN":
			add("content", message.sealed.ciphertext);
			for (const bytes of [message.commitment, message.sealed.mac, ...message.authenticators]) add("mac", bytes);
			break;
		case "PUBLISH":
			add("seed", message.seed);
			break;
		default:
			break;
	}
}

function counts(bytes: readonly number[]): readonly number[] {
	const out = new Array<number>(16).fill(0);
	for (const byte of bytes) {
		for (const half of [byte >> 4, byte & 15]) out[half] = (out[half] as number) + 1;
	}
	return out;
}

/** Chi-square of half-bytes against one expectation each, 15 degrees of freedom: 52 is exceeded once in 200,000 times. */
const BOUND = 52;

function chiSquare(seen: readonly number[], expected: readonly number[]): number {
	return seen.reduce((sum, count, i) => sum + (count - (expected[i] as number)) ** 2 / (expected[i] as number), 0);
}

test("random-looking bytes are spread alike in real and forged transcripts, and evenly where they should be", () => {
	for (const id of [1, 2] as const) {
		const merge = (transcripts: readonly Transcript[]): ReadonlyMap<string, readonly number[]> => {
			const all = new Map<string, number[]>();
			for (const transcript of transcripts) {
				for (const [kind, bytes] of randomBytes(id, transcript)) all.set(kind, [...(all.get(kind) ?? []), ...bytes]);
			}
			return all;
		};
		// No bytes of one are in another: what is there twice counts twice.
		const genuine = merge(SCENES.map((scene) => real(id, scene).by("Ana")));
		const forged = merge(
			SCENES.map((scene) => forgedLike(real(id, scene), scene, { published: false, seed: `spread ${scene}` })),
		);
		assert.deepEqual([...genuine.keys()].sort(), [...forged.keys()].sort());
		for (const [kind, bytes] of forged) {
			if (bytes.length === 0) continue;
			const theirs = counts(genuine.get(kind) ?? []);
			const ours = counts(bytes);
			const [all, some] = [theirs, ours].map((one) => one.reduce((sum, n) => sum + n, 0)) as [number, number];
			if (kind !== "kem key") {
				for (const seen of [theirs, ours]) {
					const total = seen.reduce((sum, n) => sum + n, 0);
					assert.ok(chiSquare(seen, new Array<number>(16).fill(total / 16)) < BOUND, `${kind} in suite ${id}`);
				}
			}
			const pooled = theirs.map((n, i) => (n + (ours[i] as number)) / (all + some));
			const statistic =
				chiSquare(
					theirs,
					pooled.map((p) => p * all),
				) +
				chiSquare(
					ours,
					pooled.map((p) => p * some),
				);
			assert.ok(statistic < BOUND, `${kind} in suite ${id}: ${statistic}`);
		}
	}
});

test("the statistic finds bytes that are not spread evenly", () => {
	const text = [..."the meeting is at eight, and I bring the papers with me"].map((c) => c.charCodeAt(0));
	const seen = counts([...text, ...text, ...text]);
	const total = seen.reduce((sum, n) => sum + n, 0);
	assert.ok(chiSquare(seen, new Array<number>(16).fill(total / 16)) > BOUND);
});

test("a script that asks for the impossible is refused, with what was expected", () => {
	const session = real(1, "rekey");
	const script = scriptLike(session, "rekey");
	const expectations: readonly (readonly [Partial<typeof script>, RegExp])[] = [
		[{ people: script.people.slice(0, 1) }, /2 to/],
		[{ people: script.people.map((one) => ({ ...one, newcomer: true })) }, /who was there before/],
		[
			{ people: [...script.people.slice(0, 2), { ...script.people[0], published: undefined } as never] },
			/everyone once/,
		],
		[{ words: [{ by: CAST.length, text: "hello" }] }, /people 0 to 2/],
		[{ words: [{ by: 0, text: "x".repeat(9000) }] }, /texts of at most/],
		[{ witnesses: [] }, /a witness/],
		[{ parameters: { ...script.parameters, suite: 2 } }, /suite 1/],
	];
	const refused = (asked: typeof script): string => {
		const forged = forgeTranscript(suiteOf(1), asked, seeded("impossible"));
		return forged.ok ? "forged" : forged.error.expected;
	};
	for (const [change, expected] of expectations) assert.match(refused({ ...script, ...change }), expected);
	const join = scriptLike(real(1, "join"), "join");
	assert.equal(refused(join), "forged");
	assert.match(refused({ ...join, parameters: { ...join.parameters, policy: "all" } }), /an open room/);
});
