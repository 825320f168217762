import { equal, ok, type Result } from "@clowder/bytes";
import type { Mode } from "../mode.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { decodePrekeyProtocolText } from "../wire/encoding.ts";
import { Assembler } from "../wire/fragment.ts";
import { looksLikeFragment, parseFragment } from "../wire/fragment-format.ts";
import { checkReceiver } from "../wire/instance-tag.ts";
import { answerDake2, checkAnswer, type DakeParties } from "./client-dake.ts";
import { type ClientState, type DakeRequest, IDLE, type Idle } from "./client-states.ts";
import { eraseDakeKeys, newEphemeral } from "./dake.ts";
import { encodeDake1Message } from "./dake-messages.ts";
import { decodeServerMessage } from "./decode-message.ts";
import { selectEnsembles, type VerifiedEnsemble } from "./ensemble.ts";
import { encodeEnsembleQuery } from "./ensemble-messages.ts";
import { isIdentity } from "./fields.ts";
import { ANSWER_TIMEOUT_MS, VERSIONS_ASKED_MAX_BYTES } from "./limits.ts";
import type {
	Acknowledgment,
	Dake2Message,
	EnsembleRetrieval,
	NoEnsembles,
	ServerMessage,
	StorageStatus,
} from "./messages.ts";
import { checkPublication, type OwnPublication } from "./own-publication.ts";
import { PREKEY_FRAGMENT_PREFIX, requireMaxChars, textsOf } from "./texts.ts";

const MS_PER_SECOND = 1000;
/** Fragments of a late answer may still be on their way when those of the next one come. */
const MESSAGES_INCOMPLETE_MAX = 4;
const FRAGMENTS_MAX_CHARS: number = 1024 * 1024;

export interface PrekeyClientOptions extends DakeParties {
	/** Ours: how the Client Profiles of others are validated. */
	readonly mode: Mode;
	/** Longest text that the network carries, 64 characters at least. Without it nothing is broken up. */
	readonly maxChars?: number | undefined;
	/** How long the whole of an answer to each of our messages may take: a minute if not said. */
	readonly answerTimeoutMs?: number | undefined;
}

/** What a client asked for. */
export type PrekeyRequest = DakeRequest["type"] | "retrieval";

/** What came of a request: one of these for each, except that a request can be refused when it is made. */
export type PrekeyClientEvent =
	/** The server says that it keeps what was published. */
	| { readonly type: "published" }
	/** The server says that it did not do what was asked. */
	| { readonly type: "failed"; readonly request: DakeRequest["type"] }
	/** How many Prekey Messages of this device the server says it has. */
	| { readonly type: "stored"; readonly count: number }
	/**
	 * Ensembles of `identity`, at most one for each device and fingerprint: whom to trust is yet to be chosen. None if all
	 * that came was discarded.
	 */
	| {
			readonly type: "ensembles";
			readonly identity: string;
			readonly ensembles: readonly VerifiedEnsemble[];
			readonly discarded: readonly Refusal[];
	  }
	/** The server says that it has none; `note` is a text of the server's, for people. */
	| { readonly type: "none"; readonly identity: string; readonly note: string }
	/** No answer came in time. What was published may be stored all the same. */
	| { readonly type: "timed-out"; readonly request: PrekeyRequest };

export interface PrekeyReceived {
	/** To send to the server, in this order. */
	readonly texts: readonly string[];
	readonly events: readonly PrekeyClientEvent[];
	/** Why the text was refused. It changed nothing then. */
	readonly refusal: Refusal | undefined;
}

type Effects = Omit<PrekeyReceived, "refusal">;

/**
 * One device's side of the prekey protocol, with one server. One request at a time: each is made with a method that gives
 * the texts to send, and ends with an event. A server that lies, or does not answer, costs no more than that request.
 */
export class PrekeyClient {
	readonly #options: PrekeyClientOptions;
	#state: ClientState = IDLE;
	readonly #assembler: Assembler;

	/** Throws for identities or a `maxChars` that cannot be, and for a key that is not the profile's: our caller's bug. */
	constructor(options: PrekeyClientOptions) {
		requireMaxChars(options.maxChars);
		for (const identity of [options.identity, options.server.identity]) {
			if (!isIdentity(identity)) throw new RangeError("an identity is empty, too long or not Unicode");
		}
		if (!equal(options.key.publicKey.bytes, options.clientProfile.publicKey.bytes)) {
			throw new RangeError("the key is not that of the Client Profile");
		}
		this.#options = options;
		this.#assembler = new Assembler(this.#tag, {
			buffersMax: MESSAGES_INCOMPLETE_MAX,
			totalMaxChars: FRAGMENTS_MAX_CHARS,
			lifetimeMs: this.#timeoutMs,
		});
	}

	get #tag(): number {
		return this.#options.clientProfile.profile.instanceTag;
	}

	get #timeoutMs(): number {
		return this.#options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
	}

	/** The state of "State Machine". */
	get state(): "IN_DAKE" | "NOT_IN_DAKE" {
		return this.#state.name === "in-dake" ? "IN_DAKE" : "NOT_IN_DAKE";
	}

	/** When `expire` has something to do: to end the request that is on its way, or to forget fragments. */
	get deadlineMs(): number | undefined {
		const request = this.#state.name === "idle" ? [] : [this.#state.deadlineMs];
		const deadlines = [...request, ...[this.#assembler.expiresAtMs].flatMap((deadline) => deadline ?? [])];
		return deadlines.length === 0 ? undefined : Math.min(...deadlines);
	}

	/**
	 * Asks to keep any of our profiles and up to 255 Prekey Messages. Their secrets are used again when the server's part of
	 * the DAKE comes, thus must not be erased before the event. Prekey Messages whose publication timed out should not be
	 * published again: some may have been given away.
	 */
	publish(publication: OwnPublication, nowMs: number): Result<readonly string[], Refusal> {
		const { publicKey, profile } = this.#options.clientProfile;
		const owner = { instanceTag: profile.instanceTag, publicKey: publicKey.bytes };
		const checked = checkPublication(publication, owner);
		return checked.ok ? this.#startDake({ type: "publication", publication }, nowMs) : checked;
	}

	/** Asks how many Prekey Messages the server has of this device. */
	storageInformation(nowMs: number): Result<readonly string[], Refusal> {
		return this.#startDake({ type: "storage-information" }, nowMs);
	}

	/** Asks for Prekey Ensembles of `identity`. `versions` are digits; without a 4 among them nothing could be used. */
	retrieve(identity: string, versions: string, nowMs: number): Result<readonly string[], Refusal> {
		const what = "Prekey Ensemble Query Retrieval message";
		const busy = this.#checkIdle(what);
		if (!busy.ok) return busy;
		if (!isIdentity(identity)) {
			return refuse("caller", "malformed", what, "an identity of the network", "an empty or a long one");
		}
		if (!/^\d+$/.test(versions) || !versions.includes("4") || versions.length > VERSIONS_ASKED_MAX_BYTES) {
			return refuse("caller", "version", what, 'a few digits with "4"', `${versions.length} characters`);
		}
		this.#state = { name: "awaiting-ensembles", identity, deadlineMs: nowMs + this.#timeoutMs };
		return ok(this.#texts(encodeEnsembleQuery({ type: "ensemble-query", senderTag: this.#tag, identity, versions })));
	}

	/** Ends a request that nobody answered, and forgets fragments of messages that were never completed. */
	expire(nowMs: number): readonly PrekeyClientEvent[] {
		this.#assembler.expire(nowMs);
		const state = this.#state;
		if (state.name === "idle" || nowMs < state.deadlineMs) return [];
		this.close();
		return [{ type: "timed-out", request: requestOf(state) }];
	}

	/** Gives up the request that is on its way, without an event, and erases what was made for it. */
	close(): void {
		if (this.#state.name === "in-dake") this.#state.ephemeral.erase();
		if (this.#state.name === "awaiting-answer") eraseDakeKeys(this.#state.keys);
		this.#state = IDLE;
	}

	/** Takes a text that the network says is from the server. `nowMs`: since 1970. */
	receive(text: string, nowMs: number): PrekeyReceived {
		const events = this.expire(nowMs);
		const received = this.#receiveText(text, nowMs);
		if (!received.ok) return { texts: [], events, refusal: received.error };
		return { texts: received.value.texts, events: [...events, ...received.value.events], refusal: undefined };
	}

	#texts(message: Uint8Array): readonly string[] {
		const { random, maxChars } = this.#options;
		return textsOf(message, { random, maxChars }, { senderTag: this.#tag, receiverTag: 0 });
	}

	/** "There can only be one request in flight at the same time." */
	#checkIdle(what: string): Result<undefined, Refusal> {
		if (this.#state.name === "idle") return ok(undefined);
		return refuse("caller", "state", what, "one request at a time", `a ${requestOf(this.#state)} on its way`);
	}

	/** "Starting the DAKE". */
	#startDake(request: DakeRequest, nowMs: number): Result<readonly string[], Refusal> {
		const busy = this.#checkIdle("DAKE-1 message");
		if (!busy.ok) return busy;
		const { primitives, random, clientProfile } = this.#options;
		const { expiresAtSeconds } = clientProfile.profile;
		if (nowMs >= expiresAtSeconds * MS_PER_SECOND) {
			// The server would refuse it without a word.
			return refuse(
				"caller",
				"expired",
				"DAKE-1 message",
				"a Client Profile of ours that is good",
				"one past its time",
			);
		}
		const ephemeral = newEphemeral(primitives, random);
		this.#state = { name: "in-dake", request, ephemeral, deadlineMs: nowMs + this.#timeoutMs };
		const dake1 = { senderTag: this.#tag, clientProfile: clientProfile.profile, i: ephemeral.publicKey.bytes };
		return ok(this.#texts(encodeDake1Message({ type: "dake-1", ...dake1 })));
	}

	#receiveText(text: string, nowMs: number): Result<Effects, Refusal> {
		const whole = this.#assemble(text, nowMs);
		if (!whole.ok) return whole;
		if (whole.value === undefined) return ok({ texts: [], events: [] });
		const bytes = decodePrekeyProtocolText(whole.value);
		if (!bytes.ok) return bytes;
		const message = decodeServerMessage(bytes.value);
		if (!message.ok) return message;
		const ours = checkReceiver(NAMES[message.value.type], message.value.receiverTag, this.#tag);
		return ours.ok ? this.#receiveMessage(message.value, nowMs) : ours;
	}

	#assemble(text: string, nowMs: number): Result<string | undefined, Refusal> {
		if (!looksLikeFragment(text, PREKEY_FRAGMENT_PREFIX)) return ok(text);
		const fragment = parseFragment(text, PREKEY_FRAGMENT_PREFIX);
		return fragment.ok ? this.#assembler.receive(fragment.value, nowMs) : fragment;
	}

	#receiveMessage(message: ServerMessage, nowMs: number): Result<Effects, Refusal> {
		switch (message.type) {
			case "dake-2":
				return this.#receiveDake2(message, nowMs);
			case "success":
			case "failure":
			case "storage-status":
				return this.#receiveAnswer(message);
			case "ensembles":
			case "no-ensembles":
				return this.#receiveEnsembles(message, nowMs);
		}
	}

	/** "Receiving a DAKE-2 message". */
	#receiveDake2(message: Dake2Message, nowMs: number): Result<Effects, Refusal> {
		if (this.#state.name !== "in-dake") return this.#unasked(message);
		const answered = answerDake2(this.#options, this.#state, message);
		if (!answered.ok) return answered;
		const { message: dake3, keys } = answered.value;
		const request = this.#state.request.type;
		this.#state = { name: "awaiting-answer", request, keys, deadlineMs: nowMs + this.#timeoutMs };
		return ok({ texts: this.#texts(dake3), events: [] });
	}

	#receiveAnswer(message: Acknowledgment | StorageStatus): Result<Effects, Refusal> {
		if (this.#state.name !== "awaiting-answer") return this.#unasked(message);
		const checked = checkAnswer(this.#options.primitives, this.#state, message);
		if (!checked.ok) return checked;
		const { request } = this.#state;
		this.close();
		return ok({ texts: [], events: [answerEvent(message, request)] });
	}

	#receiveEnsembles(message: EnsembleRetrieval | NoEnsembles, nowMs: number): Result<Effects, Refusal> {
		if (this.#state.name !== "awaiting-ensembles") return this.#unasked(message);
		const { identity } = this.#state;
		if (message.identity !== identity) {
			return refuse("peer", "state", NAMES[message.type], "the identity that was asked for", "another");
		}
		this.close();
		if (message.type === "no-ensembles") {
			return ok({ texts: [], events: [{ type: "none", identity, note: message.note }] });
		}
		const { primitives, mode } = this.#options;
		const nowSeconds = Math.floor(nowMs / MS_PER_SECOND);
		const selected = selectEnsembles(primitives, message.ensembles, nowSeconds, mode);
		return ok({ texts: [], events: [{ type: "ensembles", identity, ...selected }] });
	}

	#unasked(message: ServerMessage): { readonly ok: false; readonly error: Refusal } {
		const got = this.#state.name === "idle" ? "no request" : `a ${requestOf(this.#state)} on its way`;
		return refuse("carrier", "state", NAMES[message.type], "a request that it answers", got);
	}
}

const NAMES = {
	"dake-2": "DAKE-2 message",
	success: "Success message",
	failure: "Failure message",
	"storage-status": "Storage Status message",
	ensembles: "Prekey Ensemble Retrieval message",
	"no-ensembles": "No Prekey Ensembles in Storage message",
} as const;

function requestOf(state: Exclude<ClientState, Idle>): PrekeyRequest {
	if (state.name === "awaiting-ensembles") return "retrieval";
	return state.name === "in-dake" ? state.request.type : state.request;
}

function answerEvent(message: Acknowledgment | StorageStatus, request: DakeRequest["type"]): PrekeyClientEvent {
	switch (message.type) {
		case "success":
			return { type: "published" };
		case "failure":
			return { type: "failed", request };
		case "storage-status":
			return { type: "stored", count: message.count };
	}
}
