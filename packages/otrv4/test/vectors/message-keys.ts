import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import {
	authenticate,
	type ChainKey,
	chacha20,
	derivedExtraSymmetricKey,
	encryptionKey,
	extraSymmetricKey,
	macKey,
	nextChainKey,
} from "../../src/ratchet/message-keys.ts";
import * as reference from "../reference/bytes.ts";
import { bytes, seeded, type VectorFile } from "./support.ts";

/** What follows from one chain key. */
export interface MessageKeysCase {
	readonly chainKey: string;
	readonly plaintext: string;
	/** Any bytes: what an authenticator is made of. */
	readonly sections: string;
	readonly messageKey: string;
	readonly macKey: string;
	readonly nextChainKey: string;
	readonly encryptedMessage: string;
	readonly authenticator: string;
	readonly extraSymmetricKey: string;
	/** The keys of three TLVs of type 7, each from the one before it; the first from the key above. */
	readonly derived: readonly { readonly index: number; readonly context: string; readonly key: string }[];
}

type Given = Pick<MessageKeysCase, "chainKey" | "plaintext" | "sections">;

/** The example of "Extra Symmetric Key": TLVs 1, 7, 2, 7, 3, 7, with contexts of four bytes. */
const TLVS = [
	{ index: 1, context: "00000042" },
	{ index: 3, context: "0000104a" },
	{ index: 5, context: "00000001" },
];

export function messageKeysReference(given: Given): MessageKeysCase {
	const chainKey = bytes(given.chainKey);
	const messageKey = reference.kdf(0x15, 64, chainKey);
	const mac = reference.kdf(0x16, 64, messageKey);
	const extra = reference.kdf(0x17, 64, reference.u8(0xff), chainKey);
	let previous = extra;
	const derived = TLVS.map(({ index, context }) => {
		previous = reference.kdf(index, 64, bytes(context), previous);
		return { index, context, key: hex(previous) };
	});
	return {
		...given,
		messageKey: hex(messageKey),
		macKey: hex(mac),
		nextChainKey: hex(reference.kdf(0x14, 64, chainKey)),
		encryptedMessage: hex(reference.chacha20(messageKey, bytes(given.plaintext))),
		authenticator: hex(reference.kdf(0x18, 64, mac, bytes(given.sections))),
		extraSymmetricKey: hex(extra),
		derived,
	};
}

function messageKeysCase(primitives: OtrPrimitives, given: Given): MessageKeysCase {
	const chainKey = bytes(given.chainKey) as ChainKey;
	const messageKey = encryptionKey(primitives, chainKey);
	const mac = macKey(primitives, messageKey);
	const extra = extraSymmetricKey(primitives, chainKey);
	let previous = extra;
	const derived = TLVS.map(({ index, context }) => {
		previous = derivedExtraSymmetricKey(primitives, index, bytes(context), previous);
		return { index, context, key: hex(previous) };
	});
	return {
		...given,
		messageKey: hex(messageKey),
		macKey: hex(mac),
		nextChainKey: hex(nextChainKey(primitives, chainKey)),
		encryptedMessage: hex(chacha20(primitives, messageKey, bytes(given.plaintext))),
		authenticator: hex(authenticate(primitives, mac, bytes(given.sections))),
		extraSymmetricKey: hex(extra),
		derived,
	};
}

export function messageKeyVectors(primitives: OtrPrimitives): VectorFile<MessageKeysCase> {
	const random = seeded("message keys");
	const cases = [0, 1, 200].map((length) => ({
		chainKey: hex(random(64)),
		plaintext: hex(random(length)),
		sections: hex(random(length)),
	}));
	return {
		description:
			"From a chain key to message key, MAC key, next chain key, ciphertext, authenticator and extra symmetric keys. Four bytes of context, though the example in the specification shows two.",
		spec: 'otrv4.md at 0f844b0, "Calculating Encryption and MAC Keys", "When you send a Data Message", "Extra Symmetric Key"',
		cases: cases.map((given) => messageKeysCase(primitives, given)),
	};
}
