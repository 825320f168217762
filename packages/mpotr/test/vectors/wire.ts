import { compare, fromBase64, hex } from "@clowder/bytes";
import type { KemCiphertext, Suite } from "@clowder/crypto";
import type { PublicKeySet } from "../../src/key-set.ts";
import type { Aid, Mac, MessageHash, TranscriptDigest } from "../../src/labels.ts";
import { RELAYED_BYTES } from "../../src/limits.ts";
import { NO_CONTEXT, signMessage } from "../../src/wire/envelope.ts";
import type { Encrypted, Message, SealedBox } from "../../src/wire/messages.ts";
import { vectorFile, type VectorFile } from "./files.ts";
import { fixed, keySeeds, keySetByHash, ownKeySet, readByHash } from "./people.ts";

export interface WireCase {
	readonly type: string;
	readonly code: number;
	/** What signs: the 32-byte seed of the author's `e`. */
	readonly signerSeed: string;
	readonly v: string;
	readonly binding: string;
	readonly context: string;
	readonly number: number;
	/** The message as decoded: bytes in hexadecimal, what is not there as null. */
	readonly fields: Record<string, unknown>;
	readonly body: string;
	readonly signature: string;
	/** Name of the whole message. */
	readonly hash: string;
	readonly text: string;
}

export interface WireCases {
	readonly messages: readonly WireCase[];
}

/** A decoded message as plain JSON: a key as its bytes, bytes as hexadecimal, nothing as null. */
export function plain(value: unknown): unknown {
	if (value === undefined) return null;
	if (value instanceof Uint8Array) return hex(value);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== "object" || value === null) return value;
	if ("bytes" in value && value.bytes instanceof Uint8Array) return hex(value.bytes);
	return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}

function box(suite: Suite, name: string, size: number): SealedBox {
	return {
		ephemeral: suite.primitives.dhKeyPair(fixed(`${name}/ephemeral`, 32)).publicKey,
		kemCiphertext: suite.kem && (fixed(`${name}/kem`, 1088) as Uint8Array as KemCiphertext),
		ciphertext: fixed(`${name}/ciphertext`, size),
		mac: fixed(`${name}/mac`, 32) as Mac,
	};
}

function encrypted(name: string, index: number, size: number): Encrypted {
	const ciphertext = fixed(`${name}/ciphertext`, size);
	return { index, iv: fixed(`${name}/iv`, 16), ciphertext, mac: fixed(`${name}/mac`, 32) as Mac };
}

const named = (what: string): MessageHash => fixed(`wire/${what}`, 32) as MessageHash;

/** What the messages are made of. */
interface Parts {
	readonly suite: Suite;
	/** With KEM keys in full, and the same as it is read where they are hashes. */
	readonly full: (name: string) => PublicKeySet;
	readonly byHash: (name: string) => PublicKeySet;
}

function partsOf(suite: Suite): Parts {
	const full = (name: string): PublicKeySet => ownKeySet(suite, keySeeds(suite, `wire/${name}`)).public;
	return { suite, full, byHash: (name) => readByHash(suite, hex(keySetByHash(full(name)))) };
}

function stateMessage({ suite, full, byHash }: Parts): Message {
	const sponsor = full("author");
	const other = full("member");
	return {
		type: "STATE",
		at: named("at"),
		k: 258,
		parameters: {
			suite: suite.id,
			policy: "open",
			passphrase: false,
			timeoutSeconds: 600,
			binding: "xmpp:room@rooms.example.org",
		},
		members: [
			{ v: sponsor.v, number: 65_536, handle: "h0", next: byHash("next/0"), removed: false, left: false },
			{ v: other.v, number: -1, handle: "Zoë 2", next: byHash("next/1"), removed: true, left: true },
		],
		pending: [
			{
				join: named("join"),
				number: 1,
				handle: "h2",
				keySet: byHash("pending"),
				introduced: true,
				left: false,
				approvals: new Uint8Array([0x80]),
				denials: new Uint8Array([0x40]),
			},
		],
		dead: [{ aid: fixed("wire/dead", 32) as Aid, unshared: [byHash("next/1").v] }],
		votes: [
			{
				drop: [{ place: 1, owes: "heartbeat" }],
				voters: new Uint8Array([0x80]),
				late: new Uint8Array([0]),
			},
		],
		failures: 3,
		answers: [named("knock")],
		sponsorBox: { b: sponsor.b, bek: sponsor.bek },
	};
}

function entering({ suite, full, byHash }: Parts): Message[] {
	return [
		{
			type: "FOUND",
			parameters: { suite: suite.id, policy: "open", passphrase: false, timeoutSeconds: 60, binding: "memory:room" },
			keySet: full("author"),
		},
		{ type: "KNOCK", keySet: byHash("author") },
		stateMessage({ suite, full, byHash }),
		{
			type: "JOIN",
			keySet: full("author"),
			commitment: fixed("wire/commitment", 32),
			sponsor: full("member").v.bytes,
			sealed: box(suite, "wire/join", 129),
			passphrase: fixed("wire/passphrase", 32) as Mac,
			authenticators: [0, 1].map((i) => fixed(`wire/authenticator/${i}`, 32) as Mac),
		},
		{ type: "INTRODUCE", join: named("join"), content: encrypted("wire/introduce", 0, 256) },
		{ type: "DENY", join: named("join"), reason: "bad-authenticator" },
		{ type: "OPEN", k: 0, joins: [named("join"), named("join 2")], rekey: false },
		{
			type: "ROSTER",
			aid: fixed("wire/aid", 32) as Aid,
			boxes: [{ newcomer: full("newcomer").v.bytes, box: box(suite, "wire/roster", 32) }],
			ciphertext: fixed("wire/roster/list", 258),
			mac: fixed("wire/roster/list mac", 32) as Mac,
		},
	];
}

function agreeing({ suite, full }: Parts): Message[] {
	const key = full("author").ek?.key;
	return [
		...(key === undefined ? [] : [{ type: "EK" as const, key }]),
		{
			type: "OFFER",
			kemCiphertext: suite.kem && (fixed("wire/offer", 1088) as Uint8Array as KemCiphertext),
			list: fixed("wire/list", 32),
		},
		{
			type: "SHARE",
			ring: { z: fixed("wire/z", 32), cL: fixed("wire/cL", 32), cR: fixed("wire/cR", 32) },
			confirmations: [0, 1].map((i) => fixed(`wire/kc/${i}`, 32) as Mac),
			next: full("next of author"),
		},
		{ type: "OK" },
		{ type: "CONFIRM", mac: fixed("wire/confirm", 32) as Mac },
	];
}

function talking({ full }: Parts): Message[] {
	return [
		{ type: "MESSAGE", content: encrypted("wire/message", 1_000_000, 512) },
		{ type: "LEAVE", entries: 77, digest: fixed("wire/leave", 32) as TranscriptDigest },
		{ type: "GONE", v: full("member").v.bytes },
		{ type: "CLOSE", entries: 4_294_967_295, digest: fixed("wire/close", 32) as TranscriptDigest },
		{ type: "PUBLISH", seed: fixed("wire/publish", 32) },
		{ type: "RECEIVED", of: new Uint8Array([0x60]) },
		{ type: "ASK", have: 65_536 },
		{
			type: "REPLY",
			ask: named("ask"),
			have: 65_536,
			more: true,
			messages: [{ handle: "Zoë 2", whole: fixed("wire/reply", 300) }],
		},
		{
			type: "VOTE",
			drop: sortedBytes(full("member").v.bytes, full("newcomer").v.bytes).map((v) => ({ v, owes: "share" as const })),
			late: true,
		},
		{ type: "RETURN", v: full("newcomer").v.bytes },
	];
}

function sortedBytes(...all: Uint8Array[]): Uint8Array[] {
	return all.sort(compare);
}

/** What is said when key agreement fails, and beside it. */
function failing({ suite, full }: Parts): Message[] {
	const x = fixed("wire/x", 32);
	const revealed = { x, kemSeed: suite.kem && fixed("wire/kem seed", 64), coins: suite.kem && fixed("wire/coins", 32) };
	const evidence = {
		kind: "equivocation",
		first: fixed("wire/first", 200),
		second: fixed("wire/second", 201),
	} as const;
	return [
		{ type: "COMPLAIN", accused: full("member").v.bytes, revealed },
		{ type: "REVEAL", peer: full("member").v.bytes, revealed: { ...revealed, coins: undefined } },
		{ type: "FAULT", evidence: { kind: "share", accused: full("member").v.bytes, d: fixed("wire/d", 32) } },
		{ type: "FAULT", evidence },
		{ type: "APPROVE", join: named("join") },
		{ type: "COPY", boxes: [{ newcomer: full("newcomer").v.bytes, box: box(suite, "wire/copy", RELAYED_BYTES) }] },
		{ type: "WHISPER", sponsor: full("member").v.bytes, box: box(suite, "wire/whisper", RELAYED_BYTES) },
		{ type: "PAKE", peer: full("member").v.bytes, share: fixed("wire/pake", 32), confirm: undefined },
		{
			type: "PAKE",
			peer: full("newcomer").v.bytes,
			share: fixed("wire/pake 2", 32),
			confirm: fixed("wire/pake mac", 32) as Mac,
		},
	];
}

/** Where the fields of a message's bytes stand. */
const HEADER_BYTES = 71;
const SIGNATURE_BYTES = 64;

/** The bytes inside of a text. */
export function bytesOfText(text: string): Uint8Array {
	const read = fromBase64(text.split(":3")[3] ?? "");
	if (!read.ok) throw new Error(read.error);
	return read.value;
}

function wireCase(suite: Suite, message: Message, number: number): WireCase {
	const { e: seed } = keySeeds(suite, "wire/author");
	const key = ownKeySet(suite, keySeeds(suite, "wire/author")).e;
	const binding = "memory:room";
	const context = message.type === "FOUND" || message.type === "KNOCK" ? NO_CONTEXT : fixed("wire/context", 32);
	const signed = signMessage(suite, binding, key, context, number, message);
	const whole = bytesOfText(signed.text);
	return {
		type: message.type,
		code: whole[2] as number,
		signerSeed: seed,
		v: hex(key.verifyKey.bytes),
		binding,
		context: hex(context),
		number,
		fields: plain(message) as Record<string, unknown>,
		body: hex(whole.subarray(HEADER_BYTES, whole.length - SIGNATURE_BYTES)),
		signature: hex(whole.subarray(whole.length - SIGNATURE_BYTES)),
		hash: hex(signed.hash),
		text: signed.text,
	};
}

export function wireVectors(): VectorFile<WireCases> {
	return vectorFile(
		"One message of each type: the carrier's text, and what is in it. Keys are keys; other contents are arbitrary bytes " +
			"of the right length. There is no EK in suite 1. A SHARE of a list of one has no ring, an OFFER of suite 1 no " +
			"ciphertext.",
		"section 4, Wire",
		(suite) => {
			const parts = partsOf(suite);
			const messages = [...entering(parts), ...agreeing(parts), ...talking(parts), ...failing(parts)];
			return {
				messages: messages.map((message, i) =>
					wireCase(suite, message, i === 0 ? 0 : i % 24 === 0 ? 3 : 2 ** ((i % 24) + 8) - 1),
				),
			};
		},
	);
}
