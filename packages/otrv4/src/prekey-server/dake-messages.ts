import { encode, type Reader } from "@clowder/bytes";
import { readClientProfile, writeClientProfile } from "../profile/client-profile.ts";
import { readData, readPoint, writeData, writePoint } from "../wire/data-types.ts";
import { readTag, readVersionAndType, writeTag, writeVersionAndType } from "../wire/header.ts";
import { readRingSignature, writeRingSignature } from "../wire/ring-signature.ts";
import { readCompositeIdentity, writeCompositeIdentity } from "./composite-identity.ts";
import { ATTACHED_MESSAGE_MAX_BYTES } from "./limits.ts";
import { PREKEY_MESSAGE_TYPE } from "./message-types.ts";
import type { Dake1Message, Dake2Message, Dake3Message } from "./messages.ts";

export function encodeDake1Message(message: Dake1Message): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.dake1);
		writeTag(w, message.senderTag);
		writeClientProfile(w, message.clientProfile);
		writePoint(w, message.i);
	});
}

export function readDake1Message(r: Reader): Dake1Message {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.dake1);
	return { type: "dake-1", senderTag: readTag(r), clientProfile: readClientProfile(r), i: readPoint(r) };
}

export function encodeDake2Message(message: Dake2Message): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.dake2);
		writeTag(w, message.receiverTag);
		writeCompositeIdentity(w, message.server);
		writePoint(w, message.s);
		writeRingSignature(w, message.sigma);
	});
}

export function readDake2Message(r: Reader): Dake2Message {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.dake2);
	return {
		type: "dake-2",
		receiverTag: readTag(r),
		server: readCompositeIdentity(r),
		s: readPoint(r),
		sigma: readRingSignature(r),
	};
}

export function encodeDake3Message(message: Dake3Message): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.dake3);
		writeTag(w, message.senderTag);
		writeRingSignature(w, message.sigma);
		writeData(w, message.attached, ATTACHED_MESSAGE_MAX_BYTES);
	});
}

export function readDake3Message(r: Reader): Dake3Message {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.dake3);
	return {
		type: "dake-3",
		senderTag: readTag(r),
		sigma: readRingSignature(r),
		attached: readData(r, ATTACHED_MESSAGE_MAX_BYTES),
	};
}
