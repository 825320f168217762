import type { Result } from "@clowder/bytes";
import { Authentication, type AuthenticationHost } from "./authentication.ts";
import type { Framing } from "./framing.ts";
import { parseJid, prepareResource } from "./jid.ts";
import { NS } from "./namespaces.ts";
import { registerBeforeLogin } from "./register.ts";
import { SASL_MECHANISMS } from "./sasl-mechanisms.ts";
import { MANAGEMENT_REFUSALS_COUNT } from "./limits.ts";
import type { Session } from "./session.ts";
import type { Binding } from "./stream-management/binding.ts";
import type { ResumeRefusal, StreamEnd } from "./stream-management/bindings.ts";
import { parseCount } from "./stream-management/count.ts";
import type { StreamManagement } from "./stream-management/management.ts";
import {
	acknowledgement,
	type EnableRequest,
	enabled,
	FEATURE,
	failed,
	handledCountTooHigh,
	readEnable,
	readResume,
	type ResumeRequest,
	resumed,
} from "./stream-management/nonzas.ts";
import type { HandledCountTooHigh } from "./stream-management/unacked-queue.ts";
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
	| "undefined-condition"
	| "unsupported-stanza-type"
	| "unsupported-version";

/** What a stream needs of the server around it. */
export interface StreamHost extends AuthenticationHost {
	readonly newId: () => string;
	/** Gives the stream its resource. */
	readonly bind: (username: string, resource: string | undefined, now: number) => Result<Binding, StanzaCondition>;
	/** Stream management for a session of this stream. */
	readonly enable: (request: EnableRequest) => StreamManagement;
	/** The session goes on, on this stream from now on. */
	readonly resume: (username: string, request: ResumeRequest, now: number) => Result<Binding, ResumeRefusal>;
	/** Called before the client is told that its stanzas are handled. False: the disk does not take what they changed. */
	readonly commit: () => boolean;
	/** A stanza of a bound session, `from` already its full address. */
	readonly route: (session: Session, stanza: Element, now: number) => void;
	/** The stream is over; whether the session is, is the server's to know. */
	readonly release: (binding: Binding, how: StreamEnd, now: number) => void;
	readonly write: (text: string) => void;
	/** Nothing more will be written: close the transport once the queue is empty. */
	readonly end: () => void;
}

type Phase =
	/** Awaits the client's header; `username` once authenticated. */
	| { readonly name: "opening"; readonly username: string | undefined }
	| { readonly name: "authenticating"; readonly authentication: Authentication }
	| { readonly name: "binding"; readonly username: string }
	| { readonly name: "bound"; readonly binding: Binding }
	| { readonly name: "closed" };

const STANZAS: ReadonlySet<string> = new Set(["iq", "message", "presence"]);

/** One client's stream from its header to its end (RFC 6120 section 4, RFC 7395 section 3). Does no I/O of its own. */
export class Stream {
	readonly #host: StreamHost;
	readonly #framing: Framing;
	#phase: Phase = { name: "opening", username: undefined };
	#headerSent = false;
	#managementRefusals = 0;

	constructor(host: StreamHost, framing: Framing) {
		this.#host = host;
		this.#framing = framing;
	}

	get phase(): Phase["name"] {
		return this.#phase.name;
	}

	get session(): Session | undefined {
		return this.#phase.name === "bound" ? this.#phase.binding.session : undefined;
	}

	/** SM-3: asks the client for an acknowledgement where one is due. */
	askIfDue(now: number): void {
		if (this.#phase.name === "bound") this.#phase.binding.askIfDue(now);
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
				return this.#bound(node, this.#phase.binding, now);
		}
	}

	/** The client closed its half; ours follows. */
	closed(now: number): void {
		if (this.#phase.name !== "closed") this.#finish("over", now);
	}

	violated(violation: XmlViolation, now: number): void {
		this.fail(violation.condition, now, violation.detail);
	}

	/** Ends the stream with an error, as RFC 6120 section 4.9.1.1 asks: after a header of ours, and then closed. */
	fail(condition: StreamCondition, now: number, text?: string, details: readonly Element[] = []): void {
		if (this.#phase.name === "closed") return;
		if (!this.#headerSent) this.#sendHeader(undefined);
		const children = [element(condition, NS.streamErrors)];
		if (text !== undefined) children.push(element("text", NS.streamErrors, { "xml:lang": "en" }, [text]));
		this.#send(element("error", NS.streams, {}, [...children, ...details]));
		// SM-5: who fell silent may come back; who was sent away may not.
		this.#finish(condition === "connection-timeout" ? "resumable" : "over", now);
	}

	#finish(how: StreamEnd, now: number): void {
		if (!this.#headerSent) this.#sendHeader(undefined);
		this.#host.write(this.#framing.close);
		this.lost(how, now);
		this.#host.end();
	}

	/** The transport is gone. */
	lost(how: StreamEnd, now: number): void {
		const phase = this.#phase;
		if (phase.name === "authenticating") phase.authentication.giveUp();
		this.#phase = { name: "closed" };
		if (phase.name === "bound") this.#host.release(phase.binding, how, now);
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
		if (node.ns === NS.streamManagement) return this.#resume(node, username, now);
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
		this.#phase = { name: "bound", binding: bound.value };
		const { full } = bound.value.session;
		const jid = element("jid", NS.bind, {}, [full]);
		this.#send(resultReply(node, full, element("bind", NS.bind, {}, [jid])));
	}

	/** SM-2: in place of binding. Where it fails, binding goes on in the same stream. */
	#resume(node: Element, username: string, now: number): void {
		if (node.name !== "resume") return this.#refuseManagement(failed("unexpected-request"), now);
		const request = readResume(node);
		if (request === undefined) return this.#refuseManagement(failed("bad-request"), now);
		// SM-1: the session goes on waiting for a stream that can be told what was handled.
		if (!this.#host.commit()) return this.fail("resource-constraint", now);
		const resumption = this.#host.resume(username, request, now);
		if (resumption.ok) return this.#resumed(resumption.value, request.previd);
		const refusal = resumption.error;
		if (refusal.kind === "handled-count-too-high") return this.#countTooHigh(refusal.count, now);
		return this.#refuseManagement(failed("item-not-found", refusal.handled), now);
	}

	#resumed(binding: Binding, previd: string): void {
		this.#phase = { name: "bound", binding };
		this.#send(resumed(previd, binding.management?.handled ?? 0));
		binding.replay();
	}

	#refuseManagement(answer: Element, now: number): void {
		this.#managementRefusals += 1;
		if (this.#managementRefusals > MANAGEMENT_REFUSALS_COUNT) return this.fail("policy-violation", now);
		this.#send(answer);
	}

	/** SM-6 */
	#countTooHigh(count: HandledCountTooHigh, now: number): void {
		this.fail("undefined-condition", now, undefined, [handledCountTooHigh(count)]);
	}

	/** Stream management on a stream that has its resource (XEP-0198 sections 3 and 4). */
	#managed(node: Element, binding: Binding, now: number): void {
		const { management } = binding;
		switch (node.name) {
			case "enable":
				if (management !== undefined) return this.fail("policy-violation", now, "enabled already");
				return this.#enable(node, binding);
			case "r":
				if (management === undefined) break;
				// SM-1: it will ask again.
				return this.#host.commit() ? this.#send(acknowledgement(management.handled)) : undefined;
			case "a": {
				if (management === undefined) break;
				const handled = parseCount(node.attrs["h"]);
				if (handled === undefined) return this.fail("bad-format", now, "no count of stanzas");
				const taken = binding.acknowledged(handled);
				return taken.ok ? undefined : this.#countTooHigh(taken.error, now);
			}
			case "resume":
				return this.#refuseManagement(failed("unexpected-request"), now);
		}
		return this.fail("unsupported-stanza-type", now);
	}

	#enable(node: Element, binding: Binding): void {
		const management = this.#host.enable(readEnable(node));
		this.#send(enabled(management.resumption));
		binding.manage(management);
	}

	#bound(node: Element, binding: Binding, now: number): void {
		if (node.ns === NS.streamManagement) return this.#managed(node, binding, now);
		const { session } = binding;
		if (node.ns !== NS.client) return this.fail("invalid-namespace", now);
		if (!STANZAS.has(node.name)) return this.fail("unsupported-stanza-type", now);
		const { from } = node.attrs;
		// SERVER-5
		if (from !== undefined && !this.#isOwn(from, session)) return this.fail("invalid-from", now);
		binding.management?.received();
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
		FEATURE,
	]);
}
