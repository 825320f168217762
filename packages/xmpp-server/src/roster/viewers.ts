import type { BlockLists } from "../blocking.ts";
import type { Jid } from "../jid.ts";
import type { Subscribers } from "../pubsub/subscribers.ts";
import type { Contact } from "./contact.ts";
import type { Rosters } from "./rosters.ts";

/** Who sees whose presence, as the rosters say; nobody whom either has blocked (BLOCK-2). */
export class Viewers implements Subscribers {
	readonly #domain: string;
	readonly #rosters: Rosters;
	readonly #blockLists: BlockLists;

	constructor(domain: string, rosters: Rosters, blockLists: BlockLists) {
		this.#domain = domain;
		this.#rosters = rosters;
		this.#blockLists = blockLists;
	}

	sees(reader: string, account: string): boolean {
		return this.#rosters.get(account, `${reader}@${this.#domain}`).from && this.mayMeet(reader, account);
	}

	viewersOf(account: string): readonly string[] {
		return this.#contacts(account, ({ from }) => from);
	}

	viewedBy(account: string): readonly string[] {
		return this.#contacts(account, ({ to }) => to);
	}

	mayMeet(one: string, other: string): boolean {
		return !this.#blockLists.blocks(one, this.#jid(other)) && !this.#blockLists.blocks(other, this.#jid(one));
	}

	#contacts(account: string, is: (contact: Contact) => boolean): readonly string[] {
		return this.#rosters.entries(account).flatMap(({ address, contact }) => {
			if (!is(contact) || address.domain !== this.#domain) return [];
			return this.mayMeet(account, address.local) ? [address.local] : [];
		});
	}

	#jid(username: string): Jid {
		return { local: username, domain: this.#domain, resource: "" };
	}
}
