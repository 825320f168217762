import { equal, err, ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { type Refusal, refuse } from "../refusal.ts";
import { eraseDakeKeys, verifyDake } from "./dake.ts";
import { decodeAttachedMessage } from "./decode-message.ts";
import { acknowledgmentMac, statusMac, storageInformationMac } from "./macs.ts";
import type { Dake3Message, PublicationMessage, StorageInformationRequest } from "./messages.ts";
import type { PrekeyServerEvent } from "./server.ts";
import type { DakeInFlight } from "./server-dakes.ts";
import { deviceOf, verifyPublication } from "./server-publication.ts";
import type { PrekeyStorage, StorageError } from "./storage.ts";
import { encodeAcknowledgment, encodeStorageStatus } from "./storage-messages.ts";

interface Context {
	readonly primitives: OtrPrimitives;
	readonly storage: PrekeyStorage;
	readonly prekeyMessagesPerPublicationMax: number;
}

/** What a DAKE-3 message led to: the encoded answer, if it is owed one. */
export interface DakeAnswer {
	readonly message: Uint8Array | undefined;
	readonly outcome: Result<PrekeyServerEvent, Refusal>;
}

/** A storage that does not serve is no fault of whoever asked. */
export function storageRefusal(error: StorageError): { readonly ok: false; readonly error: Refusal } {
	const reason = error === "full" ? "limit" : "state";
	return refuse("caller", reason, "storage", "room for what is published, and an answer", error);
}

/**
 * "Receives a DAKE-3 message": verifies it, then does what is attached. Without a valid ring signature nothing is sent; who
 * made one gets a Failure message for whatever is refused afterwards. Erases the DAKE's keys.
 */
export async function finishDake(
	context: Context,
	dake: DakeInFlight,
	{ sigma, attached }: Dake3Message,
	nowSeconds: number,
): Promise<DakeAnswer> {
	try {
		if (!verifyDake(context.primitives, "publisher", dake.ring, dake.transcript, sigma)) {
			const expected = "a ring signature of this DAKE by its publisher";
			return {
				message: undefined,
				...outcome(refuse("peer", "ring-signature", "DAKE-3 message", expected, "another")),
			};
		}
		const message = decodeAttachedMessage(attached);
		if (!message.ok) return failure(context, dake, message);
		return message.value.type === "publication"
			? await publish(context, dake, message.value, nowSeconds)
			: await count(context, dake, message.value);
	} finally {
		eraseDakeKeys(dake.keys);
	}
}

function outcome(refused: { readonly error: Refusal }): { readonly outcome: DakeAnswer["outcome"] } {
	return { outcome: err(refused.error) };
}

function acknowledgment(context: Context, dake: DakeInFlight, type: "success" | "failure"): Uint8Array {
	const receiverTag = dake.senderTag;
	const mac = acknowledgmentMac(context.primitives, dake.keys.macKey, type, receiverTag);
	return encodeAcknowledgment({ type, receiverTag, mac });
}

function failure(context: Context, dake: DakeInFlight, refused: { readonly error: Refusal }): DakeAnswer {
	return { message: acknowledgment(context, dake, "failure"), ...outcome(refused) };
}

async function publish(
	context: Context,
	dake: DakeInFlight,
	message: PublicationMessage,
	nowSeconds: number,
): Promise<DakeAnswer> {
	const verified = verifyPublication(
		context.primitives,
		message,
		dake,
		context.prekeyMessagesPerPublicationMax,
		nowSeconds,
	);
	if (!verified.ok) return failure(context, dake, verified);
	const added = await context.storage.publish(verified.value, nowSeconds);
	if (!added.ok) return failure(context, dake, storageRefusal(added.error));
	return {
		message: acknowledgment(context, dake, "success"),
		outcome: ok({ type: "published", instanceTag: dake.senderTag, added: added.value }),
	};
}

async function count(context: Context, dake: DakeInFlight, message: StorageInformationRequest): Promise<DakeAnswer> {
	const { macKey } = dake.keys;
	if (!equal(message.mac, storageInformationMac(context.primitives, macKey))) {
		const what = "Storage Information Request message";
		return failure(context, dake, refuse("peer", "mac", what, "its Storage Information MAC", "another"));
	}
	const stored = await context.storage.count(deviceOf(dake));
	if (!stored.ok) return failure(context, dake, storageRefusal(stored.error));
	const receiverTag = dake.senderTag;
	const mac = statusMac(context.primitives, macKey, receiverTag, stored.value);
	return {
		message: encodeStorageStatus({ type: "storage-status", receiverTag, count: stored.value, mac }),
		outcome: ok({ type: "counted", instanceTag: receiverTag, count: stored.value }),
	};
}
