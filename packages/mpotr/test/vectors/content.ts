import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { hash, LABELS, type Sid, type TranscriptDigest, u32 } from "../../src/labels.ts";
import { SenderChain } from "../../src/session/chain.ts";
import { type Content, encodeContent, paddedBytes } from "../../src/session/content.ts";
import { Transcript } from "../../src/session/transcript.ts";
import type { VerifiedMessage } from "../../src/wire/envelope.ts";
import { hexes, vectorFile, type VectorFile } from "./files.ts";
import { fixed, identityOf } from "./people.ts";

export interface ContentCase {
	readonly kind: string;
	/** Of a text: 8 bytes. */
	readonly id: string | null;
	readonly text: string | null;
	/** Of the newcomer whose text is relayed. */
	readonly v: string | null;
	readonly identity: { identitySeed: string; nickname: string; salt: string } | null;
	readonly entries: number;
	readonly digest: string;
	readonly validMessages: number;
	/** What is encrypted. */
	readonly padded: string;
}

export interface ContentCases {
	readonly contents: readonly ContentCase[];
	readonly paddedBytes: readonly { bytes: number; padded: number }[];
}

const PADDING: readonly number[] = [0, 1, 41, 255, 256, 257, 512, 513, 1024, 8192, 8193, 8237, 16_384];

function makeContents(suite: Suite): ContentCase[] {
	const stated = {
		identitySeed: hex(fixed("introduced/identity", 32)),
		nickname: "Chloé",
		salt: hex(fixed("introduced/salt", 32)),
	};
	const contents: readonly Content[] = [
		{ kind: "text", id: fixed("text id", 8), text: "Meow, Bo! 🐾" },
		{ kind: "text", id: fixed("text id", 8), text: "" },
		{ kind: "text", id: fixed("text id", 8), text: "x".repeat(203) },
		{ kind: "text", id: fixed("text id", 8), text: "x".repeat(204) },
		{ kind: "acknowledgement" },
		{ kind: "introduction", identity: identityOf(suite, stated) },
		{ kind: "relayed", v: fixed("relayed/v", 32), text: "Let me in 🐾" },
	];
	return contents.map((content, i) => {
		const digest = fixed(`content/digest/${i}`, 32) as TranscriptDigest;
		const header = { seen: { entries: i * 300, digest }, validMessages: 70_000 * i };
		return {
			kind: content.kind,
			id: content.kind === "text" ? hex(content.id) : null,
			text: content.kind === "text" || content.kind === "relayed" ? content.text : null,
			v: content.kind === "relayed" ? hex(content.v) : null,
			identity: content.kind === "introduction" ? stated : null,
			entries: header.seen.entries,
			digest: hex(digest),
			validMessages: header.validMessages,
			padded: hex(encodeContent(header, content)),
		};
	});
}

export function contentVectors(): VectorFile<ContentCases> {
	return vectorFile(
		"What is inside of encrypted content, padded with zeros to a power of two from 256 bytes; and that size for some " +
			"lengths. With 41 bytes of header, 8 of the text's id and 4 of length, 203 bytes of text fill 256.",
		"section 7, Content, transcript, acknowledgement",
		(suite) => ({
			contents: makeContents(suite),
			paddedBytes: PADDING.map((size) => ({ bytes: size, padded: paddedBytes(size) })),
		}),
	);
}

export interface ChainCase {
	readonly sender: number;
	readonly chainKeys: readonly string[];
	readonly messages: readonly {
		index: number;
		context: readonly string[];
		iv: string;
		encryptionKey: string;
		macKey: string;
		plaintext: string;
		ciphertext: string;
		mac: string;
	}[];
}

export interface ChainCases {
	readonly sessionKey: string;
	readonly sid: string;
	readonly chains: readonly ChainCase[];
}

function makeChain(suite: Suite, sk: Uint8Array, sid: Sid, sender: number): ChainCase {
	const chain = new SenderChain(suite, sk, sid, sender);
	let chainKey = hash(suite, LABELS.chain, sk, sid, u32(sender));
	const chainKeys = [hex(chainKey)];
	const messages = [0, 1, 2].map((index) => {
		// The third is bound to a join, as INTRODUCE is.
		const context = [fixed("chain/aid", 32), fixed(`chain/v/${sender}`, 32)];
		if (index === 2) context.push(fixed("chain/join", 32));
		const iv = fixed(`iv/${sender}/${index}`, 16);
		const plaintext = fixed(`plaintext/${sender}/${index}`, 256);
		const keys = hash(suite, LABELS.messageKeys, chainKey);
		chainKey = hash(suite, LABELS.chainNext, chainKey);
		chainKeys.push(hex(chainKey));
		const encrypted = chain.encrypt(context, iv, plaintext);
		return {
			index,
			context: hexes(context),
			iv: hex(iv),
			encryptionKey: hex(keys.subarray(0, 32)),
			macKey: hex(keys.subarray(32)),
			plaintext: hex(plaintext),
			ciphertext: hex(encrypted.ciphertext),
			mac: hex(encrypted.mac),
		};
	});
	return { sender, chainKeys, messages };
}

export function chainVectors(): VectorFile<ChainCases> {
	return vectorFile(
		"Sender chains of two participants: chain keys, message keys, and three contents encrypted one after another. The " +
			"context is aid and the author's v; in INTRODUCE the name of the JOIN too.",
		"section 7, Content, transcript, acknowledgement",
		(suite) => {
			const sk = fixed("session key", 64);
			const sid = fixed("chain/sid", 32) as Sid;
			return { sessionKey: hex(sk), sid: hex(sid), chains: [0, 1].map((sender) => makeChain(suite, sk, sid, sender)) };
		},
	);
}

export interface TranscriptCases {
	readonly sid: string;
	/** In the order of the list. */
	readonly confirmBodies: readonly string[];
	readonly start: string;
	readonly entries: readonly { v: string; number: number; content: string; digest: string }[];
}

/** The parts of a verified message that a transcript looks at. */
export function placed(v: Uint8Array, number: number, body: Uint8Array): VerifiedMessage {
	return { header: { context: new Uint8Array(32), v, number }, body } as unknown as VerifiedMessage;
}

export function transcriptVectors(): VectorFile<TranscriptCases> {
	return vectorFile(
		"Transcript digests: T_0 over the CONFIRM bodies, then T_k over each entry's author, number, and the hash of its " +
			"content, which is the ciphertext in MESSAGE and the body in all else.",
		"section 7, Content, transcript, acknowledgement",
		(suite) => {
			const sid = fixed("transcript/sid", 32) as Sid;
			const bodies = [0, 1, 2].map((i) => fixed(`confirm/${i}`, 32));
			const transcript = new Transcript(
				suite,
				sid,
				bodies.map((body) => placed(new Uint8Array(32), 0, body)),
			);
			const start = hex(transcript.latest.digest);
			const entries = [256, 0, 70, 512].map((size, i) => {
				const v = fixed(`author/${i % 2}`, 32);
				const number = i * 1000;
				const content = fixed(`entry/${i}`, size);
				transcript.append(placed(v, number, content), content);
				return { v: hex(v), number, content: hex(content), digest: hex(transcript.latest.digest) };
			});
			return { sid: hex(sid), confirmBodies: hexes(bodies), start, entries };
		},
	);
}
