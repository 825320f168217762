import { encode, type Reader } from "@clowder/bytes";
import { readClientProfile, writeClientProfile } from "../profile/client-profile.ts";
import { readMpi, readPoint, writeMpi, writePoint } from "./data-types.ts";
import { MESSAGE_TYPE, readHeader, writeHeader } from "./header.ts";
import type { IdentityMessage } from "./messages.ts";

/** The message of otrv4.md "Identity Message". */
export function encodeIdentityMessage(message: IdentityMessage): Uint8Array {
	return encode((w) => {
		writeHeader(w, MESSAGE_TYPE.identity, message, true);
		writeClientProfile(w, message.clientProfile);
		writePoint(w, message.y);
		writeMpi(w, message.b);
		writePoint(w, message.firstEcdh);
		writeMpi(w, message.firstDh);
	});
}

export function readIdentityMessage(r: Reader): IdentityMessage {
	return {
		type: "identity",
		...readHeader(r, MESSAGE_TYPE.identity, true),
		clientProfile: readClientProfile(r),
		y: readPoint(r),
		b: readMpi(r),
		firstEcdh: readPoint(r),
		firstDh: readMpi(r),
	};
}
