import { encode, type Reader, type Writer } from "@clowder/bytes";
import { ENCRYPTED_MESSAGE_MAX_BYTES, REVEALED_MAC_KEYS_MAX } from "../limits.ts";
import {
	MAC_BYTES,
	readData,
	readMac,
	readMpi,
	readPoint,
	writeData,
	writeMac,
	writeMpi,
	writePoint,
} from "./data-types.ts";
import { MESSAGE_TYPE, readHeader, writeHeader } from "./header.ts";
import type { DataMessage } from "./messages.ts";

/** `IGNORE_UNREADABLE`: who cannot read the message says nothing about it. */
export const FLAG_IGNORE_UNREADABLE = 0x01;

/** A MAC key as it is revealed: 64 bytes. */
export const REVEALED_MAC_KEY_BYTES: number = MAC_BYTES;
const REVEALED_MAX_BYTES: number = REVEALED_MAC_KEYS_MAX * REVEALED_MAC_KEY_BYTES;

/** What the authenticator covers: "from the protocol version to the end of the encrypted message". */
export type DataFields = Omit<DataMessage, "type" | "authenticator" | "revealedMacKeys" | "sections">;

/** The bytes of `DataMessage.sections`, from which the authenticator is computed. */
export function encodeDataSections(fields: DataFields): Uint8Array {
	return encode((w) => {
		writeHeader(w, MESSAGE_TYPE.data, fields);
		w.u8(fields.flags).u32(fields.previousChainMessages).u32(fields.ratchetId).u32(fields.messageId);
		writePoint(w, fields.ecdh);
		writeMpi(w, fields.dh);
		writeData(w, fields.encryptedMessage, ENCRYPTED_MESSAGE_MAX_BYTES);
	});
}

/** The message of otrv4.md "Data Message Format": its sections as they are, the authenticator, the revealed keys. */
export function encodeDataMessage(
	message: Pick<DataMessage, "sections" | "authenticator" | "revealedMacKeys">,
): Uint8Array {
	return encode((w) => {
		w.fixed(message.sections, message.sections.length);
		writeMac(w, message.authenticator);
		writeRevealedMacKeys(w, message.revealedMacKeys);
	});
}

function writeRevealedMacKeys(w: Writer, keys: Uint8Array): void {
	if (keys.length % REVEALED_MAC_KEY_BYTES !== 0) throw new RangeError(`${keys.length} bytes are no list of MAC keys`);
	writeData(w, keys, REVEALED_MAX_BYTES);
}

function readRevealedMacKeys(r: Reader): Uint8Array {
	const keys = readData(r, REVEALED_MAX_BYTES);
	if (keys.length % REVEALED_MAC_KEY_BYTES !== 0) {
		r.refuse(`revealed MAC keys of ${REVEALED_MAC_KEY_BYTES} bytes each`, `${keys.length} bytes`);
	}
	return keys;
}

export function readDataMessage(r: Reader): DataMessage {
	const fields = {
		...readHeader(r, MESSAGE_TYPE.data),
		flags: r.u8(),
		previousChainMessages: r.u32(),
		ratchetId: r.u32(),
		messageId: r.u32(),
		ecdh: readPoint(r),
		dh: readMpi(r),
		encryptedMessage: readData(r, ENCRYPTED_MESSAGE_MAX_BYTES),
	};
	return {
		type: "data",
		...fields,
		authenticator: readMac(r),
		revealedMacKeys: readRevealedMacKeys(r),
		// The encoding is the only one of these fields, so that these are the bytes that came.
		sections: encodeDataSections(fields),
	};
}
