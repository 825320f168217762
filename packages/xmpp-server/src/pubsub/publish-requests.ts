import { err, ok, type Result } from "@clowder/bytes";
import type { IqOutcome } from "../iq-service.ts";
import { child, childElements, type Element, element, serialise } from "../xml.ts";
import { answered, DONE, itemElement, NOT_FOUND, refused } from "./answers.ts";
import { readForm } from "../data-form.ts";
import { PUBSUB_NAME_BYTES, type PubsubLimits } from "./limits.ts";
import { PUBSUB } from "./names.ts";
import { configured, DEFAULT_CONFIG, sameConfig } from "./node-config.ts";
import type { NodeRecord, NodeStore } from "./node-store.ts";
import { type Notifier, publishedEvent, retractedEvent } from "./notifier.ts";

interface NewItem {
	readonly id: string;
	readonly payload: Element;
}

/** What an owner does with nodes and items in the namespace of publishers (XEP-0060 sections 7, 8.1). */
export class PublishRequests {
	readonly #store: NodeStore;
	readonly #notifier: Notifier;
	readonly #limits: PubsubLimits;
	readonly #newId: () => string;

	constructor(store: NodeStore, notifier: Notifier, limits: PubsubLimits, newId: () => string) {
		this.#store = store;
		this.#notifier = notifier;
		this.#limits = limits;
		this.#newId = newId;
	}

	/** A node is made by the first publishing (XEP-0163 section 3); the item is kept before the answer goes out. */
	publish(owner: string, request: Element, pubsub: Element): IqOutcome {
		const name = request.attrs["node"];
		if (!isName(name)) return refused("bad-request", "nodeid-required");
		const item = this.#readItem(request);
		if (!item.ok) return item.error;
		const { id, payload } = item.value;
		const node = this.#nodeFor(owner, name, pubsub);
		if (!node.ok) return node.error;
		if (!this.#keep(owner, name, node.value, item.value)) return refused("resource-constraint");
		const published = element("publish", PUBSUB.pubsub, { node: name }, [itemElement(PUBSUB.pubsub, id)]);
		const afterwards = (): void => this.#notifier.tell(owner, name, node.value, publishedEvent(name, id, payload));
		return { ...answered(PUBSUB.pubsub, [published]), afterwards };
	}

	retract(owner: string, request: Element): IqOutcome {
		const name = request.attrs["node"];
		const items = childElements(request);
		const id = items[0]?.attrs["id"];
		if (name === undefined) return refused("bad-request", "nodeid-required");
		if (items.length !== 1 || id === undefined) return refused("bad-request", "item-required");
		const node = this.#store.node(owner, name);
		if (node === undefined || !node.items.some((item) => item.id === id)) return NOT_FOUND;
		const left = node.items.filter((item) => item.id !== id);
		if (!this.#store.write(owner, name, { ...node, items: left }).ok) return refused("resource-constraint");
		const { notify } = request.attrs;
		const tells = notify === undefined ? node.config.notifyRetract : notify === "1" || notify === "true";
		if (!tells) return DONE;
		return { ...DONE, afterwards: () => this.#notifier.tell(owner, name, node, retractedEvent(name, id)) };
	}

	/** Makes a node; without a name it is given one. */
	create(owner: string, request: Element, pubsub: Element): IqOutcome {
		const given = request.attrs["node"];
		if (given !== undefined && !isName(given)) return refused("bad-request");
		const name = given ?? this.#newId();
		if (this.#store.node(owner, name) !== undefined) return refused("conflict");
		const configure = child(pubsub, "configure", PUBSUB.pubsub);
		const wishes = configure === undefined ? undefined : readForm(configure, PUBSUB.nodeConfig);
		const made = this.#make(owner, wishes);
		if (!made.ok) return made.error;
		if (!this.#store.write(owner, name, made.value).ok) return refused("resource-constraint");
		return given !== undefined ? DONE : answered(PUBSUB.pubsub, [element("create", PUBSUB.pubsub, { node: name })]);
	}

	/** Where items are not kept, a node that is there already stays as it is. */
	#keep(owner: string, name: string, node: NodeRecord, { id, payload }: NewItem): boolean {
		if (node.config.persistItems) return this.#store.publish(owner, name, node, id, payload).ok;
		return this.#store.node(owner, name) !== undefined || this.#store.write(owner, name, node).ok;
	}

	/** PEP-3: publish-options make a node as they say, and are conditions on one that is there. */
	#nodeFor(owner: string, name: string, pubsub: Element): Result<NodeRecord, IqOutcome> {
		const options = child(pubsub, "publish-options", PUBSUB.pubsub);
		const wishes = options === undefined ? new Map<string, string>() : readForm(options, PUBSUB.publishOptions);
		if (wishes === undefined) return err(refused("bad-request"));
		const node = this.#store.node(owner, name);
		if (node === undefined) return this.#make(owner, wishes);
		const asWished = configured(node.config, wishes, this.#limits.pubsubItemsPerNode);
		const isMet = asWished.ok && sameConfig(asWished.value, node.config);
		return isMet ? ok(node) : err(refused("conflict", "precondition-not-met"));
	}

	#make(owner: string, wishes: ReadonlyMap<string, string> | undefined): Result<NodeRecord, IqOutcome> {
		if (this.#store.names(owner).length >= this.#limits.pubsubNodes) {
			return err(refused("resource-constraint", "max-nodes-exceeded"));
		}
		const config = configured(DEFAULT_CONFIG, wishes ?? new Map(), this.#limits.pubsubItemsPerNode);
		return config.ok ? ok({ config: config.value, members: [], items: [] }) : err(refused("not-acceptable"));
	}

	#readItem(request: Element): Result<NewItem, IqOutcome> {
		const items = childElements(request);
		const [item] = items;
		if (item === undefined) return err(refused("bad-request", "item-required"));
		if (items.length > 1 || item.name !== "item") return err(refused("bad-request", "max-items-exceeded"));
		const { id = this.#newId() } = item.attrs;
		if (!isName(id)) return err(refused("bad-request"));
		const payloads = childElements(item);
		const [payload] = payloads;
		if (payload === undefined) return err(refused("bad-request", "payload-required"));
		if (payloads.length > 1) return err(refused("bad-request", "invalid-payload"));
		if (Buffer.byteLength(serialise(payload)) > this.#limits.pubsubItemBytes) {
			return err(refused("not-acceptable", "payload-too-big"));
		}
		return ok({ id, payload });
	}
}

function isName(name: string | undefined): name is string {
	return name !== undefined && name !== "" && Buffer.byteLength(name) <= PUBSUB_NAME_BYTES;
}
