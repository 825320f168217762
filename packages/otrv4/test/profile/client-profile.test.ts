import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, decode, encode } from "@clowder/bytes";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import * as fc from "fast-check";
import { CLIENT_PROFILE_MAX_BYTES } from "../../src/limits.ts";
import {
	createClientProfile,
	decodeClientProfile,
	readClientProfile,
	verifyClientProfile,
	writeClientProfile,
} from "../../src/profile/client-profile.ts";
import { renewalDue } from "../../src/profile/expiry.ts";
import { fingerprintOf } from "../../src/profile/fingerprint.ts";
import { bytes, check, clientProfileBytes, damaged, FIELDS, must, refused, u32 } from "../wire/support.ts";
import {
	content,
	created,
	DSA_NUMBERS,
	dsaSign,
	expectation,
	keyPair,
	NO_POINT,
	NOW,
	primitives,
	TAG,
	transitional,
} from "./support.ts";

const { keyPair: owner, forgingKey, expiresAtSeconds } = content();
const REQUIRED = [
	FIELDS.tag(TAG),
	FIELDS.publicKey(owner.publicKey.bytes),
	FIELDS.forgingKey(forgingKey.bytes),
	FIELDS.versions("4"),
	FIELDS.expiration(expiresAtSeconds),
];

/** A profile of these fields in this order, signed as they stand. */
function signed(fields: readonly Uint8Array[], by: typeof owner = owner): Uint8Array {
	return bytes(u32(fields.length), ...fields, primitives.ed448.sign(by, bytes(...fields)));
}

function verify(
	encoded: Uint8Array,
	change: Parameters<typeof expectation>[0] = {},
): ReturnType<typeof verifyClientProfile> {
	return verifyClientProfile(primitives, must(decodeClientProfile(encoded)), expectation(change));
}

test("a profile is its fields in ascending order, signed without their number", () => {
	const made = created();
	assert.deepEqual(made.profile.bytes, signed(REQUIRED));
	assert.deepEqual(made.fingerprint, fingerprintOf(primitives, owner.publicKey.bytes, forgingKey.bytes));
	const { publicKey, fingerprint } = must(verify(made.profile.bytes));
	assert.deepEqual(publicKey.bytes, owner.publicKey.bytes);
	assert.deepEqual(fingerprint, made.fingerprint);
	const other = must(createClientProfile(otrNoblePrimitives, content()));
	assert.deepEqual(other.profile.bytes, made.profile.bytes);
});

test("a profile with both versions has the OTRv3 key and its signature over the other six fields", () => {
	const fields = [
		...REQUIRED.slice(0, 3),
		FIELDS.versions("34"),
		REQUIRED[4] as Uint8Array,
		FIELDS.dsaKey(DSA_NUMBERS),
	];
	const encoded = signed([...fields, FIELDS.transitional(dsaSign(bytes(...fields)))]);
	const made = created({ versions: "34", transitional });
	assert.deepEqual(made.profile.bytes, encoded);
	const read = must(decodeClientProfile(encoded));
	assert.deepEqual(read.dsaKey, transitional.publicKey.bytes);
	assert.equal(read.transitionalSignature?.length, 40);
	must(verify(encoded));
});

test("every profile is written as it was read, whatever the order of its fields", () => {
	check(
		fc.property(clientProfileBytes, (value) => {
			const profile = must(decodeClientProfile(value));
			assert.deepEqual(profile.bytes, value);
			assert.deepEqual(
				encode((w) => writeClientProfile(w, profile)),
				value,
			);
		}),
	);
});

test("of damaged profiles and of random bytes the decoder takes those that are written so", () => {
	check(
		fc.property(fc.oneof(damaged(clientProfileBytes), fc.uint8Array({ maxLength: 500 })), (value) => {
			const read = decodeClientProfile(value);
			if (read.ok) assert.deepEqual(read.value.bytes, value);
			else assert.equal(read.error.blame, "peer");
		}),
		2000,
	);
});

test("a profile is good in any order of its fields, signed as they stand", () => {
	must(verify(signed([...REQUIRED].reverse())));
	const transitionalFirst = [FIELDS.dsaKey(DSA_NUMBERS), ...REQUIRED];
	const signature = FIELDS.transitional(dsaSign(bytes(...transitionalFirst)));
	must(verify(signed([FIELDS.dsaKey(DSA_NUMBERS), signature, ...REQUIRED])));
	refused(verify(bytes(u32(5), ...[...REQUIRED].reverse(), signed(REQUIRED).subarray(-114))), "peer", "signature");
});

test("each required field must be there, none twice, and none that is unknown", () => {
	for (let i = 0; i < REQUIRED.length; i++) {
		refused(decodeClientProfile(signed(REQUIRED.filter((_, j) => j !== i))), "peer", "malformed");
		const { expected } = refused(
			decodeClientProfile(signed([...REQUIRED, REQUIRED[i] as Uint8Array])),
			"peer",
			"malformed",
		);
		assert.match(expected, /each field once/);
	}
	for (const type of [0, 8, 255])
		refused(decodeClientProfile(signed([...REQUIRED, bytes(0, type)])), "peer", "malformed");
	for (const type of [6, 7]) {
		const field = type === 6 ? FIELDS.dsaKey(DSA_NUMBERS) : FIELDS.transitional(new Uint8Array(40));
		must(decodeClientProfile(signed([...REQUIRED, field])));
		refused(decodeClientProfile(signed([...REQUIRED, field, field])), "peer", "malformed");
	}
	refused(decodeClientProfile(bytes(u32(0), new Uint8Array(114))), "peer", "malformed");
	refused(decodeClientProfile(bytes(u32(8), ...REQUIRED)), "peer", "malformed");
	refused(decodeClientProfile(bytes(255, 255, 255, 255)), "peer", "malformed");
});

test("key types, tags, dates, versions and numbers that there are not", () => {
	const replaced = (i: number, field: Uint8Array): Uint8Array =>
		signed(REQUIRED.map((old, j) => (i === j ? field : old)));
	const bad: readonly (readonly [number, Uint8Array])[] = [
		[0, bytes(0, 1, u32(0xff))],
		[1, bytes(0, 2, 0, 0x10, owner.publicKey.bytes)],
		[1, bytes(0, 2, 0x12, 0, owner.publicKey.bytes)],
		[2, bytes(0, 3, 0x10, 0, forgingKey.bytes)],
		[3, bytes(0, 4, u32(33), new Uint8Array(33).fill(52))],
		[4, bytes(0, 5, 0x7f, 255, 255, 255, 255, 255, 255, 255)],
	];
	for (const [i, field] of bad) refused(decodeClientProfile(replaced(i, field)), "peer", "malformed");
	must(decodeClientProfile(replaced(3, bytes(0, 4, u32(32), new Uint8Array(32).fill(52)))));
	const [p, q, g, y] = DSA_NUMBERS as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
	const keys = [
		FIELDS.dsaKey([bytes(0, p), q, g, y]),
		FIELDS.dsaKey([p, bytes(1, new Uint8Array(32)), g, y]),
		FIELDS.dsaKey([bytes(1, new Uint8Array(384)), q, g, y]),
		bytes(0, 6, 0, 1, FIELDS.dsaKey(DSA_NUMBERS).subarray(4)),
	];
	for (const key of keys) refused(decodeClientProfile(signed([...REQUIRED, key])), "peer", "malformed");
});

test("the largest profile is within its limit, and a larger text is not looked at", () => {
	const number = bytes(1, new Uint8Array(383));
	const key = FIELDS.dsaKey([number, bytes(1, new Uint8Array(31)), number, number]);
	const fields = [
		...REQUIRED.slice(0, 3),
		FIELDS.versions("4".repeat(32)),
		REQUIRED[4] as Uint8Array,
		key,
		FIELDS.transitional(new Uint8Array(64)),
	];
	const largest = bytes(u32(7), ...fields, new Uint8Array(114));
	assert.equal(largest.length, CLIENT_PROFILE_MAX_BYTES);
	must(decodeClientProfile(largest));
	refused(decodeClientProfile(bytes(largest, 0)), "peer", "limit");
});

test("whatever bit of a profile is changed, it is refused", () => {
	const good = created({ versions: "34", transitional }).profile.bytes;
	// A bit of each byte; another one for each byte.
	for (let i = 0; i < good.length; i++) {
		const changed = good.slice();
		changed[i] = (changed[i] as number) ^ (1 << (i % 8));
		const read = decodeClientProfile(changed);
		if (read.ok) assert.equal(verifyClientProfile(primitives, read.value, expectation()).ok, false, `byte ${i}`);
	}
});

test("a profile is refused for the first thing that is wrong with it", () => {
	const other = keyPair("other");
	refused(verify(signed(REQUIRED, other)), "peer", "signature");
	refused(verify(bytes(signed(REQUIRED).subarray(0, -114), new Uint8Array(114))), "peer", "signature");
	refused(verify(signed([REQUIRED[0] as Uint8Array, FIELDS.publicKey(NO_POINT), ...REQUIRED.slice(2)])), "peer", "key");
	refused(verify(signed(REQUIRED), { senderTag: TAG + 1 }), "peer", "instance-tag");
	refused(verify(signed(REQUIRED), { senderTag: TAG + 1, nowSeconds: expiresAtSeconds }), "peer", "instance-tag");
	refused(verify(signed(REQUIRED), { nowSeconds: expiresAtSeconds }), "peer", "expired");
	const versions = (text: string): Uint8Array =>
		signed([...REQUIRED.slice(0, 3), FIELDS.versions(text), REQUIRED[4] as Uint8Array]);
	refused(verify(versions("3")), "incompatible", "version");
	refused(verify(versions("")), "incompatible", "version");
	refused(verify(versions("24")), "peer", "version");
	refused(verify(versions("14")), "peer", "version");
	must(verify(versions("5x4\xff")));
	assert.match(refused(verify(versions("3\x1b[31m")), "incompatible", "version").got, /^"[!-~]+"$/);
	const forging = [...REQUIRED.slice(0, 2), FIELDS.forgingKey(NO_POINT), ...REQUIRED.slice(3)];
	refused(verify(signed(forging)), "peer", "key");
	const identity = bytes(1, new Uint8Array(56));
	refused(verify(signed([...REQUIRED.slice(0, 2), FIELDS.forgingKey(identity), ...REQUIRED.slice(3)])), "peer", "key");
});

test("an expired profile is taken within its grace, and no longer", () => {
	const encoded = signed(REQUIRED);
	must(verify(encoded, { nowSeconds: expiresAtSeconds - 1 }));
	must(verify(encoded, { nowSeconds: expiresAtSeconds, graceSeconds: 1 }));
	refused(verify(encoded, { nowSeconds: expiresAtSeconds + 1, graceSeconds: 1 }), "peer", "expired");
	const { profile } = created();
	assert.equal(renewalDue(profile, NOW, 3599), false);
	assert.equal(renewalDue(profile, NOW, 3600), true);
	assert.equal(renewalDue(profile, NOW + 3600, 0), true);
});

test("the transitional signature counts in OTRv3-compatible mode alone, and where its key is there", () => {
	const key = FIELDS.dsaKey(DSA_NUMBERS);
	const good = dsaSign(bytes(...REQUIRED, key));
	const bad = good.slice();
	bad[39] = (bad[39] as number) ^ 1;
	must(verify(signed([...REQUIRED, key, FIELDS.transitional(good)])));
	refused(verify(signed([...REQUIRED, key, FIELDS.transitional(bad)])), "peer", "signature");
	refused(verify(signed([...REQUIRED, key])), "peer", "signature");
	const [p, q, g] = DSA_NUMBERS as [Uint8Array, Uint8Array, Uint8Array];
	const noKey = FIELDS.dsaKey([p, q, g, bytes(1)]);
	refused(verify(signed([...REQUIRED, noKey, FIELDS.transitional(good)])), "peer", "key");
	must(verify(signed([...REQUIRED, FIELDS.transitional(bad)])));
	for (const mode of ["standalone", "interactive-only"] as const) {
		must(verify(signed([...REQUIRED, key, FIELDS.transitional(bad)]), { mode }));
		must(verify(signed([...REQUIRED, key]), { mode }));
	}
});

test("a transitional signature before its key is of 20-byte numbers", () => {
	const q32 = bytes(1, new Uint8Array(31));
	const [p, , g, y] = DSA_NUMBERS as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
	const key = FIELDS.dsaKey([p, q32, g, y]);
	assert.equal(
		must(decodeClientProfile(signed([...REQUIRED, key, FIELDS.transitional(new Uint8Array(64))]))).transitionalSignature
			?.length,
		64,
	);
	assert.equal(
		must(decodeClientProfile(signed([...REQUIRED, FIELDS.transitional(new Uint8Array(40)), key]))).transitionalSignature
			?.length,
		40,
	);
});

test("a profile that may not be is not made", () => {
	const make = (change: Parameters<typeof content>[0]): ReturnType<typeof createClientProfile> =>
		createClientProfile(primitives, content(change));
	for (const versions of ["", "3", "44", "134", "42", "45"]) refused(make({ versions }), "caller", "version");
	refused(make({ versions: "34" }), "caller", "version");
	refused(make({ versions: "43", transitional, mode: "standalone" }), "caller", "version");
	refused(make({ transitional, mode: "standalone" }), "caller", "mode");
	refused(make({ transitional, mode: "interactive-only" }), "caller", "mode");
	must(make({ mode: "standalone" }));
	must(make({ versions: "43", transitional }));
	for (const instanceTag of [0, 0xff, 2 ** 32]) refused(make({ instanceTag }), "caller", "instance-tag");
	for (const expiresAtSeconds of [0.5, Number.NaN, 2 ** 53]) refused(make({ expiresAtSeconds }), "caller", "malformed");
	const liar = { ...transitional, sign: () => new Uint8Array(40).fill(1) };
	refused(make({ versions: "43", transitional: liar }), "caller", "signature");
});

test("the bytes that a profile was read from may change afterwards", () => {
	const encoded = signed(REQUIRED);
	const read = decode(encoded, readClientProfile);
	assert.ok(read.ok);
	const before = read.value.publicKey.slice() as Bytes<"POINT">;
	encoded.fill(0);
	assert.deepEqual(read.value.publicKey, before);
	must(verifyClientProfile(primitives, read.value, expectation()));
});
