import { NS } from "./namespaces.ts";
import { child, type Element, element, type Node } from "./xml.ts";

/** RFC 6120 section 8.3.3: conditions, each with the kind of error it is here. */
const ERROR_TYPES = {
	"bad-request": "modify",
	conflict: "cancel",
	"feature-not-implemented": "cancel",
	forbidden: "auth",
	"item-not-found": "cancel",
	"jid-malformed": "modify",
	"not-acceptable": "modify",
	"not-allowed": "cancel",
	"policy-violation": "modify",
	"remote-server-not-found": "cancel",
	"resource-constraint": "wait",
	"service-unavailable": "cancel",
} as const;

export type StanzaCondition = keyof typeof ERROR_TYPES;

/** What an IQ get or set is answered with. */
export type IqAnswer =
	| { readonly type: "result"; readonly payload?: Element }
	| {
			readonly type: "error";
			readonly condition: StanzaCondition;
			/** A condition of the application's own, beside it (RFC 6120 section 8.3.4). */
			readonly detail?: Element | undefined;
	  };

/** The answer to a stanza that could not be served. Its payload is not sent back. */
export function errorReply(
	stanza: Element,
	condition: StanzaCondition,
	to: string,
	text?: string,
	detail?: Element,
): Element {
	const children: Node[] = [element(condition, NS.stanzaErrors)];
	if (text !== undefined) children.push(element("text", NS.stanzaErrors, { "xml:lang": "en" }, [text]));
	if (detail !== undefined) children.push(detail);
	const { id, to: from } = stanza.attrs;
	return element(stanza.name, NS.client, { type: "error", id, from, to }, [
		// MUC clients tell a refused join from other errors by this element (XEP-0045 section 7.2).
		...(stanza.name === "presence" && child(stanza, "x", NS.muc) ? [element("x", NS.muc)] : []),
		element("error", NS.client, { type: ERROR_TYPES[condition] }, children),
	]);
}

/** The answer to an IQ get or set. */
export function resultReply(iq: Element, to: string, payload?: Element): Element {
	const { id, to: from } = iq.attrs;
	return element("iq", NS.client, { type: "result", id, from, to }, payload === undefined ? [] : [payload]);
}

/** The same stanza with other addresses and, where given, other children. */
export function readdressed(
	stanza: Element,
	from: string,
	to: string | undefined,
	children: readonly Node[] = stanza.children,
): Element {
	return element(stanza.name, stanza.ns, { ...stanza.attrs, from, to }, children);
}

/** What an IQ asks for: its one child, or undefined when it is not a request as RFC 6120 section 8.2.3 wants it. */
export function iqPayload(iq: Element): Element | undefined {
	const payloads = iq.children.filter((node): node is Element => typeof node !== "string");
	return payloads.length === 1 ? payloads[0] : undefined;
}

export function isRequest(iq: Element): boolean {
	return iq.name === "iq" && (iq.attrs["type"] === "get" || iq.attrs["type"] === "set");
}

const IQ_TYPES: ReadonlySet<string> = new Set(["get", "set", "result", "error"]);

/** Whether an IQ has what RFC 6120 section 8.2.3 demands. */
export function isWellFormedIq(iq: Element): boolean {
	const { id, type } = iq.attrs;
	if (id === undefined || id === "" || type === undefined || !IQ_TYPES.has(type)) return false;
	return !isRequest(iq) || iqPayload(iq) !== undefined;
}
