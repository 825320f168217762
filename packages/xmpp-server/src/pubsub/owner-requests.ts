import type { IqOutcome } from "../iq-service.ts";
import { parseJid } from "../jid.ts";
import { childElements, type Element, element } from "../xml.ts";
import { answered, DONE, NOT_FOUND, refused } from "./answers.ts";
import { readForm, writeForm } from "../data-form.ts";
import type { PubsubLimits } from "./limits.ts";
import { PUBSUB } from "./names.ts";
import { configFields, configured, DEFAULT_CONFIG } from "./node-config.ts";
import type { NodeRecord, NodeStore } from "./node-store.ts";
import { deletedEvent, type Notifier, purgedEvent } from "./notifier.ts";

/** What an owner does with nodes as such (XEP-0060 section 8), in the namespace of owners. */
export class OwnerRequests {
	readonly #domain: string;
	readonly #store: NodeStore;
	readonly #notifier: Notifier;
	readonly #limits: PubsubLimits;

	constructor(domain: string, store: NodeStore, notifier: Notifier, limits: PubsubLimits) {
		this.#domain = domain;
		this.#store = store;
		this.#notifier = notifier;
		this.#limits = limits;
	}

	answer(owner: string, type: "get" | "set", request: Element): IqOutcome {
		if (type === "get" && request.name === "default") {
			const form = writeForm("form", PUBSUB.nodeConfig, configFields(DEFAULT_CONFIG));
			return answered(PUBSUB.owner, [element("default", PUBSUB.owner, {}, [form])]);
		}
		const name = request.attrs["node"];
		if (name === undefined) return refused("bad-request", "nodeid-required");
		const node = this.#store.node(owner, name);
		if (node === undefined) return NOT_FOUND;
		switch (`${type} ${request.name}`) {
			case "get configure":
				return configuration(name, node);
			case "set configure":
				return this.#configure(owner, name, node, request);
			case "get affiliations":
				return this.#affiliations(owner, name, node);
			case "set affiliations":
				return this.#affiliate(owner, name, node, request);
			case "set delete":
				return this.#delete(owner, name, node);
			case "set purge":
				return this.#purge(owner, name, node);
			default:
				return refused("feature-not-implemented");
		}
	}

	#configure(owner: string, name: string, node: NodeRecord, request: Element): IqOutcome {
		const wishes = readForm(request, PUBSUB.nodeConfig);
		// A form that is cancelled changes nothing (XEP-0060 section 8.2.3).
		if (wishes === undefined) return DONE;
		const config = configured(node.config, wishes, this.#limits.pubsubItemsPerNode);
		if (!config.ok) return refused("not-acceptable");
		const { persistItems, maxItems } = config.value;
		const items = persistItems ? node.items.slice(-maxItems) : [];
		const written = this.#store.write(owner, name, { ...node, config: config.value, items });
		return written.ok ? DONE : refused("resource-constraint");
	}

	#affiliations(owner: string, name: string, { members }: NodeRecord): IqOutcome {
		const entry = (account: string, affiliation: string): Element =>
			element("affiliation", PUBSUB.owner, { jid: `${account}@${this.#domain}`, affiliation });
		const entries = [entry(owner, "owner"), ...members.map((member) => entry(member, "member"))];
		return answered(PUBSUB.owner, [element("affiliations", PUBSUB.owner, { node: name }, entries)]);
	}

	/** PEP-4: the whitelist. Accounts need not exist, and nothing says whether they do. */
	#affiliate(owner: string, name: string, node: NodeRecord, request: Element): IqOutcome {
		const members = new Set(node.members);
		for (const { attrs } of childElements(request)) {
			const jid = parseJid(attrs["jid"] ?? "");
			if (!jid.ok || jid.value.local === "") return refused("bad-request");
			const { local, domain } = jid.value;
			if (domain !== this.#domain || local === owner) return refused("not-acceptable");
			if (attrs["affiliation"] === "member") members.add(local);
			else if (attrs["affiliation"] === "none") members.delete(local);
			else return refused("not-acceptable");
		}
		if (members.size > this.#limits.pubsubMembersPerNode) return refused("resource-constraint");
		const written = this.#store.write(owner, name, { ...node, members: [...members] });
		return written.ok ? DONE : refused("resource-constraint");
	}

	#delete(owner: string, name: string, node: NodeRecord): IqOutcome {
		if (!this.#store.remove(owner, name)) return refused("resource-constraint");
		if (!node.config.notifyDelete) return DONE;
		return { ...DONE, afterwards: () => this.#notifier.tell(owner, name, node, deletedEvent(name)) };
	}

	#purge(owner: string, name: string, node: NodeRecord): IqOutcome {
		if (!this.#store.write(owner, name, { ...node, items: [] }).ok) return refused("resource-constraint");
		if (!node.config.notifyRetract) return DONE;
		return { ...DONE, afterwards: () => this.#notifier.tell(owner, name, node, purgedEvent(name)) };
	}
}

function configuration(name: string, { config }: NodeRecord): IqOutcome {
	const form = writeForm("form", PUBSUB.nodeConfig, configFields(config));
	return answered(PUBSUB.owner, [element("configure", PUBSUB.owner, { node: name }, [form])]);
}
