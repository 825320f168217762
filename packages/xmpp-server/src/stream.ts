import type { Result } from "@clowder/bytes";
import { Authentication, type AuthenticationHost } from "./authentication.ts";
import type { Framing } from "./framing.ts";
import { parseJid, prepareResource } from "./jid.ts";
import { NS } from "./namespaces.ts";
import { registerBeforeLogin } from "./register.ts";
import { SASL_MECHANISMS } from "./sasl-mechanisms.ts";
import type { Session } from "./session.ts";
import { errorReply, iqPayload, isRequest, isWellFormedIq, resultReply, type StanzaCondition } from "./stanza.ts";
import { child, type Element, element, serialise, textOf } from "./xml.ts";
import { isStreamRoot, type XmlViolation } from "./xml-parser.ts";

/** RFC 6120 section 4.9.3, those that occur here. */
export type StreamCondition =
	| XmlViolation["condition"]
	| "conflict"
	| "connection-timeout"
	| "host-unknown"
	| "invalid-from"
	| "invalid-namespace"
	| "not-authorized"
	| "policy-violation"
	| "resource-constraint"
	| "system-shutdown"
	| "unsupported-stanza-type"
	| "unsupported-version";

/** What a stream needs of the server around it. */
export interface StreamHost extends AuthenticationHost {
	readonly newId: () => string;
	/** Gives the stream its resource. */
	readonly bind: (username: string, resource: string | undefined, now: number) => Result<Session, StanzaCondition>;
	/** A stanza of a bound session, `from` already its full address. */
	readonly route: (session: Session, stanza: Element, now: number) => void;
	readonly unbind: (session: Session, now: number) => void;
	readonly write: (text: string) => void;
	/** Nothing more will be written: close the transport once the queue is empty. */
	readonly end: () => void;
}

type Phase =
	/** Awaits the client's header; `username` once authenticated. */
	| { readonly name: "opening"; readonly username: string | undefined }
	| { readonly name: "authenticating"; readonly authentication: Authentication }
	| { readonly name: "binding"; readonly username: string }
	| { readonly name: "bound"; readonly session: Session }
	| { readonly name: "closed" };

const STANZAS: ReadonlySet<string> = new Set(["iq", "message", "presence"]);

/** One client's stream from its header to its end (RFC 6120 section 4, RFC 7395 section 3). Does no I/O of its own. */
export class Stream {
	readonly #host: StreamHost;
	readonly #framing: Framing;
	#phase: Phase = { name: "opening", username: undefined };
	#headerSent = false;

	constructor(host: StreamHost, framing: Framing) {
		this.#host = host;
		this.#framing = framing;
	}

	get phase(): Phase["name"] {
		return this.#phase.name;
	}

	get session(): Session | undefined {
		return this.#phase.name === "bound" ? this.#phase.session : undefined;
	}

	#send(node: Element): void {
		this.#host.write(serialise(node));
	}

	#sendHeader(to: string | undefined): void {
		this.#headerSent = true;
		this.#host.write(this.#framing.open({ id: this.#host.newId(), from: this.#host.domain, to }));
	}

	/** The client's header: `<stream:stream>` or `<open/>`. */
	opened(header: Element, now: number): void {
		if (this.#phase.name === "closed") return;
		if (this.#phase.name !== "opening") return this.fail("policy-violation", now);
		const tcp = this.#framing.kind === "tcp";
		if (tcp ? !isStreamRoot(header) : header.name !== "open" || header.ns !== NS.framing) {
			const rightName = header.name === (tcp ? "stream" : "open");
			return this.fail(rightName ? "invalid-namespace" : "bad-format", now);
		}
		if (!/^[1-9]\d*\.\d+$/.test(header.attrs["version"] ?? "")) return this.fail("unsupported-version", now);
		const to = parseJid(header.attrs["to"] ?? "");
		if (!to.ok || to.value.domain !== this.#host.domain || to.value.local !== "" || to.value.resource !== "") {
			return this.fail("host-unknown", now);
		}
		const { username } = this.#phase;
		const from = parseJid(header.attrs["from"] ?? "");
		this.#sendHeader(from.ok ? header.attrs["from"] : undefined);
		if (username === undefined) {
			const authentication = new Authentication(this.#host, (answer) => this.#send(answer));
			this.#phase = { name: "authenticating", authentication };
			this.#send(featuresBeforeLogin());
		} else {
			this.#phase = { name: "binding", username };
			this.#send(featuresAfterLogin());
		}
	}

	/** A complete child of the stream; what it may be depends on how far the stream has come (SERVER-2). */
	received(node: Element, now: number): void {
		switch (this.#phase.name) {
			case "closed":
				return;
			case "opening":
				return this.fail("bad-format", now);
			case "authenticating":
				if (node.ns === NS.sasl) return this.#sasl(node, this.#phase.authentication, now);
				return this.#beforeLogin(node, now);
			case "binding":
				return this.#binding(node, this.#phase.username, now);
			case "bound":
				return this.#bound(node, this.#phase.session, now);
		}
	}

	/** The client closed its half; ours follows. */
	closed(now: number): void {
		if (this.#phase.name !== "closed") this.#finish(now);
	}

	violated(violation: XmlViolation, now: number): void {
		this.fail(violation.condition, now, violation.detail);
	}

	/** Ends the stream with an error, as RFC 6120 section 4.9.1.1 asks: after a header of ours, and then closed. */
	fail(condition: StreamCondition, now: number, text?: string): void {
		if (this.#phase.name === "closed") return;
		if (!this.#headerSent) this.#sendHeader(undefined);
		const children = [element(condition, NS.streamErrors)];
		if (text !== undefined) children.push(element("text", NS.streamErrors, { "xml:lang": "en" }, [text]));
		this.#send(element("error", NS.streams, {}, children));
		this.#finish(now);
	}

	#finish(now: number): void {
		if (!this.#headerSent) this.#sendHeader(undefined);
		this.#host.write(this.#framing.close);
		this.lost(now);
		this.#host.end();
	}

	/** The transport is gone. */
	lost(now: number): void {
		const { session } = this;
		if (this.#phase.name === "authenticating") this.#phase.authentication.giveUp();
		this.#phase = { name: "closed" };
		if (session !== undefined) this.#host.unbind(session, now);
	}

	#unexpected(node: Element, now: number): void {
		if (node.ns !== NS.client) return this.fail("invalid-namespace", now);
		this.fail(STANZAS.has(node.name) ? "not-authorized" : "unsupported-stanza-type", now);
	}

	#beforeLogin(node: Element, now: number): void {
		const query = node.name === "iq" && node.ns === NS.client ? child(node, "query", NS.register) : undefined;
		if (query === undefined || !isRequest(node) || !isWellFormedIq(node)) return this.#unexpected(node, now);
		const host = this.#host;
		const { id, type } = node.attrs;
		const answer = registerBeforeLogin(host.accounts, type, query, () => host.allowRegistration(now), now);
		if (answer.type === "error") return this.#send(withoutAddress(errorReply(node, answer.condition, "")));
		const payload = answer.type === "result" ? answer.payload : undefined;
		this.#send(
			element("iq", NS.client, { type: "result", id, from: host.domain }, payload === undefined ? [] : [payload]),
		);
	}

	#sasl(node: Element, authentication: Authentication, now: number): void {
		const step = authentication.received(node, now);
		if (step.type === "over") return this.fail(step.condition, now, step.text);
		if (step.type === "going-on") return;
		this.#phase = { name: "opening", username: step.username };
		this.#headerSent = false;
	}

	#binding(node: Element, username: string, now: number): void {
		const request = node.name === "iq" && node.ns === NS.client && isWellFormedIq(node) ? iqPayload(node) : undefined;
		if (request?.name !== "bind" || request.ns !== NS.bind || node.attrs["type"] !== "set") {
			return this.#unexpected(node, now);
		}
		const wanted = child(request, "resource", NS.bind);
		const text = wanted === undefined ? "" : textOf(wanted);
		const resource = text === "" ? undefined : prepareResource(text);
		if (text !== "" && resource === undefined) return this.#send(withoutAddress(errorReply(node, "bad-request", "")));
		const bound = this.#host.bind(username, resource, now);
		if (!bound.ok) return this.#send(withoutAddress(errorReply(node, bound.error, "")));
		this.#phase = { name: "bound", session: bound.value };
		const jid = element("jid", NS.bind, {}, [bound.value.full]);
		this.#send(resultReply(node, bound.value.full, element("bind", NS.bind, {}, [jid])));
	}

	#bound(node: Element, session: Session, now: number): void {
		if (node.ns !== NS.client) return this.fail("invalid-namespace", now);
		if (!STANZAS.has(node.name)) return this.fail("unsupported-stanza-type", now);
		const { from } = node.attrs;
		// SERVER-5
		if (from !== undefined && !this.#isOwn(from, session)) return this.fail("invalid-from", now);
		this.#host.route(session, element(node.name, NS.client, { ...node.attrs, from: session.full }, node.children), now);
	}

	#isOwn(from: string, session: Session): boolean {
		const jid = parseJid(from);
		if (!jid.ok || jid.value.local !== session.username || jid.value.domain !== this.#host.domain) return false;
		return jid.value.resource === "" || jid.value.resource === session.resource;
	}
}

/** Before a resource is bound there is no address to answer to. */
function withoutAddress(reply: Element): Element {
	return element(reply.name, reply.ns, { ...reply.attrs, to: undefined }, reply.children);
}

function featuresBeforeLogin(): Element {
	const mechanisms = SASL_MECHANISMS.map((name) => element("mechanism", NS.sasl, {}, [name]));
	return element("features", NS.streams, {}, [
		element("mechanisms", NS.sasl, {}, mechanisms),
		element("register", NS.registerFeature),
	]);
}

function featuresAfterLogin(): Element {
	return element("features", NS.streams, {}, [
		element("bind", NS.bind),
		element("session", NS.session, {}, [element("optional", NS.session)]),
	]);
}
