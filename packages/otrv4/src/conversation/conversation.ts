import { type Bytes, ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { Account } from "../account/account.ts";
import type { DakeContext } from "../dake/context.ts";
import type { Reading } from "../interoperability.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import type { Random } from "../random.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { restoreRoom, storeRoom } from "../storage/conversation-storage.ts";
import { Assembler } from "../wire/fragment.ts";
import { errorMessage, isErrorCode } from "../wire/error-message.ts";
import { type Incoming, classify } from "../wire/incoming.ts";
import { checkReceiver, isInstanceTag } from "../wire/instance-tag.ts";
import type { DataMessage, OtrMessage } from "../wire/messages.ts";
import { FLAG_IGNORE_UNREADABLE } from "../wire/data-message.ts";
import { queryMessage } from "../wire/query-message.ts";
import { appendWhitespaceTag } from "../wire/whitespace-tag.ts";
import { type Delivery, recipients } from "./delivery.ts";
import { type Desk, requireWritable, write } from "./desk.ts";
import type { EncryptedSession, FinishedSession } from "./encrypted-session.ts";
import { event, join, NOTHING, type Outcome, refused } from "./events.ts";
import { receiveAuthI, receiveAuthR, receiveIdentity, sendIdentity } from "./interactive-steps.ts";
import { receiveOffline, sendOffline } from "./offline-steps.ts";
import { DEFAULT_POLICY, DEFAULT_TIMING, PADDING_BYTES, type Policy, type Timing } from "./policy.ts";
import { Room } from "./room.ts";

/** What a conversation with one correspondent is made of. */
export interface ConversationOptions {
	readonly primitives: OtrPrimitives;
	readonly random: Random;
	readonly account: Account;
	/** What the network calls the two sides, such as bare JIDs: both have to use the same. */
	readonly ourAddress: string;
	readonly theirAddress: string;
	/**
	 * Whether texts that wait for a conversation may go to whoever has this fingerprint once they establish one. To anybody
	 * if not said, as the specification has it: then somebody in the middle gets them. Those that wait on are sent by
	 * `sendWaiting`.
	 */
	readonly isTrusted?: (fingerprint: Bytes<"Fingerprint">) => boolean;
	/** More that both sides must have agreed on for a DAKE to succeed, such as a password. */
	readonly agreed?: readonly Uint8Array[];
	readonly policy?: Partial<Policy>;
	readonly timing?: Partial<Timing>;
	/** The longest text that the network takes, at least 51. Longer messages go in fragments. Unlimited if not said. */
	readonly maxChars?: number;
	/** The lengths of texts are hidden up to a multiple of so many bytes: 256 if not said, 1 for not at all. */
	readonly paddingTo?: number;
	/** To talk to otr4j: `otr4j` (spec/otrv4-notes.md). Both sides have to do the same. */
	readonly reading?: Reading;
}

/** A device of the correspondent's in a state in which something can be done with it. */
export type Session = EncryptedSession | FinishedSession;

/**
 * One correspondent with all of their devices: "The Protocol State Machine". It does no I/O: hand it every text that comes
 * from the correspondent and send what it gives back, in order; hand it the time when `deadlineMs` has come. What can be
 * done in the state `ENCRYPTED_MESSAGES` is in the `EncryptedSession` of `session`, and nowhere else.
 */
export class Conversation {
	readonly #room: Room;
	readonly #desk: Desk;
	readonly #assembler: Assembler;
	/** The peer speaks without OTR, so that offering it in whitespace is over. */
	#tagDeclined = false;

	constructor(options: ConversationOptions) {
		const { account, primitives, random, ourAddress, theirAddress, agreed = [], reading = "specification" } = options;
		const context: DakeContext = { primitives, random, mode: account.mode, reading, ourAddress, theirAddress, agreed };
		this.#desk = {
			account,
			context,
			policy: { ...DEFAULT_POLICY, ...options.policy },
			timing: { ...DEFAULT_TIMING, ...options.timing },
			maxChars: options.maxChars ?? Number.POSITIVE_INFINITY,
			paddingTo: options.paddingTo ?? PADDING_BYTES,
			isTrusted: options.isTrusted ?? (() => true),
		};
		requireWritable(this.#desk);
		this.#room = new Room(this.#desk);
		this.#assembler = new Assembler(account.instanceTag);
	}

	/**
	 * The conversation that `store` stored. Refuses, as the caller's, what is damaged. A session skips 25 message keys that may
	 * have been used since then; if more messages than that were sent since, it must not be restored.
	 */
	static restore(options: ConversationOptions, stored: Uint8Array, nowMs: number): Result<Conversation, Refusal> {
		const conversation = new Conversation(options);
		const restored = restoreRoom(conversation.#room, stored, nowMs);
		return restored.ok ? ok(conversation) : restored;
	}

	/**
	 * All sessions and what waits to be sent, to be stored: encrypt it at rest, for it reads the conversation. Store it after
	 * every call that sent something, and before what it gave is handed to the network.
	 */
	store(): Uint8Array {
		return storeRoom(this.#room);
	}

	/** The state towards one device, or towards all if none is named, by the names of "Protocol States". */
	state(instance?: number): "START" | "WAITING_AUTH_R" | "WAITING_AUTH_I" | "ENCRYPTED_MESSAGES" | "FINISHED" {
		const { instances, offer } = this.#room;
		const looked = instance === undefined ? [...instances.values()] : [instances.get(instance)].filter((i) => !!i);
		if (looked.some(({ encrypted }) => encrypted !== undefined)) return "ENCRYPTED_MESSAGES";
		if (looked.some(({ dake }) => dake.name === "waiting-auth-i")) return "WAITING_AUTH_I";
		const asked = instance === undefined && offer !== undefined;
		if (asked || looked.some(({ dake }) => dake.name === "waiting-auth-r")) return "WAITING_AUTH_R";
		return looked.some(({ session }) => session?.state === "finished") ? "FINISHED" : "START";
	}

	/** The devices that there is a session with, encrypted or finished. */
	sessions(): ReadonlyMap<number, Session> {
		const sessions = new Map<number, Session>();
		for (const { tag, session } of this.#room.instances.values()) if (session !== undefined) sessions.set(tag, session);
		return sessions;
	}

	/** The encrypted session that a text would go to. */
	session(delivery: "best" | "recent" = "best"): EncryptedSession | undefined {
		return recipients([...this.#room.instances.values()], delivery)[0];
	}

	/**
	 * "Starting a conversation interactively": an Identity message, to one device or to whichever answers. Also starts a
	 * new one in place of a session that is there, which goes on until the new one is established. A tag that no device can
	 * have, or one device too many, is refused by an event, as the caller's.
	 */
	start(nowMs: number, instance?: number): Outcome {
		if (instance === undefined) return sendIdentity(this.#room, undefined, nowMs);
		if (!isInstanceTag(instance)) {
			return refused(refuse("caller", "instance-tag", "start", "an instance tag", `${instance}`).error);
		}
		const device = this.#room.instance(instance, nowMs);
		return device.ok ? sendIdentity(this.#room, device.value, nowMs) : refused({ ...device.error, blame: "caller" });
	}

	/** "User requests to start an OTR Conversation": a query message. In OTRv3-compatible mode, and not while encrypted. */
	query(note?: string): Result<Outcome, Refusal> {
		const allowed = this.#plaintextAllowed("query message");
		if (!allowed.ok) return allowed;
		return ok({ send: [queryMessage(this.#desk.policy.versions, note)], events: [] });
	}

	/**
	 * Sends a text encrypted, to the devices that `delivery` names. Where there is no session yet, the text waits for one
	 * ("Queue the message"); it starts none by itself. In `FINISHED` it is refused: close or start anew first.
	 */
	send(text: string, nowMs: number, delivery: Delivery = "best"): Result<Outcome, Refusal> {
		const sessions = recipients([...this.#room.instances.values()], delivery);
		if (sessions.length > 0) return all(sessions.map((session) => session.send(text, nowMs)));
		if (this.state() === "FINISHED") {
			return refuse("caller", "state", "text", "a conversation that is not finished", "one that is");
		}
		return this.#room.enqueue(text);
	}

	/** Sends the texts that waited, to the best session there is: after the user said that it is the right one. */
	sendWaiting(nowMs: number): Result<Outcome, Refusal> {
		const session = this.session();
		if (session === undefined) return refuse("caller", "state", "texts", "an encrypted session", this.state());
		return ok(this.#room.sendQueue(session, nowMs));
	}

	/**
	 * Tells all our other devices that this text went to `to`, each under its own keys. In the conversation with oneself
	 * only, in which both addresses are the same: it makes `synchronise` whole, up to eight devices of each side.
	 */
	copy(text: string, to: string, nowMs: number): Result<Outcome, Refusal> {
		const sessions = recipients([...this.#room.instances.values()], "synchronise");
		return all(sessions.map((session) => session.sendCopy(text, to, nowMs)));
	}

	/**
	 * Sends a text that anybody on the way can read and change. Only in OTRv3-compatible mode, where the policy allows it,
	 * and in the state `START`: never because an encrypted conversation is over.
	 */
	sendUnencrypted(text: string): Result<Outcome, Refusal> {
		const allowed = this.#plaintextAllowed("unencrypted text");
		if (!allowed.ok) return allowed;
		const { policy } = this.#desk;
		if (policy.requireEncryption) return refuse("caller", "policy", "unencrypted text", "an encrypted one", "this");
		if (this.state() !== "START") return refuse("caller", "state", "unencrypted text", "the state START", this.state());
		const offered = policy.sendWhitespaceTag && !this.#tagDeclined;
		return ok({ send: [offered ? appendWhitespaceTag(text, policy.versions) : text], events: [] });
	}

	/**
	 * "Sending a Data Message to an offline participant": for each prekey ensemble that the caller chose, by trust or
	 * otherwise, a Non-Interactive-Auth message and the text. Whoever sends it gives up online deniability towards the
	 * receiver. Not in interactive-only mode.
	 */
	sendOffline(ensembles: readonly VerifiedEnsemble[], text: string, nowMs: number): Result<Outcome, Refusal> {
		return sendOffline(this.#room, ensembles, text, nowMs);
	}

	/** "Starting an online conversation after an offline one": ends the session with this device, and offers a new one. */
	goOnline(instance: number, nowMs: number): Result<Outcome, Refusal> {
		const known = this.#room.instances.get(instance);
		const session = known?.encrypted;
		if (known === undefined || session === undefined) {
			return refuse("caller", "state", "change to online", "an encrypted session", "none");
		}
		const ended = session.end(nowMs);
		return ended.ok ? ok(join(ended.value, sendIdentity(this.#room, known, nowMs))) : ended;
	}

	/** From `FINISHED` to `START`: what is sent now waits for another session. */
	close(instance: number): void {
		const known = this.#room.instances.get(instance);
		if (known?.session?.state === "finished") known.session = undefined;
	}

	/** Ends the sessions with all devices, and forgets what was begun or queued. */
	end(nowMs: number): Outcome {
		const outcomes: Outcome[] = [];
		this.#room.withdraw();
		this.#room.queue = [];
		for (const instance of this.#room.instances.values()) {
			instance.stopDake();
			const ended = instance.encrypted?.end(nowMs);
			if (ended?.ok) outcomes.push(ended.value);
			instance.session = undefined;
		}
		return join(...outcomes);
	}

	/** A text from the correspondent. Never throws, whatever it is; a text that is refused changes nothing. */
	receive(text: string, nowMs: number): Outcome {
		return this.#take(classify(text), text, nowMs);
	}

	/** What is due by now: expiry of sessions, of unanswered DAKEs, of keys and of fragments. */
	tick(nowMs: number): Outcome {
		this.#assembler.expire(nowMs);
		return this.#room.tick(nowMs);
	}

	/** When `tick` has something to do next, in ms on the caller's clock. */
	get deadlineMs(): number | undefined {
		const times = [this.#room.deadlineMs, this.#assembler.expiresAtMs].filter((time) => time !== undefined);
		return times.length === 0 ? undefined : Math.min(...times);
	}

	#take(incoming: Incoming, text: string, nowMs: number): Outcome {
		switch (incoming.kind) {
			case "plaintext":
				this.#tagDeclined = true;
				return this.#plaintext(incoming.text);
			case "plaintext-tagged":
				return join(this.#plaintext(incoming.text), this.#offered(incoming.versions, "tag", text, nowMs));
			case "query":
				return this.#offered(incoming.versions, "query", text, nowMs);
			case "error":
				return this.#peerError(incoming.code, incoming.text, nowMs);
			case "fragment": {
				const whole = this.#assembler.receive(incoming.fragment, nowMs);
				if (!whole.ok) return refused(whole.error);
				return whole.value === undefined ? NOTHING : this.#takeWhole(whole.value, nowMs);
			}
			case "version-3":
				return this.#versionThree(incoming.text);
			case "encoded":
				return this.#message(incoming.message, nowMs);
			case "refused":
				return refused(incoming.refusal);
		}
	}

	/** "You can't fragment a fragment", nor anything else that is not encoded. */
	#takeWhole(text: string, nowMs: number): Outcome {
		const incoming = classify(text);
		if (incoming.kind === "encoded" || incoming.kind === "refused") return this.#take(incoming, text, nowMs);
		return refused(refuse("peer", "malformed", "fragments", "an encoded message in them", incoming.kind).error);
	}

	#plaintext(text: string): Outcome {
		const state = this.state();
		const during = state === "ENCRYPTED_MESSAGES" ? "encrypted" : state === "FINISHED" ? "finished" : "plaintext";
		return event({ kind: "plaintext", text, during });
	}

	/** A query or a whitespace tag. The other modes "do not know how to handle" either. */
	#offered(versions: readonly number[], by: "query" | "tag", text: string, nowMs: number): Outcome {
		const { account, policy } = this.#desk;
		if (account.mode !== "otrv3-compatible") {
			const refusal = refuse("incompatible", "mode", by, "an Identity message", `a ${by}, in ${account.mode} mode`);
			return refused(refusal.error);
		}
		// "If the state is ENCRYPTED_MESSAGES or FINISHED": a plaintext with a tag is shown, and nothing comes of the tag.
		const isOver = this.state() === "ENCRYPTED_MESSAGES" || this.state() === "FINISHED";
		if (by === "tag" && (isOver || !policy.whitespaceStartsDake)) return NOTHING;
		if (versions.includes(4) && policy.versions.includes(4)) {
			const open = this.#room.offer;
			// A query may be repeated, by anybody: the same offer is the answer for as long as it stands.
			return open === undefined ? sendIdentity(this.#room, undefined, nowMs) : this.#again(open.message);
		}
		if (versions.includes(3) && policy.versions.includes(3)) return event({ kind: "otrv3", text });
		const expected = `one of the versions ${policy.versions.join(", ")}`;
		return refused(refuse("incompatible", "version", by, expected, versions.join(", ") || "none").error);
	}

	#again(message: Exclude<OtrMessage, { readonly type: "prekey" }>): Outcome {
		return { send: write(this.#desk, message), events: [] };
	}

	#versionThree(text: string): Outcome {
		const { account, policy } = this.#desk;
		if (account.mode === "otrv3-compatible" && policy.versions.includes(3)) return event({ kind: "otrv3", text });
		return refused(refuse("incompatible", "version", "encoded message", "version 4", "version 3").error);
	}

	/** Not authentic, so that nothing but a DAKE of our own may come of it. */
	#peerError(code: number | undefined, text: string, nowMs: number): Outcome {
		if (!isErrorCode(code)) return NOTHING;
		const told = event({ kind: "peer-error", code, text });
		const starts = this.#desk.policy.errorStartsDake && this.#room.offer === undefined;
		return starts ? join(told, sendIdentity(this.#room, undefined, nowMs)) : told;
	}

	#message(message: OtrMessage, nowMs: number): Outcome {
		if (message.type === "prekey") {
			return refused(refuse("peer", "state", "Prekey message", "a message to us", "one for a prekey server").error);
		}
		const { instanceTag } = this.#desk.account;
		if (message.senderTag === instanceTag) {
			return refused(refuse("carrier", "reflected", message.type, "a message of another device", "our own").error);
		}
		const ours = checkReceiver(message.type, message.receiverTag, instanceTag);
		if (!ours.ok) return refused(ours.error);
		switch (message.type) {
			case "identity":
				return receiveIdentity(this.#room, message, nowMs);
			case "auth-r":
				return receiveAuthR(this.#room, message, nowMs);
			case "auth-i":
				return receiveAuthI(this.#room, message, nowMs);
			case "non-interactive-auth":
				return receiveOffline(this.#room, message, nowMs);
			case "data":
				return this.#data(message, nowMs);
		}
	}

	/** "Receiving a Data Message". */
	#data(message: DataMessage, nowMs: number): Outcome {
		const instance = this.#room.instances.get(message.senderTag);
		const session = instance?.encrypted;
		if (instance !== undefined && session !== undefined) {
			const opened = session.receive(message, nowMs);
			if (opened.ok) {
				instance.lastReceivedMs = nowMs;
				return opened.value;
			}
			// It may be the first of a session that is about to be, and came before the end of its DAKE.
			if (instance.dake.name === "waiting-auth-i" && this.#room.keepEarly(message, nowMs)) return NOTHING;
			return this.#unreadable(message, 1, opened.error);
		}
		const state = this.state(message.senderTag);
		if (state !== "FINISHED" && this.#room.keepEarly(message, nowMs)) return NOTHING;
		const error = refuse("peer", "state", "Data Message", "an encrypted session", state).error;
		return this.#unreadable(message, 2, error);
	}

	#unreadable(message: DataMessage, code: 1 | 2, refusal: Refusal): Outcome {
		if ((message.flags & FLAG_IGNORE_UNREADABLE) !== 0) return refused(refusal);
		const instance = message.senderTag;
		return join(
			{ send: [errorMessage(code)], events: [] },
			event({ kind: "unreadable", instance }, { kind: "refused", refusal }),
		);
	}

	/** Queries and plaintext are for the OTRv3-compatible mode, and "not allowed to be sent in ENCRYPTED_MESSAGES state". */
	#plaintextAllowed(what: string): Result<undefined, Refusal> {
		const { mode } = this.#desk.account;
		if (mode !== "otrv3-compatible") return refuse("caller", "mode", what, "OTRv3-compatible mode", mode);
		if (this.state() !== "ENCRYPTED_MESSAGES") return ok(undefined);
		return refuse("caller", "state", what, "a conversation that is not encrypted", "one that is");
	}
}

/** All outcomes, or the first refusal. What was sealed before a refusal is lost, so that the first session decides. */
function all(results: readonly Result<Outcome, Refusal>[]): Result<Outcome, Refusal> {
	const outcomes: Outcome[] = [];
	for (const result of results) {
		if (!result.ok) return result;
		outcomes.push(result.value);
	}
	return ok(join(...outcomes));
}
