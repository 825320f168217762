import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { root } from "../lib/repo.mjs";
import { command } from "./commands.mjs";

const NOBODY = 65_534;

/** @param {{ code: number | null, stdout: string, stderr: string }} ended @param {number} code @param {RegExp} line */
function assertOneLine(ended, code, line) {
	assert.equal(ended.code, code, ended.stderr);
	assert.match(ended.stderr, line);
	assert.equal(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
}

describe("npm start", () => {
	for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
		it(`prints its address, serves the page there, and stops cleanly on ${signal}`, async () => {
			const { child, printed, ended } = command(["start", "--port", "0"]);
			const [, url = ""] = await printed(/open (http:\S+) /);
			const page = await fetch(url);
			assert.equal(page.status, 200);
			assert.match(await page.text(), /<div id="root">|<!doctype html>/i);
			const config = await fetch(new URL("clowder.json", url));
			assert.deepEqual(await config.json(), { domain: "localhost", websocket: "/xmpp-websocket", http: "/http-rooms" });
			child.kill(signal);
			const { code, stdout, stderr } = await ended;
			assert.equal(code, 0, stderr);
			assert.equal(stderr, "");
			assert.doesNotMatch(stdout, /HTTPS/);
			await assert.rejects(fetch(url));
		});
	}

	it("stops cleanly when npm alone gets the signal: there is no shell between that keeps it", async () => {
		const npm = spawn("npm", ["start", "--silent", "--", "--port", "0"], {
			cwd: root,
			stdio: ["ignore", "pipe", "inherit"],
		});
		const ended = new Promise((resolve) => npm.on("close", resolve));
		await new Promise((resolve) =>
			npm.stdout.on("data", (text) => /open http/.test(String(text)) && resolve(undefined)),
		);
		npm.kill("SIGINT");
		assert.equal(await ended, 0);
	});

	it("takes its options from the environment, and options before those", async () => {
		const env = {
			CLOWDER_PORT: "1",
			CLOWDER_DOMAIN: "chat.example.org",
			CLOWDER_HOST: "127.0.0.1",
			CLOWDER_XMPP_PORT: "0",
		};
		const { child, printed, ended } = command(["start", "--port", "0"], { env });
		const [, url = ""] = await printed(/open (http:\S+) /);
		await printed(/native XMPP clients on 127\.0\.0\.1, port \d+/);
		const config = await fetch(new URL("clowder.json", url));
		assert.deepEqual(await config.json(), {
			domain: "chat.example.org",
			websocket: "/xmpp-websocket",
			http: "/http-rooms",
		});
		child.kill("SIGINT");
		assert.equal((await ended).code, 0);
	});

	it("says that HTTPS is needed when it listens for others too", async () => {
		const { child, printed, ended } = command(["start", "--port", "0", "--host", "0.0.0.0"]);
		await printed(/over HTTPS/);
		await printed(/open http:/);
		child.kill("SIGINT");
		assert.equal((await ended).code, 0);
	});

	it("says in one line that the port is taken", async () => {
		const other = createServer();
		await new Promise((resolve) => other.listen(0, "127.0.0.1", () => resolve(undefined)));
		const address = other.address();
		assert.ok(address !== null && typeof address === "object");
		const ended = await command(["start", "--port", String(address.port)]).ended;
		other.close();
		assertOneLine(ended, 1, new RegExp(`^clowder: port ${address.port} .*taken.*--port`));
	});

	it("says in one line that this machine has no such address", async () => {
		// 192.0.2.0/24 is kept for documentation (RFC 5737).
		assertOneLine(await command(["start", "--port", "0", "--host", "192.0.2.1"]).ended, 1, /no address 192\.0\.2\.1/);
	});

	for (const [args, line] of /** @type {const} */ ([
		[["--port", "70000"], /^clowder: --port: expected a number from 0 to 65535; got "70000"/],
		[["--port", "x"], /^clowder: --port: expected a number/],
		[["--port"], /^clowder: .*--port/],
		[["--domain", "no domain"], /^clowder: --domain: expected a name/],
		[["--colour", "red"], /^clowder: .*--colour.*--help/],
		[["extra"], /^clowder: .*extra.*--help/],
	])) {
		it(`says in one line what is wrong with ${args.join(" ")}`, async () => {
			assertOneLine(await command(["start", ...args]).ended, 2, line);
		});
	}

	it("prints its options", async () => {
		const { code, stdout } = await command(["start", "--help"]).ended;
		assert.equal(code, 0);
		for (const name of ["--port", "--host", "--domain", "--open", "CLOWDER_PORT", "CLOWDER_HOST"]) {
			assert.ok(stdout.includes(name), name);
		}
	});

	it("says in one line that it may not write where it must install", async (t) => {
		const base = mkdtempSync(join(tmpdir(), "clowder-readonly-"));
		t.after(() => rmSync(base, { recursive: true }));
		cpSync(join(root, "scripts"), join(base, "scripts"), { recursive: true });
		for (const name of ["package.json", "package-lock.json"]) cpSync(join(root, name), join(base, name));
		mkdirSync(join(base, "packages"));
		chmodSync(base, 0o555);
		// The superuser may write anywhere, so the command is run as somebody else.
		const uid = process.getuid?.() === 0 ? NOBODY : undefined;
		const ended = await command(["start"], { base, ...(uid === undefined ? {} : { uid }) }).ended;
		chmodSync(base, 0o755);
		assertOneLine(ended, 1, /^clowder: cannot write to .*permission/);
	});
});

describe("an old Node", () => {
	for (const [version, isOld] of /** @type {const} */ ([
		["v0.10.48", true],
		["v8.17.0", true],
		["v18.20.8", true],
		["v20.9.0", true],
		["v20.18.3", true],
		["v20.19.0", false],
		["v22.0.0", false],
	])) {
		it(`${version} is ${isOld ? "refused in one line" : "new enough"}`, async (t) => {
			const folder = mkdtempSync(join(tmpdir(), "clowder-old-node-"));
			t.after(() => rmSync(folder, { recursive: true }));
			const preload = join(folder, "version.cjs");
			writeFileSync(preload, `Object.defineProperty(process, "version", { value: ${JSON.stringify(version)} });`);
			const ended = await command(["start", "--help"], { nodeArgs: ["--require", preload] }).ended;
			if (isOld) assertOneLine(ended, 1, new RegExp(`needs Node 20\\.19\\.0 or newer; this is ${version}`));
			else assert.equal(ended.code, 0);
		});
	}

	it("can parse the file that refuses it", () => {
		const text = readFileSync(join(root, "scripts", "entry.cjs"), "utf8").replace(/^\s*\/\/.*$/gm, "");
		assert.doesNotMatch(text, /=>|`|\b(?:const|let|class|async|await|import)\b|\.\.\.|\?\?|\?\./);
	});
});
