import { err, ok, type Result } from "@clowder/bytes";
import type { Accounts } from "./accounts.ts";
import { blockedReply, type BlockLists } from "./blocking.ts";
import type { Carbons } from "./carbons.ts";
import { isDelay } from "./delay.ts";
import type { Flight, InFlight } from "./in-flight.ts";
import { bareOf, type Jid } from "./jid.ts";
import { NS } from "./namespaces.ts";
import { isForLater, type OfflineMessages } from "./offline.ts";
import { type Presences, priority } from "./presences.ts";
import { addressOf, type Session } from "./session.ts";
import { readdressed, type StanzaCondition } from "./stanza.ts";
import type { Element } from "./xml.ts";

/** What messages need of the server around them. */
export interface MessagesHost {
	readonly domain: string;
	readonly accounts: Accounts;
	readonly blockLists: BlockLists;
	readonly presences: Presences;
	readonly offline: OfflineMessages;
	readonly inFlight: InFlight;
	readonly carbons: Carbons;
}

/** Messages from account to account (RFC 6121 section 8.5). */
export class Messages {
	readonly #host: MessagesHost;

	constructor(host: MessagesHost) {
		this.#host = host;
	}

	/** The answer is what is wrong with it, or what is to be sent back instead. */
	send(session: Session, stanza: Element, to: Jid): StanzaCondition | Element | undefined {
		const { type } = stanza.attrs;
		if (type === "groupchat") return "service-unavailable";
		const blocked = this.#blocked(session, stanza, to);
		if (blocked !== undefined) return type === "error" ? undefined : blocked;
		const children = withoutForeignMarks(stanza, [bareOf(to), this.#host.domain]);
		const message = readdressed(stanza, session.full, stanza.attrs["to"] ?? session.bare, children);
		const readers = this.#readers(to, type);
		const departed = this.#depart(to.local, message, readers);
		if (!departed.ok) return departed.error;
		const answer = this.#pass(session, message, to, readers, departed.value);
		departed.value?.release();
		return answer;
	}

	/** FLIGHT-1: what is for later is kept before a session has it that can acknowledge it. */
	#depart(
		username: string,
		message: Element,
		readers: readonly Session[],
	): Result<Flight | undefined, StanzaCondition> {
		if (!readers.some(({ acknowledges }) => acknowledges) || !isForLater(message)) return ok(undefined);
		const flight = this.#host.inFlight.keep(username, message);
		return flight === undefined ? err("service-unavailable") : ok(flight);
	}

	#pass(
		session: Session,
		message: Element,
		to: Jid,
		readers: readonly Session[],
		flight: Flight | undefined,
	): StanzaCondition | undefined {
		const { carbons } = this.#host;
		const { type } = message.attrs;
		const own = to.local === session.username;
		const got = this.#deliver(message, to, session, readers, flight);
		if (type === "error") return undefined;
		carbons.copy("sent", session.username, message, new Set([session, ...(own ? (got ?? []) : [])]));
		if (got !== undefined) return undefined;
		// Section 8.5.3.2.1: for one resource only, and that is gone.
		if (to.resource !== "" && type !== "chat") return "service-unavailable";
		return this.keep(to.local, message, flight) ? undefined : "service-unavailable";
	}

	/** BLOCK-2 */
	#blocked(session: Session, stanza: Element, to: Jid): StanzaCondition | Element | undefined {
		const { blockLists, domain } = this.#host;
		if (blockLists.blocks(session.username, to)) return blockedReply(stanza, session.full);
		return blockLists.blocks(to.local, addressOf(session, domain)) ? "service-unavailable" : undefined;
	}

	#readers(to: Jid, type: string | undefined): readonly Session[] {
		const { presences } = this.#host;
		let readers = presences.readers(to);
		// Section 8.5.3.2.1: a chat message finds the account when the resource is gone.
		const sought = to.resource !== "" && readers.length === 0 && type === "chat" ? { ...to, resource: "" } : to;
		if (sought !== to) readers = presences.readers(sought);
		if (sought.resource === "") readers = type === "error" ? [] : readers.filter((reader) => priority(reader) >= 0);
		return readers;
	}

	/** Undefined: nobody takes it. `sender` gets no copy of what it says to its own account. */
	#deliver(
		message: Element,
		to: Jid,
		sender: Session,
		readers: readonly Session[],
		flight: Flight | undefined,
	): ReadonlySet<Session> | undefined {
		const taken = readers.filter((reader) => reader.send(message, flight));
		if (taken.length === 0) return undefined;
		const got = new Set(readers);
		this.#host.carbons.copy("received", to.local, message, new Set([...got, sender]));
		return got;
	}

	/**
	 * OFFLINE-5: what would be kept for an account is dropped where there is no such account, so that the sender cannot tell.
	 * False: it is refused.
	 */
	keep(username: string, message: Element, flight: Flight | undefined): boolean {
		if (!isForLater(message)) return false;
		return !this.#host.accounts.has(username) || this.#host.offline.keep(username, message, flight);
	}
}

/** Takes out what only this server or the account may say: ids (XEP-0359 section 5), and when it came (XEP-0203). */
function withoutForeignMarks(stanza: Element, ours: readonly string[]): Element["children"] {
	return stanza.children.filter((node) => {
		if (typeof node === "string") return true;
		if (node.ns === NS.stanzaId && node.name === "stanza-id")
			return !ours.includes((node.attrs["by"] ?? "").toLowerCase());
		return !isDelay(node) || !ours.includes((node.attrs["from"] ?? "").toLowerCase());
	});
}
