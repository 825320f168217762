import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { command } from "./commands.mjs";

/** @param {import("node:test").TestContext} t */
function temporary(t) {
	const folder = mkdtempSync(join(tmpdir(), "clowder-data-"));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/**
 * Registers an account as a native client does.
 * @param {string} port
 * @param {string} name
 * @returns {Promise<string>} "done", or the condition of the error
 */
function register(port, name) {
	const socket = connect({ host: "127.0.0.1", port: Number(port) });
	socket.write(
		`<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="localhost" version="1.0">` +
			`<iq type="set" id="made"><query xmlns="jabber:iq:register"><username>${name}</username>` +
			`<password>a password</password></query></iq>`,
	);
	let text = "";
	return new Promise((resolve, reject) => {
		socket.on("error", reject);
		socket.on("close", () => reject(new Error(`closed after ${text}`)));
		socket.setEncoding("utf8").on("data", (part) => {
			text += part;
			const [, type, condition] =
				/<iq xmlns="jabber:client" type="(\w+)" id="made"[^>]*(?:\/>|>.*?<([\w-]+) xmlns="[^"]*xmpp-stanzas")/.exec(
					text,
				) ?? [];
			if (type === undefined) return;
			resolve(type === "result" ? "done" : String(condition));
			socket.destroy();
		});
	});
}

/** @param {import("node:test").TestContext} t @param {readonly string[]} more @param {Record<string, string>} [env] */
async function started(t, more, env = {}) {
	const running = command(["start", "--port", "0", "--xmpp-port", "0", ...more], { env });
	t.after(() => running.child.kill("SIGKILL"));
	const [, port = ""] = await running.printed(/native XMPP clients on 127\.0\.0\.1, port (\d+)/);
	await running.printed(/open http:/);
	return { ...running, port };
}

describe("npm start with --data", () => {
	it("keeps accounts over a stop and over a kill, and forgets them without it", async (t) => {
		const data = join(temporary(t), "kept");
		const first = await started(t, ["--data", data]);
		assert.equal(await register(first.port, "ana"), "done");
		first.child.kill("SIGINT");
		const { code, stderr } = await first.ended;
		assert.deepEqual([code, stderr], [0, ""]);
		const second = await started(t, [], { CLOWDER_DATA: data });
		assert.equal(await register(second.port, "ana"), "conflict");
		assert.equal(await register(second.port, "bo"), "done");
		second.child.kill("SIGKILL");
		await second.ended;
		const third = await started(t, ["--data", data]);
		assert.equal(await register(third.port, "bo"), "conflict");
		assert.equal(statSync(data).mode & 0o777, 0o700);
		const none = await started(t, []);
		assert.equal(await register(none.port, "ana"), "done");
	});

	it("says in one line that another server uses the folder", async (t) => {
		const data = temporary(t);
		await started(t, ["--data", data]);
		const { code, stderr } = await command(["start", "--port", "0", "--data", data]).ended;
		assert.equal(code, 1);
		assert.match(stderr, /^clowder: another server uses the data folder .*--data\n$/);
	});

	it("says in one line what is wrong with the folder or the file", async (t) => {
		const data = temporary(t);
		writeFileSync(join(data, "clowder.sqlite"), "a letter to my grandmother ".repeat(100));
		for (const [folder, code, line] of /** @type {const} */ ([
			[data, 1, /^clowder: .*clowder\.sqlite is damaged or something else.*left as it is/],
			[join(data, "clowder.sqlite"), 1, /^clowder: cannot use the data folder .*EEXIST/],
			[join(data, "x".repeat(90)), 1, /^clowder: the path of the data folder may have 80 bytes/],
			["", 2, /^clowder: --data: expected a folder/],
		])) {
			const ended = await command(["start", "--port", "0", `--data=${folder}`]).ended;
			assert.equal(ended.code, code, ended.stderr);
			assert.match(ended.stderr, line);
			assert.equal(ended.stderr.trimEnd().split("\n").length, 1, ended.stderr);
		}
	});
});
