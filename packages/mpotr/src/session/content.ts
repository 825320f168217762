import { type DecodeError, decode, encode, fromUtf8, type Reader, type Result, utf8 } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { IDENTITY_BYTES, type Identity, readIdentity, writeIdentity } from "../identity.ts";
import { NAME_BYTES, type TranscriptDigest } from "../labels.ts";
import { MAX_TEXT_BYTES, MIN_PADDED_BYTES, TEXT_ID_BYTES } from "../limits.ts";
import { RELAYED_TEXT_BYTES } from "./relayed.ts";
import type { Digest } from "./transcript.ts";

/** What is inside of encrypted content. */
export type Content =
	/** `id`: 8 random bytes, the same however often the text is encrypted anew, so that it is placed once (OUTBOX-3). */
	| { readonly kind: "text"; readonly id: Uint8Array; readonly text: string }
	/** Nothing but the header: an idle client says what it has seen. */
	| { readonly kind: "acknowledgement" }
	/** In INTRODUCE. */
	| { readonly kind: "introduction"; readonly identity: Identity }
	/** What a newcomer of this `v` wrote, as its sponsor relays it: no entry of the transcript (rule BESIDE-4). */
	| { readonly kind: "relayed"; readonly v: Uint8Array; readonly text: string };

/** What every content says about its author's view (design section 10). */
export interface ContentHeader {
	readonly seen: Digest;
	/** How many valid messages of any kind its author has seen under this base. */
	readonly validMessages: number;
}

const KIND_CODES: readonly Content["kind"][] = ["text", "acknowledgement", "introduction", "relayed"];
/** kind, k, T_k, valid messages */
const HEADER_BYTES: number = 1 + 4 + NAME_BYTES + 4;

/** The size on the carrier for content of this many bytes: a power of two, so that it tells little (rule PAD-1). */
export function paddedBytes(bytes: number): number {
	let size = MIN_PADDED_BYTES;
	while (size < bytes) size *= 2;
	return size;
}

export function encodeContent(header: ContentHeader, content: Content): Uint8Array {
	const plain = encode((w) => {
		w.u8(KIND_CODES.indexOf(content.kind)).u32(header.seen.entries).fixed(header.seen.digest, NAME_BYTES);
		w.u32(header.validMessages);
		if (content.kind === "text") w.fixed(content.id, TEXT_ID_BYTES).variable(utf8(content.text));
		if (content.kind === "introduction") writeIdentity(w, content.identity);
		if (content.kind === "relayed") w.fixed(content.v, 32).variable(utf8(content.text));
	});
	const padded = new Uint8Array(paddedBytes(plain.length));
	padded.set(plain);
	plain.fill(0);
	return padded;
}

function readContent(suite: Suite, r: Reader, kind: Content["kind"]): Content {
	switch (kind) {
		case "text": {
			const id = r.fixed(TEXT_ID_BYTES);
			const text = fromUtf8(r.variable(MAX_TEXT_BYTES));
			return text.ok ? { kind, id, text: text.value } : r.refuse("a text in UTF-8", text.error);
		}
		case "acknowledgement":
			return { kind };
		case "relayed": {
			const v = r.fixed(32);
			const text = fromUtf8(r.variable(RELAYED_TEXT_BYTES));
			return text.ok ? { kind, v, text: text.value } : r.refuse("a text in UTF-8", text.error);
		}
		case "introduction":
			return { kind, identity: readIdentity(suite, r) };
	}
}

/** Reads decrypted content: exactly what `encodeContent` writes, padding included (rules WIRE-2, PAD-1). */
export function decodeContent(
	suite: Suite,
	padded: Uint8Array,
): Result<{ readonly header: ContentHeader; readonly content: Content }, DecodeError> {
	return decode(padded, (r) => {
		const code = r.u8();
		const kind = KIND_CODES[code] ?? r.refuse("a known kind of content", `${code}`);
		const entries = r.u32();
		const digest = r.fixed(NAME_BYTES) as TranscriptDigest;
		const validMessages = r.u32();
		const content = readContent(suite, r, kind);
		const used = HEADER_BYTES + contentBytes(content);
		const rest = padded.length - used;
		if (paddedBytes(used) !== padded.length) r.refuse(`padding to ${paddedBytes(used)} bytes`, `${padded.length}`);
		if (r.fixed(rest).some((byte) => byte !== 0)) r.refuse("zeros after the content", "other bytes");
		return { header: { seen: { entries, digest }, validMessages }, content };
	});
}

function contentBytes(content: Content): number {
	if (content.kind === "text") return TEXT_ID_BYTES + 4 + utf8(content.text).length;
	if (content.kind === "relayed") return 32 + 4 + utf8(content.text).length;
	return content.kind === "introduction" ? IDENTITY_BYTES : 0;
}
