import { ok, type Result } from "@clowder/bytes";
import { EncryptedSession } from "../conversation/encrypted-session.ts";
import { NOTHING, type Outcome, type Peer } from "../conversation/events.ts";
import { DEFAULT_TIMING, PADDING_BYTES } from "../conversation/policy.ts";
import type { DakeContext } from "../dake/context.ts";
import type { Established } from "../dake/interactive.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { MessageReader } from "./message-reader.ts";
import type { ForgeryOptions, VerifiedPerson } from "./people.ts";

const WHAT = "Data Message";

/** One side of a conversation that a forger holds: honest code, with an identity that is not the forger's. */
export class ForgedSession {
	readonly #session: EncryptedSession;
	readonly #reader: MessageReader;

	/** For this folder: made by `impersonate…` and by whatever forges a DAKE. */
	constructor(
		{ maxChars = Number.POSITIVE_INFINITY, paddingTo = PADDING_BYTES, nowMs }: ForgeryOptions,
		context: DakeContext,
		{ profile }: VerifiedPerson,
		established: Established,
		offline: boolean,
	) {
		const account = { instanceTag: profile.profile.instanceTag, fingerprint: profile.fingerprint };
		const desk = { account, context, timing: DEFAULT_TIMING, maxChars, paddingTo };
		const content = { established, offline, lastSentMs: nowMs, rotatedMs: undefined };
		this.#session = new EncryptedSession(desk, content, () => undefined);
		this.#reader = new MessageReader(account.instanceTag);
	}

	/** The other side. */
	get peer(): Peer {
		return this.#session.peer;
	}

	/** Encrypts a text: what to hand to the network. */
	send(text: string, nowMs: number): Result<readonly string[], Refusal> {
		const sent = this.#session.send(text, nowMs);
		return sent.ok ? ok(sent.value.send) : sent;
	}

	/** Ends the conversation with a Disconnected message. */
	end(nowMs: number): Result<readonly string[], Refusal> {
		const ended = this.#session.end(nowMs);
		return ended.ok ? ok(ended.value.send) : ended;
	}

	/** Reads a text of the other side's, or a fragment of one. A refusal changes nothing. */
	receive(text: string, nowMs: number): Result<Outcome, Refusal> {
		const message = this.#reader.read(text, nowMs);
		if (!message.ok) return message;
		if (message.value === undefined) return ok(NOTHING);
		if (message.value.type !== "data")
			return refuse("peer", "state", WHAT, "a message of type data", message.value.type);
		if (message.value.senderTag !== this.peer.instance) {
			return refuse("peer", "instance-tag", WHAT, "a message of the other side", "another's");
		}
		if (!this.#session.isOpen) return refuse("caller", "state", WHAT, "a session that is not over", "one that is");
		return this.#session.receive(message.value, nowMs);
	}
}
