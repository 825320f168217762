import { err, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { verifyClientProfile } from "../profile/client-profile.ts";
import type { Random } from "../random.ts";
import { badKey, type Refusal, refuse } from "../refusal.ts";
import { decodePrekeyProtocolText } from "../wire/encoding.ts";
import { type ServerFingerprint, serverFingerprint } from "./composite-identity.ts";
import { areDistinct, dakeKeys, newEphemeral, signDake } from "./dake.ts";
import { encodeDake2Message } from "./dake-messages.ts";
import { decodeClientMessage } from "./decode-message.ts";
import { encodeEnsembleRetrieval, encodeNoEnsembles } from "./ensemble-messages.ts";
import { isIdentity } from "./fields.ts";
import { DEFAULT_SERVER_LIMITS, ENSEMBLES_MAX, type PrekeyServerLimits } from "./limits.ts";
import type { ClientMessage, Dake1Message, EnsembleQuery } from "./messages.ts";
import { RequestCounter } from "./request-counter.ts";
import { finishDake, storageRefusal } from "./server-answer.ts";
import { DakesInFlight } from "./server-dakes.ts";
import { PeerFragments } from "./server-fragments.ts";
import type { PrekeyStorage } from "./storage.ts";
import { requireMaxChars, textsOf } from "./texts.ts";

/** The text of a No Prekey Ensembles message. */
const NO_PREKEYS = "No Prekey Messages available for this identity";
/** As it is written in a query. */
const VERSION = "4";
const MS_PER_SECOND = 1000;

export interface PrekeyServerOptions {
	readonly primitives: OtrPrimitives;
	/** A cryptographic generator. */
	readonly random: Random;
	/** The server as the network calls it; on XMPP its bare JID. */
	readonly identity: string;
	/** `sk_s`, `H_s`. The server does not erase it. */
	readonly key: Ed448KeyPair;
	readonly storage: PrekeyStorage;
	/** Longest text that the network carries, 64 characters at least. Without it no answer is broken up. */
	readonly maxChars?: number | undefined;
	/** Those of `DEFAULT_SERVER_LIMITS` that are to be otherwise. */
	readonly limits?: Partial<PrekeyServerLimits>;
}

/** What a server did with a text. */
export type PrekeyServerEvent =
	/** A fragment; others of its message are missing. */
	| { readonly type: "fragment-kept" }
	| { readonly type: "dake-begun"; readonly instanceTag: number }
	/** `added`: how many Prekey Messages were new. */
	| { readonly type: "published"; readonly instanceTag: number; readonly added: number }
	| { readonly type: "counted"; readonly instanceTag: number; readonly count: number }
	/** Prekey Ensembles of `identity` were given away; none if `count` is 0. */
	| { readonly type: "retrieved"; readonly identity: string; readonly count: number };

export interface PrekeyServerAnswer {
	/** To send, in this order, to where the text came from. There may be some with a refusal, too. */
	readonly texts: readonly string[];
	readonly outcome: Result<PrekeyServerEvent, Refusal>;
}

/** A prekey server without its network, its clock and its store. */
export class PrekeyServer {
	/** What clients must know it by, 56 bytes. */
	readonly fingerprint: ServerFingerprint;
	readonly #options: PrekeyServerOptions;
	readonly #limits: PrekeyServerLimits;
	readonly #dakes: DakesInFlight;
	readonly #fragments: PeerFragments;
	readonly #dakeCounter: RequestCounter;
	readonly #retrievalCounter: RequestCounter;

	/** Throws for an identity or a `maxChars` that cannot be: our caller's bug. */
	constructor(options: PrekeyServerOptions) {
		if (!isIdentity(options.identity)) throw new RangeError("the server's identity is empty, too long or not Unicode");
		requireMaxChars(options.maxChars);
		this.#options = options;
		this.#limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
		const { dakesInFlightPerIdentityMax, dakesInFlightMax, windowMs, countedMax } = this.#limits;
		this.#dakes = new DakesInFlight(dakesInFlightPerIdentityMax, dakesInFlightMax);
		this.#fragments = new PeerFragments(this.#limits.fragmentingPeersMax, this.#limits.dakeTimeoutMs);
		this.#dakeCounter = new RequestCounter(windowMs, countedMax);
		this.#retrievalCounter = new RequestCounter(windowMs, countedMax);
		this.fingerprint = serverFingerprint(options.primitives, options.key.publicKey);
	}

	/** When `expire` has something to do; `undefined` if nothing is unfinished. */
	get deadlineMs(): number | undefined {
		const deadlines = [this.#dakes.deadlineMs, this.#fragments.deadlineMs].flatMap((deadline) => deadline ?? []);
		return deadlines.length === 0 ? undefined : Math.min(...deadlines);
	}

	/** Forgets what was not finished in time. */
	expire(nowMs: number): void {
		this.#dakes.expire(nowMs);
		this.#fragments.expire(nowMs);
	}

	/**
	 * Takes a text. `from` is who the network says sent it: on XMPP the bare JID of the stanza's sender, whom the answer goes
	 * to at the full JID. `nowMs`: since 1970. Calls may overlap; only the storage is waited for. Rejects only if the
	 * storage does.
	 */
	async receive(from: string, text: string, nowMs: number): Promise<PrekeyServerAnswer> {
		this.expire(nowMs);
		if (!isIdentity(from)) {
			return refusal(refuse("caller", "malformed", "sender", "an identity of the network", "an empty or a long one"));
		}
		const whole = this.#fragments.receive(from, text, nowMs);
		if (!whole.ok) return refusal(whole);
		if (whole.value === undefined) return { texts: [], outcome: ok({ type: "fragment-kept" }) };
		const bytes = decodePrekeyProtocolText(whole.value);
		if (!bytes.ok) return refusal(bytes);
		const message = decodeClientMessage(bytes.value);
		return message.ok ? this.#receiveMessage(from, message.value, nowMs) : refusal(message);
	}

	async #receiveMessage(from: string, message: ClientMessage, nowMs: number): Promise<PrekeyServerAnswer> {
		switch (message.type) {
			case "dake-1":
				return this.#receiveDake1(from, message, nowMs);
			case "dake-3": {
				const dake = this.#dakes.take(from, message.senderTag);
				if (dake === undefined) {
					return refusal(refuse("carrier", "state", "DAKE-3 message", "a DAKE in flight", "none"));
				}
				const { primitives, storage } = this.#options;
				const { prekeyMessagesPerPublicationMax } = this.#limits;
				const context = { primitives, storage, prekeyMessagesPerPublicationMax };
				const answer = await finishDake(context, dake, message, seconds(nowMs));
				return { texts: this.#texts(answer.message, message.senderTag), outcome: answer.outcome };
			}
			case "ensemble-query":
				return this.#receiveQuery(from, message, nowMs);
		}
	}

	#texts(message: Uint8Array | undefined, receiverTag: number): readonly string[] {
		if (message === undefined) return [];
		const { random, maxChars } = this.#options;
		return textsOf(message, { random, maxChars }, { senderTag: 0, receiverTag });
	}

	#receiveDake1(publisher: string, message: Dake1Message, nowMs: number): PrekeyServerAnswer {
		const { primitives, random, key, identity } = this.#options;
		const { senderTag } = message;
		const what = "DAKE-1 message";
		if (!this.#dakeCounter.allow(publisher, this.#limits.dakesPerWindowMax, nowMs)) {
			const expected = `${this.#limits.dakesPerWindowMax} DAKEs in ${this.#limits.windowMs} ms`;
			return refusal(refuse("peer", "limit", what, expected, "one more"));
		}
		if (!this.#dakes.hasRoomFor(publisher, senderTag)) {
			return refusal(refuse("carrier", "limit", what, "room for a DAKE in flight", "none"));
		}
		const expected = { senderTag, nowSeconds: seconds(nowMs), graceSeconds: 0, mode: "standalone" } as const;
		const clientProfile = verifyClientProfile(primitives, message.clientProfile, expected);
		if (!clientProfile.ok) return refusal(clientProfile);
		const i = primitives.ed448.parsePoint(message.i);
		if (!i.ok) return refusal(badKey(`${what}, I`, i.error));
		const keys = { publisherKey: clientProfile.value.publicKey, serverKey: key.publicKey };
		if (!areDistinct([keys.publisherKey, keys.serverKey, i.value])) {
			return refusal(refuse("peer", "key", what, "keys that differ from each other and the server's", "a key twice"));
		}
		const ephemeral = newEphemeral(primitives, random);
		const server = { identity, publicKey: key.publicKey.bytes };
		const s = ephemeral.publicKey;
		const transcript = { publisher, clientProfile: message.clientProfile, server, i: message.i, s: s.bytes };
		const ring = { ...keys, ephemeral: i.value };
		const sigma = signDake(primitives, random, "server", key, ring, transcript);
		this.#dakes.add({
			publisher,
			senderTag,
			clientProfile: clientProfile.value,
			transcript,
			ring: { ...keys, ephemeral: s },
			keys: dakeKeys(primitives, ephemeral, i.value),
			deadlineMs: nowMs + this.#limits.dakeTimeoutMs,
		});
		const dake2 = encodeDake2Message({ type: "dake-2", receiverTag: senderTag, server, s: s.bytes, sigma });
		return { texts: this.#texts(dake2, senderTag), outcome: ok({ type: "dake-begun", instanceTag: senderTag }) };
	}

	/** Whoever asks too often gets the answer that there is nothing: the protocol has no other one. */
	async #receiveQuery(requester: string, query: EnsembleQuery, nowMs: number): Promise<PrekeyServerAnswer> {
		const { identity, senderTag, versions } = query;
		const note = encodeNoEnsembles({ type: "no-ensembles", receiverTag: senderTag, identity, note: NO_PREKEYS });
		const nothing = this.#texts(note, senderTag);
		const allowed = this.#checkRetrievals(requester, identity, nowMs);
		if (!allowed.ok) return refusal(allowed, nothing);
		const request = { identity, requester, nowSeconds: seconds(nowMs) };
		const taken = versions.includes(VERSION) ? await this.#options.storage.takeEnsembles(request) : ok([]);
		if (!taken.ok) return refusal(storageRefusal(taken.error), nothing);
		const ensembles = taken.value.slice(0, ENSEMBLES_MAX);
		const outcome = ok({ type: "retrieved", identity, count: ensembles.length } as const);
		if (ensembles.length === 0) return { texts: nothing, outcome };
		return { texts: this.#texts(encodeEnsembleRetrieval(senderTag, identity, ensembles), senderTag), outcome };
	}

	#checkRetrievals(requester: string, owner: string, nowMs: number): Result<undefined, Refusal> {
		const { retrievalsPerWindowMax, retrievalsOfOneOwnerPerWindowMax, windowMs } = this.#limits;
		const what = "Prekey Ensemble Query Retrieval message";
		// The names are told apart by being lists of one and of two.
		if (!this.#retrievalCounter.allow(JSON.stringify([requester]), retrievalsPerWindowMax, nowMs)) {
			return refuse("peer", "limit", what, `${retrievalsPerWindowMax} retrievals in ${windowMs} ms`, "one more");
		}
		if (!this.#retrievalCounter.allow(JSON.stringify([requester, owner]), retrievalsOfOneOwnerPerWindowMax, nowMs)) {
			const most = `${retrievalsOfOneOwnerPerWindowMax} retrievals of one identity's in ${windowMs} ms`;
			return refuse("peer", "limit", what, most, "one more");
		}
		return ok(undefined);
	}
}

function seconds(ms: number): number {
	return Math.floor(ms / MS_PER_SECOND);
}

function refusal(result: { readonly error: Refusal }, texts: readonly string[] = []): PrekeyServerAnswer {
	return { texts, outcome: err(result.error) };
}
