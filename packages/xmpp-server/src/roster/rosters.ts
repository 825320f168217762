import type { ServerLimits } from "../limits.ts";
import type { Storage } from "../storage/storage.ts";
import { type Contact, decodeContact, encodeContact, isForgettable, STRANGER } from "./contact.ts";

const COLLECTION = "roster";

/** The contacts of all accounts, by bare address. */
export class Rosters {
	readonly #storage: Storage;
	readonly #limits: ServerLimits;

	constructor(storage: Storage, limits: ServerLimits) {
		this.#storage = storage;
		this.#limits = limits;
	}

	get(username: string, jid: string): Contact {
		const text = this.#storage.get(username, COLLECTION, jid);
		return text === undefined ? STRANGER : decodeContact(text);
	}

	entries(username: string): readonly (readonly [jid: string, contact: Contact])[] {
		return this.#storage.entries(username, COLLECTION).map(([jid, text]) => [jid, decodeContact(text)] as const);
	}

	/**
	 * CONTACT-2: whether there is room for one more contact. Those who only ask to subscribe have a share of their own, so that
	 * strangers cannot fill up a roster.
	 */
	hasRoomFor(username: string, kind: "listed" | "request"): boolean {
		const entries = this.entries(username);
		const same = entries.filter(([, { listed }]) => listed === (kind === "listed")).length;
		return same < (kind === "listed" ? this.#limits.rosterContacts : this.#limits.rosterRequests);
	}

	put(username: string, jid: string, contact: Contact): void {
		if (isForgettable(contact)) this.#storage.delete(username, COLLECTION, jid);
		else this.#storage.put(username, COLLECTION, jid, encodeContact(contact));
	}
}
