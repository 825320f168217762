/** The carrier as browsers get it: what is in the bundle, and that it runs under a strict policy. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { startEmbedded } from "../embedded.ts";
import type { TestServer } from "../harness.ts";

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const CHROMIUM = "/usr/bin/chromium";
/** What the carrier may add to a page, gzipped: a jump past it has a reason, or is a mistake. */
const BUNDLE_MAX_BYTES = 25 * 1024;

function chromiumMissing(): string | undefined {
	if (existsSync(CHROMIUM)) return undefined;
	assert.notEqual(process.env["CI"], "true", `${CHROMIUM} is not installed`);
	return `${CHROMIUM} is not installed`;
}

/** Two people in one room, who write to each other; the page shows what they saw. */
const PAGE = `
import { xmppCarrier } from ${JSON.stringify(join(PACKAGE, "dist/src/index.js"))};
import { parseRoomName } from "@clowder/carrier";
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
globalThis.meet = async (service) => {
	const carrier = xmppCarrier({ service, domain: "localhost", random });
	const room = parseRoomName("browsers").value;
	const enter = async (onText) => {
		const entered = await carrier.enter({ room, onEvent: (event) => event.type === "text" && onText(event.text) });
		if (!entered.ok) throw new Error(JSON.stringify(entered.error));
		return entered.value;
	};
	const heard = [];
	const long = "long ".repeat(10000);
	let place;
	const all = new Promise((resolve) => {
		const hear = (text) => heard.push(text === long ? "long" : text) === 4 && resolve();
		void enter(hear).then(async (first) => {
			place = await enter(hear);
			first.send("from the first");
			place.send(long);
		}, (error) => resolve(heard.push(String(error))));
	});
	await all;
	return heard.sort();
};
`;

describe("in browsers", () => {
	let directory: string;
	let bundle: string;

	before(async () => {
		directory = await mkdtemp(join(tmpdir(), "clowder-bundle-"));
		const entry = join(PACKAGE, "dist", `page-${process.pid}.js`);
		await writeFile(entry, PAGE);
		await build({
			root: PACKAGE,
			configFile: false,
			logLevel: "error",
			build: {
				outDir: directory,
				rollupOptions: { input: entry, output: { entryFileNames: "page.js" } },
				modulePreload: false,
			},
		});
		bundle = await readFile(join(directory, "page.js"), "utf8");
		await rm(entry);
	});
	after(() => rm(directory, { recursive: true, force: true }));

	test("trap, modules of Node in the bundle: there are none, nor code made from text", () => {
		assert.doesNotMatch(bundle, /["'`]node:|\brequire\(["'`]|\bfrom\s*["'`]|__vite-browser-external/);
		assert.doesNotMatch(bundle, /\beval\(|new Function\(|createConnection|resetAndDestroy/);
		assert.match(bundle, /PBKDF2/);
		const bytes = gzipSync(bundle).length;
		assert.ok(bytes <= BUNDLE_MAX_BYTES, `${bytes} bytes gzipped`);
	});

	describe("Chromium", { skip: chromiumMissing() ?? false }, () => {
		let server: TestServer;
		let http: Server;
		let browser: Browser;

		function origin(): string {
			const address = http.address();
			assert.ok(address !== null && typeof address === "object");
			return `http://127.0.0.1:${address.port}`;
		}

		before(async () => {
			http = createServer((request, response) => {
				const policy = `default-src 'none'; script-src 'self'; connect-src ws://127.0.0.1:${server.httpPort}`;
				const isScript = request.url === "/page.js";
				response.writeHead(200, {
					"content-security-policy": policy,
					"content-type": isScript ? "text/javascript" : "text/html",
				});
				response.end(isScript ? bundle : '<!doctype html><script type="module" src="/page.js"></script>');
			});
			await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
			server = await startEmbedded({ allowedOrigins: [origin()] });
			browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
		});
		after(async () => {
			await browser.close();
			await new Promise((resolve) => http.close(resolve));
			await server.stop();
		});

		test("trap, no SCRAM in browsers: two people register, log in and talk, under a policy without unsafe-*", async () => {
			const page = await browser.newPage();
			const complaints: string[] = [];
			page.on("pageerror", (error) => complaints.push(String(error)));
			page.on("console", (message) => {
				if (message.type() === "error" && !message.text().includes("favicon")) complaints.push(message.text());
			});
			await page.goto(origin());
			const service = `ws://127.0.0.1:${server.httpPort}${server.path}`;
			const heard = await page.evaluate(
				(to) => (globalThis as unknown as { meet(service: string): Promise<string[]> }).meet(to),
				service,
			);
			assert.deepEqual(heard, ["from the first", "from the first", "long", "long"]);
			assert.deepEqual(complaints, []);
		});
	});
});
