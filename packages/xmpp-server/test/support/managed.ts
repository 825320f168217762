import { NS } from "../../src/namespaces.ts";
import { child, type Element, textOf } from "../../src/xml.ts";
import type { Bench, Peer } from "./core.ts";

export const SM: string = NS.streamManagement;
const STANZAS: ReadonlySet<string> = new Set(["iq", "message", "presence"]);

export function enable(peer: Peer, attributes = ' resume="true"'): Element {
	return peer.ask(`<enable xmlns="${SM}"${attributes}/>`)[0] as Element;
}

/** A new stream of an account that is authenticated and has no resource yet. */
export function authenticated(bench: Bench, username: string): Peer {
	const peer = bench.connect();
	peer.open();
	peer.authenticate(username, "a password");
	peer.open();
	return peer;
}

export function resume(peer: Peer, previd: string, handled: number): Element[] {
	return peer.ask(`<resume xmlns="${SM}" previd="${previd}" h="${handled}"/>`);
}

/** What the server says it has handled. */
export function handledByServer(peer: Peer): string | undefined {
	return peer.ask(`<r xmlns="${SM}"/>`).find(({ name, ns }) => name === "a" && ns === SM)?.attrs["h"];
}

export function isStanza({ name, ns }: Element): boolean {
	return ns === NS.client && STANZAS.has(name);
}

export function bodies(stanzas: readonly Element[]): string[] {
	return stanzas.flatMap((stanza) => {
		const body = child(stanza, "body", NS.client);
		return stanza.name === "message" && body !== undefined ? [textOf(body)] : [];
	});
}

export function chat(from: Peer, to: string, body: string, id = "c"): void {
	from.receive(`<message xmlns="jabber:client" type="chat" id="${id}" to="${to}"><body>${body}</body></message>`);
}

export function isGone(stanzas: readonly Element[], nick: string): boolean {
	return stanzas.some(
		({ attrs }) => attrs["from"] === `den@conference.localhost/${nick}` && attrs["type"] === "unavailable",
	);
}

/** Someone in the room "den", resumable, with the id for that. */
export function inRoom(bench: Bench, name: string, nick: string): [Peer, string] {
	const peer = bench.client(name, "r");
	const id = enable(peer).attrs["id"] ?? "";
	peer.join("den", nick);
	peer.take();
	return [peer, id];
}
