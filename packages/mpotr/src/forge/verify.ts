import { err, ok, type Result } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Person } from "../api.ts";
import { toPerson } from "../identity.ts";
import { sessionFingerprint } from "../session/session-id.ts";
import type { PublicKeySet } from "../key-set.ts";
import { Replay, type Said } from "./replay.ts";
import type { Transcript, TranscriptRefusal } from "./transcript.ts";

/** A text, or an acknowledgement, which has none. */
export interface SpokenWord {
	/** Index in `people`. */
	readonly by: number;
	readonly text: string | undefined;
}

/** What a transcript says. Nobody is proved to have said it: whoever verifies it could have made it. */
export interface TranscriptReading {
	/** In the order of the roster. */
	readonly people: readonly Person[];
	readonly fingerprint: string;
	/** In their places. */
	readonly messages: readonly SpokenWord[];
	/** Indices in `people` of those whose signing keys are public now, in their places. */
	readonly published: readonly number[];
}

/**
 * Verifies a transcript of one session: everything that a member of it could check, by the functions with which members
 * check it. That the list is allowed and the witness's secrets are of its keys; each signature, number and place; list hashes;
 * encapsulations, confirmations, links and the ring as far as the witness is at them, and with that the key; each CONFIRM; each
 * content, its MAC, its encoding, and the digest of everything before it; proofs of those who come in; the closing digests;
 * and that published keys are those of their `v`. Stops at the first thing that does not fit, and names it.
 *
 * What it cannot tell: whether texts that count in no digest were left out (acknowledgements, repair), and what only other
 * members' secrets show.
 */
export function verifyTranscript(suite: Suite, transcript: Transcript): Result<TranscriptReading, TranscriptRefusal> {
	const opened = Replay.open(suite, transcript);
	if (!opened.ok) return opened;
	const replay = opened.value;
	const messages: SpokenWord[] = [];
	const published: number[] = [];
	for (const [index, item] of transcript.placed.entries()) {
		const said = replay.place(item);
		if (!said.ok) {
			replay.erase();
			return err({ part: "place", index, ...said.error });
		}
		if (said.value === undefined) continue;
		const by = transcript.roster.findIndex(({ keySet }) => isBy(said.value, keySet));
		const { content, message } = said.value;
		if (content?.kind === "text") messages.push({ by, text: content.text });
		if (content?.kind === "acknowledgement") messages.push({ by, text: undefined });
		if (message.message.type === "PUBLISH") published.push(by);
	}
	const running = replay.ledger !== undefined;
	replay.erase();
	if (!running) {
		const index = transcript.placed.length;
		return err({ part: "end", index, rule: "FORGE-5", expected: "a session that was activated", got: "none" });
	}
	const people = transcript.roster.map(({ identity }) => toPerson(identity, false));
	return ok({ people, fingerprint: sessionFingerprint(suite, replay.sid), messages, published });
}

function isBy(said: Said | undefined, keySet: PublicKeySet): boolean {
	if (said === undefined) return false;
	return said.message.header.v.every((byte, i) => byte === keySet.v.bytes[i]);
}
