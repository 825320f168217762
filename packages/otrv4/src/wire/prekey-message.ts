import { encode, type Reader, type Writer } from "@clowder/bytes";
import { readMpi, readPoint, writeMpi, writePoint } from "./data-types.ts";
import { MESSAGE_TYPE, readTag, readVersionAndType, writeTag, writeVersionAndType } from "./header.ts";
import type { PrekeyMessage } from "./messages.ts";

/** The message of otrv4.md "Prekey Message", as it also stands in the messages of the prekey protocol. */
export function writePrekeyMessage(w: Writer, message: PrekeyMessage): void {
	writeVersionAndType(w, MESSAGE_TYPE.prekey);
	w.u32(message.identifier);
	writeTag(w, message.ownerTag);
	writePoint(w, message.y);
	writeMpi(w, message.b);
}

export function encodePrekeyMessage(message: PrekeyMessage): Uint8Array {
	return encode((w) => writePrekeyMessage(w, message));
}

export function readPrekeyMessage(r: Reader): PrekeyMessage {
	readVersionAndType(r, MESSAGE_TYPE.prekey);
	return { type: "prekey", identifier: r.u32(), ownerTag: readTag(r), y: readPoint(r), b: readMpi(r) };
}
