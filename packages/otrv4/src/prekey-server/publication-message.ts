import { encode, type Reader, type Writer } from "@clowder/bytes";
import { readClientProfile, writeClientProfile } from "../profile/client-profile.ts";
import { readPrekeyProfile, writePrekeyProfile } from "../profile/prekey-profile.ts";
import { readMac, readMpi, readScalar, writeMac, writeMpi, writeScalar } from "../wire/data-types.ts";
import { readVersionAndType, writeVersionAndType } from "../wire/header.ts";
import { readPrekeyMessage, writePrekeyMessage } from "../wire/prekey-message.ts";
import type { PrekeyMessage } from "../wire/messages.ts";
import { PREKEY_MESSAGE_TYPE } from "./message-types.ts";
import type { DhProof, EcdhProof, PublicationMessage, PublishedValues } from "./messages.ts";

const PROOF_C_BYTES = 64;

function writeEcdhProof(w: Writer, proof: EcdhProof): void {
	w.fixed(proof.c, PROOF_C_BYTES);
	writeScalar(w, proof.v);
}

function readEcdhProof(r: Reader): EcdhProof {
	return { c: r.fixed(PROOF_C_BYTES) as EcdhProof["c"], v: readScalar(r) };
}

function writeDhProof(w: Writer, proof: DhProof): void {
	w.fixed(proof.c, PROOF_C_BYTES);
	writeMpi(w, proof.v);
}

function readDhProof(r: Reader): DhProof {
	return { c: r.fixed(PROOF_C_BYTES) as DhProof["c"], v: readMpi(r) };
}

/** The concatenated Prekey Messages, as the MAC covers them too. */
export function writePrekeyMessages(w: Writer, messages: readonly PrekeyMessage[]): void {
	for (const message of messages) writePrekeyMessage(w, message);
}

/** `Proofs`: of the Prekey Messages with ECDH, then with DH, then of the Prekey Profile; those that there are. */
export function writeProofs(w: Writer, values: PublishedValues): void {
	if (values.prekeyMessageProofs !== undefined) {
		writeEcdhProof(w, values.prekeyMessageProofs.ecdh);
		writeDhProof(w, values.prekeyMessageProofs.dh);
	}
	if (values.prekeyProfileProof !== undefined) writeEcdhProof(w, values.prekeyProfileProof);
}

/** The message of "Prekey Publication Message". Throws a RangeError for more than 255 Prekey Messages. */
export function encodePublicationMessage(message: PublicationMessage): Uint8Array {
	return encode((w) => {
		writeVersionAndType(w, PREKEY_MESSAGE_TYPE.publication);
		w.u8(message.prekeyMessages.length);
		writePrekeyMessages(w, message.prekeyMessages);
		w.u8(message.clientProfile === undefined ? 0 : 1);
		if (message.clientProfile !== undefined) writeClientProfile(w, message.clientProfile);
		w.u8(message.prekeyProfile === undefined ? 0 : 1);
		if (message.prekeyProfile !== undefined) writePrekeyProfile(w, message.prekeyProfile);
		writeProofs(w, message);
		writeMac(w, message.mac);
	});
}

export function readPublicationMessage(r: Reader): PublicationMessage {
	readVersionAndType(r, PREKEY_MESSAGE_TYPE.publication);
	const count = r.u8();
	const prekeyMessages = Array.from({ length: count }, () => readPrekeyMessage(r));
	const clientProfile = r.flag() ? readClientProfile(r) : undefined;
	const prekeyProfile = r.flag() ? readPrekeyProfile(r) : undefined;
	const prekeyMessageProofs = count === 0 ? undefined : { ecdh: readEcdhProof(r), dh: readDhProof(r) };
	const prekeyProfileProof = prekeyProfile === undefined ? undefined : readEcdhProof(r);
	const mac = readMac(r);
	return {
		type: "publication",
		prekeyMessages,
		clientProfile,
		prekeyProfile,
		prekeyMessageProofs,
		prekeyProfileProof,
		mac,
	};
}
