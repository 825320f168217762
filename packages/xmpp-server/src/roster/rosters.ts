import { type Jid, parseJid } from "../jid.ts";
import { LISTS_AT_HAND_COUNT, type ServerLimits } from "../limits.ts";
import { Recent } from "../recent.ts";
import type { Storage } from "../storage/storage.ts";
import { type Contact, decodeContact, encodeContact, isForgettable, STRANGER } from "./contact.ts";

const COLLECTION = "roster";

/** An address with what is kept of it; `jid` and `address` are the same. */
export interface RosterEntry {
	readonly jid: string;
	readonly address: Jid;
	readonly contact: Contact;
}

/** The contacts of all accounts, by bare address. */
export class Rosters {
	readonly #storage: Storage;
	readonly #limits: ServerLimits;
	readonly #recent: Recent<readonly RosterEntry[]> = new Recent(LISTS_AT_HAND_COUNT);

	constructor(storage: Storage, limits: ServerLimits) {
		this.#storage = storage;
		this.#limits = limits;
	}

	get(username: string, jid: string): Contact {
		const text = this.#storage.get(username, COLLECTION, jid);
		return text === undefined ? STRANGER : decodeContact(text);
	}

	entries(username: string): readonly RosterEntry[] {
		return this.#recent.get(username, () =>
			this.#storage.entries(username, COLLECTION).flatMap(([jid, text]) => {
				const address = parseJid(jid);
				return address.ok ? [{ jid, address: address.value, contact: decodeContact(text) }] : [];
			}),
		);
	}

	/**
	 * CONTACT-2: whether there is room for one more contact. Those who only ask to subscribe have a share of their own, so that
	 * strangers cannot fill up a roster.
	 */
	hasRoomFor(username: string, kind: "listed" | "request"): boolean {
		const entries = this.entries(username);
		const same = entries.filter(({ contact }) => contact.listed === (kind === "listed")).length;
		return same < (kind === "listed" ? this.#limits.rosterContacts : this.#limits.rosterRequests);
	}

	put(username: string, jid: string, contact: Contact): void {
		this.#recent.forget(username);
		if (isForgettable(contact)) this.#storage.delete(username, COLLECTION, jid);
		else this.#storage.put(username, COLLECTION, jid, encodeContact(contact));
	}

	/** What was put was undone, or is gone with its account. */
	changed(username: string): void {
		this.#recent.forget(username);
	}
}
