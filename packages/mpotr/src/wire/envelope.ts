import { base64, concat, decode, encode, err, fromBase64, ok, type Result, utf8 } from "@clowder/bytes";
import type { SigningKey, Suite, VerifyKey } from "@clowder/crypto";
import type { Refusal } from "../api.ts";
import { hash, LABELS, type MessageHash, NAME_BYTES, name, u32 } from "../labels.ts";
import { MAX_MESSAGE_BYTES, MAX_MESSAGE_NUMBER } from "../limits.ts";
import { BODIES, TYPE_BY_CODE, writeBody } from "./bodies.ts";
import type { Message, MessageType } from "./messages.ts";

/** Version of the binary encoding. */
export const WIRE_VERSION = 1;

const PREFIX = ":3mpCAT:3";
const SEPARATOR = ":3";
const SIGNATURE_BYTES = 64;
/** version, suite, type, context, v, number */
const HEADER_BYTES: number = 3 + NAME_BYTES + 32 + 4;

/** Thirty-two zero bytes: the context of FOUND and KNOCK, which belong to nothing yet. */
export const NO_CONTEXT: Uint8Array = new Uint8Array(NAME_BYTES);

/** What goes around every body and is signed with it. */
export interface Header {
	/** `aid` of the session or attempt, the state hash in JOIN, zeros in FOUND and KNOCK. */
	readonly context: Uint8Array;
	/** The author's `v`, 32 bytes. */
	readonly v: Uint8Array;
	/** Counts the messages signed by `v`, from 0. */
	readonly number: number;
}

/** A well-formed message whose signature nobody has checked: good for nothing but `verifyMessage`. */
export interface ParsedMessage<M extends Message = Message> {
	readonly state: "parsed";
	readonly header: Header;
	readonly message: M;
	/** The body's bytes, as signed. */
	readonly body: Uint8Array;
	readonly signature: Uint8Array;
	readonly hash: MessageHash;
	/** Its size on the carrier, in characters. */
	readonly textLength: number;
}

declare const verified: unique symbol;

/** A message whose author's signature fits: what the fold asks for. Made by `verifyMessage` and `signMessage` only. */
export type VerifiedMessage<M extends Message = Message> = Omit<ParsedMessage<M>, "state"> & {
	readonly state: "verified";
	readonly [verified]: true;
};

let lastBinding: { readonly text: string; readonly bytes: Uint8Array } = { text: "", bytes: new Uint8Array() };

/** A client is in one place at a time, or in a few: the bytes of its binding are made once, not at every message. */
function bindingBytes(text: string): Uint8Array {
	if (lastBinding.text !== text) lastBinding = { text, bytes: utf8(text) };
	return lastBinding.bytes;
}

function signedBytes(suite: Suite, binding: string, type: MessageType, header: Header, body: Uint8Array): Uint8Array {
	const kind = new Uint8Array([WIRE_VERSION, suite.id, BODIES[type].code]);
	const { context, v, number } = header;
	return hash(suite, LABELS.signature, kind, bindingBytes(binding), context, v, u32(number), body);
}

function wholeBytes(
	suite: Suite,
	type: MessageType,
	header: Header,
	body: Uint8Array,
	signature: Uint8Array,
): Uint8Array {
	const head = encode((w) => {
		w.u8(WIRE_VERSION).u8(suite.id).u8(BODIES[type].code);
		w.fixed(header.context, NAME_BYTES).fixed(header.v, 32).u32(header.number);
	});
	return concat(head, body, signature);
}

/** A message as it was signed, signature included, to quote it in another: what `parseWhole` reads. */
export function wholeMessage(suite: Suite, read: ParsedMessage | VerifiedMessage): Uint8Array {
	return wholeBytes(suite, read.message.type, read.header, read.body, read.signature);
}

/** Characters of the text that carries a message of so many bytes. */
function textLength(type: MessageType, bytes: number): number {
	return PREFIX.length + BODIES[type].tag.length + 2 * SEPARATOR.length + 4 * Math.ceil(bytes / 3);
}

/** Signs a message and gives its text for the carrier, and itself as everyone will read it. */
export function signMessage(
	suite: Suite,
	binding: string,
	key: SigningKey,
	context: Uint8Array,
	number: number,
	message: Message,
): { readonly text: string; readonly hash: MessageHash } {
	const header: Header = { context, v: key.verifyKey.bytes, number };
	const body = encode((w) => writeBody(w, message));
	const signature = suite.primitives.sign(key, signedBytes(suite, binding, message.type, header, body));
	const whole = wholeBytes(suite, message.type, header, body, signature);
	return {
		text: `${PREFIX}${BODIES[message.type].tag}${SEPARATOR}${base64(whole)}${SEPARATOR}`,
		hash: name<MessageHash>(suite, LABELS.message, whole),
	};
}

function sender(rule: string, expected: string, got: string): Result<never, Refusal> {
	return err({ blame: "sender", rule, expected, got });
}

function unarmour(text: string): Result<{ tag: string; bytes: Uint8Array }, Refusal> {
	if (!text.startsWith(PREFIX)) return err({ blame: "foreign", what: "plain-text" });
	if (text.length > (MAX_MESSAGE_BYTES * 4) / 3 + 64) {
		return err({ blame: "limits", rule: "WIRE-4", expected: `at most ${MAX_MESSAGE_BYTES} bytes`, got: "more" });
	}
	const middle = text.indexOf(SEPARATOR, PREFIX.length);
	if (middle < 0 || !text.endsWith(SEPARATOR) || text.length < middle + 2 * SEPARATOR.length) {
		return sender("WIRE-1", ":3mpCAT:3<type>:3<base64>:3", "another form");
	}
	const bytes = fromBase64(text.slice(middle + SEPARATOR.length, -SEPARATOR.length));
	if (!bytes.ok) return sender("WIRE-1", "canonical base64", "something else");
	return ok({ tag: text.slice(PREFIX.length, middle), bytes: bytes.value });
}

/**
 * Reads a carrier text. Never throws for any text. The result is well-formed and says who claims to have written it;
 * nothing about it is proved (rules WIRE-1, WIRE-2, WIRE-3, WIRE-4, WIRE-5).
 */
export function parseMessage(suite: Suite, text: string): Result<ParsedMessage, Refusal> {
	const plain = unarmour(text);
	if (!plain.ok) return plain;
	const { tag, bytes } = plain.value;
	return parseWhole(suite, bytes, tag);
}

/** Reads a message's bytes: those of a text with its tag, or quoted in another message, where there is none. */
export function parseWhole(suite: Suite, bytes: Uint8Array, tag?: string): Result<ParsedMessage, Refusal> {
	if (bytes.length < HEADER_BYTES + SIGNATURE_BYTES) return sender("WIRE-1", "a header and a signature", "less");
	if (bytes[0] !== WIRE_VERSION) return err({ blame: "foreign", what: "unknown-version" });
	if (bytes[1] !== suite.id) {
		return err({ blame: "limits", rule: "WIRE-5", expected: `suite ${suite.id}`, got: `${bytes[1]}` });
	}
	const type = TYPE_BY_CODE.get(bytes[2] as number);
	if (type === undefined) return err({ blame: "foreign", what: "unknown-type" });
	if (tag !== undefined && tag !== BODIES[type].tag) return sender("WIRE-3", BODIES[type].tag, tag.slice(0, 32));
	const header = decode(bytes.subarray(3, HEADER_BYTES), (r) => ({
		context: r.fixed(NAME_BYTES),
		v: r.fixed(32),
		number: r.u32(),
	}));
	const body = bytes.slice(HEADER_BYTES, bytes.length - SIGNATURE_BYTES);
	const message = decode<Message>(body, (r) => BODIES[type].read(suite, r));
	if (!header.ok) return sender("WIRE-1", header.error.expected, header.error.got);
	if (header.value.number > MAX_MESSAGE_NUMBER) {
		return sender("WIRE-7", `a number up to ${MAX_MESSAGE_NUMBER}`, `${header.value.number}`);
	}
	if (!message.ok) {
		return sender("WIRE-2", `${type}: ${message.error.expected} at byte ${message.error.at}`, message.error.got);
	}
	return ok({
		state: "parsed",
		header: header.value,
		message: message.value,
		body,
		signature: bytes.slice(bytes.length - SIGNATURE_BYTES),
		hash: name<MessageHash>(suite, LABELS.message, bytes),
		textLength: textLength(type, bytes.length),
	});
}

/** Checks the author's signature over everything the message says and where (rule WIRE-6). */
export function verifyMessage(
	suite: Suite,
	binding: string,
	key: VerifyKey,
	parsed: ParsedMessage,
): Result<VerifiedMessage, Refusal> {
	const signed = signedBytes(suite, binding, parsed.message.type, parsed.header, parsed.body);
	if (!suite.primitives.verify(key, signed, parsed.signature)) {
		return sender("WIRE-6", "a signature of its author's", "one that does not fit");
	}
	return ok({ ...parsed, state: "verified" } as unknown as VerifiedMessage);
}
