import type { Flight } from "./in-flight.ts";
import type { Jid } from "./jid.ts";
import type { Element } from "./xml.ts";
import { escapeAttribute, serialise } from "./xml.ts";

/** False: the connection takes nothing any more. */
type SessionWrite = (text: string, flight?: Flight) => unknown;

/** One bound resource: an account's presence on one connection, or on several, one after the other. */
export class Session {
	readonly username: string;
	readonly resource: string;
	readonly bare: string;
	readonly full: string;
	/** ` to="..."` with the full address, for broadcasts. */
	readonly toAttribute: string;
	/** The last presence broadcast by it; undefined while it is not available. */
	presence: Element | undefined;
	/** Rooms it is in, by address. */
	readonly rooms: Set<string> = new Set();
	/** Addresses it showed its presence to directly (RFC 6121 section 4.6). */
	readonly directed: Set<string> = new Set();
	/** Its number among all that were bound, in their order. */
	ordinal = 0;
	/** Where the page it is used in was loaded from, if that is this host. */
	pageOrigin: string | undefined;
	/** Whether its client acknowledges what it gets (XEP-0198). */
	acknowledges = false;
	readonly #write: SessionWrite;
	/** Ends the connection with a stream error. */
	readonly terminate: (condition: "conflict" | "not-authorized", now: number) => void;

	constructor(
		username: string,
		resource: string,
		domain: string,
		write: SessionWrite,
		terminate: Session["terminate"],
	) {
		this.username = username;
		this.resource = resource;
		this.bare = `${username}@${domain}`;
		this.full = `${this.bare}/${resource}`;
		this.toAttribute = ` to="${escapeAttribute(this.full)}"`;
		this.#write = write;
		this.terminate = terminate;
	}

	/** False: its connection takes nothing any more. A flight is held until the client acknowledges the stanza. */
	send(stanza: Element, flight?: Flight): boolean {
		return this.#write(serialise(stanza), flight) !== false;
	}

	/** Sends what was serialised already. */
	sendText(text: string): void {
		this.#write(text);
	}
}

export function addressOf({ username, resource }: Pick<Session, "username" | "resource">, domain: string): Jid {
	return { local: username, domain, resource };
}

/** The bound resources, found by account. */
export class Sessions {
	readonly #byAccount: Map<string, Map<string, Session>> = new Map();
	#size = 0;
	#bound = 0;

	get size(): number {
		return this.#size;
	}

	/** How many there have been so far. */
	get bound(): number {
		return this.#bound;
	}

	find(username: string, resource: string): Session | undefined {
		return this.#byAccount.get(username)?.get(resource);
	}

	of(username: string): readonly Session[] {
		return [...(this.#byAccount.get(username)?.values() ?? [])];
	}

	add(session: Session): void {
		let resources = this.#byAccount.get(session.username);
		if (resources === undefined) {
			resources = new Map();
			this.#byAccount.set(session.username, resources);
		}
		resources.set(session.resource, session);
		this.#size += 1;
		this.#bound += 1;
		session.ordinal = this.#bound;
	}

	/** Removes exactly this session, not one that took its name since. */
	remove(session: Session): boolean {
		const resources = this.#byAccount.get(session.username);
		if (resources?.get(session.resource) !== session) return false;
		resources.delete(session.resource);
		if (resources.size === 0) this.#byAccount.delete(session.username);
		this.#size -= 1;
		return true;
	}
}
