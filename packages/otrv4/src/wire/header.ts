import type { Reader, Writer } from "@clowder/bytes";
import { isInstanceTag, NO_INSTANCE_TAG, tagText } from "./instance-tag.ts";

/** `Protocol version` of every message of OTRv4. */
export const PROTOCOL_VERSION = 4;

/** `Message type`. */
export const MESSAGE_TYPE = {
	data: 0x03,
	nonInteractiveAuth: 0x0d,
	prekey: 0x0f,
	identity: 0x35,
	authR: 0x36,
	authI: 0x37,
} as const;

interface Addressed {
	readonly senderTag: number;
	readonly receiverTag: number;
}

/** Version and type, with which every message begins. */
export function writeVersionAndType(w: Writer, type: number): void {
	w.u16(PROTOCOL_VERSION).u8(type);
}

export function readVersionAndType(r: Reader, type: number): void {
	const version = r.u16();
	if (version !== PROTOCOL_VERSION) r.refuse(`protocol version ${PROTOCOL_VERSION}`, `${version}`);
	const came = r.u8();
	if (came !== type) r.refuse(`message type 0x${type.toString(16)}`, `0x${came.toString(16)}`);
}

/** A tag that a client can have. */
export function writeTag(w: Writer, tag: number): void {
	if (!isInstanceTag(tag)) throw new RangeError(`${tag} is no instance tag`);
	w.u32(tag);
}

export function readTag(r: Reader): number {
	const tag = r.u32();
	if (!isInstanceTag(tag)) r.refuse("an instance tag", tagText(tag));
	return tag;
}

/** Version, type, both tags. The receiver's is 0 only where `anyReceiver`. */
export function writeHeader(w: Writer, type: number, tags: Addressed, anyReceiver = false): void {
	writeVersionAndType(w, type);
	writeTag(w, tags.senderTag);
	if (anyReceiver && tags.receiverTag === NO_INSTANCE_TAG) w.u32(NO_INSTANCE_TAG);
	else writeTag(w, tags.receiverTag);
}

export function readHeader(r: Reader, type: number, anyReceiver = false): Addressed {
	readVersionAndType(r, type);
	const senderTag = readTag(r);
	const receiverTag = r.u32();
	if (!isInstanceTag(receiverTag) && !(anyReceiver && receiverTag === NO_INSTANCE_TAG)) {
		r.refuse("a receiver's instance tag", tagText(receiverTag));
	}
	return { senderTag, receiverTag };
}
