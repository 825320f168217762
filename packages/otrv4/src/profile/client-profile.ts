import { type Bytes, decode, encode, err, ok, type Reader, type Result, utf8, type Writer } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { CLIENT_PROFILE_MAX_BYTES } from "../limits.ts";
import type { Mode } from "../mode.ts";
import { badKey, malformed, type Refusal, refuse } from "../refusal.ts";
import { EDDSA_SIGNATURE_BYTES, readEddsaSignature, writeEddsaSignature } from "../wire/data-types.ts";
import { isInstanceTag, tagText } from "../wire/instance-tag.ts";
import { encodeFields, FIELD, type Field, fieldOf, readFields } from "./client-profile-fields.ts";
import { checkNotExpired } from "./expiry.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { checkTransitionalSignature, type TransitionalKey, transitionalDigest } from "./transitional-signature.ts";
import { checkOwnVersions, checkPeerVersions } from "./versions.ts";

const WHAT = "Client Profile";
const COUNT_BYTES = 4;

/** `CLIENT-PROF`, otrv4.md "Client Profile Data Type". Parsed only: nothing in it is verified. */
export interface ClientProfile {
	/** All of it as it came, from the number of fields to the signature: what the exchanges hash. */
	readonly bytes: Uint8Array;
	readonly instanceTag: number;
	/** `H`. */
	readonly publicKey: Bytes<"POINT">;
	/** `F`. */
	readonly forgingKey: Bytes<"POINT">;
	/** A character for each byte of the version string. */
	readonly versions: string;
	/** Seconds since 1970. */
	readonly expiresAtSeconds: number;
	/** `PUBKEY` of OTRv3. */
	readonly dsaKey?: Uint8Array;
	/** `CLIENT-SIG`. */
	readonly transitionalSignature?: Uint8Array;
	readonly signature: Bytes<"EDDSA-SIG">;
}

declare const verified: unique symbol;

/** A client profile that `verifyClientProfile` found good, or that is our own: the one kind the exchanges take. */
export interface VerifiedClientProfile {
	readonly [verified]: "client-profile";
	readonly profile: ClientProfile;
	readonly publicKey: Ed448Point;
	readonly forgingKey: Ed448Point;
	readonly fingerprint: Bytes<"Fingerprint">;
}

function profileOf(r: Reader, fields: readonly Field[], signature: Bytes<"EDDSA-SIG">): ClientProfile {
	const tag = fieldOf(fields, FIELD.instanceTag) ?? r.refuse("the owner's instance tag", "none");
	const publicKey = fieldOf(fields, FIELD.publicKey) ?? r.refuse("an Ed448 public key", "none");
	const forgingKey = fieldOf(fields, FIELD.forgingKey) ?? r.refuse("an Ed448 forging key", "none");
	const versions = fieldOf(fields, FIELD.versions) ?? r.refuse("versions", "none");
	const expiration = fieldOf(fields, FIELD.expiration) ?? r.refuse("an expiration", "none");
	const dsaKey = fieldOf(fields, FIELD.dsaKey);
	const transitionalSignature = fieldOf(fields, FIELD.transitionalSignature);
	return {
		// Each field has one encoding only, so that these are the bytes that came.
		bytes: encode((w) => {
			const content = encodeFields(fields);
			w.u32(fields.length).fixed(content, content.length);
			writeEddsaSignature(w, signature);
		}),
		instanceTag: tag.tag,
		publicKey: publicKey.point,
		forgingKey: forgingKey.point,
		versions: String.fromCharCode(...versions.bytes),
		expiresAtSeconds: expiration.seconds,
		...(dsaKey === undefined ? {} : { dsaKey: dsaKey.bytes }),
		...(transitionalSignature === undefined ? {} : { transitionalSignature: transitionalSignature.bytes }),
		signature,
	};
}

/** The five required fields, and the two of those who change from OTRv3; in any order. */
export function readClientProfile(r: Reader): ClientProfile {
	return profileOf(r, readFields(r), readEddsaSignature(r));
}

export function writeClientProfile(w: Writer, profile: ClientProfile): void {
	w.fixed(profile.bytes, profile.bytes.length);
}

/** A profile that stands alone: published, or stored. */
export function decodeClientProfile(bytes: Uint8Array): Result<ClientProfile, Refusal> {
	if (bytes.length > CLIENT_PROFILE_MAX_BYTES) {
		return refuse("peer", "limit", WHAT, `at most ${CLIENT_PROFILE_MAX_BYTES} bytes`, `${bytes.length}`);
	}
	const profile = decode(bytes, readClientProfile);
	return profile.ok ? profile : malformed(WHAT, profile.error);
}

/** What the signature covers: the fields, without their number (as otr4j has it). */
function signedBytes(profile: ClientProfile): Uint8Array {
	return profile.bytes.subarray(COUNT_BYTES, profile.bytes.length - EDDSA_SIGNATURE_BYTES);
}

/** What the transitional signature covers: the same without itself. */
function transitionallySignedBytes(profile: ClientProfile): Uint8Array {
	const fields = decode(profile.bytes, (r) => {
		const all = readFields(r);
		readEddsaSignature(r);
		return all;
	});
	if (!fields.ok) throw new Error("a client profile that was read cannot be read");
	return encodeFields(fields.value.filter((field) => field.type !== FIELD.transitionalSignature));
}

/** What a client profile of ours says. */
export interface ClientProfileContent {
	/** The client's lasting tag. */
	readonly instanceTag: number;
	/** The long-term key pair of `H`. */
	readonly keyPair: Ed448KeyPair;
	readonly forgingKey: Ed448Point;
	/** "4", or in OTRv3-compatible mode "43" or "34" too. */
	readonly versions: string;
	/** Seconds since 1970; a week ahead is recommended (`PROFILE_LIFETIME_SECONDS`). */
	readonly expiresAtSeconds: number;
	readonly mode: Mode;
	/** The OTRv3 key: due where the versions include 3, and in OTRv3-compatible mode alone. */
	readonly transitional?: TransitionalKey;
}

/** Makes and signs a profile, otrv4.md "Creating a Client Profile". All refusals are the caller's. */
export function createClientProfile(
	primitives: OtrPrimitives,
	content: ClientProfileContent,
): Result<VerifiedClientProfile, Refusal> {
	const checked = checkContent(content);
	if (!checked.ok) return checked;
	const fields: Field[] = [
		{ type: FIELD.instanceTag, tag: content.instanceTag },
		{ type: FIELD.publicKey, point: content.keyPair.publicKey.bytes },
		{ type: FIELD.forgingKey, point: content.forgingKey.bytes },
		{ type: FIELD.versions, bytes: utf8(content.versions) },
		{ type: FIELD.expiration, seconds: content.expiresAtSeconds },
	];
	if (content.transitional !== undefined) {
		const { publicKey, sign } = content.transitional;
		fields.push({ type: FIELD.dsaKey, bytes: publicKey.bytes });
		const signature = sign(transitionalDigest(publicKey, encodeFields(fields)));
		const good = checkTransitionalSignature(primitives, WHAT, publicKey.bytes, encodeFields(fields), signature);
		if (!good.ok) return err({ ...good.error, blame: "caller" });
		fields.push({ type: FIELD.transitionalSignature, bytes: signature });
	}
	const signature = primitives.ed448.sign(content.keyPair, encodeFields(fields));
	const bytes = encode((w) => {
		const signed = encodeFields(fields);
		w.u32(fields.length).fixed(signed, signed.length);
		writeEddsaSignature(w, signature);
	});
	const profile = decode(bytes, readClientProfile);
	if (!profile.ok) throw new Error("a client profile that was made cannot be read");
	return ok(verifiedOf(primitives, profile.value, content.keyPair.publicKey, content.forgingKey));
}

function checkContent(content: ClientProfileContent): Result<undefined, Refusal> {
	if (!isInstanceTag(content.instanceTag)) {
		return refuse("caller", "instance-tag", WHAT, "an instance tag", tagText(content.instanceTag));
	}
	if (!Number.isSafeInteger(content.expiresAtSeconds)) {
		return refuse("caller", "malformed", WHAT, "an expiration in whole seconds", `${content.expiresAtSeconds}`);
	}
	const versions = checkOwnVersions(WHAT, content.versions, content.mode);
	if (!versions.ok) return versions;
	const has3 = content.versions.includes("3");
	if (content.transitional === undefined && has3) {
		return refuse("caller", "version", WHAT, "an OTRv3 key, as the versions include 3", "none");
	}
	if (content.transitional !== undefined && content.mode !== "otrv3-compatible") {
		return refuse("caller", "mode", WHAT, `no OTRv3 key in ${content.mode} mode`, "one");
	}
	return ok(undefined);
}

function verifiedOf(
	primitives: OtrPrimitives,
	profile: ClientProfile,
	publicKey: Ed448Point,
	forgingKey: Ed448Point,
): VerifiedClientProfile {
	const fingerprint = fingerprintOf(primitives, publicKey.bytes, forgingKey.bytes);
	return { profile, publicKey, forgingKey, fingerprint } as VerifiedClientProfile;
}

/** Whose profile is expected, and when. */
export interface ClientProfileExpectation {
	/** The sender's tag in the message that the profile came in. */
	readonly senderTag: number;
	readonly nowSeconds: number;
	/** How long after its expiration it is still taken; 0, except where "Client Profile" allows more. */
	readonly graceSeconds: number;
	/** Ours. Only the OTRv3-compatible one looks at what the profile says of an OTRv3 key. */
	readonly mode: Mode;
}

/** otrv4.md "Validating a Client Profile", in the order of its list. */
export function verifyClientProfile(
	primitives: OtrPrimitives,
	profile: ClientProfile,
	expected: ClientProfileExpectation,
): Result<VerifiedClientProfile, Refusal> {
	// Nothing can be verified with a key that is none, so that step 6 comes before step 2. Step 1 is the decoder's.
	const publicKey = primitives.ed448.parsePoint(profile.publicKey);
	if (!publicKey.ok) return badKey(`${WHAT}, Ed448 public key`, publicKey.error);
	if (!primitives.ed448.verify(publicKey.value, signedBytes(profile), profile.signature)) {
		return refuse("peer", "signature", WHAT, "a signature by its public key", "another");
	}
	if (profile.instanceTag !== expected.senderTag) {
		const sender = `the sender's tag ${tagText(expected.senderTag)}`;
		return refuse("peer", "instance-tag", WHAT, sender, tagText(profile.instanceTag));
	}
	const current = checkNotExpired(WHAT, profile, expected.nowSeconds, expected.graceSeconds);
	if (!current.ok) return current;
	const versions = checkPeerVersions(WHAT, profile.versions);
	if (!versions.ok) return versions;
	const forgingKey = primitives.ed448.parsePoint(profile.forgingKey);
	if (!forgingKey.ok) return badKey(`${WHAT}, Ed448 forging key`, forgingKey.error);
	const transition = checkTransition(primitives, profile, expected.mode);
	if (!transition.ok) return transition;
	return ok(verifiedOf(primitives, profile, publicKey.value, forgingKey.value));
}

/** Step 8: "the DSA signature must not be verified" in the modes without OTRv3; without its key it cannot be. */
function checkTransition(primitives: OtrPrimitives, profile: ClientProfile, mode: Mode): Result<undefined, Refusal> {
	if (mode !== "otrv3-compatible" || profile.dsaKey === undefined) return ok(undefined);
	if (profile.transitionalSignature === undefined) {
		return refuse("peer", "signature", WHAT, "a Transitional Signature beside the OTRv3 key", "none");
	}
	const signed = transitionallySignedBytes(profile);
	return checkTransitionalSignature(primitives, WHAT, profile.dsaKey, signed, profile.transitionalSignature);
}
