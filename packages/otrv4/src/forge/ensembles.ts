import { equal, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import type { OurPrekey } from "../dake/non-interactive.ts";
import { PROFILE_LIFETIME_SECONDS } from "../limits.ts";
import { type VerifiedEnsemble, verifyEnsemble } from "../prekey-server/ensemble.ts";
import { newPrekeyMessage, type OwnPrekeyProfile } from "../prekey-server/own-publication.ts";
import type { StoredEnsemble } from "../prekey-server/storage.ts";
import { decodeClientProfile } from "../profile/client-profile.ts";
import { createPrekeyProfile, decodePrekeyProfile, encodePrekeyProfile } from "../profile/prekey-profile.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import { encodePrekeyMessage } from "../wire/prekey-message.ts";
import { asCallers, type ForgeryOptions, nowSeconds, type Person, verifyPerson } from "./people.ts";

const WHAT = "Prekey Ensemble";

/** Reads and verifies a Prekey Ensemble that the caller has. */
export function readEnsemble(options: ForgeryOptions, encoded: StoredEnsemble): Result<VerifiedEnsemble, Refusal> {
	const clientProfile = decodeClientProfile(encoded.clientProfile);
	if (!clientProfile.ok) return asCallers(clientProfile.error);
	const prekeyProfile = decodePrekeyProfile(encoded.prekeyProfile);
	if (!prekeyProfile.ok) return asCallers(prekeyProfile.error);
	const prekeyMessage = decodeMessage(encoded.prekeyMessage);
	if (!prekeyMessage.ok) return asCallers(prekeyMessage.error);
	if (prekeyMessage.value.type !== "prekey") {
		return refuse("caller", "malformed", WHAT, "a Prekey message", prekeyMessage.value.type);
	}
	const ensemble = {
		clientProfile: clientProfile.value,
		prekeyProfile: prekeyProfile.value,
		prekeyMessage: prekeyMessage.value,
	};
	const verified = verifyEnsemble(options.primitives, ensemble, nowSeconds(options), "standalone");
	return verified.ok ? verified : asCallers(verified.error);
}

/** A false Prekey Ensemble, with what reads the answers to it. */
export interface FalsePrekeyEnsemble {
	/** What the prekey server is to hand out, to the one whom it is for. */
	readonly ensemble: StoredEnsemble;
	/** With their secrets, as an account has them: `AccountContent` takes both. */
	readonly prekeyProfile: OwnPrekeyProfile;
	readonly prekey: OurPrekey;
}

/**
 * "False Prekey Ensemble" ("Prekey Server Forged Conversations"): in the name of whose long-term key is given, who is an
 * accomplice, for no ring but a signature vouches for it. It looks as any other does; who writes to it, on a device that
 * was taken over, writes to the forger.
 */
export function falsePrekeyEnsemble(
	options: ForgeryOptions,
	owner: Person,
	key: Ed448KeyPair,
	lifetimeSeconds: number = PROFILE_LIFETIME_SECONDS,
): Result<FalsePrekeyEnsemble, Refusal> {
	const { primitives, random } = options;
	const verified = verifyPerson(options, owner);
	if (!verified.ok) return verified;
	const { profile } = verified.value.profile;
	if (!equal(profile.publicKey, key.publicKey.bytes)) {
		return refuse("caller", "key", WHAT, "the long-term key of the Client Profile", "another");
	}
	const sharedPrekey = primitives.ed448.keyPair(random(SHARED_PREKEY_BYTES));
	const made = createPrekeyProfile(primitives, {
		instanceTag: profile.instanceTag,
		keyPair: key,
		sharedPrekey: sharedPrekey.publicKey,
		expiresAtSeconds: nowSeconds(options) + lifetimeSeconds,
	});
	if (!made.ok) return made;
	const prekey = newPrekeyMessage(primitives, random, profile.instanceTag);
	const ensemble: StoredEnsemble = {
		clientProfile: profile.bytes,
		prekeyProfile: encodePrekeyProfile(made.value.profile),
		prekeyMessage: encodePrekeyMessage(prekey.message),
	};
	return ok({ ensemble, prekeyProfile: { profile: made.value, sharedPrekey }, prekey });
}

const SHARED_PREKEY_BYTES = 57;
