import type { Result } from "@clowder/bytes";
import type { AccountName, LoginHost, ServerChallenge } from "@clowder/login";
import type { Accounts } from "./accounts.ts";
import type { Framing } from "./framing.ts";
import { parseJid, prepareLocal, prepareResource } from "./jid.ts";
import { SASL_MESSAGE_CHARACTERS, type ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import { registerBeforeLogin } from "./register.ts";
import { challengeKey, KEY_MECHANISM, keyMessage, SASL_MECHANISMS, type SaslMechanism } from "./sasl-mechanisms.ts";
import {
	challenge,
	decodeSasl,
	encodeSasl,
	parseClientFirst,
	type SaslCondition,
	type ScramChallenge,
	type ScramMechanism,
	verifyFinal,
} from "./sasl-scram.ts";
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
export interface StreamHost {
	readonly domain: string;
	/** The domain as a login by key hashes it. */
	readonly loginHost: LoginHost;
	readonly limits: ServerLimits;
	readonly accounts: Accounts;
	readonly random: (bytes: number) => Uint8Array;
	readonly newId: () => string;
	/** Counts one more registration against this stream's address. */
	readonly allowRegistration: (now: number) => boolean;
	/** Whether this address has not failed too often. */
	readonly allowAuthentication: (now: number) => boolean;
	readonly authenticationFailed: (now: number) => void;
	/** Gives the stream its resource. */
	readonly bind: (username: string, resource: string | undefined, now: number) => Result<Session, StanzaCondition>;
	/** A stanza of a bound session, `from` already its full address. */
	readonly route: (session: Session, stanza: Element, now: number) => void;
	readonly unbind: (session: Session, now: number) => void;
	readonly write: (text: string) => void;
	/** Nothing more will be written: close the transport once the queue is empty. */
	readonly end: () => void;
}

type Exchange =
	| { readonly step: "none" }
	| { readonly step: "first"; readonly mechanism: SaslMechanism }
	| { readonly step: "key"; readonly challenge: ServerChallenge }
	| { readonly step: "final"; readonly challenge: ScramChallenge; readonly username: string | undefined };

type Phase =
	/** Awaits the client's header; `username` once authenticated. */
	| { readonly name: "opening"; readonly username: string | undefined }
	| { readonly name: "authenticating"; readonly exchange: Exchange }
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
	#authFailures = 0;

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
			this.#phase = { name: "authenticating", exchange: { step: "none" } };
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
				if (node.ns === NS.sasl) return this.#sasl(node, this.#phase.exchange, now);
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
		this.#giveUpExchange();
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

	#sasl(node: Element, exchange: Exchange, now: number): void {
		const text = textOf(node);
		if (node.name === "abort") return this.#saslFailure("aborted", now);
		if (text.length > SASL_MESSAGE_CHARACTERS) return this.#saslFailure("malformed-request", now);
		if (node.name === "auth") {
			const mechanism = SASL_MECHANISMS.find((known) => known === node.attrs["mechanism"]);
			if (mechanism === undefined) return this.#saslFailure("invalid-mechanism", now);
			if (!this.#host.allowAuthentication(now)) return this.fail("policy-violation", now, "too many attempts");
			// A challenge costs a key: who asks for one after the other is stopped as one who fails.
			if (exchange.step === "key") {
				this.#giveUpExchange();
				if (this.#failedTooOften(now)) return this.fail("policy-violation", now);
			}
			if (text !== "") return this.#saslFirst(mechanism, text, now);
			this.#phase = { name: "authenticating", exchange: { step: "first", mechanism } };
			return this.#send(element("challenge", NS.sasl));
		}
		if (node.name !== "response") return this.fail("unsupported-stanza-type", now);
		switch (exchange.step) {
			case "none":
				return this.#saslFailure("malformed-request", now);
			case "first":
				return this.#saslFirst(exchange.mechanism, text, now);
			case "key":
				return this.#keyProof(exchange.challenge, text, now);
			case "final":
				return this.#clientFinal(exchange.challenge, exchange.username, text, now);
		}
	}

	#saslFirst(mechanism: SaslMechanism, text: string, now: number): void {
		if (mechanism === KEY_MECHANISM) this.#keyFirst(text, now);
		else this.#clientFirst(mechanism, text, now);
	}

	#keyFirst(text: string, now: number): void {
		const bytes = decodeSasl(text);
		const message = bytes.ok ? keyMessage(bytes.value) : bytes;
		const given = message.ok ? challengeKey(this.#host.loginHost, message.value, this.#host.random) : message;
		if (!given.ok) return this.#saslFailure(given.error, now);
		this.#phase = { name: "authenticating", exchange: { step: "key", challenge: given.value } };
		this.#send(element("challenge", NS.sasl, {}, [encodeSasl(given.value.message)]));
	}

	/** LOGIN-10: one challenge, one answer. An account is made when its key is first proven, within the same limits. */
	#keyProof(given: ServerChallenge, text: string, now: number): void {
		const bytes = decodeSasl(text);
		const message = bytes.ok ? keyMessage(bytes.value) : bytes;
		if (!message.ok) return this.#saslFailure(message.error, now);
		const proven = given.verify(message.value);
		if (!proven.ok) {
			return this.#saslFailure(proven.error.kind === "malformed" ? "malformed-request" : "not-authorized", now);
		}
		const { account } = proven.value;
		if (!this.#hasAccount(account, now)) return this.#saslFailure("temporary-auth-failure", now);
		this.#authenticated(account, proven.value.message);
	}

	#hasAccount(account: AccountName, now: number): boolean {
		const { accounts } = this.#host;
		if (accounts.has(account)) return true;
		return this.#host.allowRegistration(now) && accounts.registerKey(account, now).ok;
	}

	#clientFirst(mechanism: ScramMechanism, text: string, now: number): void {
		const bytes = decodeSasl(text);
		if (!bytes.ok) return this.#saslFailure(bytes.error, now);
		const first = parseClientFirst(bytes.value);
		if (!first.ok) return this.#saslFailure(first.error, now);
		const username = prepareLocal(first.value.username);
		if (!this.#mayActAs(username, first.value.authzid)) return this.#saslFailure("invalid-authzid", now);
		const verifier = this.#host.accounts.verifier(username, mechanism);
		const given = challenge(mechanism, first.value, verifier, this.#host.random);
		this.#phase = { name: "authenticating", exchange: { step: "final", challenge: given, username } };
		this.#send(element("challenge", NS.sasl, {}, [encodeSasl(given.message)]));
	}

	/** One may ask to act as oneself only (RFC 6120 section 6.3.8). */
	#mayActAs(username: string | undefined, authzid: string | undefined): boolean {
		if (authzid === undefined) return true;
		const jid = parseJid(authzid);
		if (!jid.ok || username === undefined || jid.value.resource !== "") return false;
		return jid.value.local === username && jid.value.domain === this.#host.domain;
	}

	#clientFinal(given: ScramChallenge, username: string | undefined, text: string, now: number): void {
		const bytes = decodeSasl(text);
		if (!bytes.ok) return this.#saslFailure(bytes.error, now);
		const verified = verifyFinal(given, bytes.value);
		if (!verified.ok) return this.#saslFailure(verified.error, now);
		// A decoy cannot be proven, so whoever gets here has an account.
		if (username === undefined || !this.#host.accounts.has(username)) return this.#saslFailure("not-authorized", now);
		this.#authenticated(username, verified.value);
	}

	/** `final`: the server's own proof, which goes with the success. */
	#authenticated(username: string, final: string): void {
		this.#phase = { name: "opening", username };
		this.#headerSent = false;
		this.#send(element("success", NS.sasl, {}, [encodeSasl(final)]));
	}

	/** The ephemeral key of an unfinished login by key must not outlive it. */
	#giveUpExchange(): void {
		if (this.#phase.name === "authenticating" && this.#phase.exchange.step === "key") {
			this.#phase.exchange.challenge.erase();
		}
	}

	#saslFailure(condition: SaslCondition, now: number): void {
		this.#giveUpExchange();
		this.#phase = { name: "authenticating", exchange: { step: "none" } };
		this.#send(element("failure", NS.sasl, {}, [element(condition, NS.sasl)]));
		if (this.#failedTooOften(now)) this.fail("policy-violation", now);
	}

	/** Counts one more failure. */
	#failedTooOften(now: number): boolean {
		this.#authFailures += 1;
		this.#host.authenticationFailed(now);
		return this.#authFailures >= this.#host.limits.authFailuresPerStream;
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
