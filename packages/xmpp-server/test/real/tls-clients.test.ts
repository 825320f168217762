import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeCertificate } from "@clowder/servers";
import { readCertificate } from "../../src/index.ts";
import { TestClient } from "../support/client.ts";
import { HERE, needs, Program, PYTHON, runs } from "../support/program.ts";
import { startServer } from "../support/server.ts";

const ROOM = "den@conference.localhost";

interface Running {
	readonly port: number;
	readonly folder: string;
	/** The certificate, for clients to trust. */
	readonly authority: string;
	readonly ana: TestClient;
}

/** A server with a certificate, and someone in the room. */
async function start(t: TestContext): Promise<Running> {
	const folder = await mkdtemp(join(tmpdir(), "clowder-tls-clients-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const { chain, key } = makeCertificate(["localhost"]);
	const authority = join(folder, "authority.pem");
	await writeFile(authority, chain);
	const certificate = readCertificate(chain, key, Date.now());
	assert.ok(certificate.ok);
	const { server, url } = await startServer(t);
	const listening = await server.listenTcp({ host: "127.0.0.1", port: 0, certificate: certificate.value });
	assert.ok(listening.ok);
	const ana = await (await TestClient.webSocket(url, "localhost")).start("ana");
	await ana.join("den", "Ana");
	for (const name of ["sly", "prof"]) {
		const client = await TestClient.webSocket(url, "localhost");
		await client.open();
		assert.equal((await client.register(name, "a password")).attrs["type"], "result");
		client.close();
	}
	return { port: listening.value.port, folder, authority, ana };
}

for (const manner of ["direct", "starttls"]) {
	test(`slixmpp logs in by ${manner} TLS, and knows the certificate`, async (t) => {
		if (!needs(t, runs(PYTHON, "-c", "import slixmpp"), "slixmpp: apt-get install python3-slixmpp")) return;
		const { port, authority, ana } = await start(t);
		const script = join(HERE, "slixmpp_client.py");
		const args = [script, `${port}`, "sly@localhost", "a password", ROOM, "Sly", manner, authority];
		const sly = new Program(t, PYTHON, args);
		await sly.line((line) => line.includes('"joined"'));
		sly.say("hello over TLS");
		assert.equal((await ana.heard("hello over TLS")).attrs["from"], `${ROOM}/Sly`);
	});
}

test("profanity logs in by STARTTLS", async (t) => {
	if (!needs(t, runs("profanity", "--version"), "profanity: apt-get install profanity")) return;
	if (!needs(t, runs("expect", "-v"), "expect: apt-get install expect")) return;
	const { port, folder, ana } = await start(t);
	const script = join(HERE, "profanity_client.exp");
	const args = [script, `${port}`, "prof@localhost", "a password", ROOM, "Prof", "trust"];
	const own = { HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), XDG_DATA_HOME: join(folder, "data") };
	const profanity = new Program(t, "expect", args, own);
	await profanity.line((line) => line === "joined");
	assert.equal((await ana.heard("first-from-profanity")).attrs["from"], `${ROOM}/Prof`);
});
