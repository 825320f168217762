import type { Accounts } from "./accounts.ts";
import type { BlockLists } from "./blocking.ts";
import { fullOf, type Jid, parseJid } from "./jid.ts";
import type { ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import type { Rosters } from "./roster/rosters.ts";
import { addressOf, type Session, type Sessions } from "./session.ts";
import { readdressed, type StanzaCondition } from "./stanza.ts";
import { child, type Element, element, serialise, textOf } from "./xml.ts";
import { parseFrame } from "./xml-parser.ts";

/** What presences need of the server around them. */
export interface PresencesHost {
	readonly domain: string;
	readonly limits: ServerLimits;
	readonly accounts: Accounts;
	readonly sessions: Sessions;
	readonly rosters: Rosters;
	readonly blockLists: BlockLists;
}

const UNAVAILABLE = element("presence", NS.client, { type: "unavailable" });

/** Who sees whose presence (RFC 6121 section 4). */
export class Presences {
	readonly #host: PresencesHost;

	constructor(host: PresencesHost) {
		this.#host = host;
	}

	/** A presence without an address; the answer is what is wrong with it. */
	broadcast(session: Session, stanza: Element): StanzaCondition | undefined {
		const { type } = stanza.attrs;
		if (type === "unavailable") {
			this.ended(session, stanza);
			return undefined;
		}
		if (type !== undefined) return "bad-request";
		if (!this.isSmall(stanza)) return "policy-violation";
		const initial = session.presence === undefined;
		session.presence = stanza;
		for (const other of this.#available(session.username)) {
			other.send(readdressed(stanza, session.full, other.full));
			if (initial && other !== session) show(other, session);
		}
		for (const reader of this.audience(session.username)) show(session, reader);
		if (initial) this.#catchUp(session);
		return undefined;
	}

	/** Whether a presence is of a size that is kept for those who come later. */
	isSmall(stanza: Element): boolean {
		return Buffer.byteLength(serialise(stanza)) <= this.#host.limits.presenceBytes;
	}

	/** RFC 6121 sections 4.2.2, 3.1.3: what a session sees that has just become available. */
	#catchUp(session: Session): void {
		for (const { jid, address, contact } of this.#host.rosters.entries(session.username)) {
			if (this.#host.blockLists.blocks(session.username, address)) continue;
			const { to, request } = contact;
			if (to) this.probe(session, address);
			// The request as it was made, until it is answered.
			const asked = request === undefined ? undefined : parseFrame(request, this.#host.limits);
			if (asked?.ok) session.send(readdressed(asked.value, jid, session.bare));
		}
	}

	/** CONTACT-4: shows the presence of a contact who lets this account see it, and tells nothing of others. */
	probe(session: Session, contact: Jid): void {
		if (contact.domain !== this.#host.domain) return;
		const { from } = this.#host.rosters.get(contact.local, session.bare);
		const own = contact.local === session.username;
		if (!from && !own) return;
		for (const other of this.#available(contact.local)) {
			if (other !== session && this.#mayMeet(other, session)) show(other, session);
		}
	}

	/** The sessions of others that see an account's presence by subscription. */
	audience(username: string): readonly Session[] {
		const readers = this.#host.rosters.entries(username).flatMap(({ address, contact }) => {
			return contact.from && address.domain === this.#host.domain ? this.#available(address.local) : [];
		});
		return readers.filter((reader) => this.#mayMeet({ username, resource: "" }, reader));
	}

	/** The sessions of others that see a session's presence, for whatever reason. */
	#watchers(session: Session): ReadonlySet<Session> {
		const readers = new Set(session.presence === undefined ? [] : this.audience(session.username));
		for (const text of session.directed) {
			const to = parseJid(text);
			if (!to.ok) continue;
			for (const reader of this.readers(to.value)) if (this.#mayMeet(session, reader)) readers.add(reader);
		}
		readers.delete(session);
		return readers;
	}

	/** BLOCK-2: neither is shown what the other has blocked, or has blocked the other. */
	#mayMeet(one: Pick<Session, "username" | "resource">, reader: Session): boolean {
		const { blockLists, domain } = this.#host;
		return (
			!blockLists.blocks(one.username, addressOf(reader, domain)) &&
			!blockLists.blocks(reader.username, addressOf(one, domain))
		);
	}

	/** A session is not available any more: all who saw it hear so. */
	ended(session: Session, stanza: Element = UNAVAILABLE): void {
		const readers = new Set([...this.#available(session.username), ...this.#watchers(session)]);
		readers.delete(session);
		session.directed.clear();
		session.presence = undefined;
		for (const reader of readers) reader.send(readdressed(stanza, session.full, reader.full));
	}

	/** Runs a change after which an account's presence is seen by others than before; they are told. */
	changeAudience<T>(username: string, change: () => T): T {
		const sessions = this.#host.sessions.of(username);
		const before = new Map(sessions.map((session) => [session, this.#watchers(session)]));
		const result = change();
		for (const [session, readers] of before) {
			const now = this.#watchers(session);
			for (const reader of now) if (!readers.has(reader)) show(session, reader);
			for (const reader of readers) {
				if (!now.has(reader)) reader.send(readdressed(UNAVAILABLE, session.full, reader.full));
			}
		}
		return result;
	}

	showAll(username: string, reader: Session): void {
		for (const session of this.#available(username)) if (this.#mayMeet(session, reader)) show(session, reader);
	}

	/** To who is blocked it was hidden before. */
	hideAll(username: string, reader: Session): void {
		for (const session of this.#available(username)) {
			if (this.#mayMeet(session, reader)) reader.send(readdressed(UNAVAILABLE, session.full, reader.full));
		}
	}

	/** Presence to an address (RFC 6121 section 4.6); the answer is what is wrong with it. */
	direct(session: Session, stanza: Element, to: Jid): StanzaCondition | undefined {
		const address = fullOf(to);
		if (stanza.attrs["type"] === "unavailable") session.directed.delete(address);
		else if (!session.directed.has(address)) {
			if (session.directed.size >= this.#host.limits.directedPresences) return "resource-constraint";
			session.directed.add(address);
		}
		for (const reader of this.readers(to)) {
			if (this.#mayMeet(session, reader)) reader.send(readdressed(stanza, session.full, reader.full));
		}
		return undefined;
	}

	/** The sessions an address means: one resource, or all that are available. */
	readers(to: Jid): readonly Session[] {
		if (to.resource === "") return this.#available(to.local);
		const found = this.#host.sessions.find(to.local, to.resource);
		return found === undefined ? [] : [found];
	}

	/** The sessions that take what is for the account. */
	takers(username: string): readonly Session[] {
		return this.#available(username).filter((session) => priority(session) >= 0);
	}

	#available(username: string): readonly Session[] {
		return this.#host.sessions.of(username).filter(({ presence }) => presence !== undefined);
	}
}

function show(session: Session, reader: Session): void {
	if (session.presence !== undefined) reader.send(readdressed(session.presence, session.full, reader.full));
}

/** RFC 6121 section 4.7.2.3; 0 where there is none. */
export function priority(session: Session): number {
	const given = session.presence === undefined ? undefined : child(session.presence, "priority", NS.client);
	const value = given === undefined ? 0 : Number.parseInt(textOf(given), 10);
	return Number.isInteger(value) ? value : 0;
}
