import { decode, encode, hex, type Result } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { encodeIdentity, IDENTITY_BYTES, readIdentity } from "../identity.ts";
import { type PublicKeySet, readKeySetInFull, writeKeySetInFull } from "../key-set.ts";
import {
	MAX_ATTEMPTS,
	MAX_BINDING_BYTES,
	MAX_HANDLE_BYTES,
	MAX_MESSAGE_BYTES,
	MAX_PARTICIPANTS,
	MAX_TEXT_BYTES,
} from "../limits.ts";
import { NICKNAME_MAX_BYTES, parseNickname } from "../nickname.ts";
import { encodeParameters, readParameters, type RoomParameters } from "../parameters.ts";
import { type JsonError, type JsonValue, readJson } from "./json.ts";
import type { Script, ScriptEnd, ScriptPerson } from "./script.ts";
import type { RosterEntry, Transcript, TranscriptItem, Witness } from "./transcript.ts";

/** Places in one transcript, and words in one script. */
const MAX_PLACES = 100_000;
const KEM_SEED_BYTES = 64;
const KEM_KEY_BYTES = 1184;
const POLICIES = ["open", "any", "majority", "all"] as const;

/** Which suite a file is for, before anything else of it can be read. */
export function suiteOfFile(text: string): Result<1 | 2, JsonError> {
	return readJson(text, (value) => {
		const { suite } = value.object(
			["suite"],
			["room", "k", "people", "words", "end", "witnesses", "parameters", "roster", "placed"],
		);
		return suite.number(2) === 1 ? 1 : suite.number(2) === 2 ? 2 : suite.refuse("suite 1 or 2");
	});
}

function keySetBytes(keySet: PublicKeySet): Uint8Array {
	return encode((w) => writeKeySetInFull(w, keySet));
}

/** A transcript as a JSON text: bytes in hexadecimal, texts as the carrier had them. */
export function transcriptToJson(transcript: Transcript): string {
	const { parameters, k, roster, placed, witnesses } = transcript;
	const optional = (bytes: Uint8Array | undefined): string | undefined => bytes && hex(bytes);
	const file = {
		suite: parameters.suite,
		parameters: hex(encodeParameters(parameters)),
		k,
		roster: roster.map(({ identity, keySet, newcomer }) => ({
			identity: hex(encodeIdentity(identity)),
			keySet: hex(keySetBytes(keySet)),
			newcomer,
		})),
		placed: placed.map((item) => (item.type === "text" ? { from: item.from, text: item.text } : { left: item.handle })),
		witnesses: witnesses.map((one) => ({
			v: hex(one.v),
			x: hex(one.x),
			kemSeed: optional(one.kemSeed),
			coins: optional(one.coins),
			s: hex(one.s),
			boxSeed: optional(one.boxSeed),
			nextX: hex(one.nextX),
			longTerm: one.longTerm.map(hex),
			identitySeed: optional(one.identitySeed),
		})),
	};
	return `${JSON.stringify(file, undefined, "\t")}\n`;
}

function readRosterEntry(suite: Suite, value: JsonValue): RosterEntry {
	const { identity, keySet, newcomer } = value.object(["identity", "keySet", "newcomer"]);
	const keySetLength = 3 * 32 + (suite.kem ? 2 * KEM_KEY_BYTES : 0);
	return {
		identity: identity.take(decode(identity.bytes(IDENTITY_BYTES), (r) => readIdentity(suite, r))),
		keySet: keySet.take(decode(keySet.bytes(keySetLength), (r) => readKeySetInFull(suite, r))),
		newcomer: newcomer.flag(),
	};
}

function readItem(value: JsonValue): TranscriptItem {
	const { left, from, text } = value.object([], ["left", "from", "text"]);
	if (left !== undefined && from === undefined && text === undefined) {
		return { type: "left", handle: left.text(MAX_HANDLE_BYTES) };
	}
	if (left !== undefined || from === undefined || text === undefined) return value.refuse("from and text, or left");
	return { type: "text", from: from.text(MAX_HANDLE_BYTES), text: text.text(2 * MAX_MESSAGE_BYTES) };
}

function readWitness(value: JsonValue): Witness {
	const file = value.object(["v", "x", "s", "nextX", "longTerm"], ["kemSeed", "coins", "boxSeed", "identitySeed"]);
	return {
		v: file.v.bytes(32),
		x: file.x.bytes(32),
		kemSeed: file.kemSeed?.bytes(KEM_SEED_BYTES),
		coins: file.coins?.bytes(32),
		s: file.s.bytes(32),
		boxSeed: file.boxSeed?.bytes(KEM_SEED_BYTES),
		nextX: file.nextX.bytes(32),
		longTerm: file.longTerm.list(MAX_PARTICIPANTS, (one) => one.bytes(32)),
		identitySeed: file.identitySeed?.bytes(32),
	};
}

/** Reads what `transcriptToJson` writes. It is well-formed; whether it holds is for `verifyTranscript`. */
export function transcriptFromJson(suite: Suite, text: string): Result<Transcript, JsonError> {
	return readJson(text, (value) => {
		const file = value.object(["suite", "parameters", "k", "roster", "placed", "witnesses"]);
		if (file.suite.number(2) !== suite.id) file.suite.refuse(`suite ${suite.id}`);
		const parameters = file.parameters.text(2 * (MAX_BINDING_BYTES + 16));
		const bytes = file.parameters.bytes(Math.floor(parameters.length / 2));
		return {
			parameters: file.parameters.take(decode(bytes, (r) => readParameters(suite, r))),
			k: file.k.number(MAX_ATTEMPTS),
			roster: file.roster.list(MAX_PARTICIPANTS, (one) => readRosterEntry(suite, one)),
			placed: file.placed.list(MAX_PLACES, readItem),
			witnesses: file.witnesses.list(MAX_PARTICIPANTS, readWitness),
		};
	});
}

interface NamedPerson extends ScriptPerson {
	readonly newcomer: boolean;
}

function readPerson(suite: Suite, value: JsonValue): NamedPerson {
	const file = value.object(["nickname", "identityKey"], ["published", "handle", "newcomer"]);
	const nickname = parseNickname(file.nickname.text(NICKNAME_MAX_BYTES));
	return {
		nickname: nickname.ok ? nickname.value : file.nickname.refuse("an allowed nickname", nickname.error.kind),
		lpk: file.identityKey.take(suite.primitives.parseIdentityKey(file.identityKey.bytes(32))),
		published: file.published?.bytes(32),
		handle: file.handle?.text(MAX_HANDLE_BYTES),
		newcomer: file.newcomer?.flag() ?? false,
	};
}

function readRoom(suite: Suite, value: JsonValue): RoomParameters {
	const file = value.object(["binding"], ["policy", "passphrase", "timeoutSeconds"]);
	const parameters: RoomParameters = {
		suite: suite.id,
		policy: file.policy?.oneOf(POLICIES) ?? "open",
		passphrase: file.passphrase?.flag() ?? false,
		timeoutSeconds: file.timeoutSeconds?.number(65_535) ?? 60,
		binding: file.binding.text(MAX_BINDING_BYTES),
	};
	// The room has to be one that a client would be in.
	return value.take(decode(encodeParameters(parameters), (r) => readParameters(suite, r)));
}

function readEnd(suite: Suite, value: JsonValue, named: (name: JsonValue) => number): ScriptEnd {
	const file = value.object(["type"], ["by", "who", "sponsor", "opener"]);
	const type = file.type.oneOf(["rekey", "leave", "join"]);
	const need = (field: JsonValue | undefined, name: string): JsonValue =>
		field ?? value.refuse(`a field ${name}`, "none");
	if (type === "rekey") return { type, by: named(need(file.by, "by")) };
	if (type === "leave") return { type, who: named(need(file.who, "who")) };
	const sponsor = named(need(file.sponsor, "sponsor"));
	const { newcomer: _, ...who } = readPerson(suite, need(file.who, "who"));
	return { type, who, sponsor, opener: file.opener === undefined ? sponsor : named(file.opener) };
}

/**
 * Reads a script: people by nickname and long-term public key (64 hexadecimal digits), with the published signing seed where
 * there is one; what they say, in order, by nickname (without `text`: an acknowledgement); how the session ends, if it
 * does; and whose secrets the transcript is to show. An example is in `spec/security.md`.
 */
export function scriptFromJson(suite: Suite, text: string): Result<Script, JsonError> {
	return readJson(text, (value) => {
		const file = value.object(["suite", "room", "people", "words", "witnesses"], ["end", "k"]);
		if (file.suite.number(2) !== suite.id) file.suite.refuse(`suite ${suite.id}`);
		const people = file.people.list(MAX_PARTICIPANTS, (one) => readPerson(suite, one));
		const named = (name: JsonValue): number => {
			const index = people.findIndex((one) => one.nickname === name.text(NICKNAME_MAX_BYTES));
			return index < 0 ? name.refuse("somebody of the people", "another") : index;
		};
		return {
			parameters: readRoom(suite, file.room),
			k: file.k?.number(MAX_ATTEMPTS) ?? 0,
			people,
			words: file.words.list(MAX_PLACES, (one) => {
				const word = one.object(["by"], ["text"]);
				return { by: named(word.by), text: word.text?.text(MAX_TEXT_BYTES) };
			}),
			end: file.end && readEnd(suite, file.end, named),
			witnesses: file.witnesses.list(MAX_PARTICIPANTS, (one) => {
				const witness = one.object(["person"], ["identitySeed"]);
				return { person: named(witness.person), identitySeed: witness.identitySeed?.bytes(32) };
			}),
		};
	});
}

/** Reads the words of a rewriting: who says what, by place in the roster of the transcript that is rewritten. */
export function wordsFromJson(
	transcript: Transcript,
	text: string,
): Result<{ readonly words: Script["words"]; readonly seeds: readonly Uint8Array[] }, JsonError> {
	return readJson(text, (value) => {
		const file = value.object(["words"], ["published"]);
		const words = file.words.list(MAX_PLACES, (one) => {
			const word = one.object(["by"], ["text"]);
			const name = word.by.text(NICKNAME_MAX_BYTES);
			const by = transcript.roster.findIndex(({ identity }) => identity.nickname === name);
			if (by < 0) word.by.refuse("somebody of the roster", "another");
			return { by, text: word.text?.text(MAX_TEXT_BYTES) };
		});
		return { words, seeds: file.published?.list(MAX_PARTICIPANTS, (one) => one.bytes(32)) ?? [] };
	});
}
