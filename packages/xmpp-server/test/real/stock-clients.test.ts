import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { TestClient } from "../support/client.ts";
import { HERE, makeAccount, needs, Program, PYTHON, runs } from "../support/program.ts";
import { startServer } from "../support/server.ts";

const ROOM = "den@conference.localhost";

function slixmpp(t: TestContext, port: number, password: string): Program {
	return new Program(t, PYTHON, [join(HERE, "slixmpp_client.py"), `${port}`, "sly@localhost", password, ROOM, "Sly"]);
}

function heardBySlixmpp(body: string, nick: string): (line: string) => boolean {
	return (line) => {
		const event = JSON.parse(line);
		return event.kind === "groupchat" && event.body === body && event.nick === nick;
	};
}

test("slixmpp logs in over TCP, asks what the server is, and talks in a room with a WebSocket client", async (t) => {
	if (!needs(t, runs(PYTHON, "-c", "import slixmpp"), "slixmpp: apt-get install python3-slixmpp")) return;
	const { url, tcpPort } = await startServer(t);
	await makeAccount(url, "sly", "slow and sly");
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	await ana.join("den", "Ana");
	const sly = slixmpp(t, tcpPort, "slow and sly");
	const items = await sly.line((line) => line.includes('"items"'));
	assert.deepEqual(JSON.parse(items).jids, ["conference.localhost"]);
	assert.equal(JSON.parse(await sly.line((line) => line.includes('"version"'))).name, "Clowder");
	assert.match(JSON.parse(await sly.line((line) => line.includes('"joined"'))).mechanism, /^SCRAM-SHA-/);

	ana.say("den", "hello slixmpp <&>");
	await sly.line(heardBySlixmpp("hello slixmpp <&>", "Ana"));
	sly.say("hello Ana");
	assert.equal((await ana.heard("hello Ana")).attrs["from"], `${ROOM}/Sly`);
	await sly.line(heardBySlixmpp("hello Ana", "Sly"));
});

test("profanity, slixmpp and a WebSocket client talk in one room, each with each", async (t) => {
	if (!needs(t, runs(PYTHON, "-c", "import slixmpp"), "slixmpp: apt-get install python3-slixmpp")) return;
	if (!needs(t, runs("profanity", "--version"), "profanity: apt-get install profanity")) return;
	if (!needs(t, runs("expect", "-v"), "expect: apt-get install expect")) return;
	const home = await mkdtemp(join(tmpdir(), "profanity-"));
	t.after(() => rm(home, { recursive: true, force: true }));
	const { url, tcpPort } = await startServer(t);
	await makeAccount(url, "sly", "slow and sly");
	await makeAccount(url, "prof", "a long word");
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	await ana.join("den", "Ana");
	const sly = slixmpp(t, tcpPort, "slow and sly");
	await sly.line((line) => line.includes('"joined"'));

	const args = [join(HERE, "profanity_client.exp"), `${tcpPort}`, "prof@localhost", "a long word", ROOM, "Prof"];
	const own = { HOME: home, XDG_CONFIG_HOME: join(home, "config"), XDG_DATA_HOME: join(home, "data") };
	const profanity = new Program(t, "expect", args, own);
	await profanity.line((line) => line === "joined");
	assert.equal((await ana.heard("first-from-profanity")).attrs["from"], `${ROOM}/Prof`);
	await sly.line(heardBySlixmpp("first-from-profanity", "Prof"));

	ana.say("den", "to-profanity-from-ws");
	assert.equal((await ana.heard("answer-to-ws")).attrs["from"], `${ROOM}/Prof`);
	sly.say("to-profanity-from-slixmpp");
	await sly.line(heardBySlixmpp("answer-to-slixmpp", "Prof"));
	await ana.heard("to-profanity-from-slixmpp");
	await profanity.line((line) => line === "quit");
	const gone = await ana.next(
		"presence",
		(e) => e.attrs["from"] === `${ROOM}/Prof` && e.attrs["type"] === "unavailable",
	);
	assert.ok(gone);
});
