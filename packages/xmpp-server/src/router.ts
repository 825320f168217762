import type { Accounts } from "./accounts.ts";
import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { bareOf, fullOf, type Jid, parseJid } from "./jid.ts";
import type { ServerLimits } from "./limits.ts";
import type { MucService } from "./muc-service.ts";
import { NS } from "./namespaces.ts";
import type { PepService } from "./pubsub/pep-service.ts";
import { RegisterService } from "./register.ts";
import { RosterService } from "./roster.ts";
import { ServerIq } from "./server-iq.ts";
import type { Session, Sessions } from "./session.ts";
import {
	errorReply,
	iqPayload,
	isRequest,
	isWellFormedIq,
	readdressed,
	resultReply,
	type StanzaCondition,
} from "./stanza.ts";
import { child, type Element, element, serialise, textOf } from "./xml.ts";

/** What the sender's connection adds to a stanza. */
export interface RouteContext {
	readonly now: number;
	/** Counts a change of password against the sender's address. */
	readonly allowRegistration: () => boolean;
}

/** Takes each stanza of a bound session to where it belongs (RFC 6121 section 8). */
export class Router {
	readonly #domain: string;
	readonly #limits: ServerLimits;
	readonly #sessions: Sessions;
	readonly #muc: MucService;
	readonly #pep: PepService;
	readonly #services: readonly IqService[];

	constructor(
		domain: string,
		limits: ServerLimits,
		accounts: Accounts,
		sessions: Sessions,
		muc: MucService,
		pep: PepService,
	) {
		this.#domain = domain;
		this.#limits = limits;
		this.#sessions = sessions;
		this.#muc = muc;
		this.#pep = pep;
		const services = [
			new RegisterService(accounts, (username, now) => this.#accountRemoved(username, now)),
			new RosterService(),
			pep,
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
		if (to.value.resource === "" && stanza.name === "iq") {
			return this.#iqToServer(session, stanza, context);
		}
		this.#toUser(session, stanza, to.value);
	}

	/** A session ended: those who saw its presence hear of it. */
	sessionEnded(session: Session): void {
		this.#muc.dropSession(session);
		this.#announceUnavailable(session, element("presence", NS.client, { type: "unavailable" }));
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
		this.#toUser(session, stanza, { local: session.username, domain: this.#domain, resource: "" });
	}

	#toServer(session: Session, stanza: Element, to: Jid, context: RouteContext): void {
		if (stanza.name === "presence") return;
		if (stanza.name === "message" || to.resource !== "") return this.#refuse(session, stanza, "service-unavailable");
		this.#iqToServer(session, stanza, context);
	}

	/** To the server itself, or to the own account, for which it answers. */
	#iqToServer(session: Session, iq: Element, context: RouteContext): void {
		if (!isRequest(iq)) return this.#pep.answered(session, iq);
		const payload = iqPayload(iq);
		if (payload === undefined) return;
		const asked = parseJid(iq.attrs["to"] ?? session.bare);
		const account = asked.ok && asked.value.local !== "" ? asked.value.local : undefined;
		const type = iq.attrs["type"] === "set" ? "set" : "get";
		const request = { session, iq, payload, type, account, ...context } as const;
		const answer = this.#answer(request);
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

	#accountRemoved(username: string, now: number): void {
		for (const session of this.#sessions.of(username)) session.terminate("not-authorized", now);
	}

	#ownPresence(session: Session, stanza: Element): void {
		const { type } = stanza.attrs;
		if (type === "unavailable") {
			session.presence = undefined;
			this.#pep.gone(session);
			this.#muc.leaveAll(session);
			return this.#announceUnavailable(session, stanza);
		}
		if (type !== undefined) return this.#refuse(session, stanza, "bad-request");
		if (Buffer.byteLength(serialise(stanza)) > this.#limits.presenceBytes) {
			return this.#refuse(session, stanza, "policy-violation");
		}
		session.presence = stanza;
		// There is no roster, so an account's presence is shown to its own sessions only.
		for (const other of this.#sessions.of(session.username)) {
			if (other.presence === undefined) continue;
			other.send(readdressed(stanza, session.full, other.full));
			if (other !== session) session.send(readdressed(other.presence, other.full, session.full));
		}
		this.#pep.shown(session, stanza);
	}

	#announceUnavailable(session: Session, stanza: Element): void {
		const own = this.#readers({ local: session.username, domain: this.#domain, resource: "" });
		for (const other of own) other.send(readdressed(stanza, session.full, other.full));
		const readers = [...session.directed];
		session.directed.clear();
		for (const text of readers) {
			const to = parseJid(text);
			if (!to.ok) continue;
			for (const reader of this.#readers(to.value)) reader.send(readdressed(stanza, session.full, reader.full));
		}
	}

	/** The sessions an address means: one resource, or all that are available. */
	#readers(to: Jid): readonly Session[] {
		if (to.resource === "") return this.#sessions.of(to.local).filter(({ presence }) => presence !== undefined);
		const found = this.#sessions.find(to.local, to.resource);
		return found === undefined ? [] : [found];
	}

	#toUser(session: Session, stanza: Element, to: Jid): void {
		switch (stanza.name) {
			case "presence":
				return this.#presenceToUser(session, stanza, to);
			case "message":
				return this.#messageToUser(session, stanza, to);
			default: {
				const reader = this.#sessions.find(to.local, to.resource);
				if (reader === undefined) return this.#refuse(session, stanza, "service-unavailable");
				reader.send(readdressed(stanza, session.full, reader.full));
			}
		}
	}

	#presenceToUser(session: Session, stanza: Element, to: Jid): void {
		const { type, id } = stanza.attrs;
		const address = fullOf(to);
		if (type === "subscribe") {
			// Nobody can be subscribed to: the answer is the same whether or not the account exists (RFC 6121 3.1.3).
			return session.send(
				element("presence", NS.client, { type: "unsubscribed", id, from: bareOf(to), to: session.bare }),
			);
		}
		if (type !== undefined && type !== "unavailable") return;
		if (type === "unavailable") session.directed.delete(address);
		else if (!session.directed.has(address)) {
			if (session.directed.size >= this.#limits.directedPresences) {
				return this.#refuse(session, stanza, "resource-constraint");
			}
			session.directed.add(address);
		}
		for (const reader of this.#readers(to)) reader.send(readdressed(stanza, session.full, reader.full));
	}

	#messageToUser(session: Session, stanza: Element, to: Jid): void {
		const { type } = stanza.attrs;
		if (type === "groupchat") return this.#refuse(session, stanza, "service-unavailable");
		let readers = this.#readers(to);
		// RFC 6121 section 8.5.3.2.1: a chat message finds the account when the resource is gone.
		if (readers.length === 0 && to.resource !== "" && type === "chat") readers = this.#readers({ ...to, resource: "" });
		if (to.resource === "" || readers.length > 1) readers = readers.filter((reader) => priority(reader) >= 0);
		if (type === "error" && to.resource === "") return;
		if (readers.length === 0) return this.#refuse(session, stanza, "service-unavailable");
		const children = withoutForeignStanzaIds(stanza, [`${to.local}@${to.domain}`, this.#domain]);
		for (const reader of readers) {
			reader.send(readdressed(stanza, session.full, stanza.attrs["to"] ?? reader.bare, children));
		}
	}
}

function priority(session: Session): number {
	const given = session.presence === undefined ? undefined : child(session.presence, "priority", NS.client);
	const value = given === undefined ? 0 : Number.parseInt(textOf(given), 10);
	return Number.isInteger(value) ? value : 0;
}

/** XEP-0359 section 5: an id said to be by us did not come from us. */
function withoutForeignStanzaIds(stanza: Element, ours: readonly string[]): Element["children"] {
	return stanza.children.filter((node) => {
		if (typeof node === "string" || node.ns !== NS.stanzaId || node.name !== "stanza-id") return true;
		return !ours.includes((node.attrs["by"] ?? "").toLowerCase());
	});
}
