import type { Answer, Offer } from "../dake/interactive.ts";
import { withdrawAnswer, withdrawOffer } from "../dake/interactive.ts";
import type { DataMessage, IdentityMessage } from "../wire/messages.ts";
import type { EncryptedSession, FinishedSession } from "./encrypted-session.ts";
import type { ConversationEvent } from "./events.ts";

/** No DAKE is under way. */
interface Idle {
	readonly name: "idle";
}

/** `WAITING_AUTH_R`: an Identity message went to this device. */
interface WaitingAuthR {
	readonly name: "waiting-auth-r";
	readonly offer: Offer;
	readonly sinceMs: number;
}

/** `WAITING_AUTH_I`: an Auth-R message went to it. */
interface WaitingAuthI {
	readonly name: "waiting-auth-i";
	readonly answer: Answer;
	/** Our own offer that gave way to the one that was answered. One that was made later stands beside the answer. */
	readonly beaten: Offer | undefined;
	readonly sinceMs: number;
}

export type DakeState = Idle | WaitingAuthR | WaitingAuthI;

const IDLE: Idle = { name: "idle" };

/** A data message that came before the DAKE it belongs to was over. */
export interface Early {
	readonly message: DataMessage;
	readonly sinceMs: number;
}

/**
 * One device of the correspondent's. The DAKE and the session are apart: a message of a DAKE proves nothing, so that an
 * encrypted session goes on until a new DAKE is complete (spec/otrv4-notes.md).
 */
export class Instance {
	readonly tag: number;
	session: EncryptedSession | FinishedSession | undefined;
	lastReceivedMs: number;
	early: readonly Early[] = [];
	#dake: DakeState = IDLE;

	constructor(tag: number, nowMs: number) {
		this.tag = tag;
		this.lastReceivedMs = nowMs;
	}

	get dake(): DakeState {
		return this.#dake;
	}

	/** The encrypted session, if there is one. */
	get encrypted(): EncryptedSession | undefined {
		return this.session?.state === "encrypted" ? this.session : undefined;
	}

	/** What is kept here only because something may come of it. */
	get isIdle(): boolean {
		return this.#dake.name === "idle" && this.session === undefined;
	}

	waitForAuthR(offer: Offer, nowMs: number): void {
		this.stopDake();
		this.#dake = { name: "waiting-auth-r", offer, sinceMs: nowMs };
	}

	waitForAuthI(answer: Answer, beaten: Offer | undefined, nowMs: number): void {
		this.stopDake();
		this.#dake = { name: "waiting-auth-i", answer, beaten, sinceMs: nowMs };
	}

	/** Whether this very message was answered already: then the same answer is the right one. */
	answered(identity: IdentityMessage): Answer | undefined {
		if (this.#dake.name !== "waiting-auth-i") return undefined;
		const { answer } = this.#dake;
		return isSame(answer.identity, identity) ? answer : undefined;
	}

	/** Forgets what a DAKE left, with its secrets. */
	stopDake(): void {
		if (this.#dake.name === "waiting-auth-r") withdrawOffer(this.#dake.offer);
		if (this.#dake.name === "waiting-auth-i") withdrawAnswer(this.#dake.answer);
		this.#dake = IDLE;
	}

	/** A DAKE is complete, and its secrets are with the session. What the old session had under way is over. */
	establish(session: EncryptedSession): readonly ConversationEvent[] {
		const events = this.encrypted?.discard() ?? [];
		this.#dake = IDLE;
		this.session = session;
		return events;
	}
}

function isSame(a: IdentityMessage, b: IdentityMessage): boolean {
	const parts = (message: IdentityMessage): string =>
		[message.y, message.b, message.firstEcdh, message.firstDh, message.clientProfile.bytes].map(String).join();
	return a.receiverTag === b.receiverTag && parts(a) === parts(b);
}
