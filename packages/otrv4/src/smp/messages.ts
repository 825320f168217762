import { type Bytes, decode, encode, fromUtf8, ok, type Reader, type Result, utf8, type Writer } from "@clowder/bytes";
import type { Ed448Point, OtrPrimitives, Scalar } from "@clowder/crypto/otr";
import { badKey, malformed, type Refusal, refuse } from "../refusal.ts";
import {
	POINT_BYTES,
	readData,
	readPoint,
	readScalar,
	SCALAR_BYTES,
	writeData,
	writePoint,
	writeScalar,
} from "../wire/data-types.ts";
import { TLV_TYPE } from "../wire/tlv.ts";
import { SMP_QUESTION_BYTES_MAX } from "../limits.ts";

/** "TLV Record Types", those of the SMP. */
export type SmpTlvType =
	| typeof TLV_TYPE.smp1
	| typeof TLV_TYPE.smp2
	| typeof TLV_TYPE.smp3
	| typeof TLV_TYPE.smp4
	| typeof TLV_TYPE.smpAbort;

/** What a TLV record of the SMP holds. */
export interface SmpTlv {
	readonly tlvType: SmpTlvType;
	/** Empty in an abort. */
	readonly value: Uint8Array;
}

/** The fields of a message after each other, in the order of the wire. */
type Layout = Readonly<Record<string, "POINT" | "SCALAR">>;
type Fields<L extends Layout> = { readonly [Name in keyof L]: L[Name] extends "POINT" ? Ed448Point : Scalar };

/** "SMP Message 1", after its question. */
const MESSAGE_1 = {
	/** The initiator's half of the exchange to determine `G2`, with the proof that its exponent is known. */
	g2a: "POINT",
	c2: "SCALAR",
	d2: "SCALAR",
	/** The same for `G3`. */
	g3a: "POINT",
	c3: "SCALAR",
	d3: "SCALAR",
} as const;

/** "SMP Message 2". */
const MESSAGE_2 = {
	/** The responder's halves, as in message 1. */
	g2b: "POINT",
	c2: "SCALAR",
	d2: "SCALAR",
	g3b: "POINT",
	c3: "SCALAR",
	d3: "SCALAR",
	/** What is compared in the end, with the proof that both were made as they ought to be. */
	pb: "POINT",
	qb: "POINT",
	cp: "SCALAR",
	d5: "SCALAR",
	d6: "SCALAR",
} as const;

/** "SMP Message 3". */
const MESSAGE_3 = {
	/** As in message 2. */
	pa: "POINT",
	qa: "POINT",
	cp: "SCALAR",
	d5: "SCALAR",
	d6: "SCALAR",
	/** The initiator's part of the comparison, with the proof that it has the exponent of `G3a`. */
	ra: "POINT",
	cr: "SCALAR",
	d7: "SCALAR",
} as const;

/** "SMP Message 4". */
const MESSAGE_4 = {
	/** The responder's part. */
	rb: "POINT",
	cr: "SCALAR",
	d7: "SCALAR",
} as const;

/** Every point is of the group and not the identity; no proof is verified. So it is with all four. */
export interface SmpMessage1 extends Fields<typeof MESSAGE_1> {
	/** Empty where there is none. */
	readonly question: string;
}
export interface SmpMessage2 extends Fields<typeof MESSAGE_2> {}
export interface SmpMessage3 extends Fields<typeof MESSAGE_3> {}
export interface SmpMessage4 extends Fields<typeof MESSAGE_4> {}

const MESSAGE_1_BYTES_MAX = 4 + SMP_QUESTION_BYTES_MAX + 2 * POINT_BYTES + 4 * SCALAR_BYTES;

/** The question has to be within `SMP_QUESTION_BYTES_MAX`. */
export function encodeMessage1(primitives: OtrPrimitives, message: SmpMessage1): SmpTlv {
	return tlv(TLV_TYPE.smp1, (w) => {
		writeData(w, utf8(message.question), SMP_QUESTION_BYTES_MAX);
		writeFields(primitives, w, MESSAGE_1, message);
	});
}

export function decodeMessage1(primitives: OtrPrimitives, value: Uint8Array): Result<SmpMessage1, Refusal> {
	const what = "SMP message 1";
	if (value.length > MESSAGE_1_BYTES_MAX) {
		return refuse("peer", "limit", what, `at most ${MESSAGE_1_BYTES_MAX} bytes`, `${value.length}`);
	}
	const raw = decode(value, (r) => ({
		question: readData(r, SMP_QUESTION_BYTES_MAX),
		fields: rawFields(r, MESSAGE_1),
	}));
	if (!raw.ok) return malformed(what, raw.error);
	const question = fromUtf8(raw.value.question);
	if (!question.ok) return refuse("peer", "malformed", what, "a question in UTF-8", "bytes that are not");
	const fields = parseFields(primitives, what, MESSAGE_1, raw.value.fields);
	return fields.ok ? ok({ question: question.value, ...fields.value }) : fields;
}

export function encodeMessage2(primitives: OtrPrimitives, message: SmpMessage2): SmpTlv {
	return tlv(TLV_TYPE.smp2, (w) => writeFields(primitives, w, MESSAGE_2, message));
}

export function decodeMessage2(primitives: OtrPrimitives, value: Uint8Array): Result<SmpMessage2, Refusal> {
	return decodeFields(primitives, "SMP message 2", MESSAGE_2, value);
}

export function encodeMessage3(primitives: OtrPrimitives, message: SmpMessage3): SmpTlv {
	return tlv(TLV_TYPE.smp3, (w) => writeFields(primitives, w, MESSAGE_3, message));
}

export function decodeMessage3(primitives: OtrPrimitives, value: Uint8Array): Result<SmpMessage3, Refusal> {
	return decodeFields(primitives, "SMP message 3", MESSAGE_3, value);
}

export function encodeMessage4(primitives: OtrPrimitives, message: SmpMessage4): SmpTlv {
	return tlv(TLV_TYPE.smp4, (w) => writeFields(primitives, w, MESSAGE_4, message));
}

export function decodeMessage4(primitives: OtrPrimitives, value: Uint8Array): Result<SmpMessage4, Refusal> {
	return decodeFields(primitives, "SMP message 4", MESSAGE_4, value);
}

function tlv(tlvType: SmpTlvType, write: (w: Writer) => void): SmpTlv {
	return { tlvType, value: encode(write) };
}

function writeFields<L extends Layout>(
	{ ed448 }: OtrPrimitives,
	w: Writer,
	layout: L,
	fields: Readonly<Record<keyof L, Ed448Point | Scalar>>,
): void {
	for (const name of Object.keys(layout)) {
		const field = fields[name as keyof L];
		if (typeof field === "bigint") writeScalar(w, ed448.scalarBytes(field));
		else writePoint(w, field.bytes);
	}
}

function decodeFields<L extends Layout>(
	primitives: OtrPrimitives,
	what: string,
	layout: L,
	value: Uint8Array,
): Result<Fields<L>, Refusal> {
	const raw = decode(value, (r) => rawFields(r, layout));
	return raw.ok ? parseFields(primitives, what, layout, raw.value) : malformed(what, raw.error);
}

/** A field that is read; a point is not known to be one. */
type RawField = readonly [name: string, bytes: Bytes<"POINT"> | Bytes<"SCALAR">];

function rawFields(r: Reader, layout: Layout): readonly RawField[] {
	return Object.entries(layout).map(([name, type]) => [name, type === "POINT" ? readPoint(r) : readScalar(r)]);
}

/** Checks points only once all of the message is there and in form: they are what costs. Stops at the first that is none. */
function parseFields<L extends Layout>(
	{ ed448 }: OtrPrimitives,
	what: string,
	layout: L,
	raw: readonly RawField[],
): Result<Fields<L>, Refusal> {
	const fields: Record<string, Ed448Point | Scalar> = {};
	for (const [name, bytes] of raw) {
		if (layout[name] === "SCALAR") {
			fields[name] = ed448.scalar(bytes);
			continue;
		}
		const point = ed448.parsePoint(bytes);
		if (!point.ok) return badKey(what, point.error);
		fields[name] = point.value;
	}
	return ok(fields as Fields<L>);
}
