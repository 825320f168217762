import { decode, type Reader, type Result } from "@clowder/bytes";
import { MESSAGE_MAX_BYTES } from "../limits.ts";
import { malformed, type Refusal, refuse } from "../refusal.ts";
import { encodeAuthIMessage, readAuthIMessage } from "./auth-i-message.ts";
import { encodeAuthRMessage, readAuthRMessage } from "./auth-r-message.ts";
import { encodeDataMessage, readDataMessage } from "./data-message.ts";
import { MESSAGE_TYPE, PROTOCOL_VERSION } from "./header.ts";
import { encodeIdentityMessage, readIdentityMessage } from "./identity-message.ts";
import { checkTags } from "./instance-tag.ts";
import type { OtrMessage } from "./messages.ts";
import { encodeNonInteractiveAuthMessage, readNonInteractiveAuthMessage } from "./non-interactive-auth-message.ts";
import { encodePrekeyMessage, readPrekeyMessage } from "./prekey-message.ts";

interface Kind {
	/** As the specification calls it. */
	readonly name: string;
	readonly read: (r: Reader) => OtrMessage;
	/** Whether its receiver may be 0. */
	readonly anyReceiver: boolean;
}

const KINDS: ReadonlyMap<number, Kind> = new Map([
	[MESSAGE_TYPE.data, { name: "Data Message", read: readDataMessage, anyReceiver: false }],
	[
		MESSAGE_TYPE.nonInteractiveAuth,
		{ name: "Non-Interactive-Auth message", read: readNonInteractiveAuthMessage, anyReceiver: false },
	],
	[MESSAGE_TYPE.prekey, { name: "Prekey message", read: readPrekeyMessage, anyReceiver: true }],
	[MESSAGE_TYPE.identity, { name: "Identity message", read: readIdentityMessage, anyReceiver: true }],
	[MESSAGE_TYPE.authR, { name: "Auth-R message", read: readAuthRMessage, anyReceiver: false }],
	[MESSAGE_TYPE.authI, { name: "Auth-I message", read: readAuthIMessage, anyReceiver: false }],
]);

const ANY = "encoded message";
const TYPE_AT = 2;
const TAGS_AT = 3;
const HEADER_BYTES: number = TAGS_AT + 8;

/** The `Protocol version` of an encoded message of any version; undefined if it is too short to have one. */
export function versionOf(bytes: Uint8Array): number | undefined {
	const [high, low] = bytes;
	return high === undefined || low === undefined ? undefined : 256 * high + low;
}

/** Reads a message of version 4. Nothing in it is verified yet; the tags are ones that clients can have. */
export function decodeMessage(bytes: Uint8Array): Result<OtrMessage, Refusal> {
	if (bytes.length > MESSAGE_MAX_BYTES) {
		return refuse("peer", "limit", ANY, `at most ${MESSAGE_MAX_BYTES} bytes`, `${bytes.length}`);
	}
	const version = versionOf(bytes);
	if (version !== undefined && version !== PROTOCOL_VERSION) {
		return refuse("incompatible", "version", ANY, `protocol version ${PROTOCOL_VERSION}`, `${version}`);
	}
	if (bytes.length < HEADER_BYTES) {
		return refuse("peer", "malformed", ANY, `at least ${HEADER_BYTES} bytes`, `${bytes.length}`);
	}
	const type = bytes[TYPE_AT] as number;
	const kind = KINDS.get(type);
	if (kind === undefined) {
		return refuse("peer", "malformed", ANY, "a message type of version 4", `0x${type.toString(16)}`);
	}
	const tags = checkTags(kind.name, tagsOf(bytes, type), kind.anyReceiver);
	if (!tags.ok) return tags;
	const message = decode(bytes, kind.read);
	return message.ok ? message : malformed(kind.name, message.error);
}

/** Both tags as they stand, before anything else is looked at; a prekey message has its identifier and its owner's. */
function tagsOf(bytes: Uint8Array, type: number): { readonly senderTag: number; readonly receiverTag: number } {
	const view = new DataView(bytes.buffer, bytes.byteOffset + TAGS_AT, 8);
	const [first, second] = [view.getUint32(0), view.getUint32(4)];
	if (type === MESSAGE_TYPE.prekey) return { senderTag: second, receiverTag: 0 };
	return { senderTag: first, receiverTag: second };
}

/** The encoding that `decodeMessage` reads. Throws a RangeError for what is no message: our own bug. */
export function encodeMessage(message: OtrMessage): Uint8Array {
	switch (message.type) {
		case "identity":
			return encodeIdentityMessage(message);
		case "auth-r":
			return encodeAuthRMessage(message);
		case "auth-i":
			return encodeAuthIMessage(message);
		case "prekey":
			return encodePrekeyMessage(message);
		case "non-interactive-auth":
			return encodeNonInteractiveAuthMessage(message);
		case "data":
			return encodeDataMessage(message);
	}
}
