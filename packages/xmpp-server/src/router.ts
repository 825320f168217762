import type { Accounts } from "./accounts.ts";
import { ArrivalKeys } from "./arrival-keys.ts";
import { blockedReply, BlockingService, BlockLists } from "./blocking.ts";
import { Carbons } from "./carbons.ts";
import { IN_FLIGHT, InFlight } from "./in-flight.ts";
import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { type Jid, parseJid } from "./jid.ts";
import type { ServerLimits } from "./limits.ts";
import { Messages } from "./messages.ts";
import type { MucService } from "./muc-service.ts";
import { OfflineMessages, WAITING } from "./offline.ts";
import { Presences, priority } from "./presences.ts";
import { PepService } from "./pubsub/pep-service.ts";
import { RegisterService } from "./register.ts";
import { RosterService } from "./roster/roster-service.ts";
import { Rosters } from "./roster/rosters.ts";
import { isSubscriptionType } from "./roster/subscription.ts";
import { Subscriptions } from "./roster/subscriptions.ts";
import { Viewers } from "./roster/viewers.ts";
import { ServerIq } from "./server-iq.ts";
import { addressOf, type Session, type Sessions } from "./session.ts";
import { handOn } from "./stream-management/undelivered.ts";
import type { Unacked } from "./stream-management/unacked-queue.ts";
import {
	errorReply,
	iqPayload,
	isRequest,
	isWellFormedIq,
	readdressed,
	resultReply,
	type StanzaCondition,
} from "./stanza.ts";
import type { Storage } from "./storage/storage.ts";
import type { Element } from "./xml.ts";
import type { UploadService } from "./upload/upload-service.ts";

/** What the sender's connection adds to a stanza. */
export interface RouteContext {
	readonly now: number;
	/** Counts a change of password against the sender's address. */
	readonly allowRegistration: () => boolean;
}

/** What the router needs of the server around it. */
export interface RouterHost {
	readonly domain: string;
	readonly limits: ServerLimits;
	readonly accounts: Accounts;
	readonly sessions: Sessions;
	readonly muc: MucService;
	readonly storage: Storage;
	readonly uploads: UploadService;
	readonly newId: () => string;
	/** Milliseconds since 1970. */
	readonly wallTime: () => number;
}

/** Takes each stanza of a bound session to where it belongs (RFC 6121 section 8). */
export class Router {
	readonly #domain: string;
	readonly #sessions: Sessions;
	readonly #muc: MucService;
	readonly #storage: Storage;
	readonly #blockLists: BlockLists;
	readonly #presences: Presences;
	readonly #subscriptions: Subscriptions;
	readonly #offline: OfflineMessages;
	readonly #messages: Messages;
	readonly #pep: PepService;
	readonly #services: readonly IqService[];

	constructor(host: RouterHost) {
		const { domain, limits, accounts, sessions, muc, storage } = host;
		this.#domain = domain;
		this.#sessions = sessions;
		this.#muc = muc;
		this.#storage = storage;
		const commit = (): boolean => storage.commit();
		const rosters = new Rosters(storage, limits);
		const blockLists = new BlockLists(storage, limits);
		const carbons = new Carbons(sessions);
		const presences = new Presences({ ...host, rosters, blockLists });
		const subscriptions = new Subscriptions({ ...host, rosters, blockLists, presences, commit });
		const keys = new ArrivalKeys(storage, [WAITING, IN_FLIGHT]);
		const inFlight = new InFlight({ ...host, keys });
		const offline = new OfflineMessages({ ...host, keys, inFlight });
		offline.recover();
		const changeAudience = (username: string, change: () => boolean): boolean =>
			presences.changeAudience(username, change);
		this.#blockLists = blockLists;
		this.#presences = presences;
		this.#subscriptions = subscriptions;
		this.#offline = offline;
		this.#messages = new Messages({ domain, accounts, blockLists, presences, offline, inFlight, carbons });
		this.#pep = new PepService({ ...host, subscribers: new Viewers(domain, rosters, blockLists) });
		subscriptions.onApproved((reader, account) => this.#pep.subscribed(reader, account));
		accounts.onRemoval({
			before: (username) => {
				subscriptions.forgetAccount(username);
				this.#pep.accountGone(username);
			},
			after: (username) => {
				rosters.changed(username);
				blockLists.changed(username);
				offline.changed(username);
			},
		});
		const services = [
			new RegisterService(accounts, (username, now) => this.#accountRemoved(username, now)),
			new RosterService(rosters, subscriptions),
			new BlockingService({ ...host, lists: blockLists, commit, changeAudience }),
			carbons,
			offline,
			this.#pep,
			host.uploads,
		];
		this.#services = [...services, new ServerIq(muc.domain, services)];
	}

	route(session: Session, stanza: Element, context: RouteContext): void {
		if (stanza.name === "iq" && !isWellFormedIq(stanza)) return this.#refuse(session, stanza, "bad-request");
		const text = stanza.attrs["to"];
		if (text === undefined) return this.#toOwnAccount(session, stanza, context);
		const to = parseJid(text);
		if (!to.ok) return this.#refuse(session, stanza, "jid-malformed");
		if (to.value.domain === this.#muc.domain) return this.#muc.receive(session, stanza, to.value);
		if (to.value.domain !== this.#domain) return this.#refuse(session, stanza, "remote-server-not-found");
		if (to.value.local === "") return this.#toServer(session, stanza, to.value, context);
		if (to.value.resource === "" && stanza.name === "iq") return this.#iqToAccount(session, stanza, to.value, context);
		this.#toUser(session, stanza, to.value);
	}

	/** A session ended: those who saw its presence hear of it. */
	sessionEnded(session: Session): void {
		this.#muc.dropSession(session);
		this.#pep.gone(session);
		this.#presences.ended(session);
	}

	/** A session ended, and these stanzas to it may never have arrived. */
	undelivered(session: Session, unacked: readonly Unacked[]): void {
		handOn(session, unacked, {
			domain: this.#domain,
			sessions: this.#sessions,
			takers: (username) => this.#presences.takers(username),
			keep: (username, message, flight) => this.#messages.keep(username, message, flight),
		});
	}

	#refuse(session: Session, stanza: Element, condition: StanzaCondition, detail?: Element): void {
		const { type } = stanza.attrs;
		// An answer is never answered, or two servers would talk for ever (RFC 6120 section 8.3.1).
		if (type === "error" || type === "result") return;
		session.send(errorReply(stanza, condition, session.full, undefined, detail));
	}

	#toOwnAccount(session: Session, stanza: Element, context: RouteContext): void {
		if (stanza.name === "presence") return this.#ownPresence(session, stanza);
		if (stanza.name === "iq") return this.#iqToServer(session, stanza, context);
		this.#messageToUser(session, stanza, { local: session.username, domain: this.#domain, resource: "" });
	}

	#toServer(session: Session, stanza: Element, to: Jid, context: RouteContext): void {
		if (stanza.name === "presence") return;
		if (stanza.name === "message" || to.resource !== "") return this.#refuse(session, stanza, "service-unavailable");
		this.#iqToServer(session, stanza, context);
	}

	/** BLOCK-2: to somebody whom one has blocked nothing goes; who has blocked one has nothing to show (PEP-1). */
	#iqToAccount(session: Session, iq: Element, to: Jid, context: RouteContext): void {
		if (isRequest(iq) && this.#blockLists.blocks(session.username, to)) session.send(blockedReply(iq, session.full));
		else this.#iqToServer(session, iq, context);
	}

	/** To the server itself, or to an account, for which it answers. */
	#iqToServer(session: Session, iq: Element, context: RouteContext): void {
		if (!isRequest(iq)) return this.#pep.answered(session, iq);
		const payload = iqPayload(iq);
		if (payload === undefined) return;
		const asked = parseJid(iq.attrs["to"] ?? session.bare);
		const account = asked.ok && asked.value.local !== "" ? asked.value.local : undefined;
		const type = iq.attrs["type"] === "set" ? "set" : "get";
		const request = { session, iq, payload, type, account, ...context } as const;
		const answer = this.#kept(request, this.#answer(request));
		if (answer.type === "error") this.#refuse(session, iq, answer.condition, answer.detail);
		else session.send(resultReply(iq, session.full, answer.payload));
		answer.afterwards?.();
	}

	#answer(request: IqRequest): IqOutcome {
		const isOthers = request.account !== undefined && request.account !== request.session.username;
		for (const service of this.#services) {
			if (isOthers && service.answersOthers !== true) continue;
			const answer = service.answer(request);
			if (answer !== undefined) return answer;
		}
		return { type: "error", condition: "service-unavailable" };
	}

	/** STORE-1: nothing is said to be done that is not kept. */
	#kept({ type }: IqRequest, answer: IqOutcome): IqOutcome {
		return type === "get" || this.#storage.commit() ? answer : { type: "error", condition: "resource-constraint" };
	}

	#accountRemoved(username: string, now: number): void {
		for (const session of this.#sessions.of(username)) session.terminate("not-authorized", now);
	}

	#ownPresence(session: Session, stanza: Element): void {
		if (stanza.attrs["type"] === "unavailable") this.#muc.leaveAll(session);
		const wrong = this.#presences.broadcast(session, stanza);
		if (wrong !== undefined) return this.#refuse(session, stanza, wrong);
		if (session.presence === undefined) return this.#pep.gone(session);
		if (priority(session) >= 0) this.#offline.handOver(session);
		this.#pep.shown(session, stanza);
	}

	#toUser(session: Session, stanza: Element, to: Jid): void {
		switch (stanza.name) {
			case "presence":
				return this.#presenceToUser(session, stanza, to);
			case "message":
				return this.#messageToUser(session, stanza, to);
			default:
				return this.#iqToUser(session, stanza, to);
		}
	}

	#iqToUser(session: Session, stanza: Element, to: Jid): void {
		if (isRequest(stanza) && this.#blockLists.blocks(session.username, to)) {
			session.send(blockedReply(stanza, session.full));
			return;
		}
		const reader = this.#sessions.find(to.local, to.resource);
		// BLOCK-2
		const blocked = this.#blockLists.blocks(to.local, addressOf(session, this.#domain));
		if (reader === undefined || blocked) return this.#refuse(session, stanza, "service-unavailable");
		reader.send(readdressed(stanza, session.full, reader.full));
	}

	#presenceToUser(session: Session, stanza: Element, to: Jid): void {
		const { type } = stanza.attrs;
		if (type === "probe") return this.#presences.probe(session, to);
		if (type !== undefined && type !== "unavailable" && !isSubscriptionType(type)) return;
		const wrong = isSubscriptionType(type)
			? this.#subscriptions.send(session, stanza, to)
			: this.#presences.direct(session, stanza, to);
		if (wrong !== undefined) this.#refuse(session, stanza, wrong);
	}

	#messageToUser(session: Session, stanza: Element, to: Jid): void {
		const answer = this.#messages.send(session, stanza, to);
		if (typeof answer === "string") this.#refuse(session, stanza, answer);
		else if (answer !== undefined) session.send(answer);
	}
}
