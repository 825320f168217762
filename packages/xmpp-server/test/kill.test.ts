import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NS } from "../src/namespaces.ts";
import { childElements, type Element, element } from "../src/xml.ts";
import { bodyOf, TestClient } from "./support/client.ts";

const PROGRAM = fileURLToPath(new URL("support/server-process.js", import.meta.url));
const MESSAGES = 150;

interface ServerProcess {
	readonly child: ChildProcess;
	readonly port: number;
}

async function started(t: TestContext, folder: string): Promise<ServerProcess> {
	const child = spawn(process.execPath, [PROGRAM, folder], { stdio: ["ignore", "pipe", "inherit"] });
	t.after(() => child.kill("SIGKILL"));
	const port = await new Promise<number>((resolve, reject) => {
		createInterface({ input: child.stdout }).once("line", (line) => resolve(Number(line)));
		child.once("close", (code) => reject(new Error(`the server ended with ${code}`)));
	});
	return { child, port };
}

function item(at: number): Element {
	return element("query", NS.roster, {}, [element("item", NS.roster, { jid: `contact-${at}@localhost` })]);
}

/** Sends a message and sets an item, again and again, until the server is killed; how many items were answered. */
async function workUntilKilled({ child, port }: ServerProcess, killAfter: number): Promise<number> {
	const ana = await loggedIn(port, "ana");
	let answered = 0;
	for (let at = 0; at < MESSAGES; at++) {
		const body = element("body", NS.client, {}, [`message ${at}`]);
		ana.send(element("message", NS.client, { to: "bo@localhost", type: "chat" }, [body]));
		ana.send(element("iq", NS.client, { type: "set", id: `at-${at}` }, [item(at)]));
	}
	const gone = ana.inbox.closed();
	for (let at = 0; at < MESSAGES; at++) {
		const answer = ana.next("iq", ({ attrs }) => attrs["id"] === `at-${at}`).then(({ attrs }) => attrs["type"]);
		const heard = await Promise.race([answer, gone]);
		if (heard === undefined) break;
		assert.equal(heard, "result");
		answered += 1;
		if (answered === killAfter) child.kill("SIGKILL");
	}
	await gone;
	return answered;
}

test("a server that is killed has kept every stanza that it answered, and the messages before it (STORE-2)", async (t) => {
	for (let round = 0; round < 4; round++) {
		const folder = mkdtempSync(join(tmpdir(), "clowder-kill-"));
		t.after(() => rmSync(folder, { recursive: true, force: true }));
		const first = await started(t, folder);
		await makeAccounts(first.port);
		const killAfter = 1 + (createHash("sha256").update(`round ${round}`).digest().readUInt16BE() % (MESSAGES - 1));
		const answered = await workUntilKilled(first, killAfter);
		assert.ok(answered >= killAfter);

		const second = await started(t, folder);
		const ana = await loggedIn(second.port, "ana");
		const query = childElements(await ana.iq("get", undefined, element("query", NS.roster)))[0] as Element;
		const listed = new Set(childElements(query).map(({ attrs }) => attrs["jid"]));
		for (let at = 0; at < answered; at++) assert.ok(listed.has(`contact-${at}@localhost`), `item ${at} of ${answered}`);
		const bo = await loggedIn(second.port, "bo");
		bo.send(element("presence", NS.client));
		// What waited for him comes before the answer.
		await bo.iq("get", "localhost", element("ping", NS.ping));
		const bodies = bo.inbox.all.filter(({ name }) => name === "message").map(bodyOf);
		assert.deepEqual(
			bodies.slice(0, answered),
			Array.from({ length: answered }, (_, at) => `message ${at}`),
		);
		second.child.kill("SIGKILL");
	}
});

const SM = NS.streamManagement;
/** How many of the messages their reader acknowledges. */
const ACKNOWLEDGED = 10;

function say(from: TestClient, at: number): void {
	const body = element("body", NS.client, {}, [`message ${at}`]);
	from.send(element("message", NS.client, { to: "bo@localhost", type: "chat" }, [body]));
	from.send(element("r", SM));
}

async function managed(port: number, name: string): Promise<TestClient> {
	const client = await loggedIn(port, name);
	client.send(element("enable", SM));
	await client.next("enabled");
	return client;
}

/** Ana writes until the server is killed, to Bo, who acknowledges only the first; how many she was told are handled. */
async function writeUntilKilled({ child, port }: ServerProcess, killAfter: number): Promise<number> {
	const ana = await managed(port, "ana");
	const bo = await managed(port, "bo");
	bo.send(element("presence", NS.client));
	await bo.next("presence");
	for (let at = 0; at < ACKNOWLEDGED; at++) say(ana, at);
	await bo.heard(`message ${ACKNOWLEDGED - 1}`);
	await ana.next("a", ({ attrs }) => attrs["h"] === `${ACKNOWLEDGED}`);
	// His presence was the first of what he has handled.
	bo.send(element("a", SM, { h: `${ACKNOWLEDGED + 1}` }));
	await bo.iq("get", "localhost", element("ping", NS.ping));
	const gone = ana.inbox.closed();
	for (let at = ACKNOWLEDGED; at < MESSAGES; at++) say(ana, at);
	let handled = ACKNOWLEDGED;
	while (handled < MESSAGES) {
		const next = ana.next("a", ({ attrs }) => attrs["h"] === `${handled + 1}`);
		if ((await Promise.race([next, gone])) === undefined) break;
		handled += 1;
		if (handled === killAfter) child.kill("SIGKILL");
	}
	await gone;
	return handled;
}

test("a server that is killed has kept what it handled and nobody acknowledged, and no more (FLIGHT-1, FLIGHT-2, FLIGHT-4)", async (t) => {
	for (let round = 0; round < 3; round++) {
		const folder = mkdtempSync(join(tmpdir(), "clowder-kill-"));
		t.after(() => rmSync(folder, { recursive: true, force: true }));
		const first = await started(t, folder);
		await makeAccounts(first.port);
		const draw = createHash("sha256").update(`in flight ${round}`).digest().readUInt16BE();
		const killAfter = ACKNOWLEDGED + 1 + (draw % (MESSAGES - ACKNOWLEDGED - 1));
		const handled = await writeUntilKilled(first, killAfter);
		assert.ok(handled >= killAfter);

		const second = await started(t, folder);
		const bo = await managed(second.port, "bo");
		bo.send(element("presence", NS.client));
		await bo.iq("get", "localhost", element("ping", NS.ping));
		const bodies = bo.inbox.all.filter(({ name }) => name === "message").map(bodyOf);
		const expected = Array.from({ length: MESSAGES }, (_, at) => `message ${at}`).slice(ACKNOWLEDGED);
		assert.ok(bodies.length >= handled - ACKNOWLEDGED, `${bodies.length} came of ${handled - ACKNOWLEDGED}`);
		assert.deepEqual(bodies, expected.slice(0, bodies.length));
		second.child.kill("SIGKILL");
	}
});

async function makeAccounts(port: number): Promise<void> {
	for (const name of ["ana", "bo"]) {
		const client = await TestClient.tcp(port, "localhost");
		await client.open();
		assert.equal((await client.register(name, "a password")).attrs["type"], "result");
		client.close();
	}
}

async function loggedIn(port: number, name: string): Promise<TestClient> {
	const client = await TestClient.tcp(port, "localhost");
	await client.open();
	return client.logIn(name, "a password");
}
