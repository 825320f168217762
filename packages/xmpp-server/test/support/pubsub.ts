import { createHash } from "node:crypto";
import { NS } from "../../src/namespaces.ts";
import { PUBSUB } from "../../src/pubsub/names.ts";
import { child, childElements, type Element, serialise, textOf } from "../../src/xml.ts";
import type { Peer } from "./core.ts";
import { bare, presence } from "./house.ts";

export const ENTRY = "urn:example:entry";

/** From now on `reader` sees the presence of `account`: one asks, the other approves. */
export function subscribe(reader: Peer, account: Peer): void {
	presence(reader, "subscribe", bare(account));
	presence(account, "subscribed", bare(reader));
	reader.take();
	account.take();
}

export function entry(text: string): string {
	return `<entry xmlns="${ENTRY}">${text}</entry>`;
}

export function form(formType: string, fields: Readonly<Record<string, string>>): string {
	const all = Object.entries({ FORM_TYPE: formType, ...fields });
	const written = all.map(([name, value]) => `<field var="${name}"><value>${value}</value></field>`);
	return `<x xmlns="jabber:x:data" type="submit">${written.join("")}</x>`;
}

/** Field names without the prefix they all have. */
export function options(fields: Readonly<Record<string, string>>): string {
	return `<publish-options>${form(PUBSUB.publishOptions, prefixed(fields))}</publish-options>`;
}

export function prefixed(fields: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`pubsub#${name}`, value]));
}

export function pubsub(peer: Peer, type: "get" | "set", to: string | undefined, inside: string): Element {
	return peer.iq(type, to, `<pubsub xmlns="${PUBSUB.pubsub}">${inside}</pubsub>`);
}

export function owning(peer: Peer, type: "get" | "set", inside: string): Element {
	return peer.iq(type, undefined, `<pubsub xmlns="${PUBSUB.owner}">${inside}</pubsub>`);
}

export function publish(peer: Peer, node: string, id: string, text: string, more = ""): Element {
	const item = `<publish node="${node}"><item id="${id}">${entry(text)}</item></publish>`;
	return pubsub(peer, "set", undefined, item + more);
}

export function configure(peer: Peer, node: string, fields: Readonly<Record<string, string>>): Element {
	const submitted = form(PUBSUB.nodeConfig, prefixed(fields));
	return owning(peer, "set", `<configure node="${node}">${submitted}</configure>`);
}

/** The items of a node, each as "id text"; or the condition of the error. */
export function items(peer: Peer, to: string | undefined, node: string, inside = "", attrs = ""): readonly string[] {
	const answer = pubsub(peer, "get", to, `<items node="${node}" ${attrs}>${inside}</items>`);
	const error = child(answer, "error", NS.client);
	if (error !== undefined) return [childElements(error)[0]?.name ?? ""];
	const found = child(child(answer, "pubsub", PUBSUB.pubsub) as Element, "items", PUBSUB.pubsub) as Element;
	return childElements(found).map(itemText);
}

function itemText(item: Element): string {
	const payload = childElements(item)[0];
	return `${item.attrs["id"] ?? ""} ${payload === undefined ? "" : textOf(payload)}`;
}

/** What a peer was told of nodes since it was last asked: "from: node what". */
export function told(peer: Peer): readonly string[] {
	return peer.take().flatMap((stanza) => {
		const event = child(stanza, "event", PUBSUB.event);
		const what = event === undefined ? undefined : childElements(event)[0];
		if (what === undefined) return [];
		const inside = childElements(what).map((each) => `${each.name} ${itemText(each)}`.trim());
		const told = what.name === "items" ? inside.join(", ") : what.name;
		return [`${stanza.attrs["from"] ?? ""}: ${what.attrs["node"] ?? ""} ${told}`];
	});
}

/** What a client says it can do, and the hash of it. */
export function clientInfo(nodes: readonly string[]): { readonly inside: string; readonly ver: string } {
	const features = ["http://jabber.org/protocol/caps", ...nodes.map((node) => `${node}+notify`)].toSorted();
	const text = `client/pc//Test<${features.map((feature) => `${feature}<`).join("")}`;
	const written = features.map((feature) => `<feature var="${feature}"/>`).join("");
	return {
		inside: `<identity category="client" type="pc" name="Test"/>${written}`,
		ver: createHash("sha1").update(text).digest("base64"),
	};
}

/** Shows presence with caps; the server's question, if it asked. */
export function show(peer: Peer, ver: string, hash = ` hash="sha-1"`): Element | undefined {
	const caps = `<c xmlns="${PUBSUB.caps}" node="urn:example:client"${hash} ver="${ver}"/>`;
	const heard = peer.ask(`<presence xmlns="jabber:client">${caps}</presence>`);
	const question = heard.find((stanza) => stanza.name === "iq" && stanza.attrs["type"] === "get");
	// What else came is still to be taken.
	peer.texts.push(...heard.filter((stanza) => stanza !== question).map(serialise));
	return question;
}

export function tell(peer: Peer, question: Element, inside: string): void {
	const query = `<query xmlns="${NS.discoInfo}" node="x">${inside}</query>`;
	const id = question.attrs["id"] ?? "";
	peer.receive(`<iq xmlns="jabber:client" type="result" id="${id}" to="localhost">${query}</iq>`);
}

/** Available, and interested in these nodes. */
export function interested(peer: Peer, ...nodes: readonly string[]): Peer {
	const { inside, ver } = clientInfo(nodes);
	const question = show(peer, ver);
	if (question !== undefined) tell(peer, question, inside);
	return peer;
}
