// A process that takes files into the folder named by its argument, until it is killed. Tells its parent of files that were
// answered, once half of another has come too.

import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Depot } from "./uploads.ts";

const folder = process.argv[2] ?? "";
/** Nothing is tidied up: that is the point. */
const untidy = { after: () => {} } as unknown as TestContext;
const depot = await Depot.open(untidy, {}, { folder }, "killed");
const whole: string[] = [];
for (let i = 0; i < 3; i++) {
	const slot = depot.slot("ana", 100_000);
	assert.equal(await depot.put(slot, "x".repeat(100_000)), 201);
	whole.push(slot.url);
}
const half = depot.slot("ana", 100_000);
depot.begin(half, 100_000, "x".repeat(50_000));
await depot.until("half has come", () =>
	readdirSync(folder).some((name) => name.endsWith(".part") && statSync(join(folder, name)).size === 50_000),
);
process.send?.({ whole, half: half.url });
