import { discoInfo, discoItems } from "./disco.ts";
import type { IqOutcome, IqRequest, IqService } from "./iq-service.ts";
import { NS } from "./namespaces.ts";
import { type Element, element } from "./xml.ts";

const SERVER_NAME = "Clowder";
const SERVER_VERSION = "0.1.0";

const SERVER_IDENTITY = { category: "server", type: "im", name: SERVER_NAME };
const ACCOUNT_IDENTITY = { category: "account", type: "registered" };

/** What is asked of every server: whether it is there, what it is, and what it can do. */
export class ServerIq implements IqService {
	readonly serverFeatures: readonly string[] = [NS.ping, NS.version, NS.stanzaId];
	readonly accountFeatures: readonly string[] = [NS.ping, NS.stanzaId];
	readonly #mucDomain: string;
	readonly #services: readonly IqService[];

	/** `others`: those whose features disco#info names besides its own. */
	constructor(mucDomain: string, others: readonly IqService[]) {
		this.#mucDomain = mucDomain;
		this.#services = [...others, this];
	}

	answer({ payload: request, type, account }: IqRequest): IqOutcome | undefined {
		const ofAccount = account !== undefined;
		if (request.ns === NS.session && type === "set") return { type: "result" };
		if (type !== "get") return undefined;
		switch (request.ns) {
			case NS.ping:
				return { type: "result" };
			case NS.version:
				return { type: "result", payload: version() };
			case NS.discoInfo:
				if (request.attrs["node"] !== undefined) return { type: "error", condition: "item-not-found" };
				return { type: "result", payload: ofAccount ? this.#accountInfo() : this.#serverInfo() };
			case NS.discoItems:
				if (ofAccount || request.attrs["node"] !== undefined) return { type: "result", payload: discoItems([]) };
				return { type: "result", payload: discoItems([{ jid: this.#mucDomain, name: "Rooms" }]) };
			default:
				return undefined;
		}
	}

	#accountInfo(): Element {
		return discoInfo(
			[ACCOUNT_IDENTITY, ...this.#services.flatMap(({ accountIdentities }) => accountIdentities ?? [])],
			this.#services.flatMap(({ accountFeatures }) => accountFeatures),
		);
	}

	#serverInfo(): Element {
		const info = discoInfo(
			[SERVER_IDENTITY, ...this.#services.flatMap(({ serverIdentities }) => serverIdentities ?? [])],
			this.#services.flatMap(({ serverFeatures }) => serverFeatures),
		);
		const forms = this.#services.flatMap(({ serverForms }) => serverForms ?? []);
		return element(info.name, info.ns, info.attrs, [...info.children, ...forms]);
	}
}

/** Its name and version, and nothing about the system under it (XEP-0092). */
function version(): Element {
	return element("query", NS.version, {}, [
		element("name", NS.version, {}, [SERVER_NAME]),
		element("version", NS.version, {}, [SERVER_VERSION]),
	]);
}
