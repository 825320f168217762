import { encode, type Reader } from "@clowder/bytes";
import { readClientProfile, writeClientProfile } from "../profile/client-profile.ts";
import { readMpi, readPoint, writeMpi, writePoint } from "./data-types.ts";
import { MESSAGE_TYPE, readHeader, writeHeader } from "./header.ts";
import type { AuthRMessage } from "./messages.ts";
import { readRingSignature, writeRingSignature } from "./ring-signature.ts";

/** The message of otrv4.md "Auth-R Message". */
export function encodeAuthRMessage(message: AuthRMessage): Uint8Array {
	return encode((w) => {
		writeHeader(w, MESSAGE_TYPE.authR, message);
		writeClientProfile(w, message.clientProfile);
		writePoint(w, message.x);
		writeMpi(w, message.a);
		writeRingSignature(w, message.sigma);
		writePoint(w, message.firstEcdh);
		writeMpi(w, message.firstDh);
	});
}

export function readAuthRMessage(r: Reader): AuthRMessage {
	return {
		type: "auth-r",
		...readHeader(r, MESSAGE_TYPE.authR),
		clientProfile: readClientProfile(r),
		x: readPoint(r),
		a: readMpi(r),
		sigma: readRingSignature(r),
		firstEcdh: readPoint(r),
		firstDh: readMpi(r),
	};
}
