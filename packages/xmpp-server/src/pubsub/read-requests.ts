import type { IqOutcome } from "../iq-service.ts";
import { discoInfo, discoItems } from "../disco.ts";
import { childElements, type Element, element } from "../xml.ts";
import { mayRead } from "./access.ts";
import { answered, itemElement, NOT_FOUND, refused } from "./answers.ts";
import { writeForm } from "../data-form.ts";
import type { PubsubLimits } from "./limits.ts";
import { PUBSUB, PUBSUB_FEATURES } from "./names.ts";
import { configFields } from "./node-config.ts";
import type { NodeRecord, NodeStore } from "./node-store.ts";
import type { Subscribers } from "./subscribers.ts";

/** Who asks whose nodes. */
export interface Reading {
	readonly owner: string;
	readonly reader: string;
}

/** What everyone may ask, and is answered as far as they may read. */
export class ReadRequests {
	readonly #domain: string;
	readonly #store: NodeStore;
	readonly #subscribers: Subscribers;
	readonly #limits: PubsubLimits;

	constructor(domain: string, store: NodeStore, subscribers: Subscribers, limits: PubsubLimits) {
		this.#domain = domain;
		this.#store = store;
		this.#subscribers = subscribers;
		this.#limits = limits;
	}

	/** XEP-0060 section 6.5: all items, the newest so many, or those with these ids; the oldest first. */
	items(reading: Reading, request: Element): IqOutcome {
		const name = request.attrs["node"];
		if (name === undefined) return refused("bad-request", "nodeid-required");
		const node = this.#readable(reading, name);
		if (node === undefined) return NOT_FOUND;
		const wanted = childElements(request).map((item) => item.attrs["id"]);
		const most = readMost(request.attrs["max_items"]);
		if (most === undefined) return refused("bad-request");
		const asked = wanted.length === 0 ? node.items : node.items.filter(({ id }) => wanted.includes(id));
		if (wanted.length > 0 && asked.length === 0) return NOT_FOUND;
		const newest = this.#withinBytes(asked.slice(-most));
		const found = newest.flatMap(({ id }) => {
			const payload = this.#store.payload(reading.owner, name, id);
			return payload === undefined ? [] : [itemElement(PUBSUB.pubsub, id, payload)];
		});
		return answered(PUBSUB.pubsub, [element("items", PUBSUB.pubsub, { node: name }, found)]);
	}

	/** disco#info of a node (XEP-0060 section 5.3). */
	nodeInfo(reading: Reading, name: string): IqOutcome {
		const node = this.#readable(reading, name);
		if (node === undefined) return NOT_FOUND;
		const info = discoInfo([{ category: "pubsub", type: "leaf" }], [PUBSUB.pubsub]);
		const form = writeForm("result", PUBSUB.metaData, configFields(node.config));
		return { type: "result", payload: element(info.name, info.ns, { node: name }, [...info.children, form]) };
	}

	/** disco#info of an account: to its contacts only. Its own is asked of the server. */
	accountInfo({ owner, reader }: Reading): IqOutcome {
		if (!this.#subscribers.sees(reader, owner)) return refused("service-unavailable");
		const identities = [
			{ category: "account", type: "registered" },
			{ category: "pubsub", type: "pep" },
		];
		return { type: "result", payload: discoInfo(identities, PUBSUB_FEATURES) };
	}

	/** disco#items of an account: its nodes; of a node: its items. */
	list(reading: Reading, name: string | undefined): IqOutcome {
		const { owner, reader } = reading;
		const jid = `${owner}@${this.#domain}`;
		if (name !== undefined) {
			const node = this.#readable(reading, name);
			if (node === undefined) return NOT_FOUND;
			const listed = discoItems(node.items.map(({ id }) => ({ jid, name: id })));
			return { type: "result", payload: element(listed.name, listed.ns, { node: name }, listed.children) };
		}
		const names = this.#store.names(owner).filter((each) => this.#readable(reading, each) !== undefined);
		// PEP-1: who may see nothing of an account does not see that it is there.
		if (names.length === 0 && reader !== owner && !this.#subscribers.sees(reader, owner)) {
			return refused("service-unavailable");
		}
		return { type: "result", payload: discoItems(names.map((node) => ({ jid, node }))) };
	}

	#readable({ owner, reader }: Reading, name: string): NodeRecord | undefined {
		const node = this.#store.node(owner, name);
		return node !== undefined && mayRead(node, owner, reader, this.#subscribers) ? node : undefined;
	}

	/** PEP-8: as many of the newest as fit an answer, and one at least. */
	#withinBytes(items: NodeRecord["items"]): NodeRecord["items"] {
		let bytes = 0;
		let first = items.length;
		while (first > 0) {
			bytes += items[first - 1]?.bytes ?? 0;
			if (bytes > this.#limits.pubsubAnswerBytes && first < items.length) break;
			first -= 1;
		}
		return items.slice(first);
	}
}

/** `max_items`: as many as there are where it is absent. */
function readMost(text: string | undefined): number | undefined {
	if (text === undefined) return Number.MAX_SAFE_INTEGER;
	return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
