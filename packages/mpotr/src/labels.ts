import { type Bytes, concat, erase, utf8 } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";

/**
 * Every use of the hash and of the MAC has its own label; `spec/protocol.md` section 3 is the table of what goes in
 * under each. Nothing hashes or authenticates without one of these.
 */
export const LABELS = {
	attempt: "attempt",
	chain: "chain",
	chainNext: "chain-next",
	confirm: "confirm",
	confirmation: "confirmation",
	content: "content",
	contributions: "contributions",
	entry: "entry",
	entryBody: "entry-body",
	fingerprint: "fingerprint",
	joinAuth: "join-auth",
	joinId: "join-id",
	kemKey: "kem-key",
	link: "link",
	list: "list",
	message: "message",
	messageKeys: "message-keys",
	p2p: "p2p",
	pakeNewcomer: "pake-newcomer",
	pakeSid: "pake-sid",
	pakeSponsor: "pake-sponsor",
	rank: "rank",
	salt: "salt",
	seal: "seal",
	sealBox: "seal-box",
	sessionKey: "session-key",
	share: "share",
	sid: "sid",
	signature: "sig",
	state: "state",
	transcript: "transcript",
	view: "view",
} as const;

export type Label = (typeof LABELS)[keyof typeof LABELS];

/** The tag of protocol and version under every hash. */
export const PROTOCOL_TAG = "mpCAT/1";

/** Bytes of a MAC and of every name made by hashing (128-bit collision strength, like the signatures). */
export const NAME_BYTES = 32;

/** Public name of an attempt and of the session it becomes: 32 bytes. */
export type Aid = Bytes<"Aid">;
/** Public name of an attempt together with all OFFERs and SHAREs in it: 32 bytes. */
export type AttemptView = Bytes<"AttemptView">;
/** Secret name of a session, known to those who know its participants: 32 bytes. */
export type Sid = Bytes<"Sid">;
/** What a JOIN answers to: 32 bytes. */
export type StateHash = Bytes<"StateHash">;
/** Name of one wire message, signature included: 32 bytes. */
export type MessageHash = Bytes<"MessageHash">;
/** `T_k`, the digest of a transcript up to its k-th entry: 32 bytes. */
export type TranscriptDigest = Bytes<"TranscriptDigest">;
/** A MAC of 32 bytes. */
export type Mac = Bytes<"Mac">;

/** A part after its length, so that no two lists of parts have one encoding. */
function withLength(part: Uint8Array): Uint8Array {
	const out = new Uint8Array(4 + part.length);
	new DataView(out.buffer).setUint32(0, part.length);
	out.set(part, 4);
	return out;
}

const prefixes = new Map<string, Uint8Array>();

function prefix(suite: Suite, label: Label): Uint8Array {
	const key = `${suite.id}/${label}`;
	let known = prefixes.get(key);
	if (known === undefined) {
		known = concat(withLength(utf8(PROTOCOL_TAG)), withLength(utf8(suite.name)), withLength(utf8(label)));
		prefixes.set(key, known);
	}
	return known;
}

/** What `hash` and `mac` take in, for a key that computes its MACs itself. There may be secrets in it. */
export function labelled(suite: Suite, label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
	const before = prefix(suite, label);
	const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, before.length));
	const view = new DataView(out.buffer);
	out.set(before);
	let at = before.length;
	for (const part of parts) {
		view.setUint32(at, part.length);
		out.set(part, at + 4);
		at += 4 + part.length;
	}
	return out;
}

/** `H(label, a, b, ...)` of the design's section 2: SHA-512, 64 bytes (rule HASH-1). */
export function hash(suite: Suite, label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
	const input = labelled(suite, label, ...parts);
	const digest = suite.primitives.sha512(input);
	erase(input);
	return digest;
}

/** `H` cut to 32 bytes, for names. */
export function name<T extends Uint8Array>(suite: Suite, label: Label, ...parts: readonly Uint8Array[]): T {
	return hash(suite, label, ...parts).slice(0, NAME_BYTES) as T;
}

/** `MAC`: HMAC-SHA-512 over the same encoding as `hash`, cut to 32 bytes (rule HASH-2). */
export function mac(suite: Suite, key: Uint8Array, label: Label, ...parts: readonly Uint8Array[]): Mac {
	const input = labelled(suite, label, ...parts);
	const whole = suite.primitives.hmacSha512(key, input);
	erase(input);
	return whole.slice(0, NAME_BYTES) as Uint8Array as Mac;
}

/** A number as a hash input: 4 bytes, big-endian. */
export function u32(value: number): Uint8Array {
	const out = new Uint8Array(4);
	new DataView(out.buffer).setUint32(0, value);
	return out;
}
