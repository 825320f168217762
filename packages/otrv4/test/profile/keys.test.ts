import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, fromHex, hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import * as fc from "fast-check";
import { FORGING_KEY_ATTEMPTS_MAX } from "../../src/limits.ts";
import { fingerprintOf, formatFingerprint } from "../../src/profile/fingerprint.ts";
import { forgingKeyFrom, generateForgingKey } from "../../src/profile/forging-key.ts";
import { transitionalDigest } from "../../src/profile/transitional-signature.ts";
import { checkOwnVersions, checkPeerVersions, versionString, versionsOf } from "../../src/profile/versions.ts";
import { bytes, check, must, refused } from "../wire/support.ts";
import { bigEndian, DSA, dsaKey, keyPair, primitives, seeded, unwrap } from "./support.ts";

/** The known answers of otr4j, 10cdeff: a key's 57 random bytes are its number and 56 zeros. */
const KNOWN = [
	[
		1,
		2,
		"f3a1f137f386526fdb7e825cab2284f1306347282ae1e27be4ad34702422930305071b31ea4ca35f9bcde8283d5dba22032a41adc6958096",
	],
	[
		3,
		4,
		"7d9a0417c221e36522f317e5a2fc8794d9ecd691c6e2ad77fd9abaee7936524ab1336e9f11b7a3ad35feef1e5addf3ab6cb7d00b133911b5",
	],
] as const;

test("fingerprints are those of otr4j, on both backends", () => {
	for (const backend of [primitives, otrNoblePrimitives]) {
		for (const [h, f, expected] of KNOWN) {
			const [publicKey, forgingKey] = [h, f].map(
				(number) => backend.ed448.keyPair(bytes(number, new Uint8Array(56))).publicKey.bytes,
			) as [Bytes<"POINT">, Bytes<"POINT">];
			const fingerprint = fingerprintOf(backend, publicKey, forgingKey);
			assert.equal(hex(fingerprint), expected);
			assert.notEqual(hex(fingerprintOf(backend, forgingKey, publicKey)), expected);
		}
	}
});

test("a fingerprint is shown in 14 groups of 8 digits", () => {
	const shown = formatFingerprint(unwrap(fromHex(KNOWN[0][2])) as Bytes<"Fingerprint">);
	assert.match(shown, /^F3A1F137 F386526F( [0-9A-F]{8}){11} C6958096$/);
	assert.equal(shown.replaceAll(" ", "").toLowerCase(), KNOWN[0][2]);
});

test("a forging key has its secret only if it is to be kept", () => {
	const kept = generateForgingKey(primitives, seeded("kept"), true);
	assert.deepEqual(kept.keyPair?.publicKey.bytes, kept.publicKey.bytes);
	const point = generateForgingKey(primitives, seeded("point"), false);
	assert.deepEqual(Object.keys(point), ["publicKey"]);
	assert.ok(primitives.ed448.parsePoint(point.publicKey.bytes).ok);
	assert.notDeepEqual(generateForgingKey(primitives, seeded("another"), false).publicKey.bytes, point.publicKey.bytes);
	const pair = keyPair("own");
	assert.equal(forgingKeyFrom(pair).keyPair, pair);
	assert.equal(forgingKeyFrom(pair).publicKey, pair.publicKey);
});

test("random bytes that are no point are passed over, but not for ever", () => {
	let asked = 0;
	const never: OtrPrimitives = { ...primitives, ed448: { ...primitives.ed448, pointFrom: () => undefined } };
	const count = (length: number): Uint8Array => {
		asked += 1;
		assert.equal(length, 57);
		return new Uint8Array(length);
	};
	assert.throws(() => generateForgingKey(never, count, false), /without a point/);
	assert.equal(asked, FORGING_KEY_ATTEMPTS_MAX);
	const third: OtrPrimitives = {
		...primitives,
		ed448: { ...primitives.ed448, pointFrom: () => (asked % 3 === 0 ? primitives.ed448.base : undefined) },
	};
	asked = 0;
	assert.equal(generateForgingKey(third, count, false).publicKey, primitives.ed448.base);
	assert.equal(asked, 3);
});

test("the random bytes of a kept forging key are erased", () => {
	const random = seeded("erased")(57);
	generateForgingKey(primitives, () => random, true);
	assert.deepEqual(random, new Uint8Array(57));
});

test("versions: known ones in either order, others ignored", () => {
	assert.deepEqual(versionsOf("34"), [4, 3]);
	assert.deepEqual(versionsOf("x43354"), [4, 3]);
	assert.deepEqual(versionsOf("12"), []);
	assert.equal(versionString([3, 4]), "43");
	assert.equal(versionString([]), "");
	must(checkPeerVersions("p", "4"));
	refused(checkPeerVersions("p", "35"), "incompatible", "version");
	refused(checkPeerVersions("p", "41"), "peer", "version");
	must(checkOwnVersions("p", "34", "otrv3-compatible"));
	refused(checkOwnVersions("p", "34", "interactive-only"), "caller", "version");
});

test("what the OTRv3 key signs is the fields as one number modulo q", () => {
	check(
		fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (value) => {
			const number = BigInt(`0x${Buffer.from(value).toString("hex")}`);
			assert.deepEqual(transitionalDigest(dsaKey, value), bigEndian(number % DSA.q, 20));
		}),
		100,
	);
});
