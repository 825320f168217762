import { ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import type { DakeContext } from "../dake/context.ts";
import type { Ring } from "../dake/ring-signature.ts";
import {
	accept,
	type Answer,
	answer,
	checkRing,
	confirm,
	type Offer,
	offer,
	ringOfAuthI,
	ringOfAuthR,
	verifyAuthR,
	verifyIdentity,
	withdrawAnswer,
	withdrawOffer,
} from "../dake/interactive.ts";
import type { StoredEnsemble } from "../prekey-server/storage.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { forgeOfflineAnswer, wireOf } from "./dakes.ts";
import { readEnsemble } from "./ensembles.ts";
import { ForgedSession } from "./forged-session.ts";
import { MessageReader } from "./message-reader.ts";
import {
	contextOf,
	type ForgeryOptions,
	keyInRing,
	nowSeconds,
	type Person,
	type VerifiedPerson,
	verifyPerson,
} from "./people.ts";

/** Who is played, towards whom, with which key. */
export interface Impersonation {
	/** In whose name. */
	readonly as: Person;
	/** What the network calls the one who is to believe it. */
	readonly peerAddress: string;
	/**
	 * The forging key of the one who is to believe it: it stands in both rings, beside the long-term key of whoever is played,
	 * so that its owner can show to whom took the device conversations with anybody.
	 */
	readonly key: Ed448KeyPair;
}

/** The DAKE is done: what has still to be sent, and the session in the other's name. */
export interface Begun {
	readonly texts: readonly string[];
	readonly session: ForgedSession;
}

/** That the forger can sign in a ring, and that nobody made one of keys which would show who did. */
function checkOwnRing(what: string, ring: Ring, key: Ed448KeyPair): Result<undefined, Refusal> {
	if (keyInRing(ring, [key]) !== undefined) return checkRing(what, ring);
	return refuse(
		"caller",
		"key",
		"forger's key",
		`a key of the ring of its ${what}`,
		"another: the peer is not its owner",
	);
}

interface Played {
	readonly options: ForgeryOptions;
	readonly context: DakeContext;
	readonly as: VerifiedPerson;
	readonly key: Ed448KeyPair;
	readonly reader: MessageReader;
}

function play(options: ForgeryOptions, { as, peerAddress, key }: Impersonation): Result<Played, Refusal> {
	const person = verifyPerson(options, as);
	if (!person.ok) return person;
	const context = contextOf(options, as.address, peerAddress);
	const reader = new MessageReader(person.value.profile.profile.instanceTag);
	return ok({ options, context, as: person.value, key, reader });
}

function textsOf({ options, context }: Played, message: Parameters<ReturnType<typeof wireOf>>[1]): readonly string[] {
	return wireOf(options)(context, message).map(({ text }) => text);
}

/** The initiator is played: an Identity message is sent, and the answer awaited. */
export class ImpersonatedInitiator {
	/** What to send first. */
	readonly texts: readonly string[];
	readonly #played: Played;
	#offered: Offer | undefined;

	/** For `impersonateInitiator`. */
	constructor(played: Played) {
		this.#played = played;
		this.#offered = offer(played.context, { keyPair: played.key, profile: played.as.profile }, 0);
		this.texts = textsOf(played, this.#offered.message);
	}

	/** The Auth-R message, or a fragment of it: an Auth-I message and the session, once it is whole. */
	receive(text: string, nowMs: number): Result<Begun | undefined, Refusal> {
		const { context, reader, as, key, options } = this.#played;
		const message = reader.read(text, nowMs);
		if (!message.ok) return message;
		if (message.value === undefined) return ok(undefined);
		const offered = this.#offered;
		if (message.value.type !== "auth-r" || offered === undefined) {
			return refuse("peer", "state", "Auth-R message", "the answer to our offer", message.value.type);
		}
		const their = verifyAuthR(context, offered, message.value, Math.floor(nowMs / 1000));
		if (!their.ok) return their;
		const ring = ringOfAuthI(as.profile, their.value.profile, their.value.ephemerals.ecdh);
		const checked = checkOwnRing("Auth-I message", ring, key);
		if (!checked.ok) return checked;
		const confirmed = confirm(context, offered, message.value, their.value);
		this.#offered = undefined;
		const session = new ForgedSession(options, context, as, confirmed.established, false);
		return ok({ texts: textsOf(this.#played, confirmed.message), session });
	}

	/** Forgets the secrets of an offer that nobody answered. */
	erase(): void {
		if (this.#offered !== undefined) withdrawOffer(this.#offered);
		this.#offered = undefined;
	}
}

/** The responder is played: an Auth-R message is sent, and Auth-I awaited. */
export class ImpersonatedResponder {
	/** What to send first. */
	readonly texts: readonly string[];
	readonly #played: Played;
	#answered: Answer | undefined;

	/** For `impersonateResponder`. */
	constructor(played: Played, answered: Answer) {
		this.#played = played;
		this.#answered = answered;
		this.texts = textsOf(played, answered.message);
	}

	/** The Auth-I message, or a fragment of it: the session, once it is whole. */
	receive(text: string, nowMs: number): Result<Begun | undefined, Refusal> {
		const { context, reader, as, options } = this.#played;
		const message = reader.read(text, nowMs);
		if (!message.ok) return message;
		if (message.value === undefined) return ok(undefined);
		if (message.value.type !== "auth-i" || this.#answered === undefined) {
			return refuse("peer", "state", "Auth-I message", "the answer to Auth-R", message.value.type);
		}
		const accepted = accept(context, this.#answered, message.value);
		if (!accepted.ok) return accepted;
		this.#answered = undefined;
		return ok({ texts: [], session: new ForgedSession(options, context, as, accepted.value, false) });
	}

	/** Forgets the secrets of an answer that nobody confirmed. */
	erase(): void {
		if (this.#answered !== undefined) withdrawAnswer(this.#answered);
		this.#answered = undefined;
	}
}

/** "Impersonate Initiator": begins a conversation with an honest client, in somebody else's name. */
export function impersonateInitiator(
	options: ForgeryOptions,
	impersonation: Impersonation,
): Result<ImpersonatedInitiator, Refusal> {
	const played = play(options, impersonation);
	return played.ok ? ok(new ImpersonatedInitiator(played.value)) : played;
}

/** "Impersonate Responder": answers the Identity message of an honest client, whole or in fragments. */
export function impersonateResponder(
	options: ForgeryOptions,
	impersonation: Impersonation,
	identity: readonly string[],
): Result<ImpersonatedResponder, Refusal> {
	const played = play(options, impersonation);
	if (!played.ok) return played;
	const { context, as, key, reader } = played.value;
	for (const text of identity) {
		const message = reader.read(text, options.nowMs);
		if (!message.ok) return message;
		if (message.value === undefined) continue;
		if (message.value.type !== "identity") {
			return refuse("peer", "state", "Identity message", "an Identity message", message.value.type);
		}
		const ourselves = { keyPair: key, profile: as.profile };
		const their = verifyIdentity(context, message.value, nowSeconds(options));
		if (!their.ok) return their;
		const ring = ringOfAuthR(their.value.profile, as.profile, their.value.ephemerals.ecdh);
		const checked = checkOwnRing("Auth-R message", ring, key);
		if (!checked.ok) return checked;
		const answered = answer(context, ourselves, message.value, their.value);
		return ok(new ImpersonatedResponder(played.value, answered));
	}
	return refuse("caller", "malformed", "Identity message", "a whole one", `${identity.length} texts without one`);
}

/** "Impersonate Responder" in the non-interactive DAKE: writes to who published an ensemble, in somebody else's name. */
export function impersonateOfflineResponder(
	options: ForgeryOptions,
	{ as, peerAddress, key }: Impersonation,
	ensemble: StoredEnsemble,
): Result<Begun, Refusal> {
	const person = verifyPerson(options, as);
	if (!person.ok) return person;
	const read = readEnsemble(options, ensemble);
	if (!read.ok) return read;
	const forged = forgeOfflineAnswer(options, person.value, peerAddress, read.value, key);
	if (!forged.ok) return forged;
	const context = contextOf(options, as.address, peerAddress);
	const texts = wireOf(options)(context, forged.value.message).map(({ text }) => text);
	return ok({ texts, session: new ForgedSession(options, context, person.value, forged.value.established, true) });
}
