import { type Bytes, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import type { Ourselves } from "../dake/context.ts";
import type { OurPrekey, OurPublished } from "../dake/non-interactive.ts";
import {
	PROFILES_KEPT_MAX,
	PROFILE_GRACE_SECONDS,
	PROFILE_LIFETIME_SECONDS,
	PROFILE_RENEWAL_SECONDS,
} from "../limits.ts";
import type { Mode } from "../mode.ts";
import type { OwnPrekeyProfile, OwnPublication } from "../prekey-server/own-publication.ts";
import { createClientProfile, type VerifiedClientProfile } from "../profile/client-profile.ts";
import { fingerprintOf } from "../profile/fingerprint.ts";
import { renewalDue } from "../profile/expiry.ts";
import { type ForgingKey, generateForgingKey } from "../profile/forging-key.ts";
import { createPrekeyProfile } from "../profile/prekey-profile.ts";
import type { TransitionalKey } from "../profile/transitional-signature.ts";
import type { Random } from "../random.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { newInstanceTag } from "../wire/instance-tag.ts";
import { PrekeyStore } from "./prekey-store.ts";

const KEY_BYTES = 57;

/** Who we are on one device. Made by `createAccount`, or restored from what it exported. */
export interface AccountOptions {
	readonly primitives: OtrPrimitives;
	readonly random: Random;
	readonly mode: Mode;
	/** Whether the secret of the forging key is kept. Ask the user; by default it never exists ("Forger Keys"). */
	readonly keepForgingKey?: boolean;
	/** "4", or "34" where an OTRv3 library takes the rest: OTRv3-compatible mode only, with `transitional`. */
	readonly versions?: string;
	/** The OTRv3 key of a user who had one. */
	readonly transitional?: TransitionalKey;
	/** How long a profile lives. A week if not said. */
	readonly profileLifetimeSeconds?: number;
}

/** What is published for others to write to us while we are away, with our secrets: for `PrekeyClient.publish`. */
export interface Publication extends OwnPublication {
	readonly clientProfile: VerifiedClientProfile;
	readonly prekeyProfile: OwnPrekeyProfile;
	readonly prekeyMessages: readonly OurPrekey[];
}

/** What an account consists of: `account-storage.ts` writes and reads it. */
export interface AccountContent {
	readonly instanceTag: number;
	readonly keyPair: Ed448KeyPair;
	readonly forgingKey: ForgingKey;
	/** The newest first. */
	readonly clientProfiles: readonly VerifiedClientProfile[];
	readonly prekeyProfiles: readonly OwnPrekeyProfile[];
	readonly prekeys: readonly OurPrekey[];
}

/**
 * The long-term side of one device: its key, its profiles, its prekeys. Profiles renew themselves when they are asked for
 * and near their end; a new one has to be published, which `renewals` counts.
 */
export class Account {
	readonly mode: Mode;
	readonly instanceTag: number;
	/** 56 bytes: what others compare to know that it is us, on this device. */
	readonly fingerprint: Bytes<"Fingerprint">;
	readonly prekeys: PrekeyStore;
	readonly #options: AccountOptions;
	readonly #keyPair: Ed448KeyPair;
	readonly #forgingKey: ForgingKey;
	#clientProfiles: readonly VerifiedClientProfile[];
	#prekeyProfiles: readonly OwnPrekeyProfile[];
	#renewals = 0;

	constructor(options: AccountOptions, content: AccountContent) {
		this.mode = options.mode;
		this.#options = options;
		this.instanceTag = content.instanceTag;
		this.#keyPair = content.keyPair;
		this.#forgingKey = content.forgingKey;
		const { primitives } = options;
		this.fingerprint = fingerprintOf(primitives, content.keyPair.publicKey.bytes, content.forgingKey.publicKey.bytes);
		this.#clientProfiles = content.clientProfiles;
		this.#prekeyProfiles = content.prekeyProfiles;
		this.prekeys = new PrekeyStore(options.primitives, options.random);
		for (const prekey of content.prekeys) this.prekeys.add(prekey);
	}

	/** How often a profile was made since this object was. Publish when it grows. */
	get renewals(): number {
		return this.#renewals;
	}

	/** The profile to use now. */
	clientProfile(nowMs: number): VerifiedClientProfile {
		const seconds = Math.floor(nowMs / 1000);
		const [newest] = this.#clientProfiles;
		if (newest !== undefined && !renewalDue(newest.profile, seconds, PROFILE_RENEWAL_SECONDS)) return newest;
		const made = this.#makeClientProfile(seconds);
		if (!made.ok) throw new Error(`a client profile that was made once is refused: ${made.error.expected}`);
		return made.value;
	}

	/** For a DAKE. */
	ourselves(nowMs: number): Ourselves {
		return { keyPair: this.#keyPair, profile: this.clientProfile(nowMs) };
	}

	/**
	 * What to publish on a prekey server, with `count` new prekey messages. Refused in interactive-only mode, which has no
	 * offline conversations, and where too many prekey messages wait for their use already.
	 */
	publication(count: number, nowMs: number): Result<Publication, Refusal> {
		if (this.mode === "interactive-only") {
			return refuse("caller", "mode", "Prekey Ensemble", "a mode with offline conversations", this.mode);
		}
		const prekeys = this.prekeys.make(count, this.instanceTag);
		if (!prekeys.ok) return prekeys;
		const prekeyProfile = this.#prekeyProfile(Math.floor(nowMs / 1000));
		return ok({ clientProfile: this.clientProfile(nowMs), prekeyProfile, prekeyMessages: prekeys.value });
	}

	/** Every pair of our profiles that somebody may have written to us by, the newest first. */
	published(nowMs: number): readonly OurPublished[] {
		this.#forgetExpired(Math.floor(nowMs / 1000));
		return this.#prekeyProfiles.flatMap(({ sharedPrekey }) =>
			this.#clientProfiles.map((profile) => ({ ourselves: { keyPair: this.#keyPair, profile }, sharedPrekey })),
		);
	}

	/** All that has to be stored. It holds every secret of the account. */
	content(): AccountContent {
		return {
			instanceTag: this.instanceTag,
			keyPair: this.#keyPair,
			forgingKey: this.#forgingKey,
			clientProfiles: this.#clientProfiles,
			prekeyProfiles: this.#prekeyProfiles,
			prekeys: this.prekeys.all(),
		};
	}

	/** Erases every secret. Nothing can be done with the account afterwards. */
	erase(): void {
		this.#keyPair.erase();
		this.#forgingKey.keyPair?.erase();
		for (const { sharedPrekey } of this.#prekeyProfiles) sharedPrekey.erase();
		for (const { message } of this.prekeys.all()) this.prekeys.delete(message.identifier);
	}

	#makeClientProfile(nowSeconds: number): Result<VerifiedClientProfile, Refusal> {
		const made = makeClientProfile(this.#options, this.content(), nowSeconds);
		if (!made.ok) return made;
		this.#forgetExpired(nowSeconds);
		this.#clientProfiles = [made.value, ...this.#clientProfiles].slice(0, PROFILES_KEPT_MAX);
		this.#renewals += 1;
		return made;
	}

	#prekeyProfile(nowSeconds: number): OwnPrekeyProfile {
		const [newest] = this.#prekeyProfiles;
		if (newest !== undefined && !renewalDue(newest.profile.profile, nowSeconds, PROFILE_RENEWAL_SECONDS)) return newest;
		const { primitives, random } = this.#options;
		const sharedPrekey = primitives.ed448.keyPair(random(KEY_BYTES));
		const made = createPrekeyProfile(primitives, {
			instanceTag: this.instanceTag,
			keyPair: this.#keyPair,
			sharedPrekey: sharedPrekey.publicKey,
			expiresAtSeconds: nowSeconds + (this.#options.profileLifetimeSeconds ?? PROFILE_LIFETIME_SECONDS),
		});
		if (!made.ok) throw new Error(`a prekey profile of ours is refused: ${made.error.expected}`);
		this.#forgetExpired(nowSeconds);
		const profile: OwnPrekeyProfile = { profile: made.value, sharedPrekey };
		for (const { sharedPrekey: old } of this.#prekeyProfiles.slice(PROFILES_KEPT_MAX - 1)) old.erase();
		this.#prekeyProfiles = [profile, ...this.#prekeyProfiles].slice(0, PROFILES_KEPT_MAX);
		this.#renewals += 1;
		return profile;
	}

	/** "After this extra validity time ends, they must be securely deleted from storage." */
	#forgetExpired(nowSeconds: number): void {
		const ended = (profile: { readonly expiresAtSeconds: number }): boolean =>
			nowSeconds >= profile.expiresAtSeconds + PROFILE_GRACE_SECONDS;
		for (const { profile, sharedPrekey } of this.#prekeyProfiles) if (ended(profile.profile)) sharedPrekey.erase();
		this.#prekeyProfiles = this.#prekeyProfiles.filter(({ profile }) => !ended(profile.profile));
		this.#clientProfiles = this.#clientProfiles.filter(({ profile }) => !ended(profile));
	}
}

/** A new device of a user: new keys, a new instance tag, a first profile. Refusals are the caller's: versions, mode. */
export function createAccount(options: AccountOptions, nowMs: number): Result<Account, Refusal> {
	const { primitives, random } = options;
	const content: AccountContent = {
		instanceTag: newInstanceTag(random),
		keyPair: primitives.ed448.keyPair(random(KEY_BYTES)),
		forgingKey: generateForgingKey(primitives, random, options.keepForgingKey ?? false),
		clientProfiles: [],
		prekeyProfiles: [],
		prekeys: [],
	};
	return firstProfile(options, content, nowMs);
}

/** The account of `content`, once its options are known to give a profile. */
export function firstProfile(
	options: AccountOptions,
	content: AccountContent,
	nowMs: number,
): Result<Account, Refusal> {
	const made = makeClientProfile(options, content, Math.floor(nowMs / 1000));
	if (!made.ok) return made;
	const clientProfiles = content.clientProfiles.length > 0 ? content.clientProfiles : [made.value];
	return ok(new Account(options, { ...content, clientProfiles }));
}

function makeClientProfile(
	{ primitives, mode, versions = "4", transitional, profileLifetimeSeconds = PROFILE_LIFETIME_SECONDS }: AccountOptions,
	{ instanceTag, keyPair, forgingKey }: AccountContent,
	nowSeconds: number,
): Result<VerifiedClientProfile, Refusal> {
	return createClientProfile(primitives, {
		instanceTag,
		keyPair,
		forgingKey: forgingKey.publicKey,
		versions,
		expiresAtSeconds: nowSeconds + profileLifetimeSeconds,
		mode,
		...(transitional === undefined ? {} : { transitional }),
	});
}
