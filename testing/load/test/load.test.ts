import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prosodyMissing } from "@clowder/servers";
import { type LoadFigures, type LoadOptions, readOptions, runLoad, table } from "../src/index.ts";
import { ejabberdMissing } from "../src/targets/ejabberd.ts";

const ROOMS = 3;
const PEOPLE = 4;

function options(...args: readonly string[]): LoadOptions {
	const read = readOptions(["--rooms", `${ROOMS}`, "--people", `${PEOPLE}`, "--seconds", "1", ...args]);
	assert.ok(read.ok && read.value !== "help", JSON.stringify(read));
	return read.value;
}

/** Counts, not times: those are the machine's, and this one has other work. */
function everythingCameOnce(figures: LoadFigures): void {
	const { connections, sent, delivered, missing, doubled, lostConnections } = figures;
	assert.equal(connections, ROOMS * PEOPLE);
	assert.ok(sent > 0);
	assert.equal(delivered, sent * PEOPLE);
	assert.deepEqual({ missing, doubled, lostConnections }, { missing: 0, doubled: 0, lostConnections: 0 });
}

describe("a load run", () => {
	it("of everyone as fast as they are answered, on the embedded server", async () => {
		const [figures] = await runLoad(options(), () => {});
		assert.ok(figures?.process !== undefined);
		everythingCameOnce(figures);
		assert.ok(figures.process.rssIdleKiB > 0);
		assert.ok(table([figures]).includes("| lost deliveries"));
	});

	it("at a rate, with long texts", async () => {
		const [figures] = await runLoad(options("--rate", "40", "--bytes", "8192"), () => {});
		assert.ok(figures !== undefined);
		everythingCameOnce(figures);
		// A beat that the machine was late for is made up for, so there are never more.
		assert.ok(figures.sent <= 40 * figures.seconds, `${figures.sent} texts in ${figures.seconds} s`);
	});

	it("on Prosody", { skip: prosodyMissing() ?? false }, async () => {
		const [figures] = await runLoad(options("--server", "prosody"), () => {});
		assert.ok(figures !== undefined);
		everythingCameOnce(figures);
	});

	it("on ejabberd", { skip: ejabberdMissing() ?? false }, async () => {
		const [figures] = await runLoad(options("--server", "ejabberd"), () => {});
		assert.ok(figures !== undefined);
		everythingCameOnce(figures);
	});
});
