import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createXmppServer } from "../../src/index.ts";
import { TestClient } from "../support/client.ts";
import { Inbox } from "../support/inbox-of-json.ts";
import { needs, PYTHON, runs } from "../support/program.ts";

const SCRIPT = fileURLToPath(new URL("../../../test/real/slixmpp_pep.py", import.meta.url));
/** A client that says nothing at all fails its test by name. */
const PATIENCE = { timeout: 120_000 };
const DEVICES = "urn:example:devices";

function hasClients(t: TestContext): boolean {
	const found = runs(PYTHON, "-c", "import slixmpp, aiohttp");
	return needs(t, found, "slixmpp and aiohttp: apt-get install python3-slixmpp python3-aiohttp");
}

/** A server with accounts "ana" and "bo", for native clients, that takes files. */
async function serverFor(t: TestContext): Promise<number> {
	const server = createXmppServer({ domain: "localhost" });
	const known: { url?: string } = {};
	const uploads = server.uploads({ path: "/files", localUrl: () => known.url });
	assert.ok(uploads.ok);
	const http = createServer((request, response) => {
		if (!uploads.value(request, response)) response.writeHead(404).end();
	});
	await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
	known.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
	t.after(async () => {
		await server.close();
		http.closeAllConnections();
		await new Promise((resolve) => http.close(resolve));
	});
	const listening = await server.listenTcp({ host: "127.0.0.1", port: 0 });
	assert.ok(listening.ok);
	for (const name of ["ana", "bo"]) {
		const client = await TestClient.tcp(listening.value.port, "localhost");
		await client.open();
		assert.equal((await client.register(name, "a password")).attrs["type"], "result");
		client.close();
	}
	return listening.value.port;
}

/** One slixmpp, told what to do. */
class Device {
	readonly #child: ChildProcess;
	readonly heard: Inbox;

	private constructor(child: ChildProcess, heard: Inbox) {
		this.#child = child;
		this.heard = heard;
	}

	static async start(t: TestContext, port: number, jid: string, ...nodes: readonly string[]): Promise<Device> {
		const child = spawn(PYTHON, [SCRIPT, `${port}`, jid, "a password", ...nodes], { stdio: "pipe" });
		t.after(() => child.kill());
		const heard = new Inbox();
		let stderr = "";
		child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
		createInterface({ input: child.stdout }).on("line", (line) => heard.push(JSON.parse(line)));
		child.on("close", (code) => heard.end(`slixmpp ended with ${code}: ${stderr}`));
		const device = new Device(child, heard);
		const came = await heard.next("ready", "failed", "failed-auth");
		assert.equal(came["kind"], "ready", JSON.stringify(came));
		return device;
	}

	/** What came of it: its value, or the condition that it was refused with. */
	async do(...command: readonly unknown[]): Promise<unknown> {
		this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
		const came = await this.heard.next("done", "refused", "failed");
		assert.notEqual(came["kind"], "failed", JSON.stringify(came));
		return came["kind"] === "done" ? came["value"] : came["condition"];
	}
}

test("slixmpp: two devices of an account publish, hear, configure, take back and delete", PATIENCE, async (t) => {
	if (!hasClients(t)) return;
	const port = await serverFor(t);
	const one = await Device.start(t, port, "ana@localhost/one");
	const all = { access_model: "open", max_items: "max", persist_items: "true" };
	assert.equal(await one.do("publish", DEVICES, "d1", "profile <&> 1", all), null);
	const two = await Device.start(t, port, "ana@localhost/two", DEVICES);
	const last = await two.heard.next("event");
	assert.deepEqual([last["id"], last["text"]], ["d1", "profile <&> 1"], "the last item, on becoming available");
	assert.equal(await one.do("publish", DEVICES, "d2", "profile 2", all), null);
	assert.equal((await two.heard.next("event"))["id"], "d2");
	assert.equal(await one.do("publish", DEVICES, "d3", "x", { access_model: "whitelist" }), "conflict");

	const bo = await Device.start(t, port, "bo@localhost/x");
	const kept = [
		["d1", "profile <&> 1"],
		["d2", "profile 2"],
	];
	assert.deepEqual(await bo.do("items", "ana@localhost", DEVICES), kept);
	assert.equal(await two.do("configure", DEVICES, { access_model: "whitelist" }), null);
	assert.equal(await bo.do("items", "ana@localhost", DEVICES), "item-not-found");
	assert.deepEqual(await two.do("items", null, DEVICES), kept);
	assert.equal(await one.do("retract", DEVICES, "d1"), null);
	assert.equal((await two.heard.next("retracted"))["id"], "d1");
	assert.deepEqual(await one.do("nodes"), [DEVICES]);
	assert.equal(await one.do("delete", DEVICES), null);
	assert.equal(await one.do("items", null, DEVICES), "item-not-found");
});

test("slixmpp: an avatar is shown on one device, heard of and fetched on another", PATIENCE, async (t) => {
	if (!hasClients(t)) return;
	const port = await serverFor(t);
	const one = await Device.start(t, port, "ana@localhost/one");
	const two = await Device.start(t, port, "ana@localhost/two");
	const id = await one.do("show_avatar", "not really a picture");
	assert.deepEqual((await two.heard.next("avatar"))["ids"], [id]);
	assert.equal(await two.do("fetch_avatar", "ana@localhost", id), "not really a picture");
});

test("slixmpp: a file is put where the server says that it takes them, and fetched", PATIENCE, async (t) => {
	if (!hasClients(t)) return;
	const port = await serverFor(t);
	const one = await Device.start(t, port, "ana@localhost/one");
	const { url, max } = (await one.do("upload", "holiday.png", "bytes of a picture")) as { url: string; max: number };
	assert.equal(max, 16 * 1024 * 1024);
	const got = await fetch(url);
	assert.equal(got.headers.get("content-type"), "image/png");
	assert.equal(await got.text(), "bytes of a picture");
});
