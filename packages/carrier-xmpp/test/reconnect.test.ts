import assert from "node:assert/strict";
import { test } from "node:test";
import { reconnectDelayMs } from "@clowder/carrier";
import { TIMING } from "../src/limits.ts";

test("XMPP-8: the wait before connecting again doubles up to a bound, half of it by chance", () => {
	const least = (): Uint8Array => new Uint8Array([0, 0]);
	const most = (): Uint8Array => new Uint8Array([255, 255]);
	for (let tries = 0; tries < 100; tries++) {
		const full = Math.min(TIMING.reconnectMostMs, TIMING.reconnectLeastMs * 2 ** tries);
		assert.equal(reconnectDelayMs(tries, TIMING, least), full / 2);
		assert.ok(reconnectDelayMs(tries, TIMING, most) > 0.99 * full);
		assert.ok(reconnectDelayMs(tries, TIMING, most) < full);
	}
});
