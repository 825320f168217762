import { equal, hex, ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { verifyClientProfile } from "../profile/client-profile.ts";
import { encodePrekeyProfile, verifyPrekeyProfile } from "../profile/prekey-profile.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { encodePrekeyMessage } from "../wire/prekey-message.ts";
import { type VerifiedPrekeyMessage, verifyPrekeyMessage } from "./ensemble.ts";
import { PREKEY_USAGE } from "./kdf.ts";
import { publicationMac } from "./macs.ts";
import type { PublicationMessage } from "./messages.ts";
import { verifyDhProof, verifyEcdhProof } from "./proofs.ts";
import type { DakeInFlight } from "./server-dakes.ts";
import type { DeviceKey, StoredProfile, StoredPublication } from "./storage.ts";

const WHAT = "Prekey Publication message";

/** The device that authenticated itself in a DAKE. */
export function deviceOf({ publisher, senderTag, clientProfile }: DakeInFlight): DeviceKey {
	return { identity: publisher, instanceTag: senderTag, publicKey: hex(clientProfile.publicKey.bytes) };
}

/**
 * "To verify a Prekey Publication message", and what "Publishing Prekey Values" asks of each value. The profiles must be of
 * the key that the DAKE was made with. Prekey Messages that are another device's or that repeat one are discarded, as
 * the text says; anything else that is wrong refuses all of it, so that a Success means what the publisher takes it for.
 */
export function verifyPublication(
	primitives: OtrPrimitives,
	message: PublicationMessage,
	dake: DakeInFlight,
	prekeyMessagesMax: number,
	nowSeconds: number,
): Result<StoredPublication, Refusal> {
	if (!equal(message.mac, publicationMac(primitives, dake.keys.macKey, message))) {
		return refuse("peer", "mac", WHAT, "the Prekey MAC of what it holds", "another");
	}
	const { prekeyMessages, clientProfile, prekeyProfile } = message;
	if (prekeyMessages.length === 0 && clientProfile === undefined && prekeyProfile === undefined) {
		return refuse("peer", "malformed", WHAT, "something to publish", "nothing");
	}
	if (prekeyMessages.length > prekeyMessagesMax) {
		return refuse("peer", "limit", WHAT, `at most ${prekeyMessagesMax} Prekey Messages`, `${prekeyMessages.length}`);
	}
	const storedClientProfile = checkClientProfile(primitives, message, dake, nowSeconds);
	if (!storedClientProfile.ok) return storedClientProfile;
	const storedPrekeyProfile = checkPrekeyProfile(primitives, message, dake, nowSeconds);
	if (!storedPrekeyProfile.ok) return storedPrekeyProfile;
	const verified = checkPrekeyMessages(primitives, message, dake);
	if (!verified.ok) return verified;
	const device = deviceOf(dake);
	return ok({
		device,
		clientProfile: storedClientProfile.value,
		prekeyProfile: storedPrekeyProfile.value,
		prekeyMessages: withoutStrangers(verified.value, device.instanceTag).map(({ message: prekey }) => ({
			identifier: prekey.identifier,
			bytes: encodePrekeyMessage(prekey),
		})),
	});
}

type Checked = Result<StoredProfile | undefined, Refusal>;

function checkClientProfile(
	primitives: OtrPrimitives,
	{ clientProfile }: PublicationMessage,
	dake: DakeInFlight,
	nowSeconds: number,
): Checked {
	if (clientProfile === undefined) return ok(undefined);
	const expected = { senderTag: dake.senderTag, nowSeconds, graceSeconds: 0, mode: "standalone" } as const;
	const verified = verifyClientProfile(primitives, clientProfile, expected);
	if (!verified.ok) return verified;
	if (!equal(verified.value.publicKey.bytes, dake.clientProfile.publicKey.bytes)) {
		return refuse("peer", "key", WHAT, "a Client Profile of the key of the DAKE", "another key's");
	}
	return ok({ bytes: clientProfile.bytes, expiresAtSeconds: clientProfile.expiresAtSeconds });
}

function checkPrekeyProfile(
	primitives: OtrPrimitives,
	{ prekeyProfile, prekeyProfileProof }: PublicationMessage,
	dake: DakeInFlight,
	nowSeconds: number,
): Checked {
	if (prekeyProfile === undefined || prekeyProfileProof === undefined) return ok(undefined);
	const { publicKey } = dake.clientProfile;
	const expected = { publicKey, ownerTag: dake.senderTag, nowSeconds, graceSeconds: 0 };
	const verified = verifyPrekeyProfile(primitives, prekeyProfile, expected);
	if (!verified.ok) return verified;
	const { proofSharedEcdh } = PREKEY_USAGE;
	const points = [verified.value.sharedPrekey];
	if (!verifyEcdhProof(primitives, proofSharedEcdh, points, dake.keys.proofContext, prekeyProfileProof)) {
		return refuse("peer", "proof", WHAT, "a Prekey Profile proof of the shared prekey", "another");
	}
	return ok({ bytes: encodePrekeyProfile(prekeyProfile), expiresAtSeconds: prekeyProfile.expiresAtSeconds });
}

/** The proofs are of all of them together, so that one key that is none spoils the rest. */
function checkPrekeyMessages(
	primitives: OtrPrimitives,
	{ prekeyMessages, prekeyMessageProofs }: PublicationMessage,
	dake: DakeInFlight,
): Result<readonly VerifiedPrekeyMessage[], Refusal> {
	const verified: VerifiedPrekeyMessage[] = [];
	for (const message of prekeyMessages) {
		const checked = verifyPrekeyMessage(primitives, message);
		if (!checked.ok) return checked;
		verified.push(checked.value);
	}
	if (prekeyMessageProofs === undefined) return ok(verified);
	const { proofContext } = dake.keys;
	const ys = verified.map(({ y }) => y);
	if (!verifyEcdhProof(primitives, PREKEY_USAGE.proofMessageEcdh, ys, proofContext, prekeyMessageProofs.ecdh)) {
		return refuse("peer", "proof", WHAT, "a Prekey Message ECDH proof of the keys Y", "another");
	}
	const bs = verified.map(({ b }) => b);
	if (!verifyDhProof(primitives, bs, proofContext, prekeyMessageProofs.dh)) {
		return refuse("peer", "proof", WHAT, "a Prekey Message DH proof of the keys B", "another");
	}
	return ok(verified);
}

/** Without those of another instance tag, and those that repeat an identifier or a key. */
function withoutStrangers(messages: readonly VerifiedPrekeyMessage[], tag: number): VerifiedPrekeyMessage[] {
	const seen = new Set<string>();
	return messages.filter(({ message }) => {
		const names = [`${message.identifier}`, hex(message.y), hex(message.b)];
		if (message.ownerTag !== tag || names.some((name) => seen.has(name))) return false;
		for (const name of names) seen.add(name);
		return true;
	});
}
