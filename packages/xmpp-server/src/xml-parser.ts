import { err, ok, type Result } from "@clowder/bytes";
import { SaxesParser, type SaxesTagNS } from "saxes";
import type { ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import type { Element, Node } from "./xml.ts";

/** Why bytes are not a stream: the RFC 6120 section 4.9.3 condition and what is wrong. */
export interface XmlViolation {
	readonly condition:
		| "bad-format"
		| "bad-namespace-prefix"
		| "not-well-formed"
		| "policy-violation"
		| "restricted-xml"
		| "unsupported-encoding";
	readonly detail: string;
}

export type XmlEvent =
	/** The root of a stream that stays open. */
	| { readonly type: "open"; readonly root: Element }
	/** A complete child of the root. */
	| { readonly type: "stanza"; readonly stanza: Element }
	| { readonly type: "close" };

export type XmlLimits = Pick<ServerLimits, "stanzaBytes" | "stanzaDepth" | "attributesPerElement">;

class Refusal extends Error {
	readonly violation: XmlViolation;
	constructor(condition: XmlViolation["condition"], detail: string) {
		super(detail);
		this.violation = { condition, detail };
	}
}

/** Leaves the parser in the middle of a chunk: what follows belongs to another stream. */
class Stop extends Error {}

interface OpenElement {
	readonly element: Element;
	readonly children: Node[];
}

/** SERVER-1: builds elements out of the parser's events, refusing what RFC 6120 section 11 forbids. */
class TreeBuilder {
	readonly #limits: XmlLimits;
	/** A stream's root lives as long as the connection, so it keeps none of its children. */
	readonly #rootStays: boolean;
	readonly #open: OpenElement[] = [];
	readonly parser: SaxesParser<{ xmlns: true }>;
	/** Called with each element that opens or closes, and how many are open around it. */
	readonly onOpen: (node: Element, depth: number) => void;
	readonly onClose: (node: Element, depth: number) => void;

	constructor(limits: XmlLimits, rootStays: boolean, onOpen: TreeBuilder["onOpen"], onClose: TreeBuilder["onClose"]) {
		this.#limits = limits;
		this.#rootStays = rootStays;
		this.onOpen = onOpen;
		this.onClose = onClose;
		this.parser = new SaxesParser({ xmlns: true });
		const { parser } = this;
		parser.on("error", (error) => this.#refuse(error.message));
		parser.on("doctype", () => restricted("a document type"));
		parser.on("comment", () => restricted("a comment"));
		parser.on("processinginstruction", () => restricted("a processing instruction"));
		parser.on("xmldecl", ({ encoding }) => {
			if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") {
				throw new Refusal("unsupported-encoding", "an encoding other than UTF-8");
			}
		});
		parser.on("text", (text) => this.#text(text));
		parser.on("cdata", (text) => this.#text(text));
		parser.on("opentag", (tag) => this.#opened(tag));
		parser.on("closetag", () => this.#closed());
	}

	#refuse(message: string): never {
		if (message.includes("unbound namespace prefix")) throw new Refusal("bad-namespace-prefix", "an unbound prefix");
		if (message.includes("doctype")) restricted("a document type");
		if (message.includes("undefined entity")) restricted("an entity beyond the five of XML");
		throw new Refusal("not-well-formed", "XML that is not well-formed");
	}

	#text(text: string): void {
		if (this.#rootStays && this.#open.length === 1) {
			if (text.trim() !== "") throw new Refusal("bad-format", "text between stanzas");
			return;
		}
		this.#open.at(-1)?.children.push(text);
	}

	#opened(tag: SaxesTagNS): void {
		const depth = this.#open.length;
		if (depth >= this.#limits.stanzaDepth + (this.#rootStays ? 1 : 0)) {
			throw new Refusal("policy-violation", "elements nested too deep");
		}
		const children: Node[] = [];
		const built: Element = { name: tag.local, ns: tag.uri, attrs: this.#attributes(tag), children };
		this.#open.push({ element: built, children });
		this.onOpen(built, depth);
	}

	#attributes(tag: SaxesTagNS): Record<string, string> {
		const attrs: Record<string, string> = Object.create(null);
		let count = 0;
		for (const name in tag.attributes) {
			const attribute = tag.attributes[name];
			if (attribute === undefined) continue;
			count += 1;
			if (count > this.#limits.attributesPerElement) throw new Refusal("policy-violation", "too many attributes");
			if (name === "xmlns" || attribute.prefix === "xmlns") continue;
			attrs[name] = attribute.value;
			if (attribute.prefix !== "" && attribute.prefix !== "xml") attrs[`xmlns:${attribute.prefix}`] = attribute.uri;
		}
		return attrs;
	}

	#closed(): void {
		const closed = this.#open.pop();
		if (closed === undefined) return;
		const depth = this.#open.length;
		if (depth > (this.#rootStays ? 1 : 0)) this.#open.at(-1)?.children.push(closed.element);
		this.onClose(closed.element, depth);
	}

	write(text: string): Result<void, XmlViolation> {
		try {
			this.parser.write(text);
			return ok(undefined);
		} catch (error) {
			if (error instanceof Refusal) return err(error.violation);
			if (error instanceof Stop) return ok(undefined);
			throw error;
		}
	}

	finish(): Result<void, XmlViolation> {
		try {
			this.parser.close();
			return ok(undefined);
		} catch (error) {
			if (error instanceof Refusal) return err(error.violation);
			throw error;
		}
	}
}

function restricted(what: string): never {
	throw new Refusal("restricted-xml", what);
}

/** Reads one WebSocket message: exactly one element (RFC 7395 section 3.3). */
export function parseFrame(text: string, limits: XmlLimits): Result<Element, XmlViolation> {
	if (Buffer.byteLength(text) > limits.stanzaBytes) {
		return err({ condition: "policy-violation", detail: "a frame over the limit" });
	}
	let root: Element | undefined;
	const builder = new TreeBuilder(
		limits,
		false,
		() => {},
		(node, depth) => {
			if (depth === 0) root = node;
		},
	);
	const written = builder.write(text);
	if (!written.ok) return written;
	const finished = builder.finish();
	if (!finished.ok) return finished;
	return root === undefined ? err({ condition: "not-well-formed", detail: "no element" }) : ok(root);
}

/** Reads an RFC 6120 stream as its bytes arrive. One parser serves one stream; a restart takes a new one. */
export class XmlStreamParser {
	readonly #limits: XmlLimits;
	readonly #builder: TreeBuilder;
	#onEvent: (event: XmlEvent) => "continue" | "stop" = () => "continue";
	/** A trailing carriage return waits for what follows, so that positions stay those of our chunks. */
	#carried = "";
	#chunk = "";
	/** The parser's position at which `#chunk` begins. */
	#chunkStart = 0;
	/** Where in `#chunk` the present stanza began; its earlier bytes are in `#pendingBytes`. */
	#boundary = 0;
	#pendingBytes = 0;
	#stopped = false;

	constructor(limits: XmlLimits) {
		this.#limits = limits;
		this.#builder = new TreeBuilder(
			limits,
			true,
			(node, depth) => {
				if (depth === 0) this.#emit({ type: "open", root: node });
			},
			(node, depth) => {
				if (depth === 1) this.#emit({ type: "stanza", stanza: node });
				else if (depth === 0) this.#emit({ type: "close" });
			},
		);
	}

	/** Whether the handler said "stop". */
	get stopped(): boolean {
		return this.#stopped;
	}

	#position(): number {
		return this.#builder.parser.position - this.#chunkStart;
	}

	#size(): number {
		return this.#pendingBytes + Buffer.byteLength(this.#chunk.slice(this.#boundary, this.#position()));
	}

	#emit(event: XmlEvent): void {
		if (this.#size() > this.#limits.stanzaBytes) throw new Refusal("policy-violation", "a stanza over the limit");
		this.#boundary = this.#position();
		this.#pendingBytes = 0;
		if (this.#onEvent(event) === "stop") {
			this.#stopped = true;
			throw new Stop();
		}
	}

	/**
	 * Reads more text. The handler may answer "stop": then the rest of the text, which belongs to the next stream, is
	 * returned, and this parser must not be used again; nor after a violation.
	 */
	write(text: string, onEvent: (event: XmlEvent) => "continue" | "stop"): Result<string, XmlViolation> {
		this.#onEvent = onEvent;
		let chunk = this.#carried + text;
		this.#carried = "";
		// Between stanzas, and between the login and the new stream's header, where XML itself allows none.
		if (this.#pendingBytes === 0) chunk = chunk.replace(/^[ \t\r\n]+/, "");
		if (chunk.endsWith("\r")) {
			chunk = chunk.slice(0, -1);
			this.#carried = "\r";
		}
		if (chunk === "") return ok("");
		this.#chunk = chunk;
		this.#boundary = 0;
		const written = this.#builder.write(chunk);
		if (!written.ok) return written;
		const rest = chunk.slice(this.#boundary);
		if (this.#stopped) return ok(rest + this.#carried);
		this.#chunkStart += chunk.length;
		// White space between stanzas keeps connections alive (RFC 6120 section 4.6.1) and adds up to nothing.
		if (this.#pendingBytes > 0 || /[^ \t\r\n]/.test(rest)) this.#pendingBytes += Buffer.byteLength(rest);
		return this.#pendingBytes > this.#limits.stanzaBytes
			? err({ condition: "policy-violation", detail: "a stanza over the limit" })
			: ok("");
	}
}

/** The root of a stream is a `stream` element of the streams namespace. */
export function isStreamRoot(root: Element): boolean {
	return root.name === "stream" && root.ns === NS.streams;
}
