import type { Identity } from "../disco.ts";
import type { IqOutcome, IqRequest, IqService } from "../iq-service.ts";
import { NS } from "../namespaces.ts";
import type { Session, Sessions } from "../session.ts";
import type { Storage } from "../storage/storage.ts";
import { childElements, type Element } from "../xml.ts";
import { NOT_FOUND, refused, unsupported } from "./answers.ts";
import { Interests } from "./interests.ts";
import type { PubsubLimits } from "./limits.ts";
import { PUBSUB, PUBSUB_FEATURES } from "./names.ts";
import { NodeStore } from "./node-store.ts";
import { Notifier } from "./notifier.ts";
import { OwnerRequests } from "./owner-requests.ts";
import { PublishRequests } from "./publish-requests.ts";
import { type Reading, ReadRequests } from "./read-requests.ts";
import type { Subscribers } from "./subscribers.ts";

export interface PepOptions {
	readonly domain: string;
	readonly limits: PubsubLimits;
	readonly sessions: Sessions;
	readonly storage: Storage;
	readonly subscribers: Subscribers;
	/** Ids that nobody else has. */
	readonly newId: () => string;
}

/** Every account as a service to publish at (XEP-0163), with what of XEP-0060 it takes. `spec/xmpp-server-pep.md`. */
export class PepService implements IqService {
	readonly serverFeatures: readonly string[] = [];
	readonly accountFeatures: readonly string[] = PUBSUB_FEATURES;
	readonly accountIdentities: readonly Identity[] = [{ category: "pubsub", type: "pep" }];
	readonly answersOthers = true;
	readonly #store: NodeStore;
	readonly #notifier: Notifier;
	readonly #interests: Interests;
	readonly #reads: ReadRequests;
	readonly #publishing: PublishRequests;
	readonly #owning: OwnerRequests;

	constructor({ domain, limits, sessions, storage, subscribers, newId }: PepOptions) {
		this.#store = new NodeStore(storage, limits);
		this.#interests = new Interests(domain, limits, newId, (session, nodes) => this.#notifier.sendLast(session, nodes));
		this.#notifier = new Notifier(domain, sessions, this.#store, subscribers, this.#interests);
		this.#reads = new ReadRequests(domain, this.#store, subscribers, limits);
		this.#publishing = new PublishRequests(this.#store, this.#notifier, limits, newId);
		this.#owning = new OwnerRequests(domain, this.#store, this.#notifier, limits);
	}

	answer({ session, payload, type, account }: IqRequest): IqOutcome | undefined {
		if (account === undefined) return undefined;
		const reading = { owner: account, reader: session.username };
		switch (payload.ns) {
			case PUBSUB.pubsub:
				return this.#pubsub(reading, type, payload);
			case PUBSUB.owner:
				return this.#owner(reading, type, payload);
			case NS.discoInfo:
				return type === "get" ? this.#info(reading, payload.attrs["node"]) : undefined;
			case NS.discoItems:
				return type === "get" ? this.#reads.list(reading, payload.attrs["node"]) : undefined;
			default:
				return undefined;
		}
	}

	/** A session shows that it is available, maybe with what its client can do. */
	shown(session: Session, presence: Element): void {
		this.#interests.shown(session, presence);
	}

	/** A session is not available any more. */
	gone(session: Session): void {
		this.#interests.gone(session);
	}

	/** An answer to the server came from a client. */
	answered(session: Session, iq: Element): void {
		this.#interests.answered(session, iq);
	}

	/** From now on `reader` sees the presence of `account`. */
	subscribed(reader: string, account: string): void {
		this.#notifier.sendLastTo(reader, account);
	}

	/** PEP-9: the account is no more. */
	accountGone(account: string): void {
		this.#store.forget(account);
	}

	#info(reading: Reading, node: string | undefined): IqOutcome | undefined {
		if (node !== undefined) return this.#reads.nodeInfo(reading, node);
		return reading.reader === reading.owner ? undefined : this.#reads.accountInfo(reading);
	}

	#pubsub(reading: Reading, type: "get" | "set", pubsub: Element): IqOutcome {
		const [request] = childElements(pubsub);
		if (request === undefined) return refused("bad-request");
		if (type === "get" && request.name === "items") return this.#reads.items(reading, request);
		// PEP-2: only the owner changes anything; what there is to change is not told to others.
		if (reading.reader !== reading.owner) return type === "set" ? refused("forbidden") : NOT_FOUND;
		switch (`${type} ${request.name}`) {
			case "set publish":
				return this.#publishing.publish(reading.owner, request, pubsub);
			case "set retract":
				return this.#publishing.retract(reading.owner, request);
			case "set create":
				return this.#publishing.create(reading.owner, request, pubsub);
			default:
				return unsupported(request.name);
		}
	}

	#owner(reading: Reading, type: "get" | "set", pubsub: Element): IqOutcome {
		const [request] = childElements(pubsub);
		if (request === undefined) return refused("bad-request");
		if (reading.reader !== reading.owner) return refused("forbidden");
		return this.#owning.answer(reading.owner, type, request);
	}
}
