import { err, hex, ok, type Result } from "@clowder/bytes";
import type { SigningKey, Suite } from "@clowder/crypto";
import type { Handle } from "../api.ts";
import { type KeyName, keyName } from "../fold/state.ts";
import { parseMessage, type ParsedMessage, signMessage } from "../wire/envelope.ts";
import type { Message } from "../wire/messages.ts";
import type { Random } from "./puppet.ts";
import { Replay, type Said } from "./replay.ts";
import type { ScriptWord } from "./script.ts";
import type { Transcript, TranscriptItem, TranscriptRefusal } from "./transcript.ts";

/** Why a transcript cannot be rewritten. */
export type RewriteError =
	/** It does not verify to begin with. */
	| { readonly kind: "transcript"; readonly refusal: TranscriptRefusal }
	/** Somebody's signing key is not public, or the words are by nobody of the session. */
	| { readonly kind: "script"; readonly expected: string; readonly got: string };

/** Everyone's signing key of the session, from what was published in it and given beside it. */
function signingKeys(
	suite: Suite,
	{ roster, placed }: Transcript,
	seeds: readonly Uint8Array[],
): Result<ReadonlyMap<KeyName, SigningKey>, RewriteError> {
	const published = placed.flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
		const message = parsed?.ok ? parsed.value.message : undefined;
		return message?.type === "PUBLISH" ? [message.seed] : [];
	});
	const keys = new Map<KeyName, SigningKey>();
	for (const seed of [...published, ...seeds]) {
		const key = suite.primitives.signingKey(seed);
		keys.set(keyName(key.verifyKey), key);
	}
	const missing = roster.find(({ keySet }) => !keys.has(keyName(keySet.v)));
	if (missing === undefined) return ok(keys);
	return err({ kind: "script", expected: "published keys of everyone", got: `none of ${hex(missing.keySet.v.bytes)}` });
}

/** One transcript being read, and another being written that differs from it in what was said. */
class Rewriting {
	readonly #suite: Suite;
	readonly #old: Replay;
	readonly #new: Replay;
	readonly #keys: ReadonlyMap<KeyName, SigningKey>;
	readonly #random: Random;
	readonly #numbers: Map<KeyName, number> = new Map();
	readonly placed: TranscriptItem[] = [];

	constructor(suite: Suite, old: Replay, fresh: Replay, keys: ReadonlyMap<KeyName, SigningKey>, random: Random) {
		this.#suite = suite;
		this.#old = old;
		this.#new = fresh;
		this.#keys = keys;
		this.#random = random;
	}

	#put(item: TranscriptItem): void {
		const placed = this.#new.place(item);
		// All that is put was valid, or differs from what was in what its author could have said otherwise.
		if (!placed.ok) throw new Error(`a rewritten text is refused: ${placed.error.rule}, ${placed.error.expected}`);
		this.placed.push(item);
	}

	/** Signs with a key that was published, under its next number. */
	#sign(v: Uint8Array, from: Handle, context: Uint8Array, message: Message): void {
		const key = this.#keys.get(keyName(v));
		if (key === undefined) throw new Error("nobody's key");
		const before = this.#numbers.get(keyName(v)) ?? this.#new.state.authors.get(keyName(v))?.number ?? -1;
		this.#numbers.set(keyName(v), before + 1);
		const { text } = signMessage(this.#suite, this.#new.binding, key, context, before + 1, message);
		this.#put({ type: "text", from, text });
	}

	say(v: Uint8Array, text: string | undefined): void {
		const { ledger } = this.#new;
		if (ledger === undefined) throw new Error("there is no session to speak in");
		const what =
			text === undefined
				? ({ kind: "acknowledgement" } as const)
				: ({ kind: "text", id: this.#random(8), text } as const);
		const content = ledger.write(v, what, [], this.#random(16));
		const handle = this.#new.state.authors.get(keyName(v))?.handle ?? "";
		this.#sign(v, handle, ledger.aid, { type: "MESSAGE", content });
	}

	/** Takes over one item of the old transcript. */
	take(item: TranscriptItem): Result<void, Pick<TranscriptRefusal, "rule" | "expected" | "got">> {
		const wasRunning = this.#new.ledger !== undefined;
		const said = this.#old.place(item);
		if (!said.ok) return said;
		const parsed = item.type === "text" ? parseMessage(this.#suite, item.text) : undefined;
		const ours = parsed?.ok === true && this.#new.isOurs(parsed.value.header.v);
		if (item.type === "left" || !wasRunning || !ours || !parsed.ok || said.value === undefined) this.#put(item);
		else this.#again(item.from, parsed.value, said.value);
		return ok(undefined);
	}

	/** The same message with what has changed for its author: its number, its digest, what it names. */
	#again(from: Handle, { header, message }: ParsedMessage, said: Said): void {
		const { ledger } = this.#new;
		if (ledger === undefined || message.type === "MESSAGE") return;
		const sign = (changed: Message): void => this.#sign(header.v, from, header.context, changed);
		switch (message.type) {
			case "LEAVE":
			case "CLOSE":
				return sign({ ...message, ...ledger.transcript.latest });
			case "INTRODUCE": {
				if (said.content === undefined) throw new Error("an INTRODUCE without content");
				const content = ledger.write(header.v, said.content, [message.join], this.#random(16));
				return sign({ ...message, content });
			}
			case "STATE": {
				const members = message.members.map((member) => {
					const known = this.#new.state.authors.get(keyName(member.v));
					return { ...member, number: known?.number ?? -1 };
				});
				return sign({ ...message, members, at: this.#new.lastPlaced ?? message.at });
			}
			default:
				return sign(message);
		}
	}
}

/**
 * Rewrites a real transcript: other words in the same session. What one corrupt member kept opens the session key, and with it
 * everyone's chains; the published keys of the others sign. Every byte of the agreement stays as it was, and so does every byte
 * that was made with keys of the session after it: none of them depends on what was said (rule FORGE-7). `words` takes
 * the place of all that was said; `seeds` are signing keys that are known beside the published ones.
 */
export function rewriteTranscript(
	suite: Suite,
	transcript: Transcript,
	words: readonly ScriptWord[],
	seeds: readonly Uint8Array[],
	random: Random,
): Result<Transcript, RewriteError> {
	const keys = signingKeys(suite, transcript, seeds);
	if (!keys.ok) return keys;
	const stranger = words.find(({ by }) => transcript.roster[by] === undefined);
	if (stranger !== undefined) {
		return err({ kind: "script", expected: "words of people of the roster", got: `${stranger.by}` });
	}
	const [old, fresh] = [Replay.open(suite, transcript), Replay.open(suite, transcript)];
	if (!old.ok || !fresh.ok) {
		const refusal = old.ok ? (fresh.ok ? undefined : fresh.error) : old.error;
		if (refusal === undefined) throw new Error("one of two equal transcripts is refused");
		return err({ kind: "transcript", refusal });
	}
	const rewriting = new Rewriting(suite, old.value, fresh.value, keys.value, random);
	let spoken = false;
	for (const [index, item] of transcript.placed.entries()) {
		const taken = rewriting.take(item);
		if (!taken.ok) return err({ kind: "transcript", refusal: { part: "place", index, ...taken.error } });
		if (spoken || fresh.value.ledger === undefined) continue;
		spoken = true;
		for (const { by, text } of words) rewriting.say(transcript.roster[by]?.keySet.v.bytes ?? new Uint8Array(), text);
	}
	old.value.erase();
	fresh.value.erase();
	for (const key of keys.value.values()) key.erase();
	const { placed } = rewriting;
	if (!spoken) {
		const end = { part: "end", index: placed.length, rule: "FORGE-5", expected: "a session", got: "none" } as const;
		return err({ kind: "transcript", refusal: end });
	}
	return ok({ ...transcript, placed });
}
