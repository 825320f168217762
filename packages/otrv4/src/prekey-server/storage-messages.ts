import { encode, type Reader } from "@clowder/bytes";
import { readMac, writeMac } from "../wire/data-types.ts";
import { readTag, readVersionAndType, writeTag, writeVersionAndType } from "../wire/header.ts";
import { PREKEY_MESSAGE_TYPE } from "./message-types.ts";
import type { Acknowledgment, StorageInformationRequest, StorageStatus } from "./messages.ts";

export function encodeStorageInformationRequest(message: StorageInformationRequest): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.storageInformationRequest);
		writeMac(w, message.mac);
	});
}

export function readStorageInformationRequest(r: Reader): StorageInformationRequest {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.storageInformationRequest);
	return { type: "storage-information-request", mac: readMac(r) };
}

export function encodeStorageStatus(message: StorageStatus): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.storageStatus);
		writeTag(w, message.receiverTag);
		w.u32(message.count);
		writeMac(w, message.mac);
	});
}

export function readStorageStatus(r: Reader): StorageStatus {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.storageStatus);
	return { type: "storage-status", receiverTag: readTag(r), count: r.u32(), mac: readMac(r) };
}

/** "Success Message" and "Failure Message", which differ in their type and their MAC alone. */
export function encodeAcknowledgment(message: Acknowledgment): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE[message.type]);
		writeTag(w, message.receiverTag);
		writeMac(w, message.mac);
	});
}

export function readAcknowledgment(type: Acknowledgment["type"]): (r: Reader) => Acknowledgment {
	return (r) => {
		readVersionAndType(r, PREKEY_MESSAGE_TYPE[type]);
		return { type, receiverTag: readTag(r), mac: readMac(r) };
	};
}
