import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStorage, type Storage } from "../../src/index.ts";
import { makeAccount, needs, Program, PYTHON, runs } from "../support/program.ts";
import { startServer } from "../support/server.ts";

const CLIENT = fileURLToPath(new URL("../../../test/real/slixmpp_contacts.py", import.meta.url));
const PASSWORD = "a long word";

interface Told {
	readonly kind: string;
	readonly [detail: string]: unknown;
}

/** A person with slixmpp: says what they are told to, and tells what they hear. */
class Person {
	readonly #program: Program;

	private constructor(program: Program) {
		this.#program = program;
	}

	static async online(t: TestContext, port: number, name: string): Promise<Person> {
		const person = new Person(new Program(t, PYTHON, [CLIENT, `${port}`, `${name}@localhost`, PASSWORD]));
		await person.told("started");
		return person;
	}

	async told(kind: string, details: Readonly<Record<string, unknown>> = {}): Promise<Told> {
		const matches = (line: string): boolean => {
			const event = JSON.parse(line) as Told;
			return event.kind === kind && Object.entries(details).every(([name, value]) => event[name] === value);
		};
		return JSON.parse(await this.#program.line(matches)) as Told;
	}

	say(line: string): void {
		this.#program.say(line);
	}

	async leave(): Promise<void> {
		this.say("");
		await this.told("disconnected");
	}
}

async function opened(folder: string): Promise<Storage> {
	const storage = await openStorage(folder);
	assert.ok(storage.ok);
	return storage.value;
}

test("slixmpp: contacts, and a message for one who is away, over a restart with a data folder", async (t) => {
	if (!needs(t, runs(PYTHON, "-c", "import slixmpp"), "slixmpp: apt-get install python3-slixmpp")) return;
	const folder = mkdtempSync(join(tmpdir(), "clowder-contacts-"));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	const first = await startServer(t, { storage: await opened(folder) });
	for (const name of ["ana", "bo"]) await makeAccount(first.url, name, PASSWORD);
	const ana = await Person.online(t, first.tcpPort, "ana");
	const bo = await Person.online(t, first.tcpPort, "bo");
	ana.say("subscribe bo@localhost");
	await bo.told("presence", { type: "subscribe", sender: "ana@localhost" });
	bo.say("subscribed ana@localhost");
	await ana.told("presence", { type: "subscribed" });
	await ana.told("presence", { type: "available", sender: "bo@localhost" });
	ana.say("name bo@localhost Bo");
	await ana.told("named");
	await bo.leave();
	await ana.told("presence", { type: "unavailable", sender: "bo@localhost" });
	ana.say("say bo@localhost for-when-you-are-back");
	await ana.told("said");
	await ana.leave();
	await first.server.close();

	const second = await startServer(t, { storage: await opened(folder) });
	const anaAgain = await Person.online(t, second.tcpPort, "ana");
	const boAgain = await Person.online(t, second.tcpPort, "bo");
	const message = await boAgain.told("message", { sender: "ana@localhost" });
	assert.deepEqual([message["body"], message["delayed"]], ["for-when-you-are-back", true]);
	await anaAgain.told("presence", { type: "available", sender: "bo@localhost" });
	boAgain.say("say ana@localhost here-i-am");
	assert.equal((await anaAgain.told("message", { body: "here-i-am" }))["delayed"], false);
});

test("slixmpp: copies for a second device, and a block", async (t) => {
	if (!needs(t, runs(PYTHON, "-c", "import slixmpp"), "slixmpp: apt-get install python3-slixmpp")) return;
	const { url, tcpPort } = await startServer(t);
	for (const name of ["ana", "bo"]) await makeAccount(url, name, PASSWORD);
	const desk = await Person.online(t, tcpPort, "ana");
	const phone = await Person.online(t, tcpPort, "ana");
	const bo = await Person.online(t, tcpPort, "bo");
	desk.say("say bo@localhost from-the-desk");
	await bo.told("message", { body: "from-the-desk" });
	await phone.told("carbon_sent", { body: "from-the-desk" });
	phone.say("block bo@localhost");
	assert.deepEqual((await phone.told("blocked"))["items"], ["bo@localhost"]);
	bo.say("say ana@localhost can-you-hear-me");
	await bo.told("refused", { condition: "service-unavailable" });
});
