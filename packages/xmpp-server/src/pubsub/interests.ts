import { NS } from "../namespaces.ts";
import type { Session } from "../session.ts";
import { child, type Element, element } from "../xml.ts";
import { featuresOf, hasCapsHash } from "./caps-hash.ts";
import type { PubsubLimits } from "./limits.ts";
import { PUBSUB } from "./names.ts";

type Nodes = ReadonlySet<string>;

const NOTHING: Nodes = new Set();

/** What a client said of itself with its presence (XEP-0115). */
interface Caps {
	readonly node: string;
	readonly ver: string;
	/** Undefined from clients older than the hashes: theirs holds for their session only. */
	readonly hash: string | undefined;
}

interface Interest {
	readonly caps: Caps;
	readonly nodes: Nodes;
	/** The id of the question that was not answered yet. */
	readonly asked: string | undefined;
}

/** Which nodes each client wants to hear of: the features of its that end in `+notify` (XEP-0163 section 4.2). */
export class Interests {
	readonly #domain: string;
	readonly #limits: PubsubLimits;
	readonly #newId: () => string;
	/** Told of nodes that a session did not want to hear of before. */
	readonly #onInterest: (session: Session, nodes: Nodes) => void;
	readonly #ofSession: WeakMap<Session, Interest> = new WeakMap();
	/** PEP-7: by hash and its function, in the order of last use; only what was verified. */
	readonly #verified: Map<string, Nodes> = new Map();

	constructor(
		domain: string,
		limits: PubsubLimits,
		newId: () => string,
		onInterest: (session: Session, nodes: Nodes) => void,
	) {
		this.#domain = domain;
		this.#limits = limits;
		this.#newId = newId;
		this.#onInterest = onInterest;
	}

	wants(session: Session, node: string): boolean {
		return session.presence !== undefined && (this.#ofSession.get(session)?.nodes.has(node) ?? false);
	}

	/** A session shows that it is there. */
	shown(session: Session, presence: Element): void {
		const caps = readCaps(presence);
		const before = this.#ofSession.get(session);
		if (caps === undefined) return void this.#ofSession.delete(session);
		if (before !== undefined && sameCaps(before.caps, caps)) return undefined;
		const known = this.#remembered(caps);
		if (known !== undefined) return this.#interested(session, caps, known);
		const id = `caps-${this.#newId()}`;
		this.#ofSession.set(session, { caps, nodes: before?.nodes ?? NOTHING, asked: id });
		const query = element("query", NS.discoInfo, { node: `${caps.node}#${caps.ver}` });
		session.send(element("iq", NS.client, { type: "get", id, from: this.#domain, to: session.full }, [query]));
		return undefined;
	}

	/** A session is there no more: when it comes back, everything is new to it. */
	gone(session: Session): void {
		this.#ofSession.delete(session);
	}

	/** An answer that came to the server, maybe to its question. */
	answered(session: Session, iq: Element): void {
		const interest = this.#ofSession.get(session);
		if (interest?.asked === undefined || interest.asked !== iq.attrs["id"]) return undefined;
		const info = iq.attrs["type"] === "result" ? child(iq, "query", NS.discoInfo) : undefined;
		if (info === undefined) return void this.#ofSession.set(session, { ...interest, asked: undefined });
		const { caps } = interest;
		const nodes = this.#notifyNodes(info);
		// What one client says of a hash is believed of others only where the hash says the same.
		if (caps.hash !== undefined && hasCapsHash(info, caps.hash, caps.ver)) this.#remember(caps, nodes);
		return this.#interested(session, caps, nodes);
	}

	#interested(session: Session, caps: Caps, nodes: Nodes): void {
		const before = this.#ofSession.get(session)?.nodes ?? NOTHING;
		this.#ofSession.set(session, { caps, nodes, asked: undefined });
		const added = new Set([...nodes].filter((node) => !before.has(node)));
		if (added.size > 0) this.#onInterest(session, added);
	}

	#notifyNodes(info: Element): Nodes {
		const wanted = featuresOf(info).filter((feature) => feature.endsWith("+notify"));
		return new Set(wanted.slice(0, this.#limits.capsInterests).map((feature) => feature.slice(0, -"+notify".length)));
	}

	#remembered(caps: Caps): Nodes | undefined {
		const key = keyOf(caps);
		const nodes = key === undefined ? undefined : this.#verified.get(key);
		if (key === undefined || nodes === undefined) return undefined;
		this.#verified.delete(key);
		this.#verified.set(key, nodes);
		return nodes;
	}

	#remember(caps: Caps, nodes: Nodes): void {
		const key = keyOf(caps);
		if (key === undefined) return;
		this.#verified.set(key, nodes);
		for (const oldest of this.#verified.keys()) {
			if (this.#verified.size <= this.#limits.capsRemembered) return;
			this.#verified.delete(oldest);
		}
	}
}

function keyOf({ hash, ver }: Caps): string | undefined {
	return hash === undefined ? undefined : `${hash} ${ver}`;
}

function readCaps(presence: Element): Caps | undefined {
	const c = child(presence, "c", PUBSUB.caps);
	const { node, ver, hash } = c?.attrs ?? {};
	return node === undefined || ver === undefined ? undefined : { node, ver, hash };
}

function sameCaps(a: Caps, b: Caps): boolean {
	return a.node === b.node && a.ver === b.ver && a.hash === b.hash;
}
