import { type Bytes, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import { type SessionDesk, write } from "../conversation/desk.ts";
import type { DakeContext } from "../dake/context.ts";
import { eraseEphemerals, newEphemerals, verifyKeys } from "../dake/ephemeral-keys.ts";
import {
	accept,
	answer,
	checkRing,
	confirm,
	type Established,
	offer,
	ringOfAuthI,
	ringOfAuthR,
	verifyAuthR,
	verifyIdentity,
} from "../dake/interactive.ts";
import { authenticateOffline } from "../dake/non-interactive.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import { copyOf } from "../ratchet/chain.ts";
import { DoubleRatchet } from "../ratchet/double-ratchet.ts";
import type { BraceKey } from "../dake/shared-secret.ts";
import type { RootKey } from "../ratchet/message-keys.ts";
import { type Refusal, refuse } from "../refusal.ts";
import type { NonInteractiveAuthMessage } from "../wire/messages.ts";
import {
	asCallers,
	contextOf,
	type ForgeryOptions,
	isSame,
	keyInRing,
	nowSeconds,
	type VerifiedPerson,
} from "./people.ts";

/** A text, and the address of the one who would have sent it. */
export interface ForgedText {
	readonly sender: string;
	readonly text: string;
}

/** Both sides of a DAKE that nobody else took part in. */
export interface ForgedDake {
	readonly texts: readonly ForgedText[];
	/** Who sent Identity and Auth-I, or published the ensemble. */
	readonly initiator: Established;
	/** Who sent Auth-R, or Non-Interactive-Auth. */
	readonly responder: Established;
}

/** What a refusal says of a key that does not fit. */
const KEY = "forger's key";

/**
 * The interactive DAKE of two people, by its honest functions. Whoever makes both sides' ephemeral keys has a key of each
 * ring: `Y` of Auth-R's, `X` of Auth-I's. A long-term or a forging key of one of them signs where its place is.
 */
export function forgeInteractive(
	options: ForgeryOptions,
	[bob, alice]: readonly [VerifiedPerson, VerifiedPerson],
	key: Ed448KeyPair | undefined,
): Result<ForgedDake, Refusal> {
	const { primitives, random } = options;
	const known = key === undefined ? [] : [key];
	const fits = known.every((each) => belongsTo(each, bob) || belongsTo(each, alice));
	if (!fits) return refuse("caller", "key", KEY, "a long-term or forging key of one of both", "another");
	const [bobs, alices] = [
		contextOf(options, bob.address, alice.address),
		contextOf(options, alice.address, bob.address),
	];
	const textsBy = wireOf(options);

	const y = newEphemerals(primitives, random);
	const offered = offer(bobs, { keyPair: y.ecdh, profile: bob.profile }, 0, y);
	const texts = [...textsBy(bobs, offered.message)];
	const x = newEphemerals(primitives, random);
	// What answers erases `x`, which is to sign Auth-I.
	const xAgain = primitives.ed448.keyPair(x.ecdh.reveal());
	const authRRing = ringOfAuthR(bob.profile, alice.profile, y.ecdh.publicKey);
	const authIRing = ringOfAuthI(bob.profile, alice.profile, xAgain.publicKey);
	for (const ring of [authRRing, authIRing]) {
		// Honest clients sign in no others.
		const checked = checkRing("Client Profile", ring);
		if (checked.ok) continue;
		for (const keys of [x, y]) eraseEphemerals(keys);
		xAgain.erase();
		return asCallers(checked.error);
	}

	const answering = { keyPair: keyInRing(authRRing, known) ?? y.ecdh, profile: alice.profile };
	const offerer = verifyIdentity(alices, offered.message, nowSeconds(options));
	if (!offerer.ok) throw new Error(`a forged Identity message is refused: ${offerer.error.expected}`);
	const answered = answer(alices, answering, offered.message, offerer.value, x);
	texts.push(...textsBy(alices, answered.message));
	const answerer = verifyAuthR(bobs, offered, answered.message, nowSeconds(options));
	if (!answerer.ok) throw new Error(`a forged Auth-R message is refused: ${answerer.error.expected}`);
	const confirming = {
		...offered,
		ourselves: { keyPair: keyInRing(authIRing, known) ?? xAgain, profile: bob.profile },
	};
	const confirmed = confirm(bobs, confirming, answered.message, answerer.value);
	texts.push(...textsBy(bobs, confirmed.message));
	const accepted = accept(alices, answered, confirmed.message);
	xAgain.erase();
	if (!accepted.ok) throw new Error(`a forged Auth-I message is refused: ${accepted.error.expected}`);
	return ok({ texts, initiator: confirmed.established, responder: accepted.value });
}

/**
 * The non-interactive DAKE in the name of `alice`, towards the publisher of an ensemble: what she sends, and her side of
 * the session. The ring is `{F_b, H_a, Y}`, of which one key has to be there.
 */
export function forgeOfflineAnswer(
	options: ForgeryOptions,
	alice: VerifiedPerson,
	publisherAddress: string,
	ensemble: VerifiedEnsemble,
	key: Ed448KeyPair,
): Result<{ readonly message: NonInteractiveAuthMessage; readonly established: Established }, Refusal> {
	const ring = ringOfAuthR(ensemble.clientProfile, alice.profile, ensemble.prekeyMessage.y);
	const keyPair = keyInRing(ring, [key]);
	if (keyPair === undefined) {
		const expected = "the long-term key of the sender, the forging key of the publisher, or that of the prekey";
		return refuse("caller", "key", KEY, expected, "another");
	}
	const checked = checkRing("Prekey Ensemble", ring);
	if (!checked.ok) return asCallers(checked.error);
	const context = contextOf(options, alice.address, publisherAddress);
	return ok(authenticateOffline(context, { keyPair, profile: alice.profile }, ensemble));
}

/** The same with the publisher's side too, which needs nothing of the publisher's: all secrets follow from `X` and `A`. */
export function forgeNonInteractive(
	options: ForgeryOptions,
	[bobAddress, alice]: readonly [string, VerifiedPerson],
	ensemble: VerifiedEnsemble,
	key: Ed448KeyPair,
): Result<ForgedDake, Refusal> {
	const made = forgeOfflineAnswer(options, alice, bobAddress, ensemble, key);
	if (!made.ok) return made;
	const { message, established } = made.value;
	const texts = wireOf(options)(contextOf(options, alice.address, bobAddress), message);
	return ok({ texts, initiator: mirror(options, established, alice, message), responder: established });
}

function mirror(
	{ primitives }: ForgeryOptions,
	{ ratchet, ssid }: Established,
	alice: VerifiedPerson,
	message: NonInteractiveAuthMessage,
): Established {
	const theirs = verifyKeys(primitives, "forged first keys", message.firstEcdh, message.firstDh);
	const { i, brace, root, sending } = ratchet.content();
	if (!theirs.ok || sending === undefined) throw new Error("a forged Non-Interactive-Auth message is refused");
	const begun = DoubleRatchet.begin(primitives, {
		i,
		ours: undefined,
		theirs: theirs.value,
		brace: brace.slice() as BraceKey,
		root: root.slice() as RootKey,
		sending: undefined,
		receiving: copyOf(sending),
	});
	const theirTag = message.senderTag;
	return { ratchet: begun, ssid, theirProfile: alice.profile, theirTag, ourHalf: "second" };
}

/** Keys of a session that was forged, each 64 bytes but the SSID. */
export interface SessionKeys {
	/** 8 bytes. */
	readonly ssid: Bytes<"SSID">;
	readonly rootKey: Uint8Array;
	/** `chain_key_s[0]` of the responder: that of the first message. */
	readonly chainKey: Uint8Array;
}

export function sessionKeys({ ratchet, ssid }: Established): SessionKeys {
	const { root, sending } = ratchet.content();
	if (sending === undefined) throw new Error("the responder of a DAKE has no sending chain");
	return { ssid, rootKey: root.slice(), chainKey: sending.key.slice() };
}

type Written = Parameters<typeof write>[1];

/** How messages become texts of the side whose context it is. */
export function wireOf({
	maxChars = Number.POSITIVE_INFINITY,
}: ForgeryOptions): (context: DakeContext, message: Written) => ForgedText[] {
	return (context, message) => {
		const desk: Pick<SessionDesk, "context" | "maxChars"> = { context, maxChars };
		return write(desk, message).map((text) => ({ sender: context.ourAddress, text }));
	};
}

function belongsTo({ publicKey }: Ed448KeyPair, { profile }: VerifiedPerson): boolean {
	return isSame(publicKey, profile.publicKey) || isSame(publicKey, profile.forgingKey);
}
