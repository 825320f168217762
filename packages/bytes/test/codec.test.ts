import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { concat, type DecodeError, decode, encode, hex, type Reader, type Writer } from "../src/index.ts";

const LIMIT = 300;

/** One value of each kind that the codec knows. */
interface Everything {
	readonly small: number;
	readonly middle: number;
	readonly large: number;
	readonly flag: boolean;
	readonly fixed: Uint8Array;
	readonly variable: Uint8Array;
	readonly list: readonly number[];
}

const everything: fc.Arbitrary<Everything> = fc.record(
	{
		small: fc.integer({ min: 0, max: 0xff }),
		middle: fc.integer({ min: 0, max: 0xffff }),
		large: fc.integer({ min: 0, max: 0xffff_ffff }),
		flag: fc.boolean(),
		fixed: fc.uint8Array({ minLength: 5, maxLength: 5 }),
		variable: fc.uint8Array({ maxLength: LIMIT }),
		list: fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: LIMIT }),
	},
	{ noNullPrototype: true },
);

function write(w: Writer, value: Everything): void {
	w.u8(value.small).u16(value.middle).u32(value.large);
	w.u8(value.flag ? 1 : 0)
		.fixed(value.fixed, 5)
		.variable(value.variable);
	w.list(value.list, (x, item) => x.u16(item));
}

function read(r: Reader): Everything {
	return {
		small: r.u8(),
		middle: r.u16(),
		large: r.u32(),
		flag: r.flag(),
		fixed: r.fixed(5),
		variable: r.variable(LIMIT),
		list: r.list(LIMIT, (x) => x.u16()),
	};
}

function refusal(bytes: Uint8Array, reader: (r: Reader) => unknown): DecodeError {
	const result = decode(bytes, reader);
	return result.ok ? assert.fail("read") : result.error;
}

describe("the binary encoding", () => {
	test("round trip", () => {
		fc.assert(
			fc.property(everything, (value) => {
				const bytes = encode((w) => write(w, value));
				assert.deepEqual(decode(bytes, read), { ok: true, value });
			}),
		);
	});

	test("what a decoder reads is exactly what the encoder writes (WIRE-2)", () => {
		fc.assert(
			fc.property(everything, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, change) => {
				const bytes = encode((w) => write(w, value));
				const at = place % bytes.length;
				bytes[at] = (bytes[at] as number) ^ change;
				const result = decode(bytes, read);
				if (result.ok)
					assert.deepEqual(
						encode((w) => write(w, result.value)),
						bytes,
					);
			}),
		);
	});

	test("refuses everything cut short or made longer, and says where", () => {
		fc.assert(
			fc.property(everything, fc.nat(), (value, place) => {
				const bytes = encode((w) => write(w, value));
				const cut = refusal(bytes.subarray(0, place % bytes.length), read);
				assert.equal(cut.kind, "decode");
				assert.ok(cut.at <= place % bytes.length);
				assert.match(cut.expected, /^\d+ more bytes$/);
				const long = refusal(concat(bytes, Uint8Array.of(0)), read);
				assert.deepEqual(long, { kind: "decode", at: bytes.length, expected: "the end", got: "1 more bytes" });
			}),
		);
	});

	test("any bytes are a value or a refusal, never an exception", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
				const result = decode(bytes, read);
				if (result.ok)
					assert.deepEqual(
						encode((w) => write(w, result.value)),
						bytes,
					);
				else assert.equal(result.error.kind, "decode");
			}),
			{ numRuns: 500 },
		);
	});
});

describe("Writer", () => {
	test("integers are big-endian", () => {
		assert.equal(hex(encode((w) => w.u8(1).u16(0x0203).u32(0x0405_0607))), "01020304050607");
		assert.equal(hex(encode((w) => w.u8(255).u16(65_535).u32(4_294_967_295))), "ff".repeat(7));
	});

	test("refuses what does not fit: a bug of the caller's", () => {
		for (const [value, bits] of [
			[256, 8],
			[65_536, 16],
			[4_294_967_296, 32],
		] as const) {
			for (const bad of [value, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
				assert.throws(
					() => encode((w) => (bits === 8 ? w.u8(bad) : bits === 16 ? w.u16(bad) : w.u32(bad))),
					RangeError,
				);
			}
		}
		assert.throws(() => encode((w) => w.fixed(new Uint8Array(31), 32)), RangeError);
		assert.throws(() => encode((w) => w.fixed(new Uint8Array(33), 32)), RangeError);
		assert.throws(() => encode((w) => w.list(new Array(65_536).fill(0), (x) => x)), RangeError);
	});

	test("grows across 256 bytes wherever the growing write starts, and keeps what was written", () => {
		const pattern = (length: number, from: number): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i);
		for (const first of [0, 1, 200, 252, 253, 254, 255, 256, 257, 511, 512, 513]) {
			for (const second of [0, 1, 3, 4, 255, 256, 257, 1000]) {
				const [a, b] = [pattern(first, 1), pattern(second, 101)];
				const bytes = encode((w) => w.fixed(a, first).variable(b).u32(0xdead_beef).u16(0xcafe).u8(7));
				const length = second.toString(16).padStart(8, "0");
				assert.equal(hex(bytes), `${hex(a)}${length}${hex(b)}deadbeefcafe07`, `${first} and ${second}`);
			}
		}
	});

	test("gives out memory of its own", () => {
		let writer: Writer | undefined;
		const bytes = encode((w) => {
			writer = w.u32(1);
		});
		bytes.fill(9);
		assert.equal(hex(writer?.finish() ?? new Uint8Array()), "00000001");
	});
});

describe("Reader", () => {
	test("limits lengths and counts before it reads on", () => {
		const long = encode((w) => w.variable(new Uint8Array(11)));
		assert.deepEqual(
			refusal(long, (r) => r.variable(10)),
			{ kind: "decode", at: 4, expected: "at most 10 bytes", got: "11" },
		);
		const many = encode((w) => w.list([1, 2, 3], (x, item) => x.u8(item)));
		assert.deepEqual(
			refusal(many, (r) => r.list(2, (x) => x.u8())),
			{ kind: "decode", at: 2, expected: "at most 2 items", got: "3" },
		);
		const huge = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
		assert.equal(refusal(huge, (r) => r.variable(0xffff_ffff)).expected, "4294967295 more bytes");
		assert.equal(refusal(Uint8Array.of(0xff, 0xff), (r) => r.list(65_535, (x) => x.u8())).expected, "1 more bytes");
	});

	test("a flag is 0 or 1", () => {
		for (let value = 0; value < 256; value++) {
			const result = decode(Uint8Array.of(value), (r) => r.flag());
			assert.equal(result.ok, value < 2);
			if (result.ok) assert.equal(result.value, value === 1);
		}
	});

	test("copies what it reads", () => {
		const bytes = Uint8Array.of(1, 2, 3);
		const result = decode(bytes, (r) => r.fixed(3));
		bytes.fill(9);
		assert.deepEqual(result, { ok: true, value: Uint8Array.of(1, 2, 3) });
	});

	test("an exception that is not a refusal is passed on: it is our bug", () => {
		assert.throws(
			() =>
				decode(new Uint8Array(1), () => {
					throw new TypeError("ours");
				}),
			TypeError,
		);
	});
});
