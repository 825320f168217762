import { encode, fromUtf8, ok, type Result, utf8, type Writer } from "@clowder/bytes";
import { ENCRYPTED_MESSAGE_MAX_BYTES, PADDING_GRANULARITY_MAX_BYTES, TLVS_MAX } from "../limits.ts";
import { type Refusal, refuse } from "../refusal.ts";

const WHAT = "plaintext of a Data Message";

/** The types of otrv4.md "TLV Record Types". */
export const TLV_TYPE = {
	padding: 0,
	disconnected: 1,
	smp1: 2,
	smp2: 3,
	smp3: 4,
	smp4: 5,
	smpAbort: 6,
	extraSymmetricKey: 7,
	/**
	 * Not of the specification, which leaves open how one's own devices learn of each other's messages: to whom the text
	 * went, in UTF-8. Meant between devices of one user; everybody else passes it over, as unknown types are.
	 */
	sentTo: 0x0100,
} as const;

export type TlvType = (typeof TLV_TYPE)[keyof typeof TLV_TYPE];

/** One record. */
export interface Tlv {
	readonly type: TlvType;
	/** At most 65,535 bytes. */
	readonly value: Uint8Array;
}

/** One record that was read. */
export interface PlacedTlv extends Tlv {
	/** Its place among all records of its message, those that were passed over too: extra symmetric keys depend on it. */
	readonly place: number;
}

const TYPE_LAST = 7;
const TLV_HEADER_BYTES = 4;
const TLV_VALUE_MAX_BYTES = 65_535;
const NUL = 0;

/** What a data message says, before it is encrypted. */
export interface PlaintextContent {
	/** For people. Empty in a heartbeat, and where only the records matter. Without NUL. */
	readonly text: string;
	readonly tlvs: readonly Tlv[];
	/** The plaintext is padded to a multiple of so many bytes, so that its length says less. */
	readonly paddingTo?: number;
}

/** What a data message said. */
export interface Plaintext {
	readonly text: string;
	/** False where the bytes were not UTF-8, and `text` has U+FFFD in place of what was not. */
	readonly textIsUtf8: boolean;
	/** The records of the known types in their order, without padding. */
	readonly tlvs: readonly PlacedTlv[];
	/** For each record that was passed over: of an unknown type, incomplete, or one too many. */
	readonly refusals: readonly Refusal[];
}

function writeTlv(w: Writer, type: number, value: Uint8Array): void {
	w.u16(type).u16(value.length).fixed(value, value.length);
}

/** The text, then NUL and the records where there are any. All refusals are the caller's. */
export function encodePlaintext(content: PlaintextContent): Result<Uint8Array, Refusal> {
	const { text, tlvs, paddingTo = 1 } = content;
	const checked = checkContent(content, paddingTo);
	if (!checked.ok) return checked;
	const human = utf8(text);
	const records = encode((w) => {
		for (const { type, value } of tlvs) writeTlv(w, type, value);
	});
	let length = human.length + (tlvs.length === 0 ? 0 : 1) + records.length;
	let padding: number | undefined;
	// An empty one is padded too, where anything is: a heartbeat looks like any other short message.
	if (length % paddingTo !== 0 || (length === 0 && paddingTo > 1)) {
		length = human.length + 1 + records.length + TLV_HEADER_BYTES;
		padding = (paddingTo - (length % paddingTo)) % paddingTo;
		length += padding;
	}
	if (length > ENCRYPTED_MESSAGE_MAX_BYTES) {
		return refuse("caller", "limit", WHAT, `at most ${ENCRYPTED_MESSAGE_MAX_BYTES} bytes`, `${length}`);
	}
	return ok(
		encode((w) => {
			w.fixed(human, human.length);
			if (tlvs.length > 0 || padding !== undefined) w.u8(NUL);
			w.fixed(records, records.length);
			if (padding !== undefined) writeTlv(w, TLV_TYPE.padding, new Uint8Array(padding));
		}),
	);
}

function checkContent(content: PlaintextContent, paddingTo: number): Result<undefined, Refusal> {
	const { text, tlvs } = content;
	if (text.includes("\0")) return refuse("caller", "malformed", WHAT, "a text without NUL", "one with it");
	const back = fromUtf8(utf8(text));
	if (!back.ok || back.value !== text) {
		return refuse("caller", "malformed", WHAT, "well-formed Unicode", "half of a surrogate pair");
	}
	// One is left for the padding.
	if (tlvs.length >= TLVS_MAX) {
		return refuse("caller", "limit", WHAT, `at most ${TLVS_MAX - 1} records`, `${tlvs.length}`);
	}
	const long = tlvs.find(({ value }) => value.length > TLV_VALUE_MAX_BYTES);
	if (long !== undefined) {
		return refuse("caller", "limit", WHAT, `records of at most ${TLV_VALUE_MAX_BYTES} bytes`, `${long.value.length}`);
	}
	if (Number.isInteger(paddingTo) && paddingTo >= 1 && paddingTo <= PADDING_GRANULARITY_MAX_BYTES) return ok(undefined);
	const expected = `padding to a multiple of 1 to ${PADDING_GRANULARITY_MAX_BYTES} bytes`;
	return refuse("caller", "limit", WHAT, expected, `${paddingTo}`);
}

/**
 * Reads what was decrypted. It never fails: the message is authentic, its key is used up, and "stop processing" a
 * corrupted record, "but process the remaining data message and any other TLVs" is what the specification asks for.
 */
export function decodePlaintext(bytes: Uint8Array): Plaintext {
	const end = bytes.indexOf(NUL);
	const human = end < 0 ? bytes : bytes.subarray(0, end);
	const strict = fromUtf8(human);
	const text = strict.ok ? strict.value : new TextDecoder("utf-8", { ignoreBOM: true }).decode(human);
	const records = end < 0 ? { tlvs: [], refusals: [] } : readRecords(bytes.subarray(end + 1));
	return { text, textIsUtf8: strict.ok, ...records };
}

function readRecords(bytes: Uint8Array): Pick<Plaintext, "tlvs" | "refusals"> {
	const tlvs: PlacedTlv[] = [];
	const refusals: Refusal[] = [];
	let at = 0;
	for (let count = 0; at < bytes.length; count++) {
		if (count === TLVS_MAX) {
			refusals.push(refuse("peer", "limit", WHAT, `at most ${TLVS_MAX} records`, "more").error);
			break;
		}
		const record = readRecord(bytes.subarray(at));
		if (record === undefined) {
			refusals.push(refuse("peer", "malformed", WHAT, "complete records", `${bytes.length - at} bytes`).error);
			break;
		}
		at += TLV_HEADER_BYTES + record.value.length;
		const { type, value } = record;
		if (!isTlvType(type)) {
			refusals.push(refuse("peer", "malformed", WHAT, `a record of type 0 to ${TYPE_LAST}`, `type ${type}`).error);
		} else if (type !== TLV_TYPE.padding) tlvs.push({ type, value, place: count });
	}
	return { tlvs, refusals };
}

/** The first record; undefined if it is incomplete. */
function readRecord(bytes: Uint8Array): { readonly type: number; readonly value: Uint8Array } | undefined {
	if (bytes.length < TLV_HEADER_BYTES) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset, TLV_HEADER_BYTES);
	const end = TLV_HEADER_BYTES + view.getUint16(2);
	return end > bytes.length ? undefined : { type: view.getUint16(0), value: bytes.slice(TLV_HEADER_BYTES, end) };
}

function isTlvType(type: number): type is TlvType {
	return type <= TYPE_LAST || type === TLV_TYPE.sentTo;
}
