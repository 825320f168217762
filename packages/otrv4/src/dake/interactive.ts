import { type Bytes, concat, encode, ok, type Result } from "@clowder/bytes";
import type { Ed448Point } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";
import { type ClientProfile, type VerifiedClientProfile, verifyClientProfile } from "../profile/client-profile.ts";
import type { DoubleRatchet } from "../ratchet/double-ratchet.ts";
import { afterInteractiveDake } from "../ratchet/first-ratchet.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { AuthIMessage, AuthRMessage, IdentityMessage } from "../wire/messages.ts";
import { type DakeContext, type Ourselves, ringContext, ringMessage } from "./context.ts";
import {
	eraseEphemerals,
	newEphemerals,
	type OurEphemerals,
	type TheirEphemerals,
	verifyEphemerals,
} from "./ephemeral-keys.ts";
import { isRing, type Ring, ringSign, ringVerify } from "./ring-signature.ts";
import { type PhiSide, sharedSessionState } from "./session-state.ts";
import {
	braceKeyFromDh,
	ecdh,
	type MixedSharedSecret,
	mixedSharedSecret,
	type SecureSessionId,
	secureSessionId,
} from "./shared-secret.ts";

const HASH_BYTES = 64;

/** What a DAKE leaves behind: everything that a conversation goes on with. */
export interface Established {
	readonly ratchet: DoubleRatchet;
	readonly ssid: SecureSessionId;
	readonly theirProfile: VerifiedClientProfile;
	readonly theirTag: number;
	/** Which half of the SSID this side reads aloud ("Secure Session ID"): who sent Auth-R or the offline message, the first. */
	readonly ourHalf: "first" | "second";
}

/** An Identity message that was sent, until its answer comes. Bob's side. */
export interface Offer {
	readonly message: IdentityMessage;
	readonly ourselves: Ourselves;
	readonly ephemerals: OurEphemerals;
}

/** A message whose sender's profile and keys were verified. */
export interface VerifiedKeys {
	readonly profile: VerifiedClientProfile;
	readonly ephemerals: TheirEphemerals;
}

/** An Auth-R message that was sent, until its answer comes. Alice's side. */
export interface Answer {
	readonly message: AuthRMessage;
	readonly identity: IdentityMessage;
	readonly ourselves: Ourselves;
	readonly their: VerifiedKeys;
	readonly ephemerals: OurEphemerals;
	readonly k: MixedSharedSecret;
	readonly ssid: SecureSessionId;
}

/** "Identity Message": a choice of keys. `receiverTag` is 0 for whichever instance answers. */
export function offer(
	context: DakeContext,
	ourselves: Ourselves,
	receiverTag: number,
	ephemerals: OurEphemerals = newEphemerals(context.primitives, context.random),
): Offer {
	const { profile } = ourselves.profile;
	const message: IdentityMessage = {
		type: "identity",
		senderTag: profile.instanceTag,
		receiverTag,
		clientProfile: profile,
		y: ephemerals.ecdh.publicKey.bytes,
		b: ephemerals.dh.publicKey.bytes,
		firstEcdh: ephemerals.first.ecdh.publicKey.bytes,
		firstDh: ephemerals.first.dh.publicKey.bytes,
	};
	return { message, ourselves, ephemerals };
}

/** "To verify an Identity message". */
export function verifyIdentity(
	context: DakeContext,
	message: IdentityMessage,
	nowSeconds: number,
): Result<VerifiedKeys, Refusal> {
	return verifySender(context, "Identity message", message, message.y, message.b, nowSeconds);
}

/** "Auth-R Message": our own choice of keys, and who we are to whoever made the offer. Computes `K` and the SSID. */
export function answer(
	context: DakeContext,
	ourselves: Ourselves,
	identity: IdentityMessage,
	their: VerifiedKeys,
	ephemerals: OurEphemerals = newEphemerals(context.primitives, context.random),
): Answer {
	const { profile } = ourselves.profile;
	const keys = {
		x: ephemerals.ecdh.publicKey.bytes,
		a: ephemerals.dh.publicKey.bytes,
		firstEcdh: ephemerals.first.ecdh.publicKey.bytes,
		firstDh: ephemerals.first.dh.publicKey.bytes,
	};
	const tags = { senderTag: profile.instanceTag, receiverTag: identity.senderTag };
	const t = transcriptOfAuthR(context, identity, { ...tags, ...keys, clientProfile: profile }, "sent");
	const ring = ringOfAuthR(their.profile, ourselves.profile, their.ephemerals.ecdh);
	const sigma = ringSign(ringContext(context), context.random, ring, ourselves.keyPair, ringMessage(context, t));
	const message: AuthRMessage = { type: "auth-r", ...tags, clientProfile: profile, ...keys, sigma };
	return { message, identity, ourselves, their, ephemerals, ...agree(context, ephemerals, their.ephemerals) };
}

/** "To verify an Auth-R message", in answer to an offer of which the public part is enough. */
export function verifyAuthR(
	context: DakeContext,
	{ message: identity, ourselves }: Pick<Offer, "message" | "ourselves">,
	message: AuthRMessage,
	nowSeconds: number,
): Result<VerifiedKeys, Refusal> {
	const what = "Auth-R message";
	const their = verifySender(context, what, message, message.x, message.a, nowSeconds);
	if (!their.ok) return their;
	const next = checkRing(what, ringOfAuthI(ourselves.profile, their.value.profile, their.value.ephemerals.ecdh));
	if (!next.ok) return next;
	const y = context.primitives.ed448.parsePoint(identity.y);
	if (!y.ok) throw new Error("our own ephemeral key is none");
	const ring = ringOfAuthR(ourselves.profile, their.value.profile, y.value);
	const t = transcriptOfAuthR(context, identity, message, "received");
	if (!ringVerify(ringContext(context), ring, message.sigma, ringMessage(context, t))) {
		return badSigma(what);
	}
	return their;
}

/** "Auth-I Message", and the ratchet of whoever sends it. Erases what the offer kept. */
export function confirm(
	context: DakeContext,
	{ message: identity, ourselves, ephemerals }: Offer,
	message: AuthRMessage,
	their: VerifiedKeys,
): { readonly message: AuthIMessage; readonly established: Established } {
	const { primitives } = context;
	const t = transcriptOfAuthI(context, identity, message, "sent");
	const ring = ringOfAuthI(ourselves.profile, their.profile, their.ephemerals.ecdh);
	const sigma = ringSign(ringContext(context), context.random, ring, ourselves.keyPair, ringMessage(context, t));
	const { k, ssid } = agree(context, ephemerals, their.ephemerals);
	const { first } = ephemerals;
	const ratchet = afterInteractiveDake(primitives, "sent-auth-i", k, first, their.ephemerals.first);
	ephemerals.ecdh.erase();
	ephemerals.dh.erase();
	const tags = { senderTag: message.receiverTag, receiverTag: message.senderTag };
	const established: Established = {
		ratchet,
		ssid,
		theirProfile: their.profile,
		theirTag: message.senderTag,
		ourHalf: "second",
	};
	return { message: { type: "auth-i", ...tags, sigma }, established };
}

/** "To verify an Auth-I message", and the ratchet of whoever sent Auth-R. A refusal leaves the answer as it is. */
export function accept(context: DakeContext, sent: Answer, message: AuthIMessage): Result<Established, Refusal> {
	const { their, ephemerals, ourselves, k, ssid } = sent;
	const ring = ringOfAuthI(their.profile, ourselves.profile, ephemerals.ecdh.publicKey);
	const t = transcriptOfAuthI(context, sent.identity, sent.message, "received");
	if (!ringVerify(ringContext(context), ring, message.sigma, ringMessage(context, t))) {
		return badSigma("Auth-I message");
	}
	const { first } = ephemerals;
	const theirFirst = their.ephemerals.first;
	const ratchet = afterInteractiveDake(context.primitives, "sent-auth-r", k, first, theirFirst);
	const theirTag = sent.identity.senderTag;
	return ok({ ratchet, ssid, theirProfile: their.profile, theirTag, ourHalf: "first" });
}

/** `{F_b, H_a, Y}`, one of whose keys signs what Alice answers to Bob, who offered: Auth-R, or Non-Interactive-Auth. */
export function ringOfAuthR(bob: VerifiedClientProfile, alice: VerifiedClientProfile, y: Ed448Point): Ring {
	return [bob.forgingKey, alice.publicKey, y];
}

/** `{H_b, F_a, X}`, one of whose keys signs an Auth-I message. */
export function ringOfAuthI(bob: VerifiedClientProfile, alice: VerifiedClientProfile, x: Ed448Point): Ring {
	return [bob.publicKey, alice.forgingKey, x];
}

/** That a ring in which we are to sign has three keys: a peer who brings one of ours is refused. */
export function checkRing(what: string, ring: Ring): Result<undefined, Refusal> {
	if (isRing(ring)) return ok(undefined);
	return refuse("peer", "key", what, "keys that differ from each other and from ours", "a key twice");
}

/** Forgets an offer that nobody will answer any more. */
export function withdrawOffer({ ephemerals }: Offer): void {
	eraseEphemerals(ephemerals);
}

/** Forgets an answer that nobody will confirm any more. */
export function withdrawAnswer({ ephemerals, k }: Answer): void {
	eraseEphemerals(ephemerals);
	k.fill(0);
}

function badSigma(what: string): { readonly ok: false; readonly error: Refusal } {
	return refuse("peer", "ring-signature", what, "a ring signature of one of the three keys", "another");
}

function verifySender(
	{ primitives, mode }: DakeContext,
	what: string,
	message: IdentityMessage | AuthRMessage,
	main: Bytes<"POINT">,
	dh: Bytes<"MPI">,
	nowSeconds: number,
): Result<VerifiedKeys, Refusal> {
	const { senderTag, clientProfile, firstEcdh, firstDh } = message;
	const profile = verifyClientProfile(primitives, clientProfile, { senderTag, nowSeconds, graceSeconds: 0, mode });
	if (!profile.ok) return profile;
	const ephemerals = verifyEphemerals(primitives, what, main, dh, firstEcdh, firstDh);
	return ephemerals.ok ? ok({ profile: profile.value, ephemerals: ephemerals.value }) : ephemerals;
}

/** `K` and the SSID, from the keys of the DAKE itself, of which ours are erased. */
function agree(
	{ primitives }: DakeContext,
	ours: OurEphemerals,
	theirs: TheirEphemerals,
): { readonly k: MixedSharedSecret; readonly ssid: SecureSessionId } {
	const brace = braceKeyFromDh(primitives, ours.dh, theirs.dh);
	const k = mixedSharedSecret(primitives, ecdh(primitives, ours.ecdh, theirs.ecdh), brace);
	brace.fill(0);
	ours.ecdh.erase();
	ours.dh.erase();
	return { k, ssid: secureSessionId(primitives, k) };
}

/** What the transcript of a DAKE needs of an Auth-R message; the one who makes it has no signature yet. */
type AuthRKeys = Omit<AuthRMessage, "type" | "sigma">;

/** Whose eyes the transcript is seen with: only `phi'` differs, where addresses are not sorted. */
type Seen = "sent" | "received";

function transcriptOfAuthR(context: DakeContext, identity: IdentityMessage, authR: AuthRKeys, seen: Seen): Uint8Array {
	const phi = phiOf(context, seen, sideOf(authR), sideOf(identity, authR.receiverTag));
	const usages = [USAGE.authRBobClientProfile, USAGE.authRAliceClientProfile, USAGE.authRPhi] as const;
	return transcript(context, 0, usages, identity, authR, phi);
}

function transcriptOfAuthI(context: DakeContext, identity: IdentityMessage, authR: AuthRKeys, seen: Seen): Uint8Array {
	const phi = phiOf(context, seen, sideOf(identity, authR.receiverTag), sideOf(authR));
	const usages = [USAGE.authIBobClientProfile, USAGE.authIAliceClientProfile, USAGE.authIPhi] as const;
	return transcript(context, 1, usages, identity, authR, phi);
}

type Keys = Omit<PhiSide, "address">;

function sideOf(message: IdentityMessage | AuthRKeys, instanceTag: number = message.senderTag): Keys {
	return { instanceTag, firstEcdh: message.firstEcdh, firstDh: message.firstDh };
}

function phiOf(context: DakeContext, seen: Seen, sender: Keys, receiver: Keys): Uint8Array {
	const [from, to] =
		seen === "sent" ? [context.ourAddress, context.theirAddress] : [context.theirAddress, context.ourAddress];
	return sharedSessionState(
		context.reading,
		{ ...sender, address: from },
		{ ...receiver, address: to },
		context.agreed,
	);
}

/** `t`: the profiles, the keys of the DAKE and `phi`, in a form of their own for each of the two messages. */
function transcript(
	{ primitives }: DakeContext,
	prefix: number,
	[bobUsage, aliceUsage, phiUsage]: readonly [number, number, number],
	identity: IdentityMessage,
	authR: AuthRKeys,
	phi: Uint8Array,
): Uint8Array {
	const hashOf = (usage: number, bytes: Uint8Array): Uint8Array => kdf(primitives, usage, [bytes], HASH_BYTES);
	const profileOf = (message: { readonly clientProfile: ClientProfile }): Uint8Array => message.clientProfile.bytes;
	return concat(
		Uint8Array.of(prefix),
		hashOf(bobUsage, profileOf(identity)),
		hashOf(aliceUsage, profileOf(authR)),
		identity.y,
		authR.x,
		encode((w) => w.variable(identity.b).variable(authR.a)),
		hashOf(phiUsage, phi),
	);
}
