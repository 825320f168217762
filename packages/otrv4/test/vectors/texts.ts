import { hex } from "@clowder/bytes";
import { encodeText } from "../../src/wire/encoding.ts";
import { errorMessage } from "../../src/wire/error-message.ts";
import { split } from "../../src/wire/fragment.ts";
import { queryMessage } from "../../src/wire/query-message.ts";
import { encodePlaintext, type TlvType } from "../../src/wire/tlv.ts";
import { appendWhitespaceTag } from "../../src/wire/whitespace-tag.ts";
import * as reference from "../reference/texts.ts";
import { bytes, must, seeded } from "./support.ts";

export interface PlaintextCase {
	readonly text: string;
	readonly tlvs: readonly { readonly type: number; readonly value: string }[];
	readonly paddingTo: number;
	readonly plaintext: string;
}

export interface FragmentsCase {
	readonly message: string;
	readonly text: string;
	readonly identifier: number;
	readonly senderTag: number;
	readonly receiverTag: number;
	readonly maxChars: number;
	readonly fragments: readonly string[];
}

/** What goes over the carrier as text, and what a data message says. */
export interface TextVectors {
	readonly description: string;
	readonly spec: string;
	readonly queries: readonly { readonly versions: readonly (3 | 4)[]; readonly text: string }[];
	readonly whitespaceTags: readonly {
		readonly versions: readonly (3 | 4)[];
		readonly plain: string;
		readonly text: string;
	}[];
	readonly errors: readonly { readonly code: 1 | 2 | 3; readonly text: string }[];
	readonly plaintexts: readonly PlaintextCase[];
	readonly fragments: readonly FragmentsCase[];
}

const VERSIONS: readonly (readonly (3 | 4)[])[] = [[4], [3], [4, 3]];

const PLAINTEXTS: readonly Omit<PlaintextCase, "plaintext">[] = [
	{ text: "", tlvs: [], paddingTo: 1 },
	{ text: "Où est le chat ?", tlvs: [], paddingTo: 1 },
	{ text: "hi", tlvs: [{ type: 1, value: "" }], paddingTo: 1 },
	{
		text: "",
		tlvs: [
			{ type: 7, value: "00000042aabb" },
			{ type: 6, value: "" },
		],
		paddingTo: 16,
	},
	{ text: "eleven byte", tlvs: [], paddingTo: 16 },
	{ text: "sixteen bytes ok", tlvs: [], paddingTo: 16 },
];

export function plaintextReference({ text, tlvs, paddingTo }: Omit<PlaintextCase, "plaintext">): string {
	const records = tlvs.map(({ type, value }) => ({ type, value: bytes(value) }));
	return hex(reference.plaintext(text, records, paddingTo));
}

export function fragmentsReference(given: FragmentsCase): Pick<FragmentsCase, "text" | "fragments"> {
	const text = reference.encodedText(bytes(given.message));
	const { identifier, senderTag, receiverTag, maxChars } = given;
	return { text, fragments: reference.fragments(text, identifier, senderTag, receiverTag, maxChars) };
}

function fragmentsCase(length: number, maxChars: number, receiverTag: number): FragmentsCase {
	const message = seeded(`fragments/${length}`)(length);
	const text = encodeText(message);
	const common = { identifier: 0x89abcdef, senderTag: 0x100, receiverTag, maxChars };
	return { message: hex(message), text, ...common, fragments: must(split(text, common)) };
}

export function textVectors(): TextVectors {
	return {
		description: "Texts for the carrier, fragments of encoded messages, and plaintexts of data messages.",
		spec: 'otrv4.md at 0f844b0, "Query Messages", "Whitespace Tags", "OTR Error Messages", "Encoded Messages", "Transmitting Fragments", "Data Message", "TLV Record Types"',
		queries: VERSIONS.map((versions) => ({ versions, text: queryMessage(versions) })),
		whitespaceTags: VERSIONS.map((versions) => {
			const plain = "hello";
			return { versions, plain, text: appendWhitespaceTag(plain, versions) };
		}),
		errors: ([1, 2, 3] as const).map((code) => ({ code, text: errorMessage(code) })),
		plaintexts: PLAINTEXTS.map((one) => {
			const tlvs = one.tlvs.map(({ type, value }) => ({ type: type as TlvType, value: bytes(value) }));
			return { ...one, plaintext: hex(must(encodePlaintext({ ...one, tlvs }))) };
		}),
		fragments: [fragmentsCase(30, 49, 0), fragmentsCase(31, 60, 0), fragmentsCase(300, 140, 0xfedcba98)],
	};
}
