import { NS } from "./namespaces.ts";

/** An element with its namespace resolved: prefixes of the sender's are gone, so that no later code can confuse them. */
export interface Element {
	readonly name: string;
	readonly ns: string;
	/** Attributes by qualified name. `xmlns` is never among them; a prefixed one comes with its `xmlns:prefix`. */
	readonly attrs: Readonly<Record<string, string>>;
	readonly children: readonly Node[];
}

export type Node = Element | string;

type Attributes = Readonly<Record<string, string | undefined>>;

/** Builds an element; attributes that are undefined are left out. */
export function element(name: string, ns: string, attrs: Attributes = {}, children: readonly Node[] = []): Element {
	const present: Record<string, string> = Object.create(null);
	for (const key in attrs) {
		const value = attrs[key];
		if (value !== undefined) present[key] = value;
	}
	return { name, ns, attrs: present, children };
}

export function childElements(parent: Element): Element[] {
	return parent.children.filter((node): node is Element => typeof node !== "string");
}

export function child(parent: Element, name: string, ns: string): Element | undefined {
	for (const node of parent.children) {
		if (typeof node !== "string" && node.name === name && node.ns === ns) return node;
	}
	return undefined;
}

/** The text directly inside an element. */
export function textOf(parent: Element): string {
	let text = "";
	for (const node of parent.children) if (typeof node === "string") text += node;
	return text;
}

const SPECIAL = /[&<>"'\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&apos;",
	"\t": "&#9;",
	"\n": "&#10;",
	"\r": "&#13;",
};

export function escapeAttribute(value: string): string {
	return SPECIAL.test(value) ? value.replace(/[&<>"'\t\n\r]/g, (c) => ESCAPES[c] as string) : value;
}

function escapeText(value: string): string {
	return SPECIAL.test(value) ? value.replace(/[&<>\r]/g, (c) => ESCAPES[c] as string) : value;
}

function openTag(node: Element, parentNs: string | undefined): string {
	// Clients look for the literal prefix `stream:` (RFC 6120 section 4.8.5 asks for it), so it is always written.
	const streams = node.ns === NS.streams;
	let out = streams ? `<stream:${node.name} xmlns:stream="${NS.streams}"` : `<${node.name}`;
	if (!streams && node.ns !== parentNs) out += ` xmlns="${escapeAttribute(node.ns)}"`;
	for (const key in node.attrs) out += ` ${key}="${escapeAttribute(node.attrs[key] as string)}"`;
	return out;
}

function content(node: Element): string {
	let out = "";
	for (const item of node.children) {
		out += typeof item === "string" ? escapeText(item) : write(item, node.ns === NS.streams ? undefined : node.ns);
	}
	return out;
}

function write(node: Element, parentNs: string | undefined): string {
	const open = openTag(node, parentNs);
	if (node.children.length === 0) return `${open}/>`;
	return `${open}>${content(node)}</${node.ns === NS.streams ? "stream:" : ""}${node.name}>`;
}

/** The element as a document of its own, right inside any stream and as a WebSocket frame. */
export function serialise(node: Element): string {
	return write(node, undefined);
}

/** A stanza written once for many readers; only the `to` differs. */
export interface Broadcast {
	readonly head: string;
	readonly tail: string;
}

/** Writes a stanza that has no `to` yet. */
export function serialiseForMany(node: Element): Broadcast {
	const head = openTag(node, undefined);
	return node.children.length === 0 ? { head, tail: "/>" } : { head, tail: `>${content(node)}</${node.name}>` };
}

/** `toAttribute` is ` to="..."`, escaped. */
export function addressed(broadcast: Broadcast, toAttribute: string): string {
	return broadcast.head + toAttribute + broadcast.tail;
}
