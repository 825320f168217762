import type { Reader, Writer } from "@clowder/bytes";
import { KEM_PUBLIC_KEY_BYTES } from "@clowder/crypto";
import { readKemKey, readKeySetInFull, writeKeySetInFull } from "../key-set.ts";
import { type Mac, NAME_BYTES } from "../labels.ts";
import { MAX_MESSAGE_BYTES, MAX_PARTICIPANTS } from "../limits.ts";
import { type Codecs, name32, readKemCiphertext, writeKemCiphertext } from "./fields.ts";
import type { Fault, Revealed } from "./messages.ts";

const SECRET_BYTES = 32;
const KEM_SEED_BYTES = 64;

function writeOptional(w: Writer, bytes: Uint8Array | undefined, length: number): void {
	w.u8(bytes === undefined ? 0 : 1);
	if (bytes !== undefined) w.fixed(bytes, length);
}

function readOptional(r: Reader, length: number): Uint8Array | undefined {
	return r.flag() ? r.fixed(length) : undefined;
}

function writeRevealed(w: Writer, revealed: Revealed): void {
	w.fixed(revealed.x, SECRET_BYTES);
	writeOptional(w, revealed.kemSeed, KEM_SEED_BYTES);
	writeOptional(w, revealed.coins, SECRET_BYTES);
}

function readRevealed(r: Reader): Revealed {
	const x = r.fixed(SECRET_BYTES);
	return { x, kemSeed: readOptional(r, KEM_SEED_BYTES), coins: readOptional(r, SECRET_BYTES) };
}

function writeEvidence(w: Writer, evidence: Fault["evidence"]): void {
	if (evidence.kind === "share") w.u8(0).fixed(evidence.accused, 32).fixed(evidence.d, SECRET_BYTES);
	else w.u8(1).variable(evidence.first).variable(evidence.second);
}

function readEvidence(r: Reader): Fault["evidence"] {
	const kind = r.u8();
	if (kind === 0) return { kind: "share", accused: r.fixed(32), d: r.fixed(SECRET_BYTES) };
	if (kind !== 1) return r.refuse("a known kind of evidence", `${kind}`);
	return { kind: "equivocation", first: r.variable(MAX_MESSAGE_BYTES), second: r.variable(MAX_MESSAGE_BYTES) };
}

type AgreementType = "EK" | "OFFER" | "SHARE" | "OK" | "CONFIRM" | "COMPLAIN" | "REVEAL" | "FAULT";

/** Agreeing on a key, and what is said when that fails. */
export const AGREEMENT: Codecs<AgreementType> = {
	EK: {
		code: 9,
		tag: "Key",
		write: (w, m) => w.fixed(m.key.bytes, KEM_PUBLIC_KEY_BYTES),
		read: (suite, r) => {
			const key = readKemKey(suite, r)?.key;
			return { type: "EK", key: key ?? r.refuse("no EK in suite 1", "one") };
		},
	},
	OFFER: {
		code: 10,
		tag: "Offer",
		write: (w, m) => {
			writeKemCiphertext(w, m.kemCiphertext);
			w.fixed(m.list, NAME_BYTES);
		},
		read: (suite, r) => ({ type: "OFFER", kemCiphertext: readKemCiphertext(suite, r), list: name32(r) }),
	},
	SHARE: {
		code: 11,
		tag: "Share",
		write: (w, m) => {
			w.u8(m.ring === undefined ? 0 : 1);
			if (m.ring) w.fixed(m.ring.z, 32).fixed(m.ring.cL, NAME_BYTES).fixed(m.ring.cR, NAME_BYTES);
			w.list(m.confirmations, (x, kc) => x.fixed(kc, NAME_BYTES));
			writeKeySetInFull(w, m.next);
		},
		read: (suite, r) => ({
			type: "SHARE",
			ring: r.flag() ? { z: r.fixed(32), cL: name32(r), cR: name32(r) } : undefined,
			confirmations: r.list(MAX_PARTICIPANTS, (x) => name32<Mac>(x)),
			next: readKeySetInFull(suite, r),
		}),
	},
	OK: { code: 12, tag: "Ok", write: () => undefined, read: () => ({ type: "OK" }) },
	CONFIRM: {
		code: 13,
		tag: "Confirm",
		write: (w, m) => w.fixed(m.mac, NAME_BYTES),
		read: (_suite, r) => ({ type: "CONFIRM", mac: name32<Mac>(r) }),
	},
	COMPLAIN: {
		code: 21,
		tag: "Complain",
		write: (w, m) => writeRevealed(w.fixed(m.accused, 32), m.revealed),
		read: (_suite, r) => ({ type: "COMPLAIN", accused: r.fixed(32), revealed: readRevealed(r) }),
	},
	REVEAL: {
		code: 22,
		tag: "Reveal",
		write: (w, m) => writeRevealed(w.fixed(m.peer, 32), m.revealed),
		read: (_suite, r) => ({ type: "REVEAL", peer: r.fixed(32), revealed: readRevealed(r) }),
	},
	FAULT: {
		code: 23,
		tag: "Fault",
		write: (w, m) => writeEvidence(w, m.evidence),
		read: (_suite, r) => ({ type: "FAULT", evidence: readEvidence(r) }),
	},
};
