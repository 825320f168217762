import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TestClient } from "../support/client.ts";
import { makeAccount, needs, Program, runs } from "../support/program.ts";
import { startServer } from "../support/server.ts";

const SCRIPT = join(fileURLToPath(new URL("../../../test/real/", import.meta.url)), "slixmpp_resuming.py");
const PYTHON = "/usr/bin/python3";
const ROOM = "den@conference.localhost";

test("SM-10: slixmpp enables stream management, is cut off, resumes, and misses nothing", async (t) => {
	if (!needs(t, runs(PYTHON, "-c", "import slixmpp"), "slixmpp: apt-get install python3-slixmpp")) return;
	const { server, url, tcpPort } = await startServer(t);
	await makeAccount(url, "sly", "slow and sly");
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	await ana.join("den", "Ana");
	const sly = new Program(t, PYTHON, [SCRIPT, `${tcpPort}`, "sly@localhost", "slow and sly", ROOM, "Sly"]);
	const told = (kind: string): Promise<string> => sly.line((line) => JSON.parse(line).kind === kind);
	const heard: string[] = [];
	const hears = async (body: string): Promise<void> => {
		while (heard.at(-1) !== body) heard.push(JSON.parse(await told("groupchat")).body);
	};
	await told("enabled");
	await told("joined");
	for (const round of ["1", "2"]) {
		ana.say("den", `${round}: before`);
		await hears(`${round}: before`);
		sly.say("/cut");
		await told("disconnected");
		ana.say("den", `${round}: while you were gone`);
		await ana.heard(`${round}: while you were gone`);
		sly.say("/back");
		await told("resumed");
		await hears(`${round}: while you were gone`);
		sly.say(`${round}: back`);
		assert.equal((await ana.heard(`${round}: back`)).attrs["from"], `${ROOM}/Sly`);
		await hears(`${round}: back`);
	}
	const all = ["1", "2"].flatMap((round) => [`${round}: before`, `${round}: while you were gone`, `${round}: back`]);
	assert.deepEqual(heard, all);
	assert.ok(!ana.inbox.all.some(({ name, attrs }) => name === "presence" && attrs["type"] === "unavailable"));
	assert.equal(server.counts.sessions, 2);
});
