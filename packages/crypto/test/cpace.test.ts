import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex, utf8 } from "@clowder/bytes";
import { type CpaceInputs, normalisePassphrase, type Primitives } from "@clowder/crypto";
import { noblePrimitives as noble } from "@clowder/crypto/noble";
import { nodePrimitives as node } from "@clowder/crypto/node";
import * as fc from "fast-check";
import type { Backend } from "../src/backend.ts";
import { calculateGenerator, cpace } from "../src/cpace.ts";
import { generatorString, lengthValues, prependLength } from "../src/cpace-strings.ts";
import { elligator2 } from "../src/elligator2.ts";
import { readSecret } from "../src/secret.ts";
import { valueOf } from "./conformance-keys.ts";
import * as textbook from "./cpace-reference.ts";
import * as ref from "./reference.ts";
import { bytes, readVectors } from "./vectors.ts";

const SEED = 20_13;
const RUNS = 40;

interface Strings {
	readonly prependLength: readonly { readonly input: string; readonly output: string }[];
	readonly lengthValues: readonly { readonly parts: readonly string[]; readonly output: string }[];
	readonly generator: Record<"dsi" | "password" | "channel" | "sid" | "string" | "hash" | "generator", string>;
}

const fields = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const scalars = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("CRYPTO-18: the strings of CPace", () => {
	const vectors = readVectors<Strings>("cpace.json");

	it("draft-irtf-cfrg-cpace: prepend_len, lv_cat, transcript_ir", () => {
		for (const { input, output } of vectors.prependLength) assert.equal(hex(prependLength(bytes(input))), output);
		for (const { parts, output } of vectors.lengthValues) {
			assert.equal(hex(lengthValues(...parts.map(bytes))), output);
		}
		assert.ok(vectors.prependLength.length === 4 && vectors.lengthValues.length === 3);
	});

	it("writes lengths of three bytes", () => {
		assert.equal(hex(prependLength(new Uint8Array(16384)).subarray(0, 4)), "80800100");
	});

	it("draft-irtf-cfrg-cpace: generator_string and calculate_generator", () => {
		const { dsi, password, channel, sid, string, hash, generator } = vectors.generator;
		const text = generatorString(bytes(dsi), bytes(password), bytes(channel), bytes(sid));
		assert.equal(hex(text), string);
		assert.equal(hex(elligator2(bytes(hash))), generator);
		for (const p of [noble, node]) {
			const backend = { sha512: (parts: readonly Uint8Array[]) => p.sha512(...parts) };
			assert.equal(hex(calculateGenerator(backend, bytes(password), bytes(channel), bytes(sid))), generator);
		}
	});

	it("fills the first block with the password and zeros, for passwords of up to 117 bytes", () => {
		const dsi = utf8("CPace255");
		for (let length = 0; length < 140; length++) {
			const text = generatorString(dsi, new Uint8Array(length).fill(1), utf8("channel"), utf8("sid"));
			const tail = lengthValues(utf8("channel"), utf8("sid"));
			assert.equal(hex(text.subarray(text.length - tail.length)), hex(tail));
			assert.ok(text.length - tail.length >= 128);
			if (length <= 117) assert.equal(text.length - tail.length, 128, `password of ${length} bytes`);
		}
	});
});

describe("CRYPTO-18: the generator", () => {
	it("is what the textbook gives, at the edges and anywhere", () => {
		const edges = [0n, 1n, ref.P - 1n, ref.P, ref.P + 1n, 2n ** 255n - 1n, 2n ** 255n, 2n ** 256n - 1n];
		for (const edge of edges) {
			const input = ref.toLittleEndian(edge);
			assert.equal(hex(elligator2(input)), hex(textbook.elligator2(input)), String(edge));
		}
		fc.assert(
			fc.property(scalars, (input) => {
				assert.equal(hex(elligator2(input)), hex(textbook.elligator2(input)));
			}),
			{ seed: SEED, numRuns: RUNS },
		);
	});
});

describe("CRYPTO-1, CRYPTO-18: whole runs, both backends and the textbook", () => {
	it("give one share and one key", () => {
		const run = fc.record({
			words: fc.string({ minLength: 1, maxLength: 150, unit: fc.constantFrom(..."abc xyz") }),
			channel: fields(200),
			sid: fc.uint8Array({ minLength: 16, maxLength: 200 }),
			initiator: fc.record({ scalar: scalars, data: fields(200) }),
			responder: fc.record({ scalar: scalars, data: fields(200) }),
		});
		fc.assert(
			fc.property(run, ({ words, ...rest }) => {
				const text = words.replace(/ +/g, " ").trim() || "a";
				const expected = textbook.outcome({ ...rest, password: utf8(text) });
				const started = (p: Primitives, role: CpaceInputs["role"]) =>
					p.cpace(
						{ role, passphrase: valueOf(normalisePassphrase(text)), ...rest, data: rest[role].data },
						rest[role].scalar,
					);
				for (const [p, q] of [
					[noble, node],
					[node, noble],
				] as const) {
					const [a, b] = [started(p, "initiator"), started(q, "responder")];
					assert.deepEqual([hex(a.share), hex(b.share)], [hex(expected.ya), hex(expected.yb)]);
					const mac = hex(noble.hmacSha512(expected.isk, utf8("label")));
					assert.equal(hex(valueOf(a.finish(b.share, rest.responder.data)).mac(utf8("label"))), mac);
					assert.equal(hex(valueOf(b.finish(a.share, rest.initiator.data)).mac(utf8("la"), utf8("bel"))), mac);
				}
			}),
			{ seed: SEED, numRuns: 20 },
		);
	});
});

/** A backend that remembers the very arrays that pass through it. */
function remembering(): { readonly backend: Backend; readonly seen: Uint8Array[] } {
	const seen: Uint8Array[] = [];
	const remember = (...arrays: readonly Uint8Array[]): Uint8Array => {
		seen.push(...arrays);
		return arrays.at(-1) as Uint8Array;
	};
	const backend: Pick<Backend, "name" | "sha512" | "hmacSha512" | "x25519"> = {
		name: "remembering",
		sha512: (parts) => remember(parts[0] as Uint8Array, noble.sha512(...parts)),
		hmacSha512: (key, parts) => noble.hmacSha512(key, ...parts),
		x25519: (scalar, peer) => {
			const key = valueOf(noble.parseDhPublicKey(peer.bytes));
			return remember(readSecret(scalar), peer.bytes, valueOf(noble.dh(noble.dhKeyPair(readSecret(scalar)), key)));
		},
	};
	return { backend: backend as Backend, seen };
}

describe("CRYPTO-20: what a run leaves behind", () => {
	it("is the shares and the key: generator, scalar, K, ISK and the strings with the password and K are zeros", () => {
		const passphrase = valueOf(normalisePassphrase("correct horse"));
		const common = { passphrase, channel: utf8("a room"), sid: new Uint8Array(16), data: new Uint8Array(0) };
		const other = noble.cpace({ ...common, role: "responder" }, new Uint8Array(32).fill(2));
		const { backend, seen } = remembering();
		const party = cpace(backend, { ...common, role: "initiator" }, new Uint8Array(32).fill(1));
		const key = valueOf(party.finish(other.share, common.data));
		const same = valueOf(other.finish(party.share, common.data));
		assert.equal(hex(key.mac(utf8("label"))), hex(same.mac(utf8("label"))));
		assert.equal(seen.length, 10);
		const left = new Set(seen.map(hex).filter((text) => /[^0]/.test(text)));
		assert.deepEqual(left, new Set([hex(party.share), hex(other.share)]));
	});
});
