import { NS } from "../namespaces.ts";
import type { Session, Sessions } from "../session.ts";
import { type Element, element } from "../xml.ts";
import { mayRead } from "./access.ts";
import { itemElement } from "./answers.ts";
import type { Interests } from "./interests.ts";
import { PUBSUB } from "./names.ts";
import type { NodeRecord, NodeStore } from "./node-store.ts";
import type { Subscribers } from "./subscribers.ts";

/** Tells those who may and want to hear what happened to nodes (XEP-0163 section 4). */
export class Notifier {
	readonly #domain: string;
	readonly #sessions: Sessions;
	readonly #store: NodeStore;
	readonly #subscribers: Subscribers;
	readonly #interests: Interests;

	constructor(domain: string, sessions: Sessions, store: NodeStore, subscribers: Subscribers, interests: Interests) {
		this.#domain = domain;
		this.#sessions = sessions;
		this.#store = store;
		this.#subscribers = subscribers;
		this.#interests = interests;
	}

	/** PEP-6: to sessions that are available and asked for it, of the owner and of contacts that may read the node. */
	tell(owner: string, name: string, node: NodeRecord, what: Element): void {
		const interests = this.#interests;
		for (const reader of [owner, ...this.#subscribers.viewersOf(owner)]) {
			if (!mayRead(node, owner, reader, this.#subscribers)) continue;
			for (const session of this.#sessions.of(reader)) {
				if (interests.wants(session, name)) this.#send(owner, session, what);
			}
		}
	}

	/** PEP-6: the last item of each of these nodes, from everyone whose presence the session sees. */
	sendLast(session: Session, names: Iterable<string>): void {
		const owners = [session.username, ...this.#subscribers.viewedBy(session.username)];
		for (const name of names) for (const owner of owners) this.#sendLastOf(owner, name, session);
	}

	/** To all sessions of someone who sees the presence of `owner` from now on. */
	sendLastTo(reader: string, owner: string): void {
		const interests = this.#interests;
		for (const session of this.#sessions.of(reader)) {
			for (const name of this.#store.names(owner)) {
				if (interests.wants(session, name)) this.#sendLastOf(owner, name, session);
			}
		}
	}

	#sendLastOf(owner: string, name: string, session: Session): void {
		const node = this.#store.node(owner, name);
		if (node === undefined || node.config.sendLastPublishedItem === "never") return;
		if (!mayRead(node, owner, session.username, this.#subscribers)) return;
		const id = node.items.at(-1)?.id;
		const payload = id === undefined ? undefined : this.#store.payload(owner, name, id);
		if (id !== undefined && payload !== undefined) this.#send(owner, session, publishedEvent(name, id, payload));
	}

	#send(owner: string, session: Session, what: Element): void {
		const attrs = { type: "headline", from: `${owner}@${this.#domain}`, to: session.full };
		session.send(element("message", NS.client, attrs, [element("event", PUBSUB.event, {}, [what])]));
	}
}

export function publishedEvent(node: string, id: string, payload: Element): Element {
	return element("items", PUBSUB.event, { node }, [itemElement(PUBSUB.event, id, payload)]);
}

export function retractedEvent(node: string, id: string): Element {
	return element("items", PUBSUB.event, { node }, [element("retract", PUBSUB.event, { id })]);
}

export function purgedEvent(node: string): Element {
	return element("purge", PUBSUB.event, { node });
}

export function deletedEvent(node: string): Element {
	return element("delete", PUBSUB.event, { node });
}
