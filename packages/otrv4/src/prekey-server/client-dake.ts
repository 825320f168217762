import { equal, ok, type Result } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import type { VerifiedClientProfile } from "../profile/client-profile.ts";
import type { Random } from "../random.ts";
import { badKey, type Refusal, refuse } from "../refusal.ts";
import type { AwaitingAnswer, DakeRequest, InDake } from "./client-states.ts";
import { type ServerFingerprint, serverFingerprint } from "./composite-identity.ts";
import {
	areDistinct,
	type DakeKeys,
	type DakeRing,
	type DakeTranscript,
	dakeKeys,
	signDake,
	verifyDake,
} from "./dake.ts";
import { encodeDake3Message } from "./dake-messages.ts";
import { acknowledgmentMac, statusMac, storageInformationMac } from "./macs.ts";
import type { Acknowledgment, Dake2Message, StorageStatus } from "./messages.ts";
import { publicationMessage } from "./own-publication.ts";
import { encodePublicationMessage } from "./publication-message.ts";
import { encodeStorageInformationRequest } from "./storage-messages.ts";

const WHAT = "DAKE-2 message";

/** Whom a client's DAKEs are between. */
export interface DakeParties {
	readonly primitives: OtrPrimitives;
	readonly random: Random;
	/** Ours, as the network calls us. */
	readonly identity: string;
	readonly key: Ed448KeyPair;
	readonly clientProfile: VerifiedClientProfile;
	/** The server that we mean. */
	readonly server: { readonly identity: string; readonly fingerprint: ServerFingerprint };
}

/** A DAKE-3 message, and what both sides derived. */
export interface AnsweredDake {
	readonly message: Uint8Array;
	readonly keys: DakeKeys;
}

interface VerifiedDake2 {
	readonly s: Ed448Point;
	readonly serverKey: Ed448Point;
	readonly transcript: DakeTranscript;
}

/**
 * "To verify a DAKE-2 message", and the DAKE-3 message with the request. Its receiver was checked before. Erases `i` if the
 * message is right, and only then.
 */
export function answerDake2(
	parties: DakeParties,
	{ ephemeral, request }: InDake,
	message: Dake2Message,
): Result<AnsweredDake, Refusal> {
	const { primitives, random, key, clientProfile } = parties;
	const verified = verifyDake2(parties, ephemeral, message);
	if (!verified.ok) return verified;
	const { s, serverKey, transcript } = verified.value;
	const ring: DakeRing = { publisherKey: clientProfile.publicKey, serverKey, ephemeral: s };
	const sigma = signDake(primitives, random, "publisher", key, ring, transcript);
	const keys = dakeKeys(primitives, ephemeral, s);
	const attached = attachedMessage(parties, request, keys);
	const senderTag = clientProfile.profile.instanceTag;
	return ok({ message: encodeDake3Message({ type: "dake-3", senderTag, sigma, attached }), keys });
}

function attachedMessage({ primitives, random }: DakeParties, request: DakeRequest, keys: DakeKeys): Uint8Array {
	if (request.type === "publication") {
		return encodePublicationMessage(publicationMessage(primitives, random, request.publication, keys));
	}
	const mac = storageInformationMac(primitives, keys.macKey);
	return encodeStorageInformationRequest({ type: "storage-information-request", mac });
}

function verifyDake2(
	{ primitives, identity, clientProfile, server }: DakeParties,
	ephemeral: Ed448KeyPair,
	message: Dake2Message,
): Result<VerifiedDake2, Refusal> {
	const { ed448 } = primitives;
	const serverKey = ed448.parsePoint(message.server.publicKey);
	if (!serverKey.ok) return badKey(`${WHAT}, Ed448 server public key`, serverKey.error);
	if (!equal(serverFingerprint(primitives, serverKey.value), server.fingerprint)) {
		return refuse("peer", "key", WHAT, "the server key of the known fingerprint", "another key");
	}
	if (message.server.identity !== server.identity) {
		return refuse("peer", "key", WHAT, "the identity of the server that was asked", "another");
	}
	const s = ed448.parsePoint(message.s);
	if (!s.ok) return badKey(`${WHAT}, S`, s.error);
	const i = ephemeral.publicKey;
	const publisherKey = clientProfile.publicKey;
	if (!areDistinct([publisherKey, serverKey.value, s.value, i])) {
		return refuse("peer", "key", WHAT, "keys that differ from each other and ours", "a key twice");
	}
	const transcript = {
		publisher: identity,
		clientProfile: clientProfile.profile,
		server: message.server,
		i: i.bytes,
		s: message.s,
	};
	const ring = { publisherKey, serverKey: serverKey.value, ephemeral: i };
	if (!verifyDake(primitives, "server", ring, transcript, message.sigma)) {
		return refuse("peer", "ring-signature", WHAT, "a ring signature of this DAKE by the server", "another");
	}
	return ok({ s: s.value, serverKey: serverKey.value, transcript });
}

/** Whether an answer fits what was asked and has the MAC of this DAKE. */
export function checkAnswer(
	primitives: OtrPrimitives,
	{ request, keys }: AwaitingAnswer,
	answer: Acknowledgment | StorageStatus,
): Result<undefined, Refusal> {
	const fits = request === "publication" ? answer.type !== "storage-status" : answer.type !== "success";
	if (!fits) return refuse("peer", "state", "answer of a prekey server", `one to a ${request} request`, answer.type);
	const mac =
		answer.type === "storage-status"
			? statusMac(primitives, keys.macKey, answer.receiverTag, answer.count)
			: acknowledgmentMac(primitives, keys.macKey, answer.type, answer.receiverTag);
	if (equal(mac, answer.mac)) return ok(undefined);
	return refuse("peer", "mac", "answer of a prekey server", "the MAC of this DAKE", "another");
}
