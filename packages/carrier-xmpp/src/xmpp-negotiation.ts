import type { CarrierError } from "@clowder/carrier";
import type { Mechanism } from "@xmpp/sasl";
import { MECHANISMS, PLAIN, type SaslExchange } from "./sasl-exchange.ts";
import type { Element } from "./xmpp-js.ts";

export const NS_STREAMS = "http://etherx.jabber.org/streams";
export const NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl";
export const NS_BIND = "urn:ietf:params:xml:ns:xmpp-bind";
/** XEP-0077 section 8. */
const NS_SM = "urn:xmpp:sm:3";
const NS_REGISTER = "http://jabber.org/features/iq-register";
export const NO_LOGIN: { readonly expected: string; readonly got: string } = {
	// PLAIN is of use only beside what some servers publish.
	expected: MECHANISMS.filter((name) => name !== PLAIN).join(" or "),
	got: "other mechanisms",
};

/** A failure that already has its reason, on its way through xmpp.js. */
export class Failure extends Error {
	readonly reason: CarrierError;
	constructor(reason: CarrierError) {
		super(reason.kind);
		this.reason = reason;
	}
}

/** Without a login we can do, or a binding, xmpp.js would wait for ever or say so in its own words. */
export function checkFeatures(features: Element): void {
	if (features.getChild("bind", NS_BIND) !== undefined) return;
	const mechanisms = features.getChild("mechanisms", NS_SASL);
	if (mechanisms === undefined) {
		const offered = features.getChildElements().map((feature) => feature.name);
		throw new Failure({ kind: "protocol", expected: "a login or a binding", got: offered.join(" ") || "no feature" });
	}
	if (!readOffer(features).mechanisms.some((name) => MECHANISMS.includes(name))) {
		throw new Failure({ kind: "protocol", ...NO_LOGIN });
	}
}

/** By what a server lets people log in. */
export interface Offer {
	/** As the server lists them. */
	readonly mechanisms: readonly string[];
	/** It says that accounts can be registered (XEP-0077). Some take registrations without saying so. */
	readonly registration: boolean;
	/** It resumes streams (XEP-0198); servers say so once one is logged in. */
	readonly resumption: boolean;
}

export function readOffer(features: Element): Offer {
	const mechanisms = features.getChild("mechanisms", NS_SASL)?.getChildren("mechanism") ?? [];
	return {
		mechanisms: mechanisms.map((each) => each.getText()),
		registration: features.getChild("register", NS_REGISTER) !== undefined,
		resumption: features.getChild("sm", NS_SM) !== undefined,
	};
}

/** An exchange of ours as what xmpp.js expects of a mechanism. */
export function asMechanism(exchange: SaslExchange): Mechanism {
	let challenge: string | undefined;
	return {
		name: exchange.mechanism,
		clientFirst: true,
		challenge(text) {
			challenge = text;
		},
		async response() {
			if (challenge === undefined) return exchange.first();
			const final = await exchange.final(challenge);
			if (!final.ok) throw new Failure({ kind: "protocol", ...final.error });
			return final.value;
		},
	};
}

/** Base64 of ASCII; nothing where it is not. */
export function decodeBase64(text: string): string {
	try {
		return atob(text);
	} catch {
		return "";
	}
}

/** The reason in an error of xmpp.js's: a condition of the server's, or that the line is broken. */
export function asReason(error: unknown): CarrierError {
	if (error instanceof Failure) return error.reason;
	const { name, condition, message } = error as { name?: unknown; condition?: unknown; message?: unknown };
	const detail = typeof message === "string" && message !== "" ? message : String(name);
	if (name === "XMLError") return { kind: "protocol", expected: "well-formed XML", got: detail };
	if (typeof condition === "string") return { kind: "refused", condition, detail };
	return { kind: "unreachable", detail };
}
