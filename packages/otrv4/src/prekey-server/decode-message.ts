import { decode, type Reader, type Result } from "@clowder/bytes";
import { malformed, type Refusal, refuse } from "../refusal.ts";
import { versionOf } from "../wire/decode-message.ts";
import { PROTOCOL_VERSION } from "../wire/header.ts";
import { readDake1Message, readDake2Message, readDake3Message } from "./dake-messages.ts";
import { readEnsembleQuery, readEnsembleRetrieval, readNoEnsembles } from "./ensemble-messages.ts";
import { PREKEY_MESSAGE_TYPE } from "./message-types.ts";
import type { AttachedMessage, ClientMessage, ServerMessage } from "./messages.ts";
import { readPublicationMessage } from "./publication-message.ts";
import { readAcknowledgment, readStorageInformationRequest, readStorageStatus } from "./storage-messages.ts";

interface Kind<T> {
	/** As the specification calls it. */
	readonly name: string;
	readonly read: (r: Reader) => T;
}

const TYPE_AT = 2;

const TO_SERVER: ReadonlyMap<number, Kind<ClientMessage>> = new Map<number, Kind<ClientMessage>>([
	[PREKEY_MESSAGE_TYPE.dake1, { name: "DAKE-1 message", read: readDake1Message }],
	[PREKEY_MESSAGE_TYPE.dake3, { name: "DAKE-3 message", read: readDake3Message }],
	[PREKEY_MESSAGE_TYPE.ensembleQuery, { name: "Prekey Ensemble Query Retrieval message", read: readEnsembleQuery }],
]);

const ATTACHED: ReadonlyMap<number, Kind<AttachedMessage>> = new Map<number, Kind<AttachedMessage>>([
	[PREKEY_MESSAGE_TYPE.publication, { name: "Prekey Publication message", read: readPublicationMessage }],
	[
		PREKEY_MESSAGE_TYPE.storageInformationRequest,
		{ name: "Storage Information Request message", read: readStorageInformationRequest },
	],
]);

const TO_CLIENT: ReadonlyMap<number, Kind<ServerMessage>> = new Map<number, Kind<ServerMessage>>([
	[PREKEY_MESSAGE_TYPE.dake2, { name: "DAKE-2 message", read: readDake2Message }],
	[PREKEY_MESSAGE_TYPE.storageStatus, { name: "Storage Status message", read: readStorageStatus }],
	[PREKEY_MESSAGE_TYPE.success, { name: "Success message", read: readAcknowledgment("success") }],
	[PREKEY_MESSAGE_TYPE.failure, { name: "Failure message", read: readAcknowledgment("failure") }],
	[PREKEY_MESSAGE_TYPE.ensembles, { name: "Prekey Ensemble Retrieval message", read: readEnsembleRetrieval }],
	[PREKEY_MESSAGE_TYPE.noEnsembles, { name: "No Prekey Ensembles in Storage message", read: readNoEnsembles }],
]);

/** Reads what a client sends to a server. */
export function decodeClientMessage(bytes: Uint8Array): Result<ClientMessage, Refusal> {
	return decodeOne("message to a prekey server", TO_SERVER, bytes);
}

/** Reads what is attached to a DAKE-3 message. */
export function decodeAttachedMessage(bytes: Uint8Array): Result<AttachedMessage, Refusal> {
	return decodeOne("message attached to a DAKE-3 message", ATTACHED, bytes);
}

/** Reads what a server sends to a client. */
export function decodeServerMessage(bytes: Uint8Array): Result<ServerMessage, Refusal> {
	return decodeOne("message of a prekey server", TO_CLIENT, bytes);
}

/** Later versions, which the text lets through here, have encodings that nobody knows. */
function decodeOne<T>(what: string, kinds: ReadonlyMap<number, Kind<T>>, bytes: Uint8Array): Result<T, Refusal> {
	const version = versionOf(bytes);
	const type = bytes[TYPE_AT];
	if (version === undefined || type === undefined) {
		return refuse("peer", "malformed", what, "a version and a type", `${bytes.length} bytes`);
	}
	if (version !== PROTOCOL_VERSION) {
		return refuse("incompatible", "version", what, `protocol version ${PROTOCOL_VERSION}`, `${version}`);
	}
	const kind = kinds.get(type);
	if (kind === undefined) {
		return refuse("peer", "malformed", what, "one of its message types", `0x${type.toString(16).padStart(2, "0")}`);
	}
	const message = decode(bytes, kind.read);
	return message.ok ? message : malformed(kind.name, message.error);
}
