import { type Bytes, encode } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { writeClientProfile } from "../profile/client-profile.ts";
import { writePrekeyProfile } from "../profile/prekey-profile.ts";
import { PREKEY_USAGE, prekeyKdf } from "./kdf.ts";
import { PREKEY_MESSAGE_TYPE } from "./message-types.ts";
import type { PublishedValues } from "./messages.ts";
import { writePrekeyMessages, writeProofs } from "./publication-message.ts";

/** `prekey_mac_k`: 64 bytes. Secret. */
export type PrekeyMacKey = Bytes<"prekey_mac_k">;
type Mac = Bytes<"MAC">;

/**
 * `Prekey MAC`. One formula for whatever is published: each profile's hash is there where the profile is, the hashes of the
 * Prekey Messages and of the proofs always, of nothing if need be. That is what the cases of the text come to, but for a
 * parenthesis in one of them, and what the implementations compute.
 */
export function publicationMac(primitives: OtrPrimitives, key: PrekeyMacKey, values: PublishedValues): Mac {
	const { prekeyMessages, clientProfile, prekeyProfile } = values;
	const hash = (usage: number, bytes: Uint8Array): Uint8Array => prekeyKdf(primitives, usage, [bytes]);
	const parts = [
		key,
		Uint8Array.of(PREKEY_MESSAGE_TYPE.publication, prekeyMessages.length),
		hash(
			PREKEY_USAGE.prekeyMessage,
			encode((w) => writePrekeyMessages(w, prekeyMessages)),
		),
		Uint8Array.of(clientProfile === undefined ? 0 : 1),
	];
	if (clientProfile !== undefined) {
		parts.push(
			hash(
				PREKEY_USAGE.clientProfile,
				encode((w) => writeClientProfile(w, clientProfile)),
			),
		);
	}
	parts.push(Uint8Array.of(prekeyProfile === undefined ? 0 : 1));
	if (prekeyProfile !== undefined) {
		parts.push(
			hash(
				PREKEY_USAGE.prekeyProfile,
				encode((w) => writePrekeyProfile(w, prekeyProfile)),
			),
		);
	}
	parts.push(
		hash(
			PREKEY_USAGE.macProofs,
			encode((w) => writeProofs(w, values)),
		),
	);
	return prekeyKdf(primitives, PREKEY_USAGE.preMac, parts) as Mac;
}

/** `Storage Information MAC`. */
export function storageInformationMac(primitives: OtrPrimitives, key: PrekeyMacKey): Mac {
	const type = Uint8Array.of(PREKEY_MESSAGE_TYPE.storageInformationRequest);
	return prekeyKdf(primitives, PREKEY_USAGE.storageInfoMac, [key, type]) as Mac;
}

/** `Status MAC`. */
export function statusMac(primitives: OtrPrimitives, key: PrekeyMacKey, receiverTag: number, count: number): Mac {
	const values = encode((w) => w.u8(PREKEY_MESSAGE_TYPE.storageStatus).u32(receiverTag).u32(count));
	return prekeyKdf(primitives, PREKEY_USAGE.statusMac, [key, values]) as Mac;
}

/** `Success MAC`, `Failure MAC`. */
export function acknowledgmentMac(
	primitives: OtrPrimitives,
	key: PrekeyMacKey,
	type: "success" | "failure",
	receiverTag: number,
): Mac {
	const usage = type === "success" ? PREKEY_USAGE.successMac : PREKEY_USAGE.failureMac;
	const values = encode((w) => w.u8(PREKEY_MESSAGE_TYPE[type]).u32(receiverTag));
	return prekeyKdf(primitives, usage, [key, values]) as Mac;
}
