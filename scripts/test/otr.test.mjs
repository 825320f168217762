import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { root } from "../lib/repo.mjs";
import { command } from "./commands.mjs";

const GUIDE = readFileSync(join(root, "packages", "otrv4", "FORGING.md"), "utf8");
const ENTRY = join(root, "scripts", "entry.cjs");

/** @param {string} language */
function example(language) {
	return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(GUIDE)?.[1] ?? assert.fail(`no ${language}`);
}

describe("npm run otr", () => {
	let folder = "";
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "clowder-otr-"));
	});
	after(() => rmSync(folder, { recursive: true }));

	/** @param {string} name */
	const path = (name) => join(folder, name);
	/** @param {string} name @param {string} text */
	const write = (name, text) => {
		writeFileSync(path(name), text);
		return path(name);
	};
	/** What a command prints. @param {readonly string[]} args */
	const otr = async (...args) => {
		const { code, stdout, stderr } = await command(["otr", ...args]).ended;
		assert.deepEqual([code, stderr], [0, ""], args.join(" "));
		return stdout;
	};
	/** What a command refuses. @param {number} code @param {readonly string[]} args */
	const refused = async (code, ...args) => {
		const ended = await command(["otr", ...args]).ended;
		assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
		assert.equal(ended.stdout, "");
		return ended.stderr;
	};
	/** @param {string} address */
	const identity = async (address) => JSON.parse(await otr("identity", address));
	/** The lines of a transcript. @param {string} text */
	const lines = (text) => text.trimEnd().split("\n");

	it("does the example of FORGING.md, and what else can be done with a transcript", async () => {
		/** @type {Record<string, any>} */
		const people = {};
		for (const name of ["alice", "bob"]) people[name] = await identity(`${name}@example.org`);
		const script = example("json")
			.replace("BOB", people["bob"].person.profile)
			.replace("ALICE", people["alice"].person.profile);
		write("script.json", script);
		const steps = lines(example("sh")).map((step) => {
			const [, args = "", output = ""] = /^npm run -s otr -- (.*) > (\S+)$/.exec(step) ?? assert.fail(step);
			return { args: args.split(" "), output };
		});
		assert.equal(steps.length, 4);
		for (const { args, output } of steps) {
			const files = args.map((arg) => (["script.json", "transcript"].includes(arg) ? path(arg) : arg));
			// The name of a command is the one argument that is no file though it may be called like one.
			write(output, await otr(args[0] ?? "", ...files.slice(1)));
		}
		const transcript = lines(readFileSync(path("transcript"), "utf8"));
		const parsed = lines(readFileSync(path("fields"), "utf8")).map((line) => JSON.parse(line).message);
		assert.deepEqual(
			parsed.map((message) => message.type),
			["identity", "auth-r", "auth-i", "data", "data", "data"],
		);
		assert.deepEqual(
			transcript.map((line) => line.split("\t")[0]?.split("@")[0]),
			["bob", "alice", "bob", "alice", "bob", "alice"],
		);

		const dake = JSON.parse(await otr("dake", path("script.json")));
		assert.equal(dake.texts.length, 3);
		assert.equal(dake.keys.chainKey.length, 128);
		const macKeys = write("keys", `${parsed[4].revealedMacKeys[0]}\n`);
		const changed = readFileSync(path("changed"), "utf8");
		const again = ["--old", "dawn", "--new", "noon", "--offset", "11", "--mac-keys", macKeys];
		const back = await otr("modify", path("changed"), ...again);
		assert.equal(back.trim(), transcript[3]?.split("\t")[1]);
		assert.notEqual(changed, back);

		const mac = await otr("remac", path("changed"), "--mac-key", write("zero", "00".repeat(64)));
		assert.equal((await otr("remac", write("broken", mac), "--mac-key", macKeys)).trim(), changed.trim());
	});

	it("reads messages with a chain key, and puts others in their place", async () => {
		const [alice, bob] = [await identity("alice@example.org"), await identity("bob@example.org")];
		const words = [{ sender: "alice@example.org", text: "Meet me at noon" }];
		const file = write("words.json", JSON.stringify({ initiator: bob.person, responder: alice.person, words }));
		const key = path("chain-key");
		write("short", await otr("transcript", file, "--chain-key-to", key));
		const data = ["--line", "4", "--chain-key", key];
		const { plaintext, messageKey, macKey } = JSON.parse(await otr("read", path("short"), ...data));
		assert.equal(plaintext.text, "Meet me at noon");
		assert.equal((await otr("show-mac", write("message-key", messageKey))).trim(), macKey);
		const forged = write("forged", await otr("forge-message", path("short"), ...data, "--text", "Stay at home"));
		assert.equal(JSON.parse(await otr("read", forged, "--chain-key", key)).plaintext.text, "Stay at home");
		const other = write("zero", "00".repeat(64));
		assert.match(await refused(1, "read", forged, "--chain-key", other), /^otr: Data Message: expected a chain key/);
	});

	it("runs the example of the library", async () => {
		const child = spawn(process.execPath, ["--input-type=module", "-e", example("js")], { cwd: root });
		let said = "";
		child.stdout.setEncoding("utf8").on("data", (text) => {
			said += text;
		});
		const code = await new Promise((resolve) => child.on("close", resolve));
		assert.equal(code, 0);
		assert.match(GUIDE, new RegExp(`prints \`${said.trim()}\``));
	});

	it("holds conversations in the name of somebody, and reads, forges and shows keys of what is said", async () => {
		const [alice, bob] = [await identity("alice@example.org"), await identity("bob@example.org")];
		/** Bob's forging key plays Alice, and Alice's plays Bob: two forgers who believe each other. */
		const asAlice = { as: alice.person, peerAddress: "bob@example.org", key: bob.forgingKey };
		const asBob = { as: bob.person, peerAddress: "alice@example.org", key: alice.forgingKey };
		const initiator = play("initiator", write("bob.json", JSON.stringify(asBob)));
		const responder = play("responder", write("alice.json", JSON.stringify(asAlice)));
		responder.say((await initiator.next()) ?? "");
		initiator.say("?OTR:AAAA.");
		initiator.say((await responder.next()) ?? "");
		responder.say((await initiator.next()) ?? "");
		responder.say("I am Alice");
		const said = (await responder.next()) ?? "";
		initiator.say(said);
		initiator.say("And I am Bob");
		const answer = (await initiator.next()) ?? "";
		responder.say(answer);
		const end = await responder.end();
		assert.deepEqual([end.code, end.stderr], [0, "otr: the session is established\npeer: And I am Bob\n"]);
		initiator.say(end.left[0] ?? "");
		const over = await initiator.end();
		assert.match(
			over.stderr,
			/^otr: encoded message: expected .*\notr: the session is established\npeer: I am Alice\notr: finished\n/,
		);
		const { message } = JSON.parse(await otr("parse", write("answer", answer)));
		const key = write("revealed", message.revealedMacKeys.join("\n"));
		const changed = await otr(
			"modify",
			write("said", said),
			"--old",
			"Alice",
			"--new",
			"Carol",
			"--offset",
			"5",
			"--mac-keys",
			key,
		);
		assert.equal(changed.length, said.length + 1);
	});

	it("makes false ensembles and writes to them in somebody's name", async () => {
		const [alice, bob] = [await identity("alice@example.org"), await identity("bob@example.org")];
		const owner = write("owner.json", JSON.stringify({ owner: bob.person, key: bob.longTermKey }));
		const { ensemble, secrets } = JSON.parse(await otr("false-ensemble", owner));
		assert.deepEqual(Object.keys(secrets), ["sharedPrekey", "y", "b"]);
		const script = { as: alice.person, peerAddress: "bob@example.org", key: secrets.y, ensemble };
		const played = play("offline", write("offline.json", JSON.stringify(script)));
		const auth = (await played.next()) ?? "";
		played.say("Are you there?");
		const first = (await played.next()) ?? "";
		assert.equal((await played.end()).code, 0);
		assert.equal(JSON.parse(await otr("parse", write("auth", auth))).message.type, "non-interactive-auth");
		assert.equal(JSON.parse(await otr("parse", write("first", first))).message.type, "data");

		const words = [{ sender: "alice@example.org", text: "Are you there?" }];
		const cast = { initiator: bob.person, responder: alice.person, ensemble, key: bob.forgingKey, words };
		const file = write("cast.json", JSON.stringify(cast));
		assert.equal(lines(await otr("transcript", file)).length, 2);
		assert.equal(JSON.parse(await otr("dake", file)).texts.length, 1);
	});

	it("says in a line or two what it was called wrongly with", async () => {
		assert.match(await refused(2), /^otr: expected one of parse, modify, read,/);
		assert.match(await refused(2, "toString"), /^otr: expected one of parse/);
		assert.match(await refused(2, "parse"), /^otr: expected 1 operands; got 0\nusage: npm run otr -- parse TEXTS\n$/);
		assert.match(await refused(2, "modify", "x", "--old", "a"), /^otr: expected --new\nusage/);
		assert.match(await refused(2, "parse", "--loud", "x"), /^otr: Unknown option '--loud'/);
		assert.match(await refused(2, "parse", path("nowhere")), /^otr: .*nowhere/);
		const two = write("two", "?OTRv4?\n?OTRv4?\n");
		const zero = write("zero", "00".repeat(64));
		assert.match(await refused(2, "remac", two, "--mac-key", zero), /expected one text; say which with --line; got 2/);
		assert.match(
			await refused(2, "remac", two, "--mac-key", zero, "--line", "3"),
			/expected a --line from 1 to 2; got 3/,
		);
		assert.match(await refused(2, "show-mac", two), /expected a key in hexadecimal; got another text\n$/);
		assert.match(
			await refused(2, "impersonate", "somebody", two),
			/^otr: expected initiator, responder, offline; got somebody\n$/,
		);
	});

	it("says what a file lacks, and repeats no secret", async () => {
		const bad = /** @param {unknown} value */ (value) => write("bad.json", JSON.stringify(value));
		assert.equal(
			await refused(1, "transcript", write("bad.json", "{")),
			"otr: script: expected JSON; got 1 characters that are not\n",
		);
		assert.equal(await refused(1, "transcript", bad([])), "otr: script: expected an object; got a list\n");
		assert.equal(
			await refused(1, "transcript", bad({ initiator: 1 })),
			"otr: script: expected a field responder; got none\n",
		);
		assert.match(
			await refused(1, "transcript", bad({ initiator: 1, speed: 2 })),
			/^otr: script: expected fields among .*; got speed\n$/,
		);
		const { person, longTermKey } = await identity("alice@example.org");
		const script = { initiator: person, responder: person, key: `${longTermKey}00` };
		assert.equal(await refused(1, "dake", bad(script)), "otr: script.key: expected 57 bytes in hexadecimal; got 58\n");
		const secret = await refused(1, "dake", bad({ ...script, key: `x${longTermKey}` }));
		assert.equal(secret, "otr: script.key: expected 57 bytes in hexadecimal; got another text\n");
		assert.match(
			await refused(1, "dake", bad({ ...script, key: longTermKey })),
			/^otr: address: expected two people; got one twice\n$/,
		);
		const query = { initiator: { ...person, profile: "?OTR:AAA." }, responder: person };
		assert.match(await refused(1, "dake", bad(query)), /^otr: script\.initiator\.profile: encoded message: expected /);
		const zero = write("zero", "00".repeat(64));
		assert.match(
			await refused(1, "remac", write("query", "?OTRv4?"), "--mac-key", zero),
			/^otr: Data Message: expected its text; got query\n$/,
		);
		assert.match(await refused(1, "show-mac", write("short", "00")), /^otr: message key: expected 64 bytes; got 1\n$/);
	});

	/** Somebody who is played, as a process. @param {string} role @param {string} script */
	function play(role, script) {
		const env = { ...process.env };
		delete env["NODE_TEST_CONTEXT"];
		const child = spawn(process.execPath, [ENTRY, "otr", "impersonate", role, script], { cwd: root, env });
		let stderr = "";
		child.stderr.setEncoding("utf8").on("data", (text) => {
			stderr += text;
		});
		const printed = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
		const ended = new Promise((resolve) => child.on("close", resolve));
		return {
			/** The next line it prints. */
			next: async () => /** @type {string | undefined} */ ((await printed.next()).value),
			/** @param {string} line */
			say: (line) => {
				child.stdin.write(`${line}\n`);
			},
			/** No more input: what it still prints, and how it ends. */
			end: async () => {
				child.stdin.end();
				/** @type {string[]} */
				const left = [];
				for (let line = await printed.next(); line.done !== true; line = await printed.next()) left.push(line.value);
				return { code: await ended, stderr, left };
			},
		};
	}
});
