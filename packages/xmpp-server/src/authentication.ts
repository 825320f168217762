import type { AccountName, Channels, LoginHost, ServerChallenge } from "@clowder/login";
import type { Accounts } from "./accounts.ts";
import { parseJid, prepareLocal } from "./jid.ts";
import { SASL_MESSAGE_CHARACTERS, type ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
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
import { type Element, element, textOf } from "./xml.ts";

/** What an authentication needs of the server around it. */
export interface AuthenticationHost {
	readonly domain: string;
	/** The domain as a login by key hashes it. */
	readonly loginHost: LoginHost;
	/** What is known of the TLS channel below. */
	readonly channels: Channels;
	readonly limits: ServerLimits;
	readonly accounts: Accounts;
	readonly random: (bytes: number) => Uint8Array;
	/** Counts one more registration against this stream's address. */
	readonly allowRegistration: (now: number) => boolean;
	/** Whether this address has not failed too often. */
	readonly allowAuthentication: (now: number) => boolean;
	readonly authenticationFailed: (now: number) => void;
}

/** Where a step leaves the stream, once its answer has been sent. */
export type AuthenticationStep =
	| { readonly type: "going-on" }
	| { readonly type: "authenticated"; readonly username: string }
	/** To be ended with this stream error. */
	| {
			readonly type: "over";
			readonly condition: "policy-violation" | "unsupported-stanza-type";
			readonly text?: string;
	  };

type Exchange =
	| { readonly step: "none" }
	| { readonly step: "first"; readonly mechanism: SaslMechanism }
	| { readonly step: "key"; readonly challenge: ServerChallenge }
	| { readonly step: "final"; readonly challenge: ScramChallenge; readonly username: string | undefined };

const GOING_ON: AuthenticationStep = { type: "going-on" };

/** The SASL negotiation of one stream (RFC 6120 section 6), from its first attempt to the one that succeeds. */
export class Authentication {
	readonly #host: AuthenticationHost;
	readonly #send: (answer: Element) => void;
	#exchange: Exchange = { step: "none" };
	#failures = 0;

	constructor(host: AuthenticationHost, send: (answer: Element) => void) {
		this.#host = host;
		this.#send = send;
	}

	/** An element in the namespace of SASL. */
	received(node: Element, now: number): AuthenticationStep {
		const exchange = this.#exchange;
		const text = textOf(node);
		if (node.name === "abort") return this.#fails("aborted", now);
		if (text.length > SASL_MESSAGE_CHARACTERS) return this.#fails("malformed-request", now);
		if (node.name === "auth") return this.#begins(node.attrs["mechanism"], text, now);
		if (node.name !== "response") return { type: "over", condition: "unsupported-stanza-type" };
		switch (exchange.step) {
			case "none":
				return this.#fails("malformed-request", now);
			case "first":
				return this.#first(exchange.mechanism, text, now);
			case "key":
				return this.#keyProof(exchange.challenge, text, now);
			case "final":
				return this.#clientFinal(exchange.challenge, exchange.username, text, now);
		}
	}

	/** The ephemeral key of an unfinished login by key must not outlive it. */
	giveUp(): void {
		if (this.#exchange.step === "key") this.#exchange.challenge.erase();
	}

	#begins(name: string | undefined, text: string, now: number): AuthenticationStep {
		const mechanism = SASL_MECHANISMS.find((known) => known === name);
		if (mechanism === undefined) return this.#fails("invalid-mechanism", now);
		if (!this.#host.allowAuthentication(now)) {
			return { type: "over", condition: "policy-violation", text: "too many attempts" };
		}
		// A challenge costs a key: who asks for one after the other is stopped as one who fails.
		if (this.#exchange.step === "key") {
			this.giveUp();
			if (this.#failedTooOften(now)) return { type: "over", condition: "policy-violation" };
		}
		if (text !== "") return this.#first(mechanism, text, now);
		this.#exchange = { step: "first", mechanism };
		this.#send(element("challenge", NS.sasl));
		return GOING_ON;
	}

	#first(mechanism: SaslMechanism, text: string, now: number): AuthenticationStep {
		return mechanism === KEY_MECHANISM ? this.#keyFirst(text, now) : this.#clientFirst(mechanism, text, now);
	}

	#keyFirst(text: string, now: number): AuthenticationStep {
		const bytes = decodeSasl(text);
		const message = bytes.ok ? keyMessage(bytes.value) : bytes;
		const given = message.ok ? challengeKey(this.#host, message.value) : message;
		if (!given.ok) return this.#fails(given.error, now);
		this.#exchange = { step: "key", challenge: given.value };
		this.#send(element("challenge", NS.sasl, {}, [encodeSasl(given.value.message)]));
		return GOING_ON;
	}

	/** LOGIN-10: one challenge, one answer. An account is made when its key is first proven, within the same limits. */
	#keyProof(given: ServerChallenge, text: string, now: number): AuthenticationStep {
		const bytes = decodeSasl(text);
		const message = bytes.ok ? keyMessage(bytes.value) : bytes;
		if (!message.ok) return this.#fails(message.error, now);
		const proven = given.verify(message.value);
		if (!proven.ok) {
			return this.#fails(proven.error.kind === "malformed" ? "malformed-request" : "not-authorized", now);
		}
		const { account } = proven.value;
		if (!this.#hasAccount(account, now)) return this.#fails("temporary-auth-failure", now);
		return this.#succeeds(account, proven.value.message);
	}

	#hasAccount(account: AccountName, now: number): boolean {
		const { accounts } = this.#host;
		if (accounts.has(account)) return true;
		return this.#host.allowRegistration(now) && accounts.registerKey(account, now).ok;
	}

	#clientFirst(mechanism: ScramMechanism, text: string, now: number): AuthenticationStep {
		const bytes = decodeSasl(text);
		if (!bytes.ok) return this.#fails(bytes.error, now);
		const first = parseClientFirst(bytes.value);
		if (!first.ok) return this.#fails(first.error, now);
		const username = prepareLocal(first.value.username);
		if (!this.#mayActAs(username, first.value.authzid)) return this.#fails("invalid-authzid", now);
		const verifier = this.#host.accounts.verifier(username, mechanism);
		const given = challenge(mechanism, first.value, verifier, this.#host.random);
		this.#exchange = { step: "final", challenge: given, username };
		this.#send(element("challenge", NS.sasl, {}, [encodeSasl(given.message)]));
		return GOING_ON;
	}

	/** One may ask to act as oneself only (RFC 6120 section 6.3.8). */
	#mayActAs(username: string | undefined, authzid: string | undefined): boolean {
		if (authzid === undefined) return true;
		const jid = parseJid(authzid);
		if (!jid.ok || username === undefined || jid.value.resource !== "") return false;
		return jid.value.local === username && jid.value.domain === this.#host.domain;
	}

	#clientFinal(given: ScramChallenge, username: string | undefined, text: string, now: number): AuthenticationStep {
		const bytes = decodeSasl(text);
		if (!bytes.ok) return this.#fails(bytes.error, now);
		const verified = verifyFinal(given, bytes.value);
		if (!verified.ok) return this.#fails(verified.error, now);
		// A decoy cannot be proven, so whoever gets here has an account.
		if (username === undefined || !this.#host.accounts.has(username)) return this.#fails("not-authorized", now);
		return this.#succeeds(username, verified.value);
	}

	/** `final`: the server's own proof, which goes with the success. */
	#succeeds(username: string, final: string): AuthenticationStep {
		this.#exchange = { step: "none" };
		this.#send(element("success", NS.sasl, {}, [encodeSasl(final)]));
		return { type: "authenticated", username };
	}

	#fails(condition: SaslCondition, now: number): AuthenticationStep {
		this.giveUp();
		this.#exchange = { step: "none" };
		this.#send(element("failure", NS.sasl, {}, [element(condition, NS.sasl)]));
		return this.#failedTooOften(now) ? { type: "over", condition: "policy-violation" } : GOING_ON;
	}

	/** Counts one more failure. */
	#failedTooOften(now: number): boolean {
		this.#failures += 1;
		this.#host.authenticationFailed(now);
		return this.#failures >= this.#host.limits.authFailuresPerStream;
	}
}
