import { equal, err, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import type { DakeContext } from "../dake/context.ts";
import type { Ring } from "../dake/ring-signature.ts";
import type { Reading } from "../interoperability.ts";
import { decodeClientProfile, type VerifiedClientProfile, verifyClientProfile } from "../profile/client-profile.ts";
import type { Random } from "../random.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { tagText } from "../wire/instance-tag.ts";

/** What all that is forged here is made with. */
export interface ForgeryOptions {
	readonly primitives: OtrPrimitives;
	readonly random: Random;
	/** When it is to have happened, in ms since 1970: the profiles have to be valid then. */
	readonly nowMs: number;
	/** More that both sides would have agreed on, as in `ConversationOptions`. */
	readonly agreed?: readonly Uint8Array[];
	/** As in `ConversationOptions`. */
	readonly reading?: Reading;
	/** The longest text that the network would have taken; unlimited if not said. */
	readonly maxChars?: number;
	/** What texts are padded to a multiple of, in bytes; as honest clients do if not said. */
	readonly paddingTo?: number;
}

/** Somebody in whose name something is forged, or towards whom. All of it is public. */
export interface Person {
	/** The encoded Client Profile: it is in every Identity, Auth-R and Non-Interactive-Auth message. */
	readonly profile: Uint8Array;
	/** What the network calls them, such as a bare JID. */
	readonly address: string;
}

/** The same, with the profile found good. */
export interface VerifiedPerson {
	readonly profile: VerifiedClientProfile;
	readonly address: string;
}

/** For the profiles, in which nothing but OTRv3 keys depends on it. */
const MODE = "standalone";

export function nowSeconds({ nowMs }: ForgeryOptions): number {
	return Math.floor(nowMs / 1000);
}

export function verifyPerson(options: ForgeryOptions, { profile, address }: Person): Result<VerifiedPerson, Refusal> {
	const decoded = decodeClientProfile(profile);
	if (!decoded.ok) return asCallers(decoded.error);
	const senderTag = decoded.value.instanceTag;
	const expected = { senderTag, nowSeconds: nowSeconds(options), graceSeconds: 0, mode: MODE } as const;
	const verified = verifyClientProfile(options.primitives, decoded.value, expected);
	return verified.ok ? ok({ profile: verified.value, address }) : asCallers(verified.error);
}

/** Two people who could have talked to each other: other addresses, other devices. */
export function verifyPair(
	options: ForgeryOptions,
	one: Person,
	other: Person,
): Result<readonly [VerifiedPerson, VerifiedPerson], Refusal> {
	const first = verifyPerson(options, one);
	if (!first.ok) return first;
	const second = verifyPerson(options, other);
	if (!second.ok) return second;
	if (one.address === other.address) return refuse("caller", "malformed", "address", "two people", "one twice");
	const tag = first.value.profile.profile.instanceTag;
	if (tag === second.value.profile.profile.instanceTag) {
		return refuse("caller", "instance-tag", "Client Profile", "two devices with different tags", tagText(tag));
	}
	return ok([first.value, second.value]);
}

/** A refusal of what the caller gave, rather than of what a peer sent. */
export function asCallers(refusal: Refusal): { readonly ok: false; readonly error: Refusal } {
	return err({ ...refusal, blame: "caller" });
}

/** The context of one side's honest functions. */
export function contextOf(options: ForgeryOptions, ourAddress: string, theirAddress: string): DakeContext {
	const { primitives, random, reading = "specification", agreed = [] } = options;
	return { primitives, random, mode: MODE, reading, ourAddress, theirAddress, agreed };
}

/** The first of some keys that stands in a ring: who has it can sign. */
export function keyInRing(ring: Ring, keys: readonly Ed448KeyPair[]): Ed448KeyPair | undefined {
	return keys.find(({ publicKey }) => ring.some((point) => isSame(point, publicKey)));
}

export function isSame(a: Ed448Point, b: Ed448Point): boolean {
	return equal(a.bytes, b.bytes);
}
