import { equal, erase, ok, type Result } from "@clowder/bytes";
import type { Conversation, Session } from "../conversation/conversation.ts";
import type { EncryptedSession } from "../conversation/encrypted-session.ts";
import type { ConversationEvent, Outcome, Peer } from "../conversation/events.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { ConversationCalls, ConversationRequest, SessionCalls, SessionOutcome, SessionRequest } from "./calls.ts";
import type { EventData, PeerData, SessionData, Status } from "./data.ts";

type ConversationMethods = {
	readonly [K in keyof ConversationCalls]: (
		conversation: Conversation,
		...args: ConversationCalls[K]
	) => Result<Outcome, Refusal>;
};

/** Between whom a conversation is. */
interface Addresses {
	readonly ourAddress: string;
	readonly theirAddress: string;
}

/** Gives verified ensembles for their numbers, once. */
export type TakeEnsembles = (ids: readonly number[]) => Result<readonly VerifiedEnsemble[], Refusal>;

const CONVERSATION: Omit<ConversationMethods, "sendOffline"> = {
	start: (conversation, ...args) => ok(conversation.start(...args)),
	query: (conversation, ...args) => conversation.query(...args),
	send: (conversation, ...args) => conversation.send(...args),
	sendWaiting: (conversation, ...args) => conversation.sendWaiting(...args),
	copy: (conversation, ...args) => conversation.copy(...args),
	sendUnencrypted: (conversation, ...args) => conversation.sendUnencrypted(...args),
	receive: (conversation, ...args) => ok(conversation.receive(...args)),
	tick: (conversation, ...args) => ok(conversation.tick(...args)),
	goOnline: (conversation, ...args) => conversation.goOnline(...args),
	close: (conversation, ...args) => {
		conversation.close(...args);
		return ok({ send: [], events: [] });
	},
	end: (conversation, ...args) => ok(conversation.end(...args)),
	leave: (conversation, ...args) => ok(conversation.end(...args)),
};

type Keyed = Outcome & Pick<SessionOutcome, "key">;

type SessionMethods = {
	readonly [K in keyof SessionCalls]: (session: EncryptedSession, ...args: SessionCalls[K]) => Result<Keyed, Refusal>;
};

const SESSION: SessionMethods = {
	send: (session, ...args) => session.send(...args),
	sendCopy: (session, ...args) => session.sendCopy(...args),
	startSmp: (session, ...args) => session.startSmp(...args),
	answerSmp: (session, ...args) => session.answerSmp(...args),
	abortSmp: (session, ...args) => session.abortSmp(...args),
	agreeKey: (session, ...args) => session.agreeKey(...args),
	heartbeat: (session, ...args) => session.heartbeat(...args),
	end: (session, ...args) => session.end(...args),
};

/** A conversation in the worker, whose sessions go by numbers: an object cannot pass the port. */
export class HostedConversation {
	readonly #conversation: Conversation;
	readonly #addresses: Addresses;
	readonly #take: TakeEnsembles;
	#stored: Uint8Array | undefined;
	/** Those that there are, by their numbers. Of one that is over, the number is never used again. */
	#sessions: ReadonlyMap<number, EncryptedSession> = new Map();
	#lastId = 0;

	constructor(conversation: Conversation, addresses: Addresses, take: TakeEnsembles) {
		this.#conversation = conversation;
		this.#addresses = addresses;
		this.#take = take;
	}

	/** What to store, if it is not what was stored last. */
	storeIfChanged(): (Addresses & { readonly stored: Uint8Array }) | undefined {
		const stored = this.#conversation.store();
		if (this.#stored !== undefined && equal(this.#stored, stored)) {
			erase(stored);
			return undefined;
		}
		erase(this.#stored);
		this.#stored = stored.slice();
		const { ourAddress, theirAddress } = this.#addresses;
		return { ourAddress, theirAddress, stored };
	}

	call<K extends keyof ConversationCalls>({ call, args }: ConversationRequest<K>): Result<Outcome, Refusal> {
		const methods: ConversationMethods = {
			...CONVERSATION,
			sendOffline: (_, ...offline) => this.#sendOffline(...offline),
		};
		return methods[call](this.#conversation, ...args);
	}

	#sendOffline(...[ids, text, nowMs]: ConversationCalls["sendOffline"]): Result<Outcome, Refusal> {
		const ensembles = this.#take(ids);
		return ensembles.ok ? this.#conversation.sendOffline(ensembles.value, text, nowMs) : ensembles;
	}

	callSession<K extends keyof SessionCalls>({ session: id, call, args }: SessionRequest<K>): Result<Keyed, Refusal> {
		const session = this.#sessions.get(id);
		// In the words in which a session that is over refuses by itself.
		if (session === undefined) {
			return refuse("caller", "state", "encrypted session", "a session that is not over", "one that is");
		}
		return SESSION[call](session, ...args);
	}

	/** How everything is now. */
	status(): Status {
		const conversation = this.#conversation;
		const sessions = conversation.sessions();
		this.#number([...sessions.values()]);
		const idOf = (session: EncryptedSession | undefined): number | undefined =>
			[...this.#sessions].find(([, known]) => known === session)?.[0];
		const dataOf = (session: Session): Status["sessions"][number][1] =>
			session.state === "finished" ? session : sessionData(session, idOf(session) as number);
		return {
			state: conversation.state(),
			deadlineMs: conversation.deadlineMs,
			sessions: [...sessions].map(([instance, session]) => [instance, dataOf(session)]),
			best: idOf(conversation.session("best")),
			recent: idOf(conversation.session("recent")),
		};
	}

	/** Erases every secret, without a word to the peer. */
	erase(): void {
		erase(this.#stored);
		this.#stored = undefined;
		for (const session of this.#conversation.sessions().values()) if (session.state === "encrypted") session.discard();
		// Sends nothing, as no session is open any more: it forgets exchanges that are under way. So the time does not matter.
		this.#conversation.end(0);
	}

	#number(sessions: readonly Session[]): void {
		const encrypted = sessions.filter((session) => session.state === "encrypted");
		const kept = [...this.#sessions].filter(([, session]) => encrypted.includes(session));
		const known = new Set(kept.map(([, session]) => session));
		const added = encrypted
			.filter((session) => !known.has(session))
			.map((session) => [++this.#lastId, session] as const);
		this.#sessions = new Map([...kept, ...added]);
	}
}

function sessionData({ peer }: EncryptedSession, id: number): SessionData {
	return { state: "encrypted", id, peer: peerData(peer) };
}

function peerData({ instance, fingerprint, profile, ssid, ourHalf, offline }: Peer): PeerData {
	return { instance, fingerprint, profile: profile.profile, ssid, ourHalf, offline };
}

function eventData(event: ConversationEvent): EventData {
	return event.kind === "established" ? { kind: event.kind, ...peerData(event) } : event;
}

/** An outcome as it may pass the port. */
export function outcomeData({ send, events, key }: Keyed): SessionOutcome {
	return { send, events: events.map(eventData), ...(key === undefined ? {} : { key }) };
}

/** Erases the agreed keys of what was passed on: the page has copies of its own, and the worker has no use for them. */
export function eraseAgreedKeys({ events, key }: SessionOutcome): void {
	erase(key, ...events.map((event) => (event.kind === "extra-symmetric-key" ? event.key : undefined)));
}
