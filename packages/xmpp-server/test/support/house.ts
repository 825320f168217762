import { NS } from "../../src/namespaces.ts";
import { childElements, type Element } from "../../src/xml.ts";
import type { Bench, Peer } from "./core.ts";

/** Another session of an account that exists. */
export function again(bench: Bench, name: string, resource: string): Peer {
	const peer = bench.connect();
	peer.open();
	return peer.logIn(name, "a password", resource);
}

export function presence(peer: Peer, type?: string, to?: string, inside = ""): Element[] {
	const attrs = `${type === undefined ? "" : ` type="${type}"`}${to === undefined ? "" : ` to="${to}"`}`;
	return peer.ask(`<presence xmlns="jabber:client"${attrs}>${inside}</presence>`);
}

/** Asks for the roster, so that its changes are told, and becomes available; the texts of that are taken. */
export function present(peer: Peer, priority = 0): Peer {
	roster(peer);
	presence(peer, undefined, undefined, `<priority>${priority}</priority>`);
	return peer;
}

/** The roster as its owner sees it: address, subscription, and `?` where an answer is waited for. */
export function roster(peer: Peer): string[] {
	const query = childElements(peer.iq("get", undefined, `<query xmlns="${NS.roster}"/>`))[0] as Element;
	return childElements(query).map(itemOf);
}

export function itemOf({ attrs }: Element): string {
	return `${attrs["jid"]} ${attrs["subscription"]}${attrs["ask"] === "subscribe" ? "?" : ""}`;
}

/** What came, each in a few words: presences by type and sender, roster pushes by their item. */
export function heard(stanzas: readonly Element[]): string[] {
	return stanzas.map((stanza) => {
		const { type, from } = stanza.attrs;
		if (stanza.name === "presence") return `${type ?? "available"} ${from}`;
		const payload = childElements(stanza)[0];
		const item = payload === undefined ? undefined : childElements(payload)[0];
		if (payload?.ns === NS.roster && item !== undefined) return `push ${itemOf(item)}`;
		return `${stanza.name} ${type}`;
	});
}

/** Each sees the other's presence; what was said on the way is taken. */
export function befriend(one: Peer, other: Peer): void {
	for (const [asker, asked] of [
		[one, other],
		[other, one],
	] as const) {
		presence(asker, "subscribe", bare(asked));
		presence(asked, "subscribed", bare(asker));
	}
	one.take();
	other.take();
}

export function bare(peer: Peer): string {
	return peer.jid.slice(0, peer.jid.indexOf("/"));
}
