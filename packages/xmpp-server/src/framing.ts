import { NS } from "./namespaces.ts";
import { element, escapeAttribute, serialise } from "./xml.ts";

/** How a stream opens and closes on one kind of transport. Stanzas look the same on both. */
export interface Framing {
	readonly kind: "tcp" | "websocket";
	/** The opening of the server's half; `to` is the client's address when it gave one. */
	readonly open: (header: StreamHeader) => string;
	readonly close: string;
}

export interface StreamHeader {
	readonly id: string;
	readonly from: string;
	readonly to: string | undefined;
}

/** RFC 6120 section 4: one XML document that stays open. */
export const TCP_FRAMING: Framing = {
	kind: "tcp",
	open: ({ id, from, to }) => {
		const address = to === undefined ? "" : ` to="${escapeAttribute(to)}"`;
		return (
			`<?xml version="1.0"?><stream:stream xmlns="${NS.client}" xmlns:stream="${NS.streams}"` +
			` id="${escapeAttribute(id)}" from="${escapeAttribute(from)}"${address} version="1.0" xml:lang="en">`
		);
	},
	close: "</stream:stream>",
};

/** RFC 7395: a document per message. */
export const WEBSOCKET_FRAMING: Framing = {
	kind: "websocket",
	open: ({ id, from, to }) =>
		serialise(element("open", NS.framing, { id, from, to, version: "1.0", "xml:lang": "en" })),
	close: serialise(element("close", NS.framing)),
};
