import { ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { Account } from "../account/account.ts";
import { PrekeyClient, type PrekeyClientEvent } from "../prekey-server/client.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import type { Random } from "../random.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { PrekeyCalls, PrekeyRequestData } from "./calls.ts";
import type { EnsembleData, PrekeyEventData, PrekeyOptions, PrekeyOutcome } from "./data.ts";
import { ENSEMBLES_KEPT_MAX } from "./limits.ts";

type PrekeyMethods = {
	readonly [K in keyof PrekeyCalls]: (...args: PrekeyCalls[K]) => Result<PrekeyOutcome, Refusal>;
};

/** The account's side of the prekey protocol, and the ensembles that came, which go by numbers. */
export class HostedPrekeys {
	readonly #primitives: OtrPrimitives;
	readonly #random: Random;
	readonly #account: Account;
	readonly #options: PrekeyOptions;
	readonly #ensembles: Map<number, VerifiedEnsemble> = new Map();
	#client: PrekeyClient | undefined;
	#lastId = 0;

	constructor(primitives: OtrPrimitives, random: Random, account: Account, options: PrekeyOptions) {
		this.#primitives = primitives;
		this.#random = random;
		this.#account = account;
		this.#options = options;
	}

	call<K extends keyof PrekeyCalls>({ call, args }: PrekeyRequestData<K>): Result<PrekeyOutcome, Refusal> {
		return this.#methods[call](...args);
	}

	/** Takes ensembles out, to be used: each is for one conversation. Refuses if one is not there, and takes none then. */
	take(ids: readonly number[]): Result<readonly VerifiedEnsemble[], Refusal> {
		const found = [...new Set(ids)].flatMap((id) => this.#ensembles.get(id) ?? []);
		if (found.length < ids.length) {
			return refuse("caller", "no-prekey", "Prekey Ensemble", "ensembles that were retrieved", "one used, or unknown");
		}
		for (const id of ids) this.#ensembles.delete(id);
		return ok(found);
	}

	/** Erases what a request under way has made. */
	close(): void {
		this.#client?.close();
		this.#ensembles.clear();
	}

	readonly #methods: PrekeyMethods = {
		publish: (count, nowMs) =>
			this.#begin(nowMs, (client) => {
				const publication = this.#account.publication(count, nowMs);
				return publication.ok ? client.publish(publication.value, nowMs) : publication;
			}),
		storageInformation: (nowMs) => this.#begin(nowMs, (client) => client.storageInformation(nowMs)),
		retrieve: (identity, versions, nowMs) => this.#begin(nowMs, (client) => client.retrieve(identity, versions, nowMs)),
		receive: (text, nowMs) => {
			const received = this.#client?.receive(text, nowMs);
			if (received === undefined) {
				return refuse("carrier", "state", "prekey protocol", "a request that it answers", "no request");
			}
			const refused: readonly PrekeyEventData[] =
				received.refusal === undefined ? [] : [{ type: "refused", refusal: received.refusal }];
			return this.#outcome(received.texts, received.events, refused);
		},
		expire: (nowMs) => this.#outcome([], this.#client?.expire(nowMs) ?? []),
	};

	/** A client for each request, as our profile may be another by now; the one that has a request refuses the next. */
	#begin(
		nowMs: number,
		ask: (client: PrekeyClient) => Result<readonly string[], Refusal>,
	): Result<PrekeyOutcome, Refusal> {
		if (this.#client?.deadlineMs !== undefined) {
			return refuse("caller", "state", "prekey protocol", "one request at a time", "another on its way");
		}
		const { keyPair, profile } = this.#account.ourselves(nowMs);
		this.#client = new PrekeyClient({
			...this.#options,
			primitives: this.#primitives,
			random: this.#random,
			mode: this.#account.mode,
			key: keyPair,
			clientProfile: profile,
		});
		const asked = ask(this.#client);
		return asked.ok ? this.#outcome(asked.value, []) : asked;
	}

	#outcome(
		send: readonly string[],
		events: readonly PrekeyClientEvent[],
		more: readonly PrekeyEventData[] = [],
	): Result<PrekeyOutcome, Refusal> {
		const told = events.map((event) => this.#eventData(event));
		return ok({ send, events: [...told, ...more], deadlineMs: this.#client?.deadlineMs });
	}

	#eventData(event: PrekeyClientEvent): PrekeyEventData {
		if (event.type !== "ensembles") return event;
		return { ...event, ensembles: event.ensembles.map((ensemble) => this.#keep(ensemble)) };
	}

	#keep(ensemble: VerifiedEnsemble): EnsembleData {
		this.#lastId += 1;
		this.#ensembles.set(this.#lastId, ensemble);
		const [oldest] = this.#ensembles.keys();
		if (this.#ensembles.size > ENSEMBLES_KEPT_MAX && oldest !== undefined) this.#ensembles.delete(oldest);
		const { profile, fingerprint } = ensemble.clientProfile;
		return { id: this.#lastId, instance: profile.instanceTag, fingerprint, profile };
	}
}
