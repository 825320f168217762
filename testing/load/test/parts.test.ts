import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Histogram } from "../src/histogram.ts";
import { readOptions } from "../src/index.ts";
import { Ledger } from "../src/ledger.ts";

/** What is wrong with a command line. */
function wrong(...args: readonly string[]): string {
	const read = readOptions(args);
	assert.ok(!read.ok);
	return read.error;
}

describe("the ledger of a room", () => {
	it("finds what is lost, what comes twice, and what comes late", () => {
		const ledger = new Ledger(2);
		for (let number = 0; number < 4; number++) assert.equal(ledger.send(1), number);
		assert.equal(ledger.missing, 8);
		for (const number of [0, 1, 2, 3]) ledger.deliver(0, 1, number);
		ledger.deliver(0, 1, 3);
		for (const number of [0, 2, 1]) ledger.deliver(1, 1, number);
		assert.deepEqual([ledger.sent, ledger.delivered, ledger.doubled, ledger.missing], [4, 6, 2, 2]);
	});
});

describe("the histogram", () => {
	it("gives percentiles within a twentieth, also of several put together", () => {
		const [low, high] = [new Histogram(), new Histogram()];
		for (let us = 1; us <= 10_000; us++) (us <= 5_000 ? low : high).add(us);
		low.merge(high.counts);
		for (const share of [0.5, 0.95, 0.99, 1]) {
			const ratio = low.percentile(share) / (10_000 * share);
			assert.ok(ratio >= 1 && ratio <= 1.05, `${share}: ${ratio}`);
		}
		assert.equal(new Histogram().percentile(0.5), 0);
	});
});

describe("the options of a load run", () => {
	it("say what was expected", () => {
		assert.match(wrong("--rooms", "0"), /--rooms: expected a number from 1 to 20000; got "0"/);
		assert.match(wrong("--rooms", "1000", "--people", "101"), /--people: expected a number from 1 to 100/);
		assert.match(wrong("--server", "embedded,other"), /expected some of embedded,prosody,ejabberd; got "other"/);
		assert.match(wrong("--bytes", "47"), /from 48 to 8192/);
		assert.match(wrong("--what"), /'--what'.*--help/);
	});

	it("take no server but one on this machine", () => {
		for (const url of [
			"wss://example.org/",
			"ws://example.org/",
			"ws://10.0.0.1/",
			"ws://127.0.0.1.example.org/",
			"x",
		]) {
			assert.match(wrong("--url", url), /no other one may be put under load/);
		}
		const local = readOptions(["--url", "ws://127.0.0.1:5280/xmpp-websocket"]);
		assert.ok(local.ok && local.value !== "help" && "url" in local.value.servers);
	});
});
