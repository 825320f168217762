import assert from "node:assert/strict";
import type { Server } from "node:http";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium, withoutChromium } from "../src/chromium.ts";
import type { WorkerPage } from "../src/otrv4/page.ts";
import { type Bundle, bundlePage, serveBundle } from "../src/otrv4/served-bundle.ts";

/** Both exchanges in JavaScript, on a busy machine. */
const PATIENCE_MS = 60_000;
const BLOCK_MS = 150;

const TEXTS = ["alice", "bob", "alice", "bob", "alice", "bob"];

declare const workerPage: WorkerPage;

describe("OTRv4 in a worker of Chromium", { skip: withoutChromium }, () => {
	let bundle: Bundle;
	let server: Server;
	let browser: Browser;
	let page: Page;
	const problems: string[] = [];

	before(async () => {
		bundle = await bundlePage();
		const served = await serveBundle(bundle);
		server = served.server;
		browser = await launchChromium();
		page = await browser.newPage();
		page.setDefaultTimeout(PATIENCE_MS);
		page.on("pageerror", (error) => problems.push(error.message));
		await page.goto(served.url);
	});
	after(async () => {
		await browser?.close();
		server?.close();
	});

	it("the page has no cryptography in it: that is in the worker alone", (t) => {
		const foreign = bundle.pageModules.filter((path) => /@noble|packages\/crypto\//.test(path));
		assert.deepEqual(foreign, []);
		// What an Ed448 signature begins with: nothing computes one without it.
		assert.ok(bundle.worker.code.includes("SigEd448"));
		assert.ok(!bundle.page.code.includes("SigEd448"));
		for (const { name, bytes, gzipBytes } of [bundle.page, bundle.worker]) {
			t.diagnostic(`${name}: ${bytes} bytes, ${gzipBytes} by gzip`);
		}
	});

	it("a whole conversation goes on between two workers while the page is free", async (t) => {
		const started: string[] = [];
		page.on("worker", (worker) => started.push(new URL(worker.url()).pathname));
		const { events, texts, stillness } = await page.evaluate(async () => workerPage.converse());
		assert.deepEqual(events, [
			"established",
			"established",
			...TEXTS.map((from) => `message from ${from}@example.org`),
			"smp-asked",
			"smp-answered",
			"smp-finished equal",
			"smp-finished equal",
			"ended",
			"finished",
		]);
		assert.deepEqual(started, [`/${bundle.worker.name}`, `/${bundle.worker.name}`]);
		assert.ok(stillness.turns > 0);
		t.diagnostic(
			`${texts} texts; the page's thread stood still for ${stillness.longestGapMs.toFixed(1)} ms at most (a frame is ` +
				`17), its longest task over 50 ms took ${stillness.longestTaskMs.toFixed(1)} ms, in ${stillness.turns} turns`,
		);
	});

	it("what blocks the page is seen by the same measurement", async () => {
		const stillness = await page.evaluate(async (ms) => workerPage.blockFor(ms), BLOCK_MS);
		assert.ok(stillness.longestGapMs >= BLOCK_MS, `${stillness.longestGapMs}`);
	});

	it("a worker that cannot start is reported to whoever waits for it", async () => {
		const said = await page.evaluate(async () => workerPage.missingWorker());
		assert.equal(said, "worker: an error that nothing caught");
		assert.deepEqual(problems, []);
	});
});
