import type { Accounts } from "../accounts.ts";
import type { BlockLists } from "../blocking.ts";
import { bareOf, type Jid, parseJid } from "../jid.ts";
import { NS } from "../namespaces.ts";
import type { Presences } from "../presences.ts";
import type { Session, Sessions } from "../session.ts";
import { readdressed, type StanzaCondition } from "../stanza.ts";
import { type Element, element, serialise } from "../xml.ts";
import { type Contact, rosterItem, STRANGER } from "./contact.ts";
import type { Rosters } from "./rosters.ts";
import { inbound, isSubscriptionType, outbound, type SubscriptionType } from "./subscription.ts";

/** What subscriptions need of the server around them. */
export interface SubscriptionsHost {
	readonly domain: string;
	readonly accounts: Accounts;
	readonly sessions: Sessions;
	readonly rosters: Rosters;
	readonly blockLists: BlockLists;
	readonly presences: Presences;
	readonly newId: () => string;
	readonly commit: () => boolean;
}

/** Between accounts of this server: asking to see someone's presence, and answering (RFC 6121 section 3). */
export class Subscriptions {
	readonly #host: SubscriptionsHost;
	/** Sessions that have asked for the roster are told of its changes (section 2.2). */
	readonly #interested: WeakSet<Session> = new WeakSet();
	#onApproved: (reader: string, account: string) => void = () => {};

	constructor(host: SubscriptionsHost) {
		this.#host = host;
	}

	/** Calls back when `reader` sees the presence of `account` from now on. */
	onApproved(callback: (reader: string, account: string) => void): void {
		this.#onApproved = callback;
	}

	interest(session: Session): void {
		this.#interested.add(session);
	}

	/** A stanza of `session`'s to an address of this server; the answer is what is wrong with it. */
	send(session: Session, stanza: Element, to: Jid): StanzaCondition | undefined {
		const { type } = stanza.attrs;
		if (!isSubscriptionType(type) || to.local === session.username) return undefined;
		if (!this.#host.presences.isSmall(stanza)) return "policy-violation";
		const jid = bareOf(to);
		const { listed } = this.#host.rosters.get(session.username, jid);
		const lists = type === "subscribe" || type === "subscribed";
		// BLOCK-2
		if (lists && this.#host.blockLists.blocks(session.username, to)) return "not-acceptable";
		if (lists && !listed && !this.#host.rosters.hasRoomFor(session.username, "listed")) return "resource-constraint";
		return this.#send(session.username, type, to, stanza) ? undefined : "resource-constraint";
	}

	/** False: the disk does not take it. */
	#send(username: string, type: SubscriptionType, to: Jid, stanza: Element): boolean {
		const { rosters, presences } = this.#host;
		const jid = bareOf(to);
		const step = outbound(rosters.get(username, jid), type);
		if (!this.#save(username, jid, step.contact)) return false;
		if (!step.passes) return true;
		this.#receive(to.local, username, type, stanza);
		// Section 3.1.5: after the approval what there is to see; section 3.2.1: after its end, that there is nothing.
		for (const reader of presences.readers({ ...to, resource: "" })) {
			if (type === "subscribed") presences.showAll(username, reader);
			else if (type === "unsubscribed") presences.hideAll(username, reader);
		}
		if (type === "subscribed") this.#onApproved(to.local, username);
		return true;
	}

	/**
	 * CONTACT-4: an account that does not exist, one that has blocked the other and one that does not answer are the same to
	 * the other.
	 */
	#receive(username: string, sender: string, type: SubscriptionType, stanza: Element): void {
		const { accounts, blockLists, rosters, presences } = this.#host;
		const from = this.#jid(sender);
		if (!accounts.has(username)) return;
		// BLOCK-2: what ends a subscription ends it behind a block too, or it would be there when the block is gone.
		const blocked = blockLists.blocks(username, from);
		if (blocked && (type === "subscribe" || type === "subscribed")) return;
		const before = rosters.get(username, bareOf(from));
		// Section 3.1.3: who is approved already is told so again, and not the contact.
		if (type === "subscribe" && before.from) return this.#approveAgain(username, from);
		if (type === "subscribe" && before.request === undefined && !rosters.hasRoomFor(username, "request")) return;
		const stamped = readdressed(stanza, bareOf(from), bareOf(this.#jid(username)));
		const step = inbound(before, type, serialise(stamped));
		if (!step.passes) return;
		const subscribed = before.from && !step.contact.from;
		for (const session of this.#host.sessions.of(username)) {
			if (blocked) break;
			const hears = type === "subscribe" ? session.presence !== undefined : this.#interested.has(session);
			if (hears) session.send(stamped);
		}
		this.#save(username, bareOf(from), step.contact);
		if (subscribed) for (const reader of presences.readers(from)) presences.hideAll(username, reader);
	}

	#approveAgain(username: string, subscriber: Jid): void {
		const stanza = element("presence", NS.client, { type: "subscribed" });
		this.#receive(subscriber.local, username, "subscribed", stanza);
		for (const reader of this.#host.presences.readers(subscriber)) this.#host.presences.showAll(username, reader);
	}

	/** CONTACT-1: kept first, then told to the account's sessions. False: the disk does not take it. */
	#save(username: string, jid: string, contact: Contact): boolean {
		const before = this.#host.rosters.get(username, jid);
		this.#host.rosters.put(username, jid, contact);
		if (!this.#commit(username)) return false;
		if (!contact.listed) return true;
		const item = rosterItem(jid, contact);
		if (!before.listed || serialise(rosterItem(jid, before)) !== serialise(item)) this.#push(username, item);
		return true;
	}

	/** Puts an item as its owner wishes it. False: the disk does not take it. */
	list(username: string, jid: string, name: string, groups: readonly string[]): boolean {
		return this.#save(username, jid, { ...this.#host.rosters.get(username, jid), listed: true, name, groups });
	}

	/** Section 2.5: takes an item away, and with it what was subscribed either way. False: the disk does not take it. */
	remove(username: string, jid: string): boolean {
		const { rosters } = this.#host;
		const contact = rosters.get(username, jid);
		const address = parseJid(jid);
		// Not listed from the start, so that clients hear of the removal alone.
		rosters.put(username, jid, { ...contact, listed: false });
		if (address.ok && address.value.domain === this.#host.domain) {
			for (const type of ties(contact)) {
				this.#send(username, type, address.value, element("presence", NS.client, { type }));
			}
		}
		rosters.put(username, jid, STRANGER);
		if (!this.#commit(username)) return false;
		this.#push(username, rosterItem(jid, undefined));
		return true;
	}

	/** CONTACT-5: who takes the name of an account that is gone inherits nothing from it. */
	forgetAccount(username: string): void {
		for (const { address, contact } of this.#host.rosters.entries(username)) {
			if (address.domain !== this.#host.domain) continue;
			for (const type of ties(contact)) {
				this.#receive(address.local, username, type, element("presence", NS.client, { type }));
			}
			if (contact.from)
				for (const reader of this.#host.presences.readers(address)) this.#host.presences.hideAll(username, reader);
		}
	}

	#commit(username: string): boolean {
		const kept = this.#host.commit();
		if (!kept) this.#host.rosters.changed(username);
		return kept;
	}

	/** Section 2.1.6. */
	#push(username: string, item: Element): void {
		const query = element("query", NS.roster, {}, [item]);
		for (const session of this.#host.sessions.of(username)) {
			if (!this.#interested.has(session)) continue;
			session.send(element("iq", NS.client, { type: "set", id: this.#host.newId(), to: session.full }, [query]));
		}
	}

	#jid(username: string): Jid {
		return { local: username, domain: this.#host.domain, resource: "" };
	}
}

/** What ends all that there is between an account and a contact. */
function ties({ to, asked, from, request }: Contact): readonly SubscriptionType[] {
	const types: SubscriptionType[] = [];
	if (to || asked) types.push("unsubscribe");
	if (from || request !== undefined) types.push("unsubscribed");
	return types;
}
