import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
	createPrekeyProfile,
	decodePrekeyProfile,
	encodePrekeyProfile,
	type PrekeyProfileExpectation,
	verifyPrekeyProfile,
} from "../../src/profile/prekey-profile.ts";
import { bytes, check, damaged, fixed, must, point, refused, tag, u32 } from "../wire/support.ts";
import { keyPair, NO_POINT, NOW, primitives, TAG } from "./support.ts";

const owner = keyPair("owner");
const shared = keyPair("shared").publicKey;
const EXPIRES = NOW + 3600;
const CONTENT = { instanceTag: TAG, keyPair: owner, sharedPrekey: shared, expiresAtSeconds: EXPIRES };

function signed(
	instanceTag: number,
	expiresAtSeconds: number,
	type: readonly number[],
	key: Uint8Array,
	by: typeof owner = owner,
): Uint8Array {
	const content = bytes(u32(instanceTag), u32(0), u32(expiresAtSeconds), type, key);
	return bytes(content, primitives.ed448.sign(by, content));
}

const GOOD = signed(TAG, EXPIRES, [0x11, 0], shared.bytes);

function verify(
	encoded: Uint8Array,
	change: Partial<PrekeyProfileExpectation> = {},
): ReturnType<typeof verifyPrekeyProfile> {
	const expected = { publicKey: owner.publicKey, ownerTag: TAG, nowSeconds: NOW, graceSeconds: 0, ...change };
	return verifyPrekeyProfile(primitives, must(decodePrekeyProfile(encoded)), expected);
}

test("a prekey profile is laid out and signed as in its table", () => {
	const made = must(createPrekeyProfile(primitives, CONTENT));
	assert.deepEqual(encodePrekeyProfile(made.profile), GOOD);
	assert.deepEqual(made.sharedPrekey.bytes, shared.bytes);
	const verified = must(verify(GOOD));
	assert.deepEqual(verified.profile, made.profile);
	assert.deepEqual(verified.sharedPrekey.bytes, shared.bytes);
});

const anyProfile = fc
	.tuple(tag, fc.nat(), point, fixed<"EDDSA-SIG">(114))
	.map(([owner, expires, key, signature]) => bytes(u32(owner), u32(0), u32(expires), 0x11, 0, key, signature));

test("every profile is written as it was read, damaged ones only if they are written so", () => {
	check(
		fc.property(anyProfile, (value) => assert.deepEqual(encodePrekeyProfile(must(decodePrekeyProfile(value))), value)),
	);
	check(
		fc.property(fc.oneof(damaged(anyProfile), fc.uint8Array({ maxLength: 250 })), (value) => {
			const read = decodePrekeyProfile(value);
			if (read.ok) assert.deepEqual(encodePrekeyProfile(read.value), value);
			else assert.deepEqual([read.error.blame, read.error.reason], ["peer", "malformed"]);
		}),
		1000,
	);
});

test("a type, a tag, a length that there is not", () => {
	for (const type of [
		[0x10, 0],
		[0x12, 0],
		[0, 0x11],
	]) {
		refused(decodePrekeyProfile(signed(TAG, EXPIRES, type, shared.bytes)), "peer", "malformed");
	}
	refused(decodePrekeyProfile(signed(0xff, EXPIRES, [0x11, 0], shared.bytes)), "peer", "malformed");
	refused(decodePrekeyProfile(GOOD.subarray(1)), "peer", "malformed");
	refused(decodePrekeyProfile(bytes(GOOD, 0)), "peer", "malformed");
});

test("a profile is refused for the first thing that is wrong with it", () => {
	const other = keyPair("other");
	refused(verify(signed(TAG, EXPIRES, [0x11, 0], shared.bytes, other)), "peer", "signature");
	refused(verify(GOOD, { publicKey: other.publicKey }), "peer", "signature");
	for (let i = 0; i < GOOD.length; i++) {
		const changed = GOOD.slice();
		changed[i] = (changed[i] as number) ^ (1 << (i % 8));
		const read = decodePrekeyProfile(changed);
		if (read.ok) refused(verify(changed), "peer", "signature");
	}
	refused(verify(GOOD, { ownerTag: TAG + 1, nowSeconds: EXPIRES }), "peer", "instance-tag");
	refused(verify(GOOD, { nowSeconds: EXPIRES }), "peer", "expired");
	must(verify(GOOD, { nowSeconds: EXPIRES, graceSeconds: 1 }));
	refused(verify(GOOD, { nowSeconds: EXPIRES + 1, graceSeconds: 1 }), "peer", "expired");
	refused(verify(signed(TAG, EXPIRES, [0x11, 0], NO_POINT)), "peer", "key");
});

test("a profile that may not be is not made", () => {
	refused(createPrekeyProfile(primitives, { ...CONTENT, instanceTag: 0 }), "caller", "instance-tag");
	refused(createPrekeyProfile(primitives, { ...CONTENT, expiresAtSeconds: 0.5 }), "caller", "malformed");
});
