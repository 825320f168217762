import { type Bytes, concat, encode, equal, erase, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point } from "@clowder/crypto/otr";
import { kdf, USAGE } from "../kdf.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import { type VerifiedClientProfile, verifyClientProfile } from "../profile/client-profile.ts";
import { afterNonInteractiveDake } from "../ratchet/first-ratchet.ts";
import type { OurKeys } from "../ratchet/state.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { NonInteractiveAuthMessage, PrekeyMessage } from "../wire/messages.ts";
import { type DakeContext, type Ourselves, ringContext, ringMessage } from "./context.ts";
import { newEphemerals, type TheirEphemerals, verifyEphemerals } from "./ephemeral-keys.ts";
import { type Established, ringOfAuthR } from "./interactive.ts";
import { ringSign, ringVerify } from "./ring-signature.ts";
import { sharedSessionState } from "./session-state.ts";
import { type BraceKey, braceKeyFromDh, ecdh, type MixedSharedSecret, secureSessionId } from "./shared-secret.ts";

const HASH_BYTES = 64;
const KEY_BYTES = 64;
const BLINDING_BYTES = 57;
const WHAT = "Non-Interactive-Auth message";

/** What we published for others to write to us by, as it is stored: the secrets of one prekey message and its profiles. */
export interface OurPrekey {
	readonly message: PrekeyMessage;
	/** `y` and `b`: used once. */
	readonly keys: OurKeys;
}

/**
 * "Non-Interactive-Auth Message", and the ratchet of whoever sends it: Alice's side. It tells whoever seizes her device
 * and its traffic later nothing; but she has no online deniability towards Bob ("Offline Conversation Initialization").
 */
export function authenticateOffline(
	context: DakeContext,
	ourselves: Ourselves,
	their: VerifiedEnsemble,
): { readonly message: NonInteractiveAuthMessage; readonly established: Established } {
	const { primitives, random } = context;
	const ours = newEphemerals(primitives, random);
	const { message: prekey, y, b } = their.prekeyMessage;
	const brace = braceKeyFromDh(primitives, ours.dh, b);
	const secrets = [y, their.prekeyProfile.sharedPrekey, their.clientProfile.publicKey].map((point) =>
		ecdh(primitives, ours.ecdh, point),
	);
	const tmpK = temporaryKey(context, secrets, brace);
	const keys: TranscriptKeys = {
		senderTag: ourselves.profile.profile.instanceTag,
		receiverTag: prekey.ownerTag,
		clientProfile: ourselves.profile.profile,
		x: ours.ecdh.publicKey.bytes,
		a: ours.dh.publicKey.bytes,
		firstEcdh: ours.first.ecdh.publicKey.bytes,
		firstDh: ours.first.dh.publicKey.bytes,
	};
	const phi = phiOf(context, "sent", keys, prekey);
	const t = transcript(context, their.clientProfile, prekey, their.prekeyProfile.sharedPrekey, keys, phi);
	const ring = ringOfAuthR(their.clientProfile, ourselves.profile, y);
	const message: NonInteractiveAuthMessage = {
		type: "non-interactive-auth",
		...keys,
		sigma: ringSign(ringContext(context), random, ring, ourselves.keyPair, ringMessage(context, t)),
		prekeyIdentifier: prekey.identifier,
		authMac: authMac(context, tmpK, t),
	};
	ours.ecdh.erase();
	ours.dh.erase();
	const { k, ssid } = sharedSecrets(context, tmpK);
	const theirs = { ecdh: y, dh: b };
	const ratchet = afterNonInteractiveDake(primitives, k, brace, ours.first, theirs);
	const theirTag = prekey.ownerTag;
	return { message, established: { ratchet, ssid, theirProfile: their.clientProfile, theirTag, ourHalf: "first" } };
}

/** What of ours a Non-Interactive-Auth message may have been made for: profiles change while prekeys are on their way. */
export interface OurPublished {
	readonly ourselves: Ourselves;
	/** `D` of a prekey profile that is, or was lately, published. */
	readonly sharedPrekey: Ed448KeyPair;
}

/**
 * "To verify a Non-Interactive-Auth message", and the ratchet of whoever receives it: Bob's side. `published` are all
 * pairs of our profiles that may still be locally used, the newest first: one of them has to fit. The prekey's secrets
 * are erased if the message is right, and only then.
 */
export function acceptOffline(
	context: DakeContext,
	message: NonInteractiveAuthMessage,
	prekey: OurPrekey,
	published: readonly OurPublished[],
	nowSeconds: number,
): Result<Established, Refusal> {
	const { primitives } = context;
	const their = verifyOfflineSender(context, message, nowSeconds);
	if (!their.ok) return their;
	const fitting = published.find((pair) => fits(context, message, prekey, pair, their.value));
	if (fitting === undefined) {
		return refuse("peer", "ring-signature", WHAT, "a ring signature over what we published", "another");
	}
	const { profile, ephemerals } = their.value;
	const brace = braceKeyFromDh(primitives, prekey.keys.dh, ephemerals.dh);
	const tmpK = temporaryKey(context, offlineSecrets(context, prekey, fitting, ephemerals.ecdh), brace);
	const t = receivedTranscript(context, message, prekey, fitting);
	if (!equal(authMac(context, tmpK, t), message.authMac)) {
		erase(tmpK, brace);
		return refuse("peer", "mac", WHAT, "the Auth MAC of its transcript", "another");
	}
	const { k, ssid } = sharedSecrets(context, tmpK);
	const ratchet = afterNonInteractiveDake(primitives, k, brace, undefined, ephemerals.first);
	prekey.keys.ecdh.erase();
	prekey.keys.dh.erase();
	return ok({ ratchet, ssid, theirProfile: profile, theirTag: message.senderTag, ourHalf: "second" });
}

interface Sender {
	readonly profile: VerifiedClientProfile;
	readonly ephemerals: TheirEphemerals;
}

function verifyOfflineSender(
	{ primitives, mode }: DakeContext,
	message: NonInteractiveAuthMessage,
	nowSeconds: number,
): Result<Sender, Refusal> {
	const { senderTag, clientProfile, x, a, firstEcdh, firstDh } = message;
	const profile = verifyClientProfile(primitives, clientProfile, { senderTag, nowSeconds, graceSeconds: 0, mode });
	if (!profile.ok) return profile;
	const ephemerals = verifyEphemerals(primitives, WHAT, x, a, firstEcdh, firstDh);
	return ephemerals.ok ? ok({ profile: profile.value, ephemerals: ephemerals.value }) : ephemerals;
}

/** `RVrf({F_b, H_a, Y}, sigma, t)`, with one pair of our profiles. */
function fits(
	context: DakeContext,
	message: NonInteractiveAuthMessage,
	prekey: OurPrekey,
	pair: OurPublished,
	{ profile }: Sender,
): boolean {
	const ring = ringOfAuthR(pair.ourselves.profile, profile, prekey.keys.ecdh.publicKey);
	const t = receivedTranscript(context, message, prekey, pair);
	return ringVerify(ringContext(context), ring, message.sigma, ringMessage(context, t));
}

/**
 * The three secrets that Bob shares with `X`. The shared prekey and the long-term key are used again and again on points
 * that others choose, so both are blinded.
 */
function offlineSecrets(
	{ primitives, random }: DakeContext,
	prekey: OurPrekey,
	{ sharedPrekey, ourselves }: OurPublished,
	x: Ed448Point,
): Uint8Array[] {
	const longLived = [sharedPrekey, ourselves.keyPair].map(({ scalar }) =>
		primitives.ed448.multiplyBlinded(x, scalar, random(BLINDING_BYTES)).bytes.slice(),
	);
	return [ecdh(primitives, prekey.keys.ecdh, x), ...longLived];
}

/** `tmp_k = KDF(usage_tmp_key || K_ecdh || shared prekey's || long-term key's || brace_key, 64)`. Erases the secrets. */
function temporaryKey({ primitives }: DakeContext, secrets: readonly Uint8Array[], brace: BraceKey): Uint8Array {
	const tmpK = kdf(primitives, USAGE.tmpKey, [...secrets, brace], KEY_BYTES);
	erase(...secrets);
	return tmpK;
}

/** `Auth MAC = HCMAC(usage_auth_MAC || auth_mac_k || t, 64)`. */
function authMac({ primitives }: DakeContext, tmpK: Uint8Array, t: Uint8Array): Bytes<"MAC"> {
	const key = kdf(primitives, USAGE.authMacKey, [tmpK], KEY_BYTES);
	const mac = kdf(primitives, USAGE.authMac, [key, t], KEY_BYTES) as Bytes<"MAC">;
	erase(key);
	return mac;
}

/** `K = KDF(usage_shared_secret || tmp_k, 64)` and the SSID. Erases `tmpK`. */
function sharedSecrets(
	{ primitives }: DakeContext,
	tmpK: Uint8Array,
): Pick<Established, "ssid"> & { readonly k: MixedSharedSecret } {
	const k = kdf(primitives, USAGE.sharedSecret, [tmpK], KEY_BYTES) as MixedSharedSecret;
	erase(tmpK);
	return { k, ssid: secureSessionId(primitives, k) };
}

/** What the transcript needs of the message; the one who makes it has no signature yet. */
type TranscriptKeys = Pick<
	NonInteractiveAuthMessage,
	"senderTag" | "receiverTag" | "clientProfile" | "x" | "a" | "firstEcdh" | "firstDh"
>;

/** Bob's first keys are those of his prekey message: he has no others when `phi` is made. */
function phiOf(
	context: DakeContext,
	seen: "sent" | "received",
	message: TranscriptKeys,
	prekey: PrekeyMessage,
): Uint8Array {
	const addresses = [context.ourAddress, context.theirAddress] as const;
	const [from, to] = seen === "sent" ? addresses : [addresses[1], addresses[0]];
	const { senderTag, firstEcdh, firstDh } = message;
	return sharedSessionState(
		context.reading,
		{ instanceTag: senderTag, firstEcdh, firstDh, address: from },
		{ instanceTag: prekey.ownerTag, firstEcdh: prekey.y, firstDh: prekey.b, address: to },
		context.agreed,
	);
}

function receivedTranscript(
	context: DakeContext,
	message: NonInteractiveAuthMessage,
	{ message: prekey }: OurPrekey,
	{ ourselves, sharedPrekey }: OurPublished,
): Uint8Array {
	const phi = phiOf(context, "received", message, prekey);
	return transcript(context, ourselves.profile, prekey, sharedPrekey.publicKey, message, phi);
}

/** `t`: both profiles, `Y || X || B || A`, Bob's shared prekey, `phi`. */
function transcript(
	{ primitives }: DakeContext,
	bob: VerifiedClientProfile,
	prekey: PrekeyMessage,
	sharedPrekey: Ed448Point,
	message: TranscriptKeys,
	phi: Uint8Array,
): Uint8Array {
	const hashOf = (usage: number, bytes: Uint8Array): Uint8Array => kdf(primitives, usage, [bytes], HASH_BYTES);
	return concat(
		hashOf(USAGE.nonIntAuthBobClientProfile, bob.profile.bytes),
		hashOf(USAGE.nonIntAuthAliceClientProfile, message.clientProfile.bytes),
		prekey.y,
		message.x,
		encode((w) => w.variable(prekey.b).variable(message.a)),
		sharedPrekey.bytes,
		hashOf(USAGE.nonIntAuthPhi, phi),
	);
}
