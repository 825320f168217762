import { type Bytes, decode, encode, ok, type Reader, type Result, type Writer } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { badKey, malformed, type Refusal, refuse } from "../refusal.ts";
import {
	KEY_TYPE,
	readEddsaSignature,
	readSeconds,
	readTypedPoint,
	writeEddsaSignature,
	writeSeconds,
	writeTypedPoint,
} from "../wire/data-types.ts";
import { readTag, writeTag } from "../wire/header.ts";
import { isInstanceTag, tagText } from "../wire/instance-tag.ts";
import { checkNotExpired } from "./expiry.ts";

const WHAT = "Prekey Profile";

/** `PREKEY-PROF`, otrv4.md "Prekey Profile Data Type". Parsed only: nothing in it is verified. */
export interface PrekeyProfile {
	readonly instanceTag: number;
	/** Seconds since 1970. */
	readonly expiresAtSeconds: number;
	/** `D`. */
	readonly sharedPrekey: Bytes<"POINT">;
	readonly signature: Bytes<"EDDSA-SIG">;
}

declare const verified: unique symbol;

/** A prekey profile that `verifyPrekeyProfile` found good, or that is our own. */
export interface VerifiedPrekeyProfile {
	readonly [verified]: "prekey-profile";
	readonly profile: PrekeyProfile;
	readonly sharedPrekey: Ed448Point;
}

type Signed = Omit<PrekeyProfile, "signature">;

function writeSigned(w: Writer, profile: Signed): void {
	writeTag(w, profile.instanceTag);
	writeSeconds(w, profile.expiresAtSeconds);
	writeTypedPoint(w, KEY_TYPE.sharedPrekey, profile.sharedPrekey);
}

export function writePrekeyProfile(w: Writer, profile: PrekeyProfile): void {
	writeSigned(w, profile);
	writeEddsaSignature(w, profile.signature);
}

export function encodePrekeyProfile(profile: PrekeyProfile): Uint8Array {
	return encode((w) => writePrekeyProfile(w, profile));
}

export function readPrekeyProfile(r: Reader): PrekeyProfile {
	return {
		instanceTag: readTag(r),
		expiresAtSeconds: readSeconds(r),
		sharedPrekey: readTypedPoint(r, KEY_TYPE.sharedPrekey),
		signature: readEddsaSignature(r),
	};
}

/** A profile that stands alone: stored. */
export function decodePrekeyProfile(bytes: Uint8Array): Result<PrekeyProfile, Refusal> {
	const profile = decode(bytes, readPrekeyProfile);
	return profile.ok ? profile : malformed(WHAT, profile.error);
}

/** What a prekey profile of ours says. */
export interface PrekeyProfileContent {
	/** The tag of the client profile that it belongs to. */
	readonly instanceTag: number;
	/** The long-term key pair of `H`, which signs. */
	readonly keyPair: Ed448KeyPair;
	/** `D`, whose secret must be forgotten when the profile expires. */
	readonly sharedPrekey: Ed448Point;
	/** Seconds since 1970; a week ahead is recommended (`PROFILE_LIFETIME_SECONDS`). */
	readonly expiresAtSeconds: number;
}

/** Makes and signs a profile, otrv4.md "Creating a Prekey Profile". All refusals are the caller's. */
export function createPrekeyProfile(
	primitives: OtrPrimitives,
	content: PrekeyProfileContent,
): Result<VerifiedPrekeyProfile, Refusal> {
	const { instanceTag, expiresAtSeconds } = content;
	if (!isInstanceTag(instanceTag)) {
		return refuse("caller", "instance-tag", WHAT, "an instance tag", tagText(instanceTag));
	}
	if (!Number.isSafeInteger(expiresAtSeconds)) {
		return refuse("caller", "malformed", WHAT, "an expiration in whole seconds", `${expiresAtSeconds}`);
	}
	const signed = { instanceTag, expiresAtSeconds, sharedPrekey: content.sharedPrekey.bytes };
	const signature = primitives.ed448.sign(
		content.keyPair,
		encode((w) => writeSigned(w, signed)),
	);
	return ok({ profile: { ...signed, signature }, sharedPrekey: content.sharedPrekey } as VerifiedPrekeyProfile);
}

/** Whose profile is expected, and when. */
export interface PrekeyProfileExpectation {
	/** `H` of the client profile beside it: who signed. */
	readonly publicKey: Ed448Point;
	/** The tag of that client profile, and of the sender. */
	readonly ownerTag: number;
	readonly nowSeconds: number;
	/** How long after its expiration it is still taken; 0, except where "Prekey Profile" allows more. */
	readonly graceSeconds: number;
}

/** otrv4.md "Validating a Prekey Profile", in the order of its list (which says twice that the tag is the sender's). */
export function verifyPrekeyProfile(
	primitives: OtrPrimitives,
	profile: PrekeyProfile,
	expected: PrekeyProfileExpectation,
): Result<VerifiedPrekeyProfile, Refusal> {
	const signed = encode((w) => writeSigned(w, profile));
	if (!primitives.ed448.verify(expected.publicKey, signed, profile.signature)) {
		return refuse("peer", "signature", WHAT, "a signature by its owner's public key", "another");
	}
	if (profile.instanceTag !== expected.ownerTag) {
		const owner = `its owner's tag ${tagText(expected.ownerTag)}`;
		return refuse("peer", "instance-tag", WHAT, owner, tagText(profile.instanceTag));
	}
	const current = checkNotExpired(WHAT, profile, expected.nowSeconds, expected.graceSeconds);
	if (!current.ok) return current;
	const sharedPrekey = primitives.ed448.parsePoint(profile.sharedPrekey);
	if (!sharedPrekey.ok) return badKey(`${WHAT}, Shared Prekey`, sharedPrekey.error);
	return ok({ profile, sharedPrekey: sharedPrekey.value } as VerifiedPrekeyProfile);
}
