import { type Bytes, equal, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { newKeys } from "../dake/ephemeral-keys.ts";
import type { OurPrekey } from "../dake/non-interactive.ts";
import type { VerifiedClientProfile } from "../profile/client-profile.ts";
import type { VerifiedPrekeyProfile } from "../profile/prekey-profile.ts";
import { type Random, randomU32 } from "../random.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { DakeKeys } from "./dake.ts";
import { PREKEY_USAGE } from "./kdf.ts";
import { PREKEY_MESSAGES_PER_PUBLICATION_MAX } from "./limits.ts";
import { publicationMac } from "./macs.ts";
import type { PublicationMessage, PublishedValues } from "./messages.ts";
import { proveDh, proveEcdh } from "./proofs.ts";

/** A Prekey Profile of ours, with the secret of its shared prekey. */
export interface OwnPrekeyProfile {
	readonly profile: VerifiedPrekeyProfile;
	readonly sharedPrekey: Ed448KeyPair;
}

/** What a device publishes: any of the three. The secrets stay the caller's, to keep until the publication is over. */
export interface OwnPublication {
	readonly clientProfile?: VerifiedClientProfile | undefined;
	readonly prekeyProfile?: OwnPrekeyProfile | undefined;
	/** At most 255. */
	readonly prekeyMessages?: readonly OurPrekey[] | undefined;
}

/** "A valid Prekey message is generated as follows" (otrv4.md, "Prekey Message"). Its identifier is random. */
export function newPrekeyMessage(primitives: OtrPrimitives, random: Random, ownerTag: number): OurPrekey {
	const identifier = randomU32(random);
	const keys = newKeys(primitives, random);
	const y = keys.ecdh.publicKey.bytes;
	return { message: { type: "prekey", identifier, ownerTag, y, b: keys.dh.publicKey.bytes }, keys };
}

/** Whether a server could take it; all refusals are the caller's. */
export function checkPublication(
	publication: OwnPublication,
	owner: { readonly instanceTag: number; readonly publicKey: Bytes<"POINT"> },
): Result<undefined, Refusal> {
	const what = "Prekey Publication message";
	const { clientProfile, prekeyProfile, prekeyMessages = [] } = publication;
	if (clientProfile === undefined && prekeyProfile === undefined && prekeyMessages.length === 0) {
		return refuse("caller", "malformed", what, "something to publish", "nothing");
	}
	if (prekeyMessages.length > PREKEY_MESSAGES_PER_PUBLICATION_MAX) {
		const expected = `at most ${PREKEY_MESSAGES_PER_PUBLICATION_MAX} Prekey Messages`;
		return refuse("caller", "limit", what, expected, `${prekeyMessages.length}`);
	}
	const tags = [clientProfile?.profile.instanceTag, prekeyProfile?.profile.profile.instanceTag].concat(
		prekeyMessages.map(({ message }) => message.ownerTag),
	);
	if (tags.some((tag) => tag !== undefined && tag !== owner.instanceTag)) {
		return refuse("caller", "instance-tag", what, "our instance tag in every value", "another");
	}
	if (clientProfile !== undefined && !equal(clientProfile.publicKey.bytes, owner.publicKey)) {
		return refuse("caller", "key", what, "a Client Profile of the key of the DAKE", "another key's");
	}
	const pairs = prekeyMessages.flatMap(({ message, keys }) => [
		[message.y, keys.ecdh.publicKey.bytes] as const,
		[message.b, keys.dh.publicKey.bytes] as const,
	]);
	if (prekeyProfile !== undefined) {
		pairs.push([prekeyProfile.profile.profile.sharedPrekey, prekeyProfile.sharedPrekey.publicKey.bytes]);
	}
	if (!pairs.every(([published, own]) => equal(published, own))) {
		return refuse("caller", "key", what, "the secret of every public key", "that of another one");
	}
	return ok(undefined);
}

/** "A valid Prekey Publication Message is generated as follows": its proofs and its MAC are of this DAKE alone. */
export function publicationMessage(
	primitives: OtrPrimitives,
	random: Random,
	{ clientProfile, prekeyProfile, prekeyMessages = [] }: OwnPublication,
	{ macKey, proofContext }: DakeKeys,
): PublicationMessage {
	const prove = (usage: Parameters<typeof proveEcdh>[2], keys: readonly Ed448KeyPair[]) =>
		proveEcdh(primitives, random, usage, keys, proofContext);
	const ys = prekeyMessages.map(({ keys }) => keys.ecdh);
	const bs = prekeyMessages.map(({ keys }) => keys.dh);
	const values: PublishedValues = {
		prekeyMessages: prekeyMessages.map(({ message }) => message),
		clientProfile: clientProfile?.profile,
		prekeyProfile: prekeyProfile?.profile.profile,
		prekeyMessageProofs:
			prekeyMessages.length === 0
				? undefined
				: {
						ecdh: prove(PREKEY_USAGE.proofMessageEcdh, ys),
						dh: proveDh(primitives, random, bs, proofContext),
					},
		prekeyProfileProof:
			prekeyProfile === undefined ? undefined : prove(PREKEY_USAGE.proofSharedEcdh, [prekeyProfile.sharedPrekey]),
	};
	return { type: "publication", ...values, mac: publicationMac(primitives, macKey, values) };
}
