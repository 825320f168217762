import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../lib/repo.mjs";
import { command } from "./commands.mjs";

describe("npm run forge", () => {
	let folder = "";
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "clowder-forge-"));
	});
	after(() => rmSync(folder, { recursive: true }));

	/** @param {readonly string[]} args */
	const forge = async (args) => {
		const { code, stdout, stderr } = await command(["forge", ...args]).ended;
		// Only where something changed since is there anything to compile.
		return { code, said: stdout.replace(/^ok +compile.*\n/m, ""), stderr };
	};

	it("forges the example of spec/security.md, verifies it, and puts other words into it", async () => {
		const text = readFileSync(join(root, "spec", "security.md"), "utf8");
		const [script, words, transcript, other] = ["script", "words", "transcript", "other"].map((name) =>
			join(folder, `${name}.json`),
		);
		assert.ok(script && words && transcript && other);
		writeFileSync(script, /```json\n(.*?)```/s.exec(text)?.[1] ?? assert.fail("no example"));
		writeFileSync(words, JSON.stringify({ words: [{ by: "Ana", text: "I did not." }] }));
		const made = await forge([script, transcript]);
		assert.deepEqual([made.code, made.stderr], [0, ""]);
		const read = await forge(["--verify", transcript]);
		assert.equal(read.code, 0, read.stderr);
		assert.match(
			read.said,
			/^accepted: session [0-9a-f]{16} of (?:Ana, Bo|Bo, Ana)\nAna: I never said this\.\nBo: Nor I this\.\n/,
		);
		assert.equal((await forge(["--rewrite", transcript, words, other])).code, 0);
		assert.match((await forge(["--verify", other])).said, /\nAna: I did not\.\nsigning keys/);

		const file = JSON.parse(readFileSync(transcript, "utf8"));
		writeFileSync(other, JSON.stringify({ ...file, k: 1 }));
		const refused = await forge(["--verify", other]);
		assert.equal(refused.code, 1);
		assert.match(
			refused.stderr,
			/^forge: .*other\.json: place 0 \([A-Z]+-\d\): expected the running attempt; got another\n$/,
		);
	});

	it("says in a line or two what it was called wrongly with", async () => {
		for (const args of [[], ["one.json"], ["--verify"], ["--verify", "--rewrite", "a", "b", "c"], ["--loud"]]) {
			const { code, stderr } = await forge(args);
			assert.equal(code, 2);
			assert.match(stderr, /^forge: /);
		}
		const missing = await forge(["--verify", join(folder, "nowhere.json")]);
		assert.equal(missing.code, 2);
		assert.match(missing.stderr, /nowhere\.json/);
		const help = await forge(["--help"]);
		assert.equal(help.code, 0);
		assert.match(help.said, /--rewrite/);
	});
});
