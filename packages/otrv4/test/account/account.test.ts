import assert from "node:assert/strict";
import { test } from "node:test";
import { createAccount } from "../../src/account/account.ts";
import {
	PREKEY_MESSAGES_MAX,
	PROFILES_KEPT_MAX,
	PROFILE_GRACE_SECONDS,
	PROFILE_LIFETIME_SECONDS,
	PROFILE_RENEWAL_SECONDS,
} from "../../src/limits.ts";
import type { Mode } from "../../src/mode.ts";
import { fingerprintOf } from "../../src/profile/fingerprint.ts";
import { account, NOW_MS } from "../support/endpoint.ts";
import { must, refusedAs } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { seeded } from "../support/random.ts";

const NOW_SECONDS: number = NOW_MS / 1000;
const RENEWAL_MS: number = NOW_MS + (PROFILE_LIFETIME_SECONDS - PROFILE_RENEWAL_SECONDS) * 1000;
const END_MS: number = NOW_MS + PROFILE_LIFETIME_SECONDS * 1000;
const GONE_MS: number = END_MS + PROFILE_GRACE_SECONDS * 1000;

function fresh(mode: Mode = "standalone"): ReturnType<typeof account> {
	return account("account", mode, fastPrimitives);
}

test("an account has a tag, a profile that says it, and a fingerprint of its two keys", () => {
	const own = fresh();
	const { profile, publicKey, forgingKey } = own.clientProfile(NOW_MS);
	assert.equal(profile.instanceTag, own.instanceTag);
	assert.ok(own.instanceTag >= 0x100);
	assert.equal(profile.versions, "4");
	assert.equal(profile.expiresAtSeconds, NOW_SECONDS + PROFILE_LIFETIME_SECONDS);
	assert.deepEqual(own.fingerprint, fingerprintOf(fastPrimitives, publicKey.bytes, forgingKey.bytes));
	assert.equal(own.renewals, 0);
});

test("versions are the mode's; a third without a key for it is refused", () => {
	const options = { primitives: fastPrimitives, random: seeded("versions") };
	for (const mode of ["standalone", "interactive-only"] as const) {
		refusedAs(createAccount({ ...options, mode, versions: "34" }, NOW_MS), "caller", "version");
	}
	refusedAs(createAccount({ ...options, mode: "otrv3-compatible", versions: "34" }, NOW_MS), "caller", "version");
	refusedAs(createAccount({ ...options, mode: "otrv3-compatible", versions: "3" }, NOW_MS), "caller", "version");
});

test("a client profile renews itself before its end, and the last one goes when its grace is over", () => {
	const own = fresh();
	const first = own.clientProfile(NOW_MS);
	assert.equal(own.clientProfile(RENEWAL_MS - 1000), first);
	const second = own.clientProfile(RENEWAL_MS);
	assert.notEqual(second, first);
	assert.equal(own.renewals, 1);
	assert.equal(own.clientProfile(RENEWAL_MS + 1000), second);
	assert.deepEqual(own.content().clientProfiles, [second, first]);
	own.published(GONE_MS - 1000);
	assert.deepEqual(own.content().clientProfiles, [second, first]);
	own.published(GONE_MS);
	assert.deepEqual(own.content().clientProfiles, [second]);
});

test("a prekey profile does the same, and its secret is erased with it", () => {
	const own = fresh();
	const first = must(own.publication(0, NOW_MS)).prekeyProfile;
	assert.equal(must(own.publication(0, RENEWAL_MS - 1000)).prekeyProfile, first);
	const second = must(own.publication(0, RENEWAL_MS)).prekeyProfile;
	assert.notEqual(second.profile.profile.sharedPrekey.join(), first.profile.profile.sharedPrekey.join());
	assert.equal(own.published(GONE_MS - 1000).length, 4);
	fastPrimitives.ed448.multiplyBase(first.sharedPrekey.scalar);
	assert.equal(own.published(GONE_MS).length, 1);
	assert.throws(() => fastPrimitives.ed448.multiplyBase(first.sharedPrekey.scalar), /erased/);
	fastPrimitives.ed448.multiplyBase(second.sharedPrekey.scalar);
});

test("no more profiles are kept than there is use for", () => {
	const own = account("short", "standalone", fastPrimitives, { profileLifetimeSeconds: PROFILE_RENEWAL_SECONDS + 60 });
	const made = Array.from({ length: PROFILES_KEPT_MAX + 2 }, (_, n) => must(own.publication(0, NOW_MS + n * 60_000)));
	assert.equal(own.content().clientProfiles.length, PROFILES_KEPT_MAX);
	assert.equal(own.content().prekeyProfiles.length, PROFILES_KEPT_MAX);
	const [oldest] = made;
	assert.throws(() => oldest && fastPrimitives.ed448.multiplyBase(oldest.prekeyProfile.sharedPrekey.scalar), /erased/);
	assert.equal(own.published(NOW_MS + 5 * 60_000).length, PROFILES_KEPT_MAX ** 2);
});

test("prekey messages are this device's, each with an identifier of its own, for one use", () => {
	const own = fresh();
	const { prekeyMessages } = must(own.publication(20, NOW_MS));
	assert.equal(new Set(prekeyMessages.map(({ message }) => message.identifier)).size, 20);
	for (const { message, keys } of prekeyMessages) {
		assert.equal(message.ownerTag, own.instanceTag);
		assert.equal(own.prekeys.find(message.identifier)?.keys, keys);
	}
	const [used] = prekeyMessages;
	if (used === undefined) assert.fail("no prekey message");
	own.prekeys.delete(used.message.identifier);
	assert.equal(own.prekeys.find(used.message.identifier), undefined);
	assert.throws(() => fastPrimitives.ed448.multiplyBase(used.keys.ecdh.scalar), /erased/);
	assert.throws(() => fastPrimitives.dh.agree(used.keys.dh, used.keys.dh.publicKey), /erased/);
	own.prekeys.delete(used.message.identifier);
	assert.equal(own.prekeys.size, 19);
});

test("no more prekey messages wait for their use than there is room for; what is no count is refused", () => {
	const own = fresh();
	must(own.publication(PREKEY_MESSAGES_MAX - 1, NOW_MS));
	refusedAs(own.publication(2, NOW_MS), "caller", "limit");
	assert.equal(own.prekeys.size, PREKEY_MESSAGES_MAX - 1);
	must(own.publication(1, NOW_MS));
	for (const count of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
		refusedAs(own.publication(count, NOW_MS), "caller", "limit");
	}
});

test("nothing is published in interactive-only mode", () => {
	refusedAs(fresh("interactive-only").publication(1, NOW_MS), "caller", "mode");
});

test("the forging key has no secret unless it was asked for", () => {
	assert.equal(fresh().content().forgingKey.keyPair, undefined);
	const kept = account("kept", "standalone", fastPrimitives, { keepForgingKey: true }).content().forgingKey;
	assert.deepEqual(kept.keyPair?.publicKey.bytes, kept.publicKey.bytes);
});

test("an erased account has no secret left", () => {
	const made = must(
		createAccount(
			{ primitives: fastPrimitives, random: seeded("erased"), mode: "standalone", keepForgingKey: true },
			NOW_MS,
		),
	);
	const { prekeyMessages, prekeyProfile } = must(made.publication(2, NOW_MS));
	const { keyPair, forgingKey } = made.content();
	made.erase();
	const pairs = [
		keyPair,
		forgingKey.keyPair,
		prekeyProfile.sharedPrekey,
		...prekeyMessages.map(({ keys }) => keys.ecdh),
	];
	for (const pair of pairs) assert.throws(() => pair && fastPrimitives.ed448.multiplyBase(pair.scalar), /erased/);
	assert.equal(made.prekeys.size, 0);
});
