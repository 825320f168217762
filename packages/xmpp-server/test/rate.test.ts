import assert from "node:assert/strict";
import { test } from "node:test";
import { limitKey, Pace, PerMinute } from "../src/rate.ts";

test("a pace lets a burst through, then asks to wait for exactly what is owed", () => {
	const pace = new Pace(100, 10, 0);
	assert.equal(pace.spend(10, 0), 0);
	assert.equal(pace.spend(1, 0), 10);
	assert.equal(pace.spend(0, 10), 0);
	assert.equal(pace.spend(5, 1_000_000), 0);
	assert.equal(pace.spend(6, 1_000_000), 10, "what is saved up is a burst at most");
});

test("a clock that goes back gives nothing away", () => {
	const pace = new Pace(100, 10, 1000);
	assert.equal(pace.spend(20, 1000), 100);
	assert.equal(pace.spend(0, 500), 100);
});

test("so many a minute, each address by itself", () => {
	const rate = new PerMinute(2);
	assert.deepEqual(
		[rate.allow("a", 0), rate.allow("a", 1), rate.allow("a", 2), rate.allow("b", 3)],
		[true, true, false, true],
	);
	assert.equal(rate.admits("a", 59_999), false);
	assert.equal(rate.admits("a", 60_000), true);
	assert.equal(rate.allow("a", 60_000), true);
	assert.equal(new PerMinute(0).allow("a", 0), false);
});

test("an IPv6 subscriber is one address, and IPv4 in IPv6 is IPv4", () => {
	assert.equal(limitKey("127.0.0.1"), "127.0.0.1");
	assert.equal(limitKey("::ffff:127.0.0.1"), "127.0.0.1");
	assert.equal(limitKey("2001:DB8:1:2:3:4:5:6"), "2001:db8:1:2");
	assert.equal(limitKey("2001:db8:1:2::9"), "2001:db8:1:2");
	assert.equal(limitKey("2001:db8::9"), "2001:db8:0:0");
	assert.equal(limitKey("::1"), "0:0:0:0");
	assert.equal(limitKey("fe80::1%eth0"), "fe80:0:0:0");
});
