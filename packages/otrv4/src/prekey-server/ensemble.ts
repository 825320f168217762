import { hex, ok, type Result } from "@clowder/bytes";
import type { DhPublicKey3072, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import type { Mode } from "../mode.ts";
import { type VerifiedClientProfile, verifyClientProfile } from "../profile/client-profile.ts";
import { type VerifiedPrekeyProfile, verifyPrekeyProfile } from "../profile/prekey-profile.ts";
import { badKey, type Refusal, refuse } from "../refusal.ts";
import { tagText } from "../wire/instance-tag.ts";
import type { PrekeyMessage } from "../wire/messages.ts";
import type { Ensemble } from "./messages.ts";

/** A Prekey Message of which both keys were checked. */
export interface VerifiedPrekeyMessage {
	readonly message: PrekeyMessage;
	readonly y: Ed448Point;
	readonly b: DhPublicKey3072;
}

declare const verified: unique symbol;

/** A Prekey Ensemble that passed "Validating Prekey Ensembles" of otrv4.md. Made by `verifyEnsemble` only. */
export interface VerifiedEnsemble {
	readonly [verified]: "ensemble";
	readonly clientProfile: VerifiedClientProfile;
	readonly prekeyProfile: VerifiedPrekeyProfile;
	readonly prekeyMessage: VerifiedPrekeyMessage;
}

/** "To verify the Prekey message": its version and type are the decoder's, its keys are checked here. */
export function verifyPrekeyMessage(
	primitives: OtrPrimitives,
	message: PrekeyMessage,
): Result<VerifiedPrekeyMessage, Refusal> {
	const y = primitives.ed448.parsePoint(message.y);
	if (!y.ok) return badKey("Prekey message, Y", y.error);
	const b = primitives.dh.parsePublicKey(message.b);
	if (!b.ok) return badKey("Prekey message, B", b.error);
	return ok({ message, y: y.value, b: b.value });
}

/** The list of "Validating Prekey Ensembles"; its last two points are the profile's versions, of which 4 is one. */
export function verifyEnsemble(
	primitives: OtrPrimitives,
	ensemble: Ensemble,
	nowSeconds: number,
	mode: Mode,
): Result<VerifiedEnsemble, Refusal> {
	const tag = ensemble.clientProfile.instanceTag;
	for (const other of [ensemble.prekeyProfile.instanceTag, ensemble.prekeyMessage.ownerTag]) {
		if (other !== tag) {
			return refuse("peer", "instance-tag", "Prekey Ensemble", `${tagText(tag)} in all its values`, tagText(other));
		}
	}
	const expected = { nowSeconds, graceSeconds: 0 };
	const clientProfile = verifyClientProfile(primitives, ensemble.clientProfile, { ...expected, senderTag: tag, mode });
	if (!clientProfile.ok) return clientProfile;
	const prekeyProfile = verifyPrekeyProfile(primitives, ensemble.prekeyProfile, {
		...expected,
		publicKey: clientProfile.value.publicKey,
		ownerTag: tag,
	});
	if (!prekeyProfile.ok) return prekeyProfile;
	const prekeyMessage = verifyPrekeyMessage(primitives, ensemble.prekeyMessage);
	if (!prekeyMessage.ok) return prekeyMessage;
	return ok({
		clientProfile: clientProfile.value,
		prekeyProfile: prekeyProfile.value,
		prekeyMessage: prekeyMessage.value,
	} as VerifiedEnsemble);
}

/** When the first of its profiles expires. */
function expiryOf({ clientProfile, prekeyProfile }: VerifiedEnsemble): number {
	return Math.min(clientProfile.profile.expiresAtSeconds, prekeyProfile.profile.expiresAtSeconds);
}

/** What came of the Prekey Ensembles of an answer. */
export interface SelectedEnsembles {
	/** At most one for each device and long-term identity. */
	readonly ensembles: readonly VerifiedEnsemble[];
	/** Why others were discarded. */
	readonly discarded: readonly Refusal[];
}

/**
 * "Retrieving Prekey Ensembles": discards those that are invalid or duplicated, and of each group keeps the one that lasts
 * longest. A group is an instance tag with a fingerprint: were it the tag alone, a server could put an invented
 * ensemble in front of the true one, and a choice by trust would find nothing.
 */
export function selectEnsembles(
	primitives: OtrPrimitives,
	ensembles: readonly Ensemble[],
	nowSeconds: number,
	mode: Mode,
): SelectedEnsembles {
	const groups = new Map<string, VerifiedEnsemble>();
	const prekeysSeen = new Set<string>();
	const discarded: Refusal[] = [];
	for (const ensemble of ensembles) {
		const prekeys = [ensemble.prekeyMessage.y, ensemble.prekeyMessage.b].map((key) => hex(key));
		const checked = prekeys.some((key) => prekeysSeen.has(key))
			? refuse("peer", "no-prekey", "Prekey Ensemble", "a Prekey Message of its own", "one that was there before")
			: verifyEnsemble(primitives, ensemble, nowSeconds, mode);
		if (!checked.ok) {
			discarded.push(checked.error);
			continue;
		}
		for (const key of prekeys) prekeysSeen.add(key);
		const { profile, fingerprint } = checked.value.clientProfile;
		const group = `${profile.instanceTag} ${hex(fingerprint)}`;
		const rival = groups.get(group);
		if (rival === undefined || expiryOf(checked.value) > expiryOf(rival)) groups.set(group, checked.value);
	}
	return { ensembles: [...groups.values()], discarded };
}
