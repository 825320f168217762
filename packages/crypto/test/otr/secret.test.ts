import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { hex } from "@clowder/bytes";
import type { Secret } from "@clowder/crypto";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import type { OtrBackend } from "../../src/otr/backend.ts";
import { nobleBackend } from "../../src/otr/noble-backend.ts";
import { otrPrimitivesOf } from "../../src/otr/of-backend.ts";
import { type SecretScalarImpl, scalarValue } from "../../src/otr/scalar.ts";
import { readSecret, SecretBytes } from "../../src/secret.ts";
import * as ref from "./reference.ts";
import { secretOf, seeded } from "./support.ts";

const SEED: Uint8Array = Uint8Array.from({ length: 57 }, (_, i) => 0xa0 + i);
const DH_SEED: Uint8Array = Uint8Array.from({ length: 80 }, (_, i) => 0x90 + i);
const BACKENDS = [otrNoblePrimitives, otrNodePrimitives] as const;

/** Each was used, so that what a backend keeps with it is there. */
function secretsOf(p: OtrPrimitives): Record<string, Secret> {
	const pair = p.ed448.keyPair(SEED);
	p.ed448.sign(pair, SEED);
	const scalar = p.ed448.derivedScalar(SEED, false);
	p.ed448.multiplyBase(scalar);
	const dh = p.dh.keyPair(DH_SEED);
	p.dh.agree(dh, dh.publicKey);
	return { "key pair": pair, "scalar of a key pair": pair.scalar, scalar, "DH key pair": dh };
}

/** Every form in which bytes show when printed: hexadecimal, base64, decimal with commas or not, a number. */
function formsOf(bytes: Uint8Array): string[] {
	const some = bytes.subarray(4, 12);
	const number = ref.fromLittleEndian(bytes).toString().slice(3, 20);
	const base64 = Buffer.from(bytes).toString("base64").slice(2, 14);
	return [hex(some), base64, base64.replaceAll("+", "-"), some.join(","), some.join(", "), number];
}

describe("CRYPTO-12: the secrets of OTRv4 do not print", () => {
	for (const p of BACKENDS) {
		for (const [name, secret] of Object.entries(secretsOf(p))) {
			it(`${name} (${p.backend})`, () => {
				assert.equal(String(secret), "[secret]");
				assert.equal(JSON.stringify(secret), '"[secret]"');
				assert.equal(inspect(secret), "[secret]");
				assert.ok(secret instanceof SecretBytes);
				const scalar = ref.toLittleEndian(ref.secretScalar(SEED) % ref.Q);
				const forms = [SEED, DH_SEED, scalar, readSecret(secret)].flatMap(formsOf);
				const prints = [
					inspect({ nested: [secret] }, { depth: 9 }),
					inspect(secret, { customInspect: false, showHidden: true, depth: 9, getters: true, maxArrayLength: null }),
					JSON.stringify({ nested: [secret] }),
					JSON.stringify(Object.entries(secret)),
					inspect(new Error("something failed", { cause: secret })),
				];
				for (const print of prints) {
					for (const form of forms) assert.ok(!print.includes(form), print);
				}
			});
		}
	}
});

describe("CRYPTO-13: the secrets of OTRv4 can be erased", () => {
	for (const p of BACKENDS) {
		const { ed448, dh } = p;

		it(`using one afterwards throws; its public key stays (${p.backend})`, () => {
			const [pair, scalar, dhPair] = [ed448.keyPair(SEED), ed448.hashedScalar(SEED), dh.keyPair(DH_SEED)];
			const [other, factor] = [dh.keyPair(seeded("other", 80)), ed448.scalar(SEED)];
			const uses = [
				() => ed448.sign(pair, SEED),
				() => pair.reveal(),
				() => ed448.multiplyBase(pair.scalar),
				() => ed448.multiply(ed448.base, pair.scalar),
				() => ed448.multiplyBase(scalar),
				() => ed448.multiply(ed448.base, scalar),
				() => ed448.multiplyBlinded(ed448.base, scalar, seeded("blind")),
				() => ed448.respond(scalar, []),
				() => ed448.respond(ed448.hashedScalar(seeded("r")), [{ factor, secret: scalar }]),
				() => dhPair.reveal(),
				() => dh.agree(dhPair, other.publicKey),
				() => dh.respond(dhPair, []),
				() => dh.respond(other, [{ factor: dh.exponent(Uint8Array.of(3)), secret: dhPair }]),
			];
			const signature = ed448.sign(pair, SEED);
			for (const use of uses) use();
			for (const secret of [pair, scalar, dhPair]) {
				secret.erase();
				secret.erase();
			}
			for (const use of uses) assert.throws(use, /erased/, use.toString());
			assert.equal(ed448.verify(pair.publicKey, SEED, signature), true);
			assert.equal(dh.agree(other, dhPair.publicKey).length > 0, true);
			assert.equal(inspect(pair), "[secret]");
		});

		it(`erasing overwrites the bytes, and not those of the caller (${p.backend})`, () => {
			const [mine, dhMine] = [SEED.slice(), DH_SEED.slice()];
			const [pair, dhPair] = [ed448.keyPair(mine), dh.keyPair(dhMine)];
			const scalar = ed448.derivedScalar(mine, true);
			const [revealed, dhRevealed] = [pair.reveal(), dhPair.reveal()];
			for (const secret of [pair, pair.scalar, scalar, dhPair]) {
				assert.ok(secret instanceof SecretBytes);
				const inside = readSecret(secret);
				assert.ok(inside.some((byte) => byte !== 0));
				if (secret !== pair) secret.erase();
				if (secret !== pair) assert.ok(inside.every((byte) => byte === 0));
			}
			pair.erase();
			assert.deepEqual([mine, revealed], [SEED, SEED]);
			assert.deepEqual([dhMine, dhRevealed], [DH_SEED, DH_SEED]);
		});

		it(`erasing a key pair erases its scalar (${p.backend})`, () => {
			const pair = ed448.keyPair(SEED);
			assert.ok(pair.scalar instanceof SecretBytes && pair instanceof SecretBytes);
			const inside = [readSecret(pair.scalar), readSecret(pair)];
			pair.erase();
			for (const bytes of inside) assert.equal(hex(bytes), "00".repeat(57));
		});
	}
});

describe("CRYPTO-23: a blinded multiplication", () => {
	const multiplied: { readonly scalar: SecretScalarImpl; readonly value: bigint }[] = [];
	const recording: OtrBackend = {
		...nobleBackend,
		multiply(point, scalar) {
			multiplied.push({ scalar, value: scalarValue(scalar) });
			return nobleBackend.multiply(point, scalar);
		},
	};
	const p = otrPrimitivesOf(recording);
	const blinded = (secret: bigint, random: Uint8Array): typeof multiplied => {
		multiplied.length = 0;
		p.ed448.multiplyBlinded(p.ed448.base, secretOf(p, secret), random);
		return [...multiplied];
	};
	const secret = ref.fromLittleEndian(seeded("long-lived")) % ref.Q;

	it("multiplies by two scalars whose sum is the secret, and by no other", () => {
		for (const name of ["one", "two", "three"]) {
			const random = seeded(name);
			const used = blinded(secret, random);
			assert.equal(used.length, 2);
			assert.equal(used.reduce((sum, { value }) => sum + value, 0n) % ref.Q, secret);
			assert.equal(used[0]?.value, ref.fromLittleEndian(ref.shake256([random], 114)) % ref.Q);
			assert.ok(used.every(({ value }) => value !== secret));
		}
	});

	it("uses other scalars each time", () => {
		const all = ["one", "two", "three"].flatMap((name) => blinded(secret, seeded(name)).map(({ value }) => value));
		assert.equal(new Set(all).size, 6);
	});

	it("erases them", () => {
		for (const { scalar } of blinded(secret, seeded("one"))) assert.throws(() => readSecret(scalar), /erased/);
	});
});
