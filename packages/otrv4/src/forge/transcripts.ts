import { equal, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import type { StoredEnsemble } from "../prekey-server/storage.ts";
import { type Refusal, refuse } from "../refusal.ts";
import {
	type ForgedDake,
	type ForgedText,
	forgeInteractive,
	forgeNonInteractive,
	type SessionKeys,
	sessionKeys,
} from "./dakes.ts";
import { readEnsemble } from "./ensembles.ts";
import { ForgedSession } from "./forged-session.ts";
import { contextOf, type ForgeryOptions, type Person, type VerifiedPerson, verifyPair } from "./people.ts";

/** What a forged transcript is to say, at most. */
export const WORDS_MAX = 10_000;

const WHAT = "transcript";

/** Between whom, and with whose secret. */
export interface Cast {
	/** Who offers: sends the Identity and the Auth-I message, or published the ensemble. */
	readonly initiator: Person;
	/** Who answers: sends the Auth-R or the Non-Interactive-Auth message. */
	readonly responder: Person;
	/**
	 * The long-term or the forging key of one of both. An interactive DAKE can be forged without any: who makes the ephemeral
	 * keys of both has a key of each ring. A non-interactive one needs the responder's long-term key, the initiator's forging
	 * key, or the secret of the prekey.
	 */
	readonly key?: Ed448KeyPair;
	/** Makes it a non-interactive DAKE: the initiator's, with the same Client Profile. */
	readonly ensemble?: StoredEnsemble;
}

/** One line of a conversation. */
export interface Word {
	/** The address of one of both. */
	readonly sender: string;
	readonly text: string;
}

export interface Script extends Cast {
	readonly words: readonly Word[];
	/** The address of who ends the conversation, if it is to be ended: that reveals the last MAC keys. */
	readonly endedBy?: string;
}

/** What the network would have carried, and the keys that the DAKE in it gave. */
export interface ForgedTranscript {
	readonly texts: readonly ForgedText[];
	readonly keys: SessionKeys;
}

/**
 * "Forge DAKE and Session Keys": the messages of a DAKE, in their order. Nothing in them says which of the three keys of a
 * ring signed.
 */
export function forgeDakeAndSessionKeys(options: ForgeryOptions, cast: Cast): Result<ForgedTranscript, Refusal> {
	const staged = stage(options, cast);
	if (!staged.ok) return staged;
	const { texts, responder } = staged.value.dake;
	return ok({ texts, keys: sessionKeys(responder) });
}

/**
 * "Forge Entire Transcript": the texts that the network would have carried had the two had this conversation, from the
 * first message of the DAKE on, MAC keys revealed where honest clients reveal them.
 */
export function forgeTranscript(options: ForgeryOptions, script: Script): Result<ForgedTranscript, Refusal> {
	if (script.words.length > WORDS_MAX) {
		return refuse("caller", "limit", WHAT, `at most ${WORDS_MAX} texts`, `${script.words.length}`);
	}
	const staged = stage(options, script);
	if (!staged.ok) return staged;
	const { dake, people } = staged.value;
	const keys = sessionKeys(dake.responder);
	const theatre = new Theatre(options, people, dake, script.ensemble !== undefined);
	for (const { sender, text } of script.words) {
		const said = theatre.say(sender, (session) => session.send(text, options.nowMs));
		if (!said.ok) return said;
	}
	if (script.endedBy !== undefined) {
		const ended = theatre.say(script.endedBy, (session) => session.end(options.nowMs));
		if (!ended.ok) return ended;
	}
	return ok({ texts: [...dake.texts, ...theatre.texts], keys });
}

interface Stage {
	readonly people: readonly [VerifiedPerson, VerifiedPerson];
	readonly dake: ForgedDake;
}

function stage(options: ForgeryOptions, { initiator, responder, key, ensemble }: Cast): Result<Stage, Refusal> {
	const people = verifyPair(options, initiator, responder);
	if (!people.ok) return people;
	if (ensemble === undefined) {
		const dake = forgeInteractive(options, people.value, key);
		return dake.ok ? ok({ people: people.value, dake: dake.value }) : dake;
	}
	const read = readEnsemble(options, ensemble);
	if (!read.ok) return read;
	if (!equal(read.value.clientProfile.profile.bytes, initiator.profile)) {
		return refuse("caller", "malformed", "Prekey Ensemble", "the initiator's Client Profile in it", "another");
	}
	if (key === undefined) return refuse("caller", "key", WHAT, "a key, for a non-interactive DAKE", "none");
	const dake = forgeNonInteractive(options, [initiator.address, people.value[1]], read.value, key);
	return dake.ok ? ok({ people: people.value, dake: dake.value }) : dake;
}

/** Both sessions, and what goes from one to the other. */
class Theatre {
	readonly texts: ForgedText[] = [];
	readonly #sessions: ReadonlyMap<string, ForgedSession>;
	readonly #nowMs: number;

	constructor(options: ForgeryOptions, [bob, alice]: Stage["people"], dake: ForgedDake, offline: boolean) {
		const [bobs, alices] = [
			contextOf(options, bob.address, alice.address),
			contextOf(options, alice.address, bob.address),
		];
		this.#nowMs = options.nowMs;
		this.#sessions = new Map([
			[bob.address, new ForgedSession(options, bobs, bob, dake.initiator, offline)],
			[alice.address, new ForgedSession(options, alices, alice, dake.responder, offline)],
		]);
	}

	say(
		sender: string,
		speak: (session: ForgedSession) => Result<readonly string[], Refusal>,
	): Result<undefined, Refusal> {
		const session = this.#sessions.get(sender);
		if (session === undefined) {
			return refuse("caller", "malformed", WHAT, `a sender: ${[...this.#sessions.keys()].join(" or ")}`, sender);
		}
		const texts = speak(session);
		if (!texts.ok) return texts;
		for (const text of texts.value) {
			this.texts.push({ sender, text });
			for (const [address, other] of this.#sessions) {
				if (address === sender) continue;
				const heard = other.receive(text, this.#nowMs);
				if (!heard.ok) throw new Error(`a forged message is refused: ${heard.error.expected}`);
			}
		}
		return ok(undefined);
	}
}
