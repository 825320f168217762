import { encode, type Reader } from "@clowder/bytes";
import { readClientProfile, writeClientProfile } from "../profile/client-profile.ts";
import { readMac, readMpi, readPoint, writeMac, writeMpi, writePoint } from "./data-types.ts";
import { MESSAGE_TYPE, readHeader, writeHeader } from "./header.ts";
import type { NonInteractiveAuthMessage } from "./messages.ts";
import { readRingSignature, writeRingSignature } from "./ring-signature.ts";

/** The message of otrv4.md "Non-Interactive-Auth Message". */
export function encodeNonInteractiveAuthMessage(message: NonInteractiveAuthMessage): Uint8Array {
	return encode((w) => {
		writeHeader(w, MESSAGE_TYPE.nonInteractiveAuth, message);
		writeClientProfile(w, message.clientProfile);
		writePoint(w, message.x);
		writeMpi(w, message.a);
		writeRingSignature(w, message.sigma);
		w.u32(message.prekeyIdentifier);
		writeMac(w, message.authMac);
		writePoint(w, message.firstEcdh);
		writeMpi(w, message.firstDh);
	});
}

export function readNonInteractiveAuthMessage(r: Reader): NonInteractiveAuthMessage {
	return {
		type: "non-interactive-auth",
		...readHeader(r, MESSAGE_TYPE.nonInteractiveAuth),
		clientProfile: readClientProfile(r),
		x: readPoint(r),
		a: readMpi(r),
		sigma: readRingSignature(r),
		prekeyIdentifier: r.u32(),
		authMac: readMac(r),
		firstEcdh: readPoint(r),
		firstDh: readMpi(r),
	};
}
