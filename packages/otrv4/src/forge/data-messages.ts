import { erase, ok, type Result, utf8, xor } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { PADDING_BYTES } from "../conversation/policy.ts";
import { MAX_SKIP } from "../limits.ts";
import {
	authenticate,
	type ChainKey,
	chacha20,
	type EncryptionKey,
	encryptionKey,
	isAuthentic,
	type MacKey,
	macKey,
	nextChainKey,
} from "../ratchet/message-keys.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { encodeDataMessage, encodeDataSections } from "../wire/data-message.ts";
import { encodeText } from "../wire/encoding.ts";
import type { DataMessage } from "../wire/messages.ts";
import { decodePlaintext, encodePlaintext, type Plaintext } from "../wire/tlv.ts";
import { messageOfType } from "./parse.ts";
import { macKeysIn } from "./printable.ts";

const WHAT = "Data Message";
const KEY_BYTES = 64;

/** Which bytes of a data message are to become which. */
export interface Modification {
	/** What is guessed to be in it. */
	readonly oldText: string;
	/** As many bytes of UTF-8 as the old one. */
	readonly newText: string;
	/** Where in the plaintext, in bytes. */
	readonly offset: number;
	/** MAC keys that were revealed, 64 bytes each. One of them has to be the message's. */
	readonly macKeys: readonly Uint8Array[];
}

/**
 * "Modify Data Message", without any secret: XORs the guess away and the new text in, and authenticates that with the MAC
 * key that the receiver revealed. Whether the guess was right shows only to somebody who can decrypt.
 */
export function modifyDataMessage(
	primitives: OtrPrimitives,
	text: string,
	{ oldText, newText, offset, macKeys }: Modification,
): Result<string, Refusal> {
	const message = dataMessage(text);
	if (!message.ok) return message;
	const key = macKeys.find((each) => isAuthenticatedBy(primitives, message.value, each));
	if (key === undefined) {
		return refuse("caller", "mac", WHAT, "the MAC key of this message", `${macKeys.length} that are not`);
	}
	const [before, after] = [utf8(oldText), utf8(newText)];
	if (before.length !== after.length) {
		return refuse("caller", "malformed", WHAT, `a new text of ${before.length} bytes`, `${after.length}`);
	}
	const ciphertext = message.value.encryptedMessage;
	const end = offset + before.length;
	if (!Number.isInteger(offset) || offset < 0 || end > ciphertext.length) {
		const expected = `a place within its ${ciphertext.length} bytes`;
		return refuse("caller", "malformed", WHAT, expected, `${offset} to ${end}`);
	}
	const encryptedMessage = ciphertext.slice();
	encryptedMessage.set(xor(ciphertext.subarray(offset, end), xor(before, after)), offset);
	return ok(authenticated(primitives, { ...message.value, encryptedMessage }, key));
}

/** What a chain key opens. */
export interface ReadDataMessage {
	/** What the message says. */
	readonly plaintext: Plaintext;
	/** `MKenc`, 64 bytes. Secret. */
	readonly messageKey: Uint8Array;
	/** `MKmac`, 64 bytes: what the receiver will reveal. */
	readonly macKey: Uint8Array;
	/** The same message with the new text in place of the old, if there was one. */
	readonly forged?: string;
}

/**
 * "Read and Forge Data Message": decrypts with the chain key of the message, or of an earlier one of the same ratchet, from
 * which it follows. A new text takes the place of the old one; records of the known types stay, and the length is
 * padded where that of the message was.
 */
export function readAndForgeDataMessage(
	primitives: OtrPrimitives,
	text: string,
	chainKey: Uint8Array,
	newText?: string,
): Result<ReadDataMessage, Refusal> {
	const message = dataMessage(text);
	if (!message.ok) return message;
	const checked = checkKey("chain key", chainKey);
	if (!checked.ok) return checked;
	const key = findMessageKey(primitives, message.value, chainKey as ChainKey);
	if (key === undefined) {
		return refuse("caller", "mac", WHAT, "a chain key of its ratchet, at it or before it", "another");
	}
	const bytes = chacha20(primitives, key, message.value.encryptedMessage);
	const plaintext = decodePlaintext(bytes);
	const read = { plaintext, messageKey: key, macKey: macKey(primitives, key) };
	const paddingTo = bytes.length % PADDING_BYTES === 0 ? PADDING_BYTES : 1;
	erase(bytes);
	if (newText === undefined) return ok(read);
	const replaced = encodePlaintext({ text: newText, tlvs: plaintext.tlvs, paddingTo });
	if (!replaced.ok) return replaced;
	const encryptedMessage = chacha20(primitives, key, replaced.value);
	erase(replaced.value);
	return ok({ ...read, forged: authenticated(primitives, { ...message.value, encryptedMessage }, read.macKey) });
}

/** "Show MAC Key": of a message key (`MKenc`, 64 bytes). */
export function showMacKey(primitives: OtrPrimitives, messageKey: Uint8Array): Result<Uint8Array, Refusal> {
	const checked = checkKey("message key", messageKey);
	return checked.ok ? ok(macKey(primitives, messageKey as EncryptionKey)) : checked;
}

/** "ReMAC Message": the same message with the tag that this MAC key (64 bytes) gives, whatever tag it had. */
export function remacMessage(primitives: OtrPrimitives, text: string, key: Uint8Array): Result<string, Refusal> {
	const message = dataMessage(text);
	if (!message.ok) return message;
	const checked = checkKey("MAC key", key);
	return checked.ok ? ok(authenticated(primitives, message.value, key)) : checked;
}

/** The MAC keys that a data message reveals, 64 bytes each: those of messages that its sender received before. */
export function revealedMacKeys(text: string): Result<readonly Uint8Array[], Refusal> {
	const message = dataMessage(text);
	return message.ok ? ok(macKeysIn(message.value.revealedMacKeys)) : message;
}

/** Whether a MAC key (64 bytes) is the one of a data message: what anybody can check once it is revealed. */
export function isMacKeyOf(primitives: OtrPrimitives, text: string, key: Uint8Array): Result<boolean, Refusal> {
	const message = dataMessage(text);
	return message.ok ? ok(isAuthenticatedBy(primitives, message.value, key)) : message;
}

function dataMessage(text: string): Result<DataMessage, Refusal> {
	return messageOfType(text, "data", WHAT);
}

function checkKey(what: string, key: Uint8Array): Result<undefined, Refusal> {
	if (key.length === KEY_BYTES) return ok(undefined);
	return refuse("caller", "malformed", what, `${KEY_BYTES} bytes`, `${key.length}`);
}

function isAuthenticatedBy(primitives: OtrPrimitives, message: DataMessage, key: Uint8Array): boolean {
	return isAuthentic(primitives, key as MacKey, message.sections, message.authenticator);
}

/** Steps the chain until the key is the message's: at most as often as the message's id says, or as a ratchet would. */
function findMessageKey(primitives: OtrPrimitives, message: DataMessage, from: ChainKey): EncryptionKey | undefined {
	let chain = from.slice() as ChainKey;
	for (let step = 0; step <= Math.min(message.messageId, MAX_SKIP); step++) {
		const key = encryptionKey(primitives, chain);
		if (isAuthenticatedBy(primitives, message, macKey(primitives, key))) {
			erase(chain);
			return key;
		}
		erase(key);
		const next = nextChainKey(primitives, chain);
		erase(chain);
		chain = next;
	}
	erase(chain);
	return undefined;
}

/** The text of a message whose tag is computed anew. The revealed keys are not under the tag, and stay. */
function authenticated(primitives: OtrPrimitives, message: DataMessage, key: Uint8Array): string {
	const sections = encodeDataSections(message);
	const authenticator = authenticate(primitives, key as MacKey, sections);
	return encodeText(encodeDataMessage({ sections, authenticator, revealedMacKeys: message.revealedMacKeys }));
}
