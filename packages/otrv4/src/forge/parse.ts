import { err, ok, type Result } from "@clowder/bytes";
import { decodeAttachedMessage, decodeClientMessage, decodeServerMessage } from "../prekey-server/decode-message.ts";
import type { AttachedMessage, ClientMessage, ServerMessage } from "../prekey-server/messages.ts";
import { type Refusal, refuse } from "../refusal.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import { decodePrekeyProtocolText, decodeText } from "../wire/encoding.ts";
import { Assembler } from "../wire/fragment.ts";
import { type Fragment, looksLikeFragment, parseFragment } from "../wire/fragment-format.ts";
import { classify, type Incoming } from "../wire/incoming.ts";
import type { OtrMessage } from "../wire/messages.ts";

/** What a text is, with the values of all its fields. Nothing in it is verified. */
export type Parsed =
	| Exclude<Incoming, { readonly kind: "refused" }>
	/** Of the prekey protocol, by what is at its start; `attached` is what a DAKE-3 message carries. */
	| {
			readonly kind: "prekey-protocol";
			readonly message: ClientMessage | ServerMessage;
			readonly attached?: AttachedMessage;
	  }
	| { readonly kind: "prekey-fragment"; readonly fragment: Fragment };

const PREKEY_FRAGMENT = "?OTRP|";

/** "Parse" of one text. What claims to be a message and cannot be read is refused, with the place and the reason. */
export function parse(text: string): Result<Parsed, Refusal> {
	if (looksLikeFragment(text, PREKEY_FRAGMENT)) {
		const fragment = parseFragment(text, PREKEY_FRAGMENT);
		return fragment.ok ? ok({ kind: "prekey-fragment", fragment: fragment.value }) : fragment;
	}
	const incoming = classify(text);
	if (incoming.kind === "refused") return err(incoming.refusal);
	if (incoming.kind !== "plaintext") return ok(incoming);
	return ok(prekeyProtocol(text) ?? incoming);
}

/** "Parse" of an encoded message, without the base64 around it. */
export function parseBytes(bytes: Uint8Array): Result<OtrMessage, Refusal> {
	return decodeMessage(bytes);
}

/** "Parse" of texts in the order in which they came: after the last fragment of a message stands the message itself. */
export function parseAll(texts: readonly string[]): readonly Result<Parsed, Refusal>[] {
	const assemblers = { fragment: new Assembler(undefined), "prekey-fragment": new Assembler(undefined) };
	return texts.flatMap((text) => {
		const parsed = parse(text);
		if (!parsed.ok || !("fragment" in parsed.value)) return [parsed];
		const whole = assemblers[parsed.value.kind].receive(parsed.value.fragment, 0);
		if (!whole.ok) return [parsed, whole];
		return whole.value === undefined ? [parsed] : [parsed, parse(whole.value)];
	});
}

/** The bytes of an encoded message of OTRv4, as they are hashed and authenticated. */
export function bytesOfText(text: string): Result<Uint8Array, Refusal> {
	return decodeText(text);
}

/** Its messages have no mark but their full stop, so that what cannot be read is taken for a plaintext. */
function prekeyProtocol(text: string): Parsed | undefined {
	const bytes = decodePrekeyProtocolText(text);
	if (!bytes.ok) return undefined;
	for (const decode of [decodeClientMessage, decodeServerMessage]) {
		const message = decode(bytes.value);
		if (!message.ok) continue;
		const attached = message.value.type === "dake-3" ? decodeAttachedMessage(message.value.attached) : undefined;
		const known = attached?.ok === true ? { attached: attached.value } : {};
		return { kind: "prekey-protocol", message: message.value, ...known };
	}
	return undefined;
}

/** The message of a text that is of one type. Another is the caller's mistake. */
export function messageOfType<T extends OtrMessage["type"]>(
	text: string,
	type: T,
	what: string,
): Result<Extract<OtrMessage, { readonly type: T }>, Refusal> {
	const parsed = parse(text);
	if (!parsed.ok) return parsed;
	if (parsed.value.kind !== "encoded") return refuse("caller", "malformed", what, "its text", parsed.value.kind);
	const { message } = parsed.value;
	if (isOfType(message, type)) return ok(message);
	return refuse("caller", "malformed", what, `a message of type ${type}`, message.type);
}

function isOfType<T extends OtrMessage["type"]>(
	message: OtrMessage,
	type: T,
): message is Extract<OtrMessage, { readonly type: T }> {
	return message.type === type;
}
