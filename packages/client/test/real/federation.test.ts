import { after, before, describe, test } from "node:test";
import { xmppCarrier } from "@clowder/carrier-xmpp";
import { type FederatedServer, type Federation, federationMissing, startFederation } from "@clowder/servers";
import { checkTranscripts, freshRoom, Guest, random, together, until } from "./guest.ts";

const TIMING = {
	pingEveryMs: 500,
	pingTimeoutMs: 3_000,
	reconnectLeastMs: 20,
	reconnectMostMs: 200,
	reconnectTries: 1000,
};

describe("DEPLOY-1: the group protocol in a room whose people are on two servers, Prosody", {
	skip: federationMissing() ?? false,
}, () => {
	let federation: Federation;

	before(async () => {
		federation = await startFederation();
	});
	after(() => federation.stop());

	/** Two people of each server in a room of the first, in one session. */
	async function party(): Promise<readonly [Guest, Guest, Guest, Guest]> {
		const room = freshRoom();
		const [near, far] = federation.servers;
		const guest = (name: string, { webSocket: service, domain }: FederatedServer): Guest =>
			new Guest(name, room, xmppCarrier({ service, domain, muc: near.rooms, random, timing: TIMING }));
		const guests: Guest[] = [];
		for (const [name, server] of [
			["Ana", near],
			["Bo", far],
			["Cleo", near],
			["Dan", far],
		] as const) {
			guests.push(guest(name, server));
			await together(`${name} is in`, guests);
		}
		return guests as unknown as [Guest, Guest, Guest, Guest];
	}

	test("everyone reads everyone, in one order, and knows that all have", async () => {
		const guests = await party();
		for (let round = 0; round < 5; round++) for (const guest of guests) guest.say(`${guest.name} ${round}`);
		await until("all for all", () => guests.every((guest) => guest.texts().length === 20), guests);
		const isSeen = (guest: Guest): boolean => guest.messages().every(({ progress }) => progress.state === "all");
		await until("all confirmed", () => guests.every(isSeen), guests);
		checkTranscripts(guests);
		await Promise.all(guests.map((guest) => guest.leave()));
	});

	/** After something went wrong: all are together again, and what they write comes to all. */
	async function goesOn(guests: readonly Guest[]): Promise<void> {
		await together("all are back", guests);
		for (const guest of guests) guest.say(`${guest.name} is here`);
		const all = guests.map(({ name }) => `${name} is here`);
		await until("all for all", () => guests.every((one) => all.every((text) => one.texts().includes(text))), guests);
		checkTranscripts(guests);
		await Promise.all(guests.map((guest) => guest.leave()));
	}

	test("servers that lose each other: the near side goes on, the far side comes back, nothing is lost silently", async () => {
		const guests = await party();
		const [ana, bo, cleo] = guests;
		ana.say("before");
		await until("before", () => guests.every((guest) => guest.texts().includes("before")), guests);
		federation.cut();
		ana.say("from Ana, meanwhile");
		bo.say("from Bo, meanwhile");
		await until("those who are left", () => ana.isWith(cleo), guests);
		ana.say("from Ana, to those who are left");
		await until("for Cleo", () => cleo.texts().includes("from Ana, to those who are left"), guests);
		federation.mend();
		await goesOn(guests);
	});

	test("texts that vanish between servers, with nobody put out: they are missed, and got again or said to be lost", async () => {
		const guests = await party();
		const [ana, bo, cleo] = guests;
		ana.say("before");
		await until("before", () => guests.every((guest) => guest.texts().includes("before")), guests);
		federation.hold();
		ana.say("from Ana, meanwhile");
		bo.say("from Bo, meanwhile");
		await until("for Cleo", () => cleo.texts().includes("from Ana, meanwhile"), guests);
		// What is on the way is gone now; the next thing that a server has to say goes over a new line.
		federation.cut();
		federation.mend();
		await goesOn(guests);
	});
});
