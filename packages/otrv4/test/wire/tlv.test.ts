import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@clowder/bytes";
import * as fc from "fast-check";
import { ENCRYPTED_MESSAGE_MAX_BYTES, PADDING_GRANULARITY_MAX_BYTES, TLVS_MAX } from "../../src/limits.ts";
import {
	decodePlaintext,
	encodePlaintext,
	type PlacedTlv,
	TLV_TYPE,
	type Tlv,
	type TlvType,
} from "../../src/wire/tlv.ts";
import { bytes, check, must, refused } from "./support.ts";

const disconnected: Tlv = { type: TLV_TYPE.disconnected, value: bytes() };
const tlv: fc.Arbitrary<Tlv> = fc
	.tuple(fc.integer({ min: 1, max: 7 }), fc.uint8Array({ maxLength: 40 }))
	.map(([type, value]) => ({ type: type as TlvType, value }));

/** Records that stand in these places. */
function placed(tlvs: readonly Tlv[], places: readonly number[] = tlvs.map((_, i) => i)): PlacedTlv[] {
	return tlvs.map((tlv, i) => ({ ...tlv, place: places[i] as number }));
}
const text = fc.string({ unit: "binary" }).map((it) => it.replaceAll("\0", ""));

test("a plaintext is its text, then NUL and the records, if there are any", () => {
	assert.deepEqual(must(encodePlaintext({ text: "hé", tlvs: [] })), utf8("hé"));
	assert.deepEqual(must(encodePlaintext({ text: "", tlvs: [] })), bytes());
	assert.deepEqual(must(encodePlaintext({ text: "", tlvs: [disconnected] })), bytes(0, 0, 1, 0, 0));
	const extra = { type: TLV_TYPE.extraSymmetricKey, value: bytes(1, 2, 3, 4, 5) };
	assert.deepEqual(
		must(encodePlaintext({ text: "a", tlvs: [disconnected, extra] })),
		bytes(97, 0, 0, 1, 0, 0, 0, 7, 0, 5, 1, 2, 3, 4, 5),
	);
	const { sentTo, ...specified } = TLV_TYPE;
	assert.deepEqual(Object.values(specified), [0, 1, 2, 3, 4, 5, 6, 7]);
	// Beyond whatever a later version of the specification may add.
	assert.ok(sentTo > 255);
	const placedSentTo = [{ type: sentTo, value: bytes(97), place: 0 }];
	assert.deepEqual(decodePlaintext(bytes(0, 1, 0, 0, 1, 97)).tlvs, placedSentTo);
});

test("what was written is read, at a multiple of the padding's granularity", () => {
	check(
		fc.property(
			text,
			fc.array(tlv, { maxLength: 5 }),
			fc.constantFrom(1, 2, 3, 16, 256, 1000),
			(text, tlvs, paddingTo) => {
				const encoded = must(encodePlaintext({ text, tlvs, paddingTo }));
				assert.equal(encoded.length % paddingTo, 0);
				assert.ok(
					encoded.length <
						utf8(text).length + 1 + tlvs.reduce((sum, { value }) => sum + 4 + value.length, 0) + 4 + paddingTo,
				);
				assert.deepEqual(decodePlaintext(encoded), { text, textIsUtf8: true, tlvs: placed(tlvs), refusals: [] });
			},
		),
	);
});

test("padding is a record of zeros, of none where there is just room for its header", () => {
	assert.deepEqual(
		must(encodePlaintext({ text: "abc", tlvs: [], paddingTo: 10 })),
		bytes(97, 98, 99, 0, 0, 0, 0, 2, 0, 0),
	);
	assert.deepEqual(
		must(encodePlaintext({ text: "abcde", tlvs: [], paddingTo: 10 })),
		bytes(97, 98, 99, 100, 101, 0, 0, 0, 0, 0),
	);
	assert.equal(must(encodePlaintext({ text: "abcdef", tlvs: [], paddingTo: 10 })).length, 20);
	assert.deepEqual(must(encodePlaintext({ text: "0123456789", tlvs: [], paddingTo: 10 })), utf8("0123456789"));
	const most = must(encodePlaintext({ text: "", tlvs: [disconnected], paddingTo: PADDING_GRANULARITY_MAX_BYTES }));
	assert.equal(most.length, PADDING_GRANULARITY_MAX_BYTES);
});

test("the caller is told what cannot be said", () => {
	refused(encodePlaintext({ text: "a\0b", tlvs: [] }), "caller", "malformed");
	refused(encodePlaintext({ text: "a\ud800", tlvs: [] }), "caller", "malformed");
	const long = { type: TLV_TYPE.smp1, value: new Uint8Array(65_536) };
	refused(encodePlaintext({ text: "", tlvs: [long] }), "caller", "limit");
	must(encodePlaintext({ text: "", tlvs: [{ ...long, value: new Uint8Array(65_535) }] }));
	refused(encodePlaintext({ text: "", tlvs: Array.from({ length: TLVS_MAX }, () => disconnected) }), "caller", "limit");
	refused(encodePlaintext({ text: "a".repeat(ENCRYPTED_MESSAGE_MAX_BYTES + 1), tlvs: [] }), "caller", "limit");
	must(encodePlaintext({ text: "a".repeat(ENCRYPTED_MESSAGE_MAX_BYTES), tlvs: [] }));
	for (const paddingTo of [0, -1, 1.5, Number.NaN, PADDING_GRANULARITY_MAX_BYTES + 1]) {
		refused(encodePlaintext({ text: "", tlvs: [], paddingTo }), "caller", "limit");
	}
});

test("as many records as can be written with padding are read", () => {
	const tlvs = Array.from({ length: TLVS_MAX - 1 }, () => disconnected);
	const encoded = must(encodePlaintext({ text: "x", tlvs, paddingTo: 999 }));
	assert.deepEqual(decodePlaintext(encoded), { text: "x", textIsUtf8: true, tlvs: placed(tlvs), refusals: [] });
	const more = decodePlaintext(bytes(0, ...Array.from({ length: TLVS_MAX + 1 }, () => [0, 1, 0, 0])));
	assert.equal(more.tlvs.length, TLVS_MAX);
	assert.deepEqual(
		more.refusals.map(({ blame, reason }) => [blame, reason]),
		[["peer", "limit"]],
	);
});

test("a corrupted record is passed over, and everything else is read", () => {
	const unknown = decodePlaintext(bytes(97, 0, 0, 1, 0, 0, 0, 8, 0, 2, 9, 9, 0, 6, 0, 0));
	assert.equal(unknown.text, "a");
	// The place counts what was passed over.
	assert.deepEqual(unknown.tlvs, placed([disconnected, { type: TLV_TYPE.smpAbort, value: bytes() }], [0, 2]));
	assert.deepEqual(
		unknown.refusals.map(({ blame, reason, got }) => [blame, reason, got]),
		[["peer", "malformed", "type 8"]],
	);
	for (const rest of [[0], [0, 6], [0, 6, 0], [0, 6, 0, 1], [255, 255, 255, 255, 0]]) {
		const incomplete = decodePlaintext(bytes(97, 0, 0, 1, 0, 0, rest));
		assert.deepEqual([incomplete.text, incomplete.tlvs], ["a", placed([disconnected])]);
		assert.deepEqual(
			incomplete.refusals.map(({ blame, reason }) => [blame, reason]),
			[["peer", "malformed"]],
		);
	}
});

test("padding is ignored wherever it stands", () => {
	const read = decodePlaintext(bytes(0, 0, 0, 0, 3, 1, 2, 3, 0, 1, 0, 0, 0, 0, 0, 0));
	assert.deepEqual(read, { text: "", textIsUtf8: true, tlvs: placed([disconnected], [1]), refusals: [] });
	assert.deepEqual(decodePlaintext(bytes(97, 0)), { text: "a", textIsUtf8: true, tlvs: [], refusals: [] });
});

test("a text that is not UTF-8 is shown as far as it is, and its records count", () => {
	const read = decodePlaintext(bytes(0xef, 0xbb, 0xbf, 97, 0xff, 98, 0, 0, 1, 0, 0));
	assert.deepEqual(read, { text: "\ufeffa\ufffdb", textIsUtf8: false, tlvs: placed([disconnected]), refusals: [] });
});

test("no bytes make it throw", () => {
	check(
		fc.property(fc.uint8Array({ maxLength: 300 }), (value) => {
			const read = decodePlaintext(bytes(value.subarray(0, value.length / 2), 0, value.subarray(value.length / 2)));
			assert.ok(!read.text.includes("\0"));
			for (const { type } of read.tlvs) assert.ok((type >= 1 && type <= 7) || type === TLV_TYPE.sentTo);
		}),
		1000,
	);
});
