import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { generateKeySet, type OwnKeySet } from "../src/key-set.ts";
import { decryptOnce, encryptOnce, openBox, seal } from "../src/session/sealed-box.ts";
import type { SealedBox } from "../src/wire/messages.ts";
import { seeded, suiteOf } from "./support/place.ts";

function flipped<T extends Uint8Array>(bytes: T, at: number): T {
	const out = bytes.slice();
	out[at] = (out[at] as number) ^ 0x10;
	return out as T;
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const random = seeded(`box/${id}`);
	const recipient = generateKeySet(suite, random);
	const context = [random(32), random(32)];
	const plaintext = random(129);

	function sealTo(keys: OwnKeySet): SealedBox {
		const sealed = seal(suite, keys.public, context, plaintext, random);
		return sealed.ok ? sealed.value : assert.fail(sealed.error);
	}
	const box = sealTo(recipient);

	describe(`sealed boxes, suite ${id}`, () => {
		test("the recipient opens it, in its context", () => {
			const opened = openBox(suite, recipient, context, box);
			assert.ok(opened.ok);
			assert.equal(hex(opened.value), hex(plaintext));
			assert.equal(box.ciphertext.length, plaintext.length);
			assert.ok(!hex(box.ciphertext).includes(hex(plaintext.subarray(0, 8))));
		});

		test("not in another context", () => {
			const [a, b] = context as [Uint8Array, Uint8Array];
			const joined = Uint8Array.from([...a, ...b]);
			for (const other of [[], [a], [b, a], [a, b, a], [joined], [flipped(a, 0), b]]) {
				assert.deepEqual(openBox(suite, recipient, other, box), { ok: false, error: "does-not-open" });
			}
		});

		test("not by another, nor by one who has half of the keys", () => {
			const stranger = generateKeySet(suite, random);
			const halves = [
				stranger,
				{ ...recipient, s: stranger.s },
				{ ...recipient, public: stranger.public },
				...(suite.kem ? [{ ...recipient, boxKem: stranger.boxKem }] : []),
			];
			for (const keys of halves) {
				assert.deepEqual(openBox(suite, keys, context, box), { ok: false, error: "does-not-open" });
			}
		});

		test("not with a bit of it flipped", () => {
			const changed: SealedBox[] = [0, 15, 31].map((at) => ({ ...box, mac: flipped(box.mac, at) }));
			for (const at of [0, 64, 128]) changed.push({ ...box, ciphertext: flipped(box.ciphertext, at) });
			changed.push({ ...box, ciphertext: box.ciphertext.subarray(1) });
			changed.push({ ...box, ephemeral: recipient.public.y });
			if (box.kemCiphertext) {
				for (const at of [0, 500, 1087]) changed.push({ ...box, kemCiphertext: flipped(box.kemCiphertext, at) });
			}
			for (const bad of changed) {
				assert.deepEqual(openBox(suite, recipient, context, bad), { ok: false, error: "does-not-open" });
			}
		});

		test("the same twice is two boxes that share nothing", () => {
			const other = sealTo(recipient);
			assert.notEqual(hex(box.ephemeral.bytes), hex(other.ephemeral.bytes));
			assert.notEqual(hex(box.ciphertext), hex(other.ciphertext));
			assert.notEqual(hex(box.mac), hex(other.mac));
			if (box.kemCiphertext) assert.notEqual(hex(box.kemCiphertext), hex(other.kemCiphertext ?? new Uint8Array()));
		});

		test("keys of no use are refused: a point of small order, a KEM key that is not known in full", () => {
			const point = suite.primitives.parseDhPublicKey(new Uint8Array(32));
			assert.ok(point.ok);
			const to = { b: point.value, bek: recipient.public.bek };
			assert.deepEqual(seal(suite, to, context, plaintext, random), { ok: false, error: "unusable-key" });
			const bad = { ...box, ephemeral: point.value };
			assert.deepEqual(openBox(suite, recipient, context, bad), { ok: false, error: "unusable-key" });
			const bek =
				id === 2 ? { hash: new Uint8Array(32), key: undefined } : generateKeySet(suiteOf(2), random).public.bek;
			const unfit = seal(suite, { b: recipient.public.b, bek }, context, plaintext, random);
			assert.deepEqual(unfit, { ok: false, error: "unusable-key" });
		});
	});

	describe(`encryption under a key used once, suite ${id}`, () => {
		const key = random(32);
		const sealed = encryptOnce(suite, key, context, plaintext);

		test("opens with its key, in its context", () => {
			const opened = decryptOnce(suite, key, context, sealed);
			assert.ok(opened.ok);
			assert.equal(hex(opened.value), hex(plaintext));
		});

		test("and with nothing else", () => {
			const wrong = [
				decryptOnce(suite, flipped(key, 3), context, sealed),
				decryptOnce(suite, key, context.slice(1), sealed),
				decryptOnce(suite, key, context, { ...sealed, mac: flipped(sealed.mac, 31) }),
				decryptOnce(suite, key, context, { ...sealed, ciphertext: flipped(sealed.ciphertext, 0) }),
			];
			for (const result of wrong) assert.deepEqual(result, { ok: false, error: "does-not-open" });
		});
	});
}
