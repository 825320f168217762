import { encode, type Reader } from "@clowder/bytes";
import { MESSAGE_TYPE, readHeader, writeHeader } from "./header.ts";
import type { AuthIMessage } from "./messages.ts";
import { readRingSignature, writeRingSignature } from "./ring-signature.ts";

/** The message of otrv4.md "Auth-I Message". */
export function encodeAuthIMessage(message: AuthIMessage): Uint8Array {
	return encode((w) => {
		writeHeader(w, MESSAGE_TYPE.authI, message);
		writeRingSignature(w, message.sigma);
	});
}

export function readAuthIMessage(r: Reader): AuthIMessage {
	return { type: "auth-i", ...readHeader(r, MESSAGE_TYPE.authI), sigma: readRingSignature(r) };
}
