import { type Bytes, erase, fromUtf8, ok, type Result, utf8 } from "@clowder/bytes";
import type { Established } from "../dake/interactive.ts";
import type { DoubleRatchet } from "../ratchet/double-ratchet.ts";
import { EXTRA_SYMMETRIC_KEYS_MAX, REVEALED_MAC_KEYS_MAX } from "../limits.ts";
import { derivedExtraSymmetricKey, type ExtraSymmetricKey } from "../ratchet/message-keys.ts";
import type { Opened } from "../ratchet/state.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { SmpContext } from "../smp/context.ts";
import type { SmpTlv } from "../smp/messages.ts";
import { abortSmp, answerSmp, leaveSmp, receiveSmp, SMP_START, startSmp } from "../smp/smp.ts";
import type { SmpEvent, SmpState, SmpStep } from "../smp/states.ts";
import { FLAG_IGNORE_UNREADABLE } from "../wire/data-message.ts";
import type { DataMessage } from "../wire/messages.ts";
import { decodePlaintext, encodePlaintext, type PlacedTlv, type Plaintext, TLV_TYPE, type Tlv } from "../wire/tlv.ts";
import { type SessionDesk, write } from "./desk.ts";
import { type ConversationEvent, join, NOTHING, type Outcome, type Peer } from "./events.ts";

const CONTEXT_BYTES = 4;
const EMPTY = new Uint8Array(0);

/** The state `FINISHED`: the peer ended the conversation, or it expired. Nothing is sent until the user closes it. */
export interface FinishedSession {
	readonly state: "finished";
	readonly by: "peer" | "expiration";
	/** Of the peer with whom it was. */
	readonly fingerprint: Bytes<"Fingerprint">;
}

/** All of a session, as it is stored. Secret. An SMP that is under way is left out. */
export interface SessionContent {
	readonly established: Established;
	readonly offline: boolean;
	readonly lastSentMs: number;
	readonly rotatedMs: number | undefined;
}

/** What besides its text goes into a message. */
interface Content {
	readonly text: string;
	readonly tlvs: readonly Tlv[];
	readonly flags: number;
	/** Whether its length is hidden. */
	readonly padded: boolean;
}

/**
 * A conversation with one device, in the state `ENCRYPTED_MESSAGES`. What the user can do in this state is here and
 * nowhere else. When it is over (`ended`, `finished`), every method refuses, and whoever holds the object can do no harm.
 */
export class EncryptedSession {
	readonly state = "encrypted";
	readonly peer: Peer;
	readonly #desk: SessionDesk;
	readonly #ratchet: DoubleRatchet;
	readonly #onOver: (next: FinishedSession | undefined) => void;
	#smp: SmpState = SMP_START;
	/** How often the peer asked. */
	#attempt = 0;
	#open = true;
	#lastSentMs: number;
	/** "Detecting whether a new ECDH key has been generated within a certain amount of time"; unset until a message goes. */
	#rotatedMs: number | undefined;

	/** For the package itself: `onOver` is told what follows when the session is over: `FINISHED`, or `START`. */
	constructor(
		desk: SessionDesk,
		{ established, offline, lastSentMs, rotatedMs }: SessionContent,
		onOver: (next: FinishedSession | undefined) => void,
	) {
		this.#desk = desk;
		this.#ratchet = established.ratchet;
		this.#onOver = onOver;
		this.#lastSentMs = lastSentMs;
		this.#rotatedMs = rotatedMs;
		const { theirProfile, theirTag, ssid, ourHalf } = established;
		const { fingerprint } = theirProfile;
		this.peer = { instance: theirTag, fingerprint, profile: theirProfile, ssid, ourHalf, offline };
	}

	/** Whether messages can still be sent. */
	get isOpen(): boolean {
		return this.#open;
	}

	/** Encrypts a text: what to hand to the network. Refuses what is too long, or is no Unicode text. */
	send(text: string, nowMs: number): Result<Outcome, Refusal> {
		return this.#whileOpen(() => this.#say({ text, tlvs: [], flags: 0, padded: true }, nowMs));
	}

	/** Tells another device of ours of a text that went to somebody else. Only in a conversation with oneself. */
	sendCopy(text: string, to: string, nowMs: number): Result<Outcome, Refusal> {
		return this.#whileOpen(() => {
			if (!this.#withOurselves) return refuse("caller", "state", "copy", "a conversation with oneself", "another");
			const tlvs: Tlv[] = [{ type: TLV_TYPE.sentTo, value: utf8(to) }];
			return this.#say({ text, tlvs, flags: 0, padded: true }, nowMs);
		});
	}

	/** Asks the peer whether both know the same secret ("Socialist Millionaires Protocol"). `question` may be empty. */
	startSmp(question: string, userSecret: string, nowMs: number): Result<Outcome, Refusal> {
		return this.#whileOpen(() => {
			const step = startSmp(this.#smpContext(), this.#smp, { question, userSecret });
			return step.ok ? ok(this.#step(step.value, nowMs)) : step;
		});
	}

	/**
	 * Answers the event `smp-asked`; `attempt` is the event's, so that an answer never goes to another question that came
	 * while the user was typing.
	 */
	answerSmp(userSecret: string, nowMs: number, attempt: number = this.#attempt): Result<Outcome, Refusal> {
		return this.#whileOpen(() => {
			if (attempt !== this.#attempt) {
				return refuse("caller", "state", "SMP", `an answer to question ${this.#attempt}`, `one to question ${attempt}`);
			}
			if (this.#smp.name !== "asked") return refuse("caller", "state", "SMP", "a question to answer", this.#smp.name);
			const step = answerSmp(this.#smpContext(), this.#smp, userSecret);
			return step.ok ? ok(this.#step(step.value, nowMs)) : step;
		});
	}

	/** Gives up an SMP that is under way. */
	abortSmp(nowMs: number): Result<Outcome, Refusal> {
		return this.#whileOpen(() => ok(this.#step(abortSmp(this.#smp), nowMs)));
	}

	/**
	 * Agrees on a key for something else, such as a file or a call ("Extra Symmetric Key"): 64 bytes. The peer is told what
	 * it is for by `context`, four bytes, and `value`. Erase the key after use.
	 */
	agreeKey(
		context: Uint8Array,
		value: Uint8Array,
		nowMs: number,
	): Result<Outcome & { readonly key: ExtraSymmetricKey }, Refusal> {
		return this.#whileOpen(() => {
			if (context.length !== CONTEXT_BYTES) {
				return refuse("caller", "malformed", "extra symmetric key", `${CONTEXT_BYTES} bytes`, `${context.length}`);
			}
			const record = new Uint8Array(CONTEXT_BYTES + value.length);
			record.set(context);
			record.set(value, CONTEXT_BYTES);
			const tlvs: Tlv[] = [{ type: TLV_TYPE.extraSymmetricKey, value: record }];
			const sealed = this.#seal({ text: "", tlvs, flags: FLAG_IGNORE_UNREADABLE, padded: true }, nowMs);
			if (!sealed.ok) return sealed;
			const key = derivedExtraSymmetricKey(this.#desk.context.primitives, 0, context, sealed.value.extra);
			erase(sealed.value.extra);
			return ok({ send: sealed.value.send, events: [], key });
		});
	}

	/** An empty message, which tells the peer nothing but lets keys be renewed and MAC keys revealed. */
	heartbeat(nowMs: number): Result<Outcome, Refusal> {
		return this.#whileOpen(() => this.#say({ text: "", tlvs: [], flags: FLAG_IGNORE_UNREADABLE, padded: true }, nowMs));
	}

	/** "User requests to end an OTRv4 Conversation": tells the peer, reveals what can be revealed, forgets all keys. */
	end(nowMs: number): Result<Outcome, Refusal> {
		return this.#whileOpen(() => {
			const outcome = this.#disconnect(undefined, nowMs);
			return ok(join(outcome, { send: [], events: [{ kind: "ended", instance: this.peer.instance }] }));
		});
	}

	/** For the conversation: a data message of this device. `undefined` if it cannot be read, with the refusal. */
	receive(message: DataMessage, nowMs: number): Result<Outcome, Refusal> {
		const opened = this.#ratchet.open(message, nowMs);
		if (!opened.ok) return opened;
		this.#rotatedMs ??= nowMs;
		const content = decodePlaintext(opened.value.plaintext);
		erase(opened.value.plaintext);
		return ok(this.#act(content, opened.value, nowMs));
	}

	/** For storage. */
	content(): SessionContent {
		const { profile: theirProfile, instance: theirTag, ssid, ourHalf, offline } = this.peer;
		const established: Established = { ratchet: this.#ratchet, theirProfile, theirTag, ssid, ourHalf };
		return { established, offline, lastSentMs: this.#lastSentMs, rotatedMs: this.#rotatedMs };
	}

	/** For the conversation: what is due by now. */
	tick(nowMs: number): Outcome {
		if (!this.#open) return NOTHING;
		const { sessionExpirationMs, skippedKeysMs } = this.#desk.timing;
		this.#ratchet.expireSkipped(nowMs - skippedKeysMs);
		if (this.#rotatedMs === undefined || nowMs < this.#rotatedMs + sessionExpirationMs) return NOTHING;
		const by = "expiration";
		const outcome = this.#disconnect({ state: "finished", by, fingerprint: this.peer.fingerprint }, nowMs);
		const finished: ConversationEvent = { kind: "finished", instance: this.peer.instance, by };
		return join(outcome, { send: [], events: [finished] });
	}

	/** For the conversation: when `tick` has something to do, if ever. */
	get deadlineMs(): number | undefined {
		const { sessionExpirationMs, skippedKeysMs } = this.#desk.timing;
		const { oldestSkippedMs } = this.#ratchet;
		const times = [
			this.#rotatedMs === undefined ? undefined : this.#rotatedMs + sessionExpirationMs,
			oldestSkippedMs === undefined ? undefined : oldestSkippedMs + skippedKeysMs + 1,
		];
		const known = times.filter((time) => time !== undefined);
		return known.length === 0 ? undefined : Math.min(...known);
	}

	/** For the conversation: forgets everything without a word to the peer, as another session takes this one's place. */
	discard(): readonly ConversationEvent[] {
		const { events } = leaveSmp(this.#smp);
		this.#smp = SMP_START;
		this.#open = false;
		this.#ratchet.erase();
		return this.#smpEvents(events);
	}

	#whileOpen<T>(then: () => Result<T, Refusal>): Result<T, Refusal> {
		if (this.#open) return then();
		return refuse("caller", "state", "encrypted session", "a session that is not over", "one that is");
	}

	#say(content: Content, nowMs: number): Result<Outcome, Refusal> {
		const sealed = this.#seal(content, nowMs);
		if (!sealed.ok) return sealed;
		erase(sealed.value.extra);
		return ok({ send: sealed.value.send, events: [] });
	}

	#seal(
		{ text, tlvs, flags, padded }: Content,
		nowMs: number,
	): Result<{ readonly send: readonly string[]; readonly extra: ExtraSymmetricKey }, Refusal> {
		const desk = this.#desk;
		const plaintext = encodePlaintext({ text, tlvs, paddingTo: padded ? desk.paddingTo : 1 });
		if (!plaintext.ok) return plaintext;
		const { random } = desk.context;
		const { instanceTag } = desk.account;
		const sealed = this.#ratchet.seal(random, plaintext.value, flags, instanceTag, this.peer.instance);
		erase(plaintext.value);
		this.#lastSentMs = nowMs;
		if (sealed.rotated || this.#rotatedMs === undefined) this.#rotatedMs = nowMs;
		return ok({ send: write(desk, sealed.message), extra: sealed.extra });
	}

	#act(content: Plaintext, { extra }: Opened, nowMs: number): Outcome {
		const { instance } = this.peer;
		const events: ConversationEvent[] = content.refusals.map((refusal) => ({ kind: "refused", refusal }));
		if (content.text !== "") events.push(this.#textEvent(content));
		events.push(...this.#agreedKeys(content.tlvs, extra));
		let outcome: Outcome = { send: [], events };
		for (const tlv of content.tlvs) {
			if (tlv.type === TLV_TYPE.disconnected) {
				const finished: ConversationEvent = { kind: "finished", instance, by: "peer" };
				outcome = join(outcome, { send: [], events: [...this.discard(), finished] });
				this.#onOver({ state: "finished", by: "peer", fingerprint: this.peer.fingerprint });
				return outcome;
			}
			if (isSmp(tlv)) {
				const step = receiveSmp(this.#smpContext(), this.#smp, { tlvType: tlv.type, value: tlv.value });
				outcome = join(outcome, this.#step(step, nowMs));
			}
		}
		if (nowMs - this.#lastSentMs < this.#desk.timing.heartbeatMs) return outcome;
		const beat = this.heartbeat(nowMs);
		return beat.ok ? join(outcome, beat.value) : outcome;
	}

	get #withOurselves(): boolean {
		const { ourAddress, theirAddress } = this.#desk.context;
		return ourAddress === theirAddress;
	}

	#textEvent({ text, tlvs }: Plaintext): ConversationEvent {
		const { instance } = this.peer;
		const sentTo = this.#withOurselves ? tlvs.find(({ type }) => type === TLV_TYPE.sentTo) : undefined;
		const to = sentTo === undefined ? undefined : fromUtf8(sentTo.value);
		return to?.ok ? { kind: "copy", instance, text, to: to.value } : { kind: "message", instance, text };
	}

	/** Each TLV of type 7 has a key of its own, from the one before it and its place in the message. */
	#agreedKeys(tlvs: readonly PlacedTlv[], base: ExtraSymmetricKey): ConversationEvent[] {
		const { primitives } = this.#desk.context;
		const events: ConversationEvent[] = [];
		let previous = base;
		for (const tlv of tlvs) {
			if (tlv.type !== TLV_TYPE.extraSymmetricKey || events.length === EXTRA_SYMMETRIC_KEYS_MAX) continue;
			const context = new Uint8Array(CONTEXT_BYTES);
			context.set(tlv.value.subarray(0, CONTEXT_BYTES));
			const key = derivedExtraSymmetricKey(primitives, tlv.place, context, previous);
			erase(previous);
			previous = key.slice() as ExtraSymmetricKey;
			const value = tlv.value.slice(CONTEXT_BYTES);
			events.push({ kind: "extra-symmetric-key", instance: this.peer.instance, key, context, value });
		}
		erase(previous);
		return events;
	}

	#step(step: SmpStep, nowMs: number): Outcome {
		this.#smp = step.state;
		const outcomes = step.send.map(({ tlvType, value }) => {
			const said = this.#say(
				{ text: "", tlvs: [{ type: tlvType, value }], flags: FLAG_IGNORE_UNREADABLE, padded: true },
				nowMs,
			);
			if (!said.ok) throw new Error(`an SMP message of ours is refused: ${said.error.expected}`);
			return said.value;
		});
		return join(...outcomes, { send: [], events: this.#smpEvents(step.events) });
	}

	#smpEvents(events: readonly SmpEvent[]): ConversationEvent[] {
		const { instance } = this.peer;
		return events.map((happened): ConversationEvent => {
			switch (happened.kind) {
				case "asked":
					this.#attempt += 1;
					return { kind: "smp-asked", instance, question: happened.question, attempt: this.#attempt };
				case "answered":
					return { kind: "smp-answered", instance };
				case "finished":
					return { kind: "smp-finished", instance, equal: happened.equal };
				case "aborted":
					return { kind: "smp-aborted", instance, by: happened.by };
				case "refused":
					return happened;
			}
		});
	}

	#smpContext(): SmpContext {
		const { primitives, random, reading } = this.#desk.context;
		return {
			primitives,
			random,
			reading,
			ourFingerprint: this.#desk.account.fingerprint,
			theirFingerprint: this.peer.fingerprint,
			ssid: this.peer.ssid,
		};
	}

	#disconnect(next: FinishedSession | undefined, nowMs: number): Outcome {
		this.#ratchet.revealAll();
		const beats: Outcome[] = [];
		while (this.#ratchet.unrevealed > REVEALED_MAC_KEYS_MAX) {
			const beat = this.#say({ text: "", tlvs: [], flags: FLAG_IGNORE_UNREADABLE, padded: false }, nowMs);
			if (beat.ok) beats.push(beat.value);
		}
		const tlvs: Tlv[] = [{ type: TLV_TYPE.disconnected, value: EMPTY }];
		const said = this.#say({ text: "", tlvs, flags: FLAG_IGNORE_UNREADABLE, padded: false }, nowMs);
		if (!said.ok) throw new Error(`a Disconnected message is refused: ${said.error.expected}`);
		const events = this.discard();
		this.#onOver(next);
		return join(...beats, said.value, { send: [], events });
	}
}

function isSmp(tlv: Tlv): tlv is Tlv & { readonly type: SmpTlv["tlvType"] } {
	return tlv.type >= TLV_TYPE.smp1 && tlv.type <= TLV_TYPE.smpAbort;
}
