import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { bareOf, fullOf, type Jid, parseJid } from "./jid.ts";
import { LISTS_AT_HAND_COUNT, type ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import { Recent } from "./recent.ts";
import type { Session, Sessions } from "./session.ts";
import type { Storage } from "./storage/storage.ts";
import { childElements, type Element, element } from "./xml.ts";

const COLLECTION = "blocked";
const NOBODY: ReadonlySet<string> = new Set();

/** Whom an account has blocked (XEP-0191). */
export class BlockLists {
	readonly #storage: Storage;
	readonly #limits: ServerLimits;
	/** Those who block anyone: for all others nothing has to be looked up. */
	readonly #blockers: Set<string>;
	readonly #recent: Recent<ReadonlySet<string>> = new Recent(LISTS_AT_HAND_COUNT);

	constructor(storage: Storage, limits: ServerLimits) {
		this.#storage = storage;
		this.#limits = limits;
		this.#blockers = new Set(storage.owners(COLLECTION));
	}

	of(username: string): ReadonlySet<string> {
		if (!this.#blockers.has(username)) return NOBODY;
		return this.#recent.get(username, () => new Set(this.#storage.entries(username, COLLECTION).map(([jid]) => jid)));
	}

	/** BLOCK-1: whether an address, its account, or all of its domain is blocked. Nobody blocks themselves. */
	blocks(username: string, jid: Jid): boolean {
		if (!this.#blockers.has(username) || jid.local === username) return false;
		const atDomain = jid.resource === "" ? jid.domain : `${jid.domain}/${jid.resource}`;
		const blocked = this.of(username);
		return [fullOf(jid), bareOf(jid), atDomain, jid.domain].some((address) => blocked.has(address));
	}

	/** False: there would be too many. */
	add(username: string, jids: readonly string[]): boolean {
		if (new Set([...this.of(username), ...jids]).size > this.#limits.blockedAddresses) return false;
		for (const jid of jids) this.#storage.put(username, COLLECTION, jid, "");
		this.changed(username);
		return true;
	}

	remove(username: string, jids: readonly string[]): void {
		for (const jid of jids) this.#storage.delete(username, COLLECTION, jid);
		this.changed(username);
	}

	/** What was changed was undone, or is gone with its account. */
	changed(username: string): void {
		this.#recent.forget(username);
		if (this.#storage.entries(username, COLLECTION).length > 0) this.#blockers.add(username);
		else this.#blockers.delete(username);
	}
}

/** What is said to one who writes to somebody they have blocked themselves (XEP-0191 section 3.5). */
export function blockedReply(stanza: Element, to: string): Element {
	const { id, to: from } = stanza.attrs;
	return element(stanza.name, NS.client, { type: "error", id, from, to }, [
		element("error", NS.client, { type: "cancel" }, [
			element("not-acceptable", NS.stanzaErrors),
			element("blocked", NS.blockingErrors),
		]),
	]);
}

/** What the service needs of the server around it. */
export interface BlockingHost {
	readonly lists: BlockLists;
	readonly sessions: Sessions;
	readonly newId: () => string;
	readonly commit: () => boolean;
	/** Runs a change of the lists; those who see an account's presence no more, or again, are told. */
	readonly changeAudience: (username: string, change: () => boolean) => boolean;
}

/** The commands of XEP-0191, by clients for their own accounts. */
export class BlockingService implements IqService {
	readonly serverFeatures: readonly string[] = [NS.blocking];
	readonly accountFeatures: readonly string[] = [NS.blocking];
	readonly #host: BlockingHost;
	/** Sessions that have asked for the list are told of its changes. */
	readonly #interested: WeakSet<Session> = new WeakSet();

	constructor(host: BlockingHost) {
		this.#host = host;
	}

	answer({ session, payload, type }: IqRequest): IqOutcome | undefined {
		if (payload.ns !== NS.blocking) return undefined;
		if (payload.name === "blocklist" && type === "get") {
			this.#interested.add(session);
			const items = [...this.#host.lists.of(session.username)].map((jid) => element("item", NS.blocking, { jid }));
			return { type: "result", payload: element("blocklist", NS.blocking, {}, items) };
		}
		if (type !== "set" || (payload.name !== "block" && payload.name !== "unblock")) {
			return { type: "error", condition: "bad-request" };
		}
		const items = childElements(payload).filter(({ name, ns }) => name === "item" && ns === NS.blocking);
		const jids = items.map(({ attrs }) => parseJid(attrs["jid"] ?? ""));
		const addresses = jids.flatMap((jid) => (jid.ok ? [fullOf(jid.value)] : []));
		if (addresses.length < items.length) return { type: "error", condition: "jid-malformed" };
		return payload.name === "block" ? this.#block(session, addresses) : this.#unblock(session, addresses);
	}

	#block({ username }: Session, jids: readonly string[]): IqOutcome {
		if (jids.length === 0) return { type: "error", condition: "bad-request" };
		return this.#change(username, "block", jids, () => this.#host.lists.add(username, jids));
	}

	/** Without addresses: all. */
	#unblock({ username }: Session, jids: readonly string[]): IqOutcome {
		return this.#change(username, "unblock", jids, () => {
			this.#host.lists.remove(username, jids.length === 0 ? [...this.#host.lists.of(username)] : jids);
			return true;
		});
	}

	/** BLOCK-3: first kept, then answered, then told to the account's other sessions (XEP-0191 section 3.3). */
	#change(username: string, name: string, jids: readonly string[], change: () => boolean): IqOutcome {
		const done = this.#host.changeAudience(username, () => {
			const kept = change() && this.#host.commit();
			if (!kept) this.#host.lists.changed(username);
			return kept;
		});
		if (!done) return { type: "error", condition: "resource-constraint" };
		const items = jids.map((jid) => element("item", NS.blocking, { jid }));
		const push = element(name, NS.blocking, {}, items);
		const afterwards = (): void => {
			for (const session of this.#host.sessions.of(username)) {
				if (!this.#interested.has(session)) continue;
				session.send(element("iq", NS.client, { type: "set", id: this.#host.newId(), to: session.full }, [push]));
			}
		};
		return { type: "result", afterwards };
	}
}
