import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode, encode, equal, hex, type Reader, type Result, type Writer } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import {
	scriptFromJson,
	suiteOfFile,
	transcriptFromJson,
	transcriptToJson,
	wordsFromJson,
} from "../src/forge/index.ts";
import { type Identity, readIdentity, writeIdentity } from "../src/identity.ts";
import type { Refusal } from "../src/index.ts";
import {
	generateKeySet,
	type PublicKeySet,
	readKeySetByHash,
	readKeySetInFull,
	writeKeySetByHash,
	writeKeySetInFull,
} from "../src/key-set.ts";
import type { TranscriptDigest } from "../src/labels.ts";
import { parseNickname } from "../src/nickname.ts";
import { readParameters, writeParameters } from "../src/parameters.ts";
import { type Content, decodeContent, encodeContent } from "../src/session/content.ts";
import { decodeRelayed, encodeRelayed } from "../src/session/relayed.ts";
import { BODIES, writeBody } from "../src/wire/bodies.ts";
import { type ParsedMessage, parseMessage, parseWhole, wholeMessage } from "../src/wire/envelope.ts";
import type { MessageType } from "../src/wire/messages.ts";
import { type CorpusText, readCorpus } from "./fuzz-corpus.ts";
import { apply, armoured, Dice, editLine, mutateText, mutation, mutationWithin } from "./fuzz-mutate.ts";
import { seeded, suiteOf } from "./support/place.ts";
import { realScene } from "./support/scenes.ts";
import { bytesOfText } from "./vectors/wire.ts";

/** Changes that are tried of each text, or of each kind of plaintext; as many as wanted by CLOWDER_RUNS. */
const RUNS = Number(process.env["CLOWDER_RUNS"] ?? 60);
const SEED = process.env["CLOWDER_SEED"] ?? "fuzz";
const BLAMES: ReadonlySet<string> = new Set(["foreign", "sender", "timing", "limits"]);
/** Characters of everything that a refusal says: it may be shown and logged, and must not carry what came. */
const MAX_REFUSAL_CHARACTERS = 400;

/** A refusal is typed, names a rule, and is short whatever came. */
function checkRefusal(refusal: Refusal, how: string): void {
	assert.ok(BLAMES.has(refusal.blame), how);
	if (refusal.blame !== "foreign") assert.match(refusal.rule, /^[A-Z]+-\d+$/, how);
	assert.ok(JSON.stringify(refusal).length <= MAX_REFUSAL_CHARACTERS, `${how}: ${JSON.stringify(refusal)}`);
}

/** What the encoder writes for what was read. */
function written(suite: Suite, { message, header, signature }: ParsedMessage): Uint8Array {
	const body = encode((w) => writeBody(w, message));
	return encode((w) => {
		w.u8(1).u8(suite.id).u8(BODIES[message.type].code);
		w.fixed(header.context, 32).fixed(header.v, 32).u32(header.number);
		w.fixed(body, body.length).fixed(signature, 64);
	});
}

/** Reads a text: a typed refusal, or what the encoder writes. True if it was read. */
function readsAsWritten(suite: Suite, text: string, how: string): boolean {
	const read = parseMessage(suite, text);
	if (!read.ok) {
		checkRefusal(read.error, how);
		return false;
	}
	const bytes = written(suite, read.value);
	assert.equal(armoured(read.value.message.type, bytes), text, how);
	assert.ok(equal(wholeMessage(suite, read.value), bytes), how);
	assert.equal(read.value.textLength, text.length, how);
	return true;
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const { texts } = readCorpus(suite);
	const types = [...new Set(texts.map(({ type }) => type))];

	describe(`messages, suite ${id}`, () => {
		test("the texts to begin with are of every type", () => {
			const all = (Object.keys(BODIES) as MessageType[]).filter((type) => id === 2 || type !== "EK");
			assert.deepEqual(types.toSorted(), all.toSorted());
		});

		for (const type of types) {
			test(`WIRE-2: ${type}: a reader takes what the writer writes, and says what is wrong with all else`, () => {
				const same = texts.filter((one) => one.type === type);
				for (const { text } of same) assert.ok(readsAsWritten(suite, text, type));
				const dice = new Dice(`${SEED}/${id}/${type}`);
				for (let run = 0; run < RUNS; run++) tryBytes(suite, dice, dice.pick(same), texts, run);
			});
		}

		test("WIRE-1: texts that were changed as texts", () => {
			const dice = new Dice(`${SEED}/${id}/text`);
			for (let run = 0; run < 10 * RUNS; run++) {
				const { text } = dice.pick(texts);
				readsAsWritten(suite, mutateText(dice, text, dice.pick(texts).text), `run ${run}`);
			}
		});
	});
}

/** One to three changes of the body, sometimes of the whole. */
function tryBytes(
	suite: Suite,
	dice: Dice,
	{ type, text }: CorpusText,
	texts: readonly CorpusText[],
	run: number,
): void {
	let bytes = bytesOfText(text);
	let how = `${type}, run ${run}:`;
	for (let i = 0; i <= dice.below(3); i++) {
		const other = bytesOfText(dice.pick(texts).text);
		if (bytes.length === 0) return;
		const within = dice.below(6) > 0 && bytes.length > 135;
		const edit = within ? mutationWithin(dice, bytes, 71, bytes.length - 64, other) : mutation(dice, bytes, other);
		bytes = apply(bytes, edit);
		how += ` ${editLine(edit)}`;
	}
	readsAsWritten(suite, armoured(type, bytes), how);
	const quoted = parseWhole(suite, bytes);
	if (quoted.ok) assert.ok(equal(wholeMessage(suite, quoted.value), bytes), how);
	else checkRefusal(quoted.error, how);
}

/** What is inside of ciphertexts and boxes, which a member or a newcomer writes as they like. */
interface Plaintext<T> {
	readonly name: string;
	readonly samples: readonly T[];
	readonly write: (value: T) => Uint8Array;
	readonly read: (bytes: Uint8Array) => Result<T, { readonly expected: string; readonly got: string }>;
}

function coded<T>(
	name: string,
	samples: readonly T[],
	write: (w: Writer, value: T) => void,
	read: (r: Reader) => T,
): Plaintext<T> {
	return { name, samples, write: (value) => encode((w) => write(w, value)), read: (bytes) => decode(bytes, read) };
}

function identities(suite: Suite): readonly Identity[] {
	return ["Ana", "Zoë", "猫", "x".repeat(20)].map((text, i) => {
		const nickname = parseNickname(text);
		assert.ok(nickname.ok, text);
		const lpk = suite.primitives.identityKey(new Uint8Array(32).fill(i + 1)).publicKey;
		return { lpk, nickname: nickname.value, salt: new Uint8Array(32).fill(i) };
	});
}

function contents(suite: Suite): readonly Content[] {
	const [identity] = identities(suite);
	return [
		{ kind: "text", id: new Uint8Array(8), text: "hello" },
		{ kind: "text", id: new Uint8Array(8).fill(7), text: "€😺".repeat(60) },
		{ kind: "acknowledgement" },
		{ kind: "introduction", identity: identity ?? assert.fail("nobody") },
		{ kind: "relayed", v: new Uint8Array(32).fill(7), text: "from outside" },
	];
}

function tryPlaintext<T>({ name, samples, write, read }: Plaintext<T>): void {
	const dice = new Dice(`${SEED}/${name}`);
	const all = samples.map(write);
	for (const bytes of all) assert.ok(read(bytes).ok);
	for (let run = 0; run < 5 * RUNS; run++) {
		let bytes = dice.pick(all);
		let how = `${name}, run ${run}:`;
		for (let i = 0; i <= dice.below(2) && bytes.length > 0; i++) {
			// What is at the beginning says what the rest is.
			const edit =
				dice.below(3) > 0 ? mutationWithin(dice, bytes, 0, 60, dice.pick(all)) : mutation(dice, bytes, dice.pick(all));
			bytes = apply(bytes, edit);
			how += ` ${editLine(edit)}`;
		}
		const got = read(bytes);
		if (got.ok) assert.ok(equal(write(got.value), bytes), how);
		else assert.ok(got.error.expected !== "" && got.error.got.length < MAX_REFUSAL_CHARACTERS, how);
	}
}

describe("what is inside of ciphertexts and boxes", () => {
	const suite = suiteOf(1);
	test("WIRE-2, NAME-1: identities", () => {
		tryPlaintext(coded("identity", identities(suite), writeIdentity, (r) => readIdentity(suite, r)));
	});
	for (const of of [suite, suiteOf(2)]) {
		test(`KEYS-2: key sets, in full and by their names, suite ${of.id}`, () => {
			const samples = ["one", "another"].map((seed) => generateKeySet(of, seeded(seed)).public);
			const byName = samples.map(({ ek, bek, ...rest }) => {
				const nameOf = <K extends { readonly hash: Uint8Array }>(key: K | undefined) => key && { hash: key.hash };
				return { ...rest, ek: nameOf(ek), bek: nameOf(bek) } as unknown as PublicKeySet;
			});
			tryPlaintext(coded("key set", samples, writeKeySetInFull, (r) => readKeySetInFull(of, r)));
			tryPlaintext(coded("key set by name", byName, writeKeySetByHash, (r) => readKeySetByHash(of, r)));
		});
	}
	test("PARAM-1: parameters", () => {
		const samples = (["open", "any", "majority", "all"] as const).map((policy, i) => ({
			suite: suite.id,
			policy,
			passphrase: i % 2 === 0,
			timeoutSeconds: 60 + i,
			binding: "memory:room",
		}));
		tryPlaintext(coded("parameters", samples, writeParameters, (r) => readParameters(suite, r)));
	});
	test("WIRE-2, PAD-1: content", () => {
		const digest = new Uint8Array(32).fill(9) as TranscriptDigest;
		const header = { seen: { entries: 70_000, digest }, validMessages: 300 };
		const samples = contents(suite).map((content) => ({ header, content }));
		tryPlaintext({
			name: "content",
			samples,
			write: (value) => encodeContent(value.header, value.content),
			read: (bytes) => decodeContent(suite, bytes),
		});
	});
	test("BESIDE-3: texts beside the session", () => {
		for (const kind of ["copy", "whisper"] as const) {
			tryPlaintext({
				name: kind,
				samples: ["", "hello", "€".repeat(600)],
				write: (text) => encodeRelayed(kind, text) ?? assert.fail("too long"),
				read: (bytes) => decodeRelayed(kind, bytes),
			});
		}
	});
});

/** One value somewhere in a JSON file is another, is gone, or is there twice. */
function mutateJson(dice: Dice, value: unknown): unknown {
	if (Array.isArray(value) && value.length > 0 && dice.below(4) > 0) {
		const at = dice.below(value.length);
		const item = mutateJson(dice, value[at]);
		return dice.pick([value.with(at, item), value.with(at, item), value.toSpliced(at, 1), [...value, value[at]]]);
	}
	if (typeof value === "object" && value !== null && !Array.isArray(value) && dice.below(5) > 0) {
		const fields = Object.entries(value);
		if (fields.length === 0) return { more: 1 };
		const [name, field] = dice.pick(fields);
		const changed = { ...value, [name]: mutateJson(dice, field) };
		const without = Object.fromEntries(fields.filter(([one]) => one !== name));
		return dice.pick([changed, changed, changed, without, { ...value, more: field }]);
	}
	if (typeof value === "string" && dice.below(3) > 0) return mutateText(dice, value, value);
	return dice.pick([null, -1, 0.5, 2 ** 40, "", "00", true, [], {}, [value], String(value)]);
}

describe("files of the forger", () => {
	const suite = suiteOf(1);
	test("FORGE-1: transcripts: what is read is what is written, and what is wrong has a place", () => {
		const file = transcriptToJson(realScene(suite, "rekey").by("Ana"));
		assert.ok(transcriptFromJson(suite, file).ok);
		const dice = new Dice(`${SEED}/transcript`);
		for (let run = 0; run < RUNS; run++) {
			const text = JSON.stringify(mutateJson(dice, JSON.parse(file)));
			const read = transcriptFromJson(suite, dice.below(9) === 0 ? mutateText(dice, file, file) : text);
			if (!read.ok) {
				assert.ok(read.error.at !== "" && read.error.expected !== "", `run ${run}`);
				continue;
			}
			const again = transcriptToJson(read.value);
			const twice = transcriptFromJson(suite, again);
			assert.ok(twice.ok && transcriptToJson(twice.value) === again, `run ${run}`);
		}
	});
	test("FORGE-1: scripts and words are read or refused", () => {
		const key = hex(suite.primitives.identityKey(new Uint8Array(32).fill(1)).publicKey.bytes);
		const end = { type: "join", who: { nickname: "Cy", identityKey: key }, sponsor: "Ana", opener: "Bo" };
		const script = {
			suite: 1,
			room: { binding: "memory:room", policy: "open", passphrase: false, timeoutSeconds: 60 },
			k: 0,
			people: ["Ana", "Bo"].map((nickname) => ({ nickname, identityKey: key, published: key, handle: "h0" })),
			words: [{ by: "Ana", text: "hello" }, { by: "Bo" }],
			end,
			witnesses: [{ person: "Ana", identitySeed: key }],
		};
		const words = { words: [{ by: "Ana", text: "hello" }, { by: "Bo" }], published: [key, key] };
		const transcript = realScene(suite, "rekey").by("Ana");
		assert.ok(scriptFromJson(suite, JSON.stringify(script)).ok);
		assert.ok(wordsFromJson(transcript, JSON.stringify(words)).ok);
		const dice = new Dice(`${SEED}/script`);
		for (let run = 0; run < 5 * RUNS; run++) {
			const text = JSON.stringify(mutateJson(dice, dice.below(3) > 0 ? script : words));
			const results = [scriptFromJson(suite, text), suiteOfFile(text), wordsFromJson(transcript, text)];
			for (const read of results) assert.ok(read.ok || read.error.expected !== "", `run ${run}`);
		}
	});
});
