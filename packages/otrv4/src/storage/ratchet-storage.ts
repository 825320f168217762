import type { Bytes, Reader, Writer } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { Chain } from "../ratchet/chain.ts";
import { SKIPPED_KEYS_MAX } from "../limits.ts";
import type { MacKey } from "../ratchet/message-keys.ts";
import type { StoredSkippedKey } from "../ratchet/skipped-keys.ts";
import type { RatchetContent } from "../ratchet/state.ts";
import { POINT_BYTES } from "../wire/data-types.ts";
import {
	readDhKey,
	readDhKeyPair,
	readKeyPair,
	readNumber,
	readOptional,
	readPoint,
	readSecret,
	writeDhKey,
	writeDhKeyPair,
	writeKeyPair,
	writeNumber,
	writeOptional,
	writePoint,
} from "./fields.ts";

const KEY_BYTES = 64;
const BRACE_KEY_BYTES = 32;
const MAC_KEYS_MAX = 65_535;

/** All of a double ratchet. */
export function writeRatchet(w: Writer, content: RatchetContent): void {
	w.u32(content.i).u32(content.pn);
	writeOptional(w, content.ecdh, writeKeyPair);
	writeOptional(w, content.dh, writeDhKeyPair);
	writePoint(w, content.theirs.ecdh);
	writeDhKey(w, content.theirs.dh);
	w.fixed(content.brace, BRACE_KEY_BYTES).fixed(content.root, KEY_BYTES);
	writeOptional(w, content.sending, writeChain);
	writeOptional(w, content.receiving, writeChain);
	w.list(content.verified.slice(-MAC_KEYS_MAX), (each, key) => each.fixed(key, KEY_BYTES));
	w.list(content.toReveal.slice(-MAC_KEYS_MAX), (each, key) => each.fixed(key, KEY_BYTES));
	w.list(content.skipped, (each, { ecdh, messageId, key }) => {
		each.fixed(ecdh, POINT_BYTES).u32(messageId).fixed(key.encryption, KEY_BYTES).fixed(key.extra, KEY_BYTES);
		writeNumber(each, key.storedAtMs);
	});
}

export function readRatchet(primitives: OtrPrimitives, r: Reader): RatchetContent {
	const readMacKey = (each: Reader): MacKey => readSecret<"MKmac">(each, KEY_BYTES);
	return {
		i: r.u32(),
		pn: r.u32(),
		ecdh: readOptional(r, (each) => readKeyPair(primitives, each)),
		dh: readOptional(r, (each) => readDhKeyPair(primitives, each)),
		theirs: { ecdh: readPoint(primitives, r), dh: readDhKey(primitives, r) },
		brace: readSecret<"brace_key">(r, BRACE_KEY_BYTES),
		root: readSecret<"root_key">(r, KEY_BYTES),
		sending: readOptional(r, readChain),
		receiving: readOptional(r, readChain),
		verified: r.list(MAC_KEYS_MAX, readMacKey),
		toReveal: r.list(MAC_KEYS_MAX, readMacKey),
		skipped: r.list(SKIPPED_KEYS_MAX, readSkipped),
	};
}

function writeChain(w: Writer, chain: Chain): void {
	w.fixed(chain.key, KEY_BYTES).u32(chain.messageId).u32(chain.ratchetId);
}

function readChain(r: Reader): Chain {
	return { key: readSecret<"chain_key">(r, KEY_BYTES), messageId: r.u32(), ratchetId: r.u32() };
}

function readSkipped(r: Reader): StoredSkippedKey {
	const ecdh: Bytes<"POINT"> = readSecret<"POINT">(r, POINT_BYTES);
	const messageId = r.u32();
	const encryption = readSecret<"MKenc">(r, KEY_BYTES);
	const extra = readSecret<"extra_symm_key">(r, KEY_BYTES);
	return { ecdh, messageId, key: { encryption, extra, storedAtMs: readNumber(r) } };
}
