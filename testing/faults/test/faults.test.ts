import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Carrier } from "@clowder/carrier";
import { Line, prosodyMissing, RoughLine } from "@clowder/servers";
import { carrierByHttp, carrierByXmpp, Guest, until } from "../src/guest.ts";
import { seeded } from "../src/seeded.ts";
import { mortalEmbedded, type MortalServer, mortalProsody } from "../src/server.ts";
import { compareTranscripts, together } from "../src/verdict.ts";

const NAMES = ["Ana", "Bo", "Eve"];

const ENDINGS: WeakMap<TestContext, (() => Promise<unknown>)[]> = new WeakMap();

/** Puts something off until the test has ended; what was put off last is done first. */
function atEnd(t: TestContext, run: () => Promise<unknown>): void {
	const endings = ENDINGS.get(t) ?? [];
	if (endings.length === 0) {
		ENDINGS.set(t, endings);
		t.after(async () => {
			for (const each of endings.toReversed()) await each();
		});
	}
	endings.push(run);
}

/** People in one room, each by a carrier of their own, who leave when the test ends. */
async function gathered(t: TestContext, carrierOf: (index: number) => Carrier): Promise<readonly Guest[]> {
	const guests: Guest[] = [];
	atEnd(t, () => Promise.all(guests.map((guest) => guest.store.leave(true))));
	for (const [index, name] of NAMES.entries()) guests.push(new Guest(name, "the den", carrierOf(index)));
	await together(guests, "coming in");
	return guests;
}

async function serverFor(t: TestContext, start: () => Promise<MortalServer>): Promise<MortalServer> {
	const server = await start();
	atEnd(t, () => server.stop());
	return server;
}

/** Everyone says so many things, while whatever happens happens. */
async function talk(guests: readonly Guest[], rounds: number, during: string): Promise<void> {
	for (let round = 0; round < rounds; round++) {
		for (const guest of guests) {
			guest.say(`${during} ${guest.name} ${round}`);
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
}

const SERVERS = [
	{ name: "embedded server", start: mortalEmbedded, skip: undefined },
	{ name: "Prosody with stream management", start: () => mortalProsody(["smacks"]), skip: prosodyMissing() },
];

for (const { name, start, skip } of SERVERS) {
	describe(`a room on the ${name}`, { skip: skip ?? false }, () => {
		it("comes back by itself when the server is killed in mid-conversation and comes back knowing nobody", async (t) => {
			const server = await serverFor(t, start);
			const guests = await gathered(t, () => carrierByXmpp(server, server.port));
			await talk(guests, 5, "before");
			// In the midst of it.
			await server.die();
			await talk(guests, 3, "meanwhile");
			await until(
				() => `everyone to notice:\n${guests.map((guest) => guest.describe()).join("\n")}`,
				() => guests.every((guest) => guest.lines().includes("interrupted")),
			);
			await server.comeBack();
			await together(guests, "the restart");
			compareTranscripts(guests);
		});

		it("comes back by itself when lines die without a word, one and then all", async (t) => {
			const server = await serverFor(t, start);
			const lines: Line[] = [];
			for (let index = 0; index < NAMES.length; index++) lines.push(await Line.to(server.port));
			atEnd(t, () => Promise.all(lines.map((line) => line.close())));
			const guests = await gathered(t, (index) => carrierByXmpp(server, lines[index]?.port ?? 0));
			for (const dead of [lines.slice(0, 1), lines]) {
				for (const line of dead) line.hold();
				await talk(guests, 3, `${dead.length} dead`);
				for (const line of dead) line.mend();
				await together(guests, `${dead.length} dead`);
			}
			compareTranscripts(guests);
		});

		for (const seed of [1]) {
			it(`stays one on lines that chop, delay and cut, seed ${seed}`, async (t) => {
				const server = await serverFor(t, start);
				const lines: RoughLine[] = [];
				for (let index = 0; index < NAMES.length; index++) {
					const roughness = { delayMs: 2, cutAfterBytes: 60_000, cuts: 4 };
					lines.push(await RoughLine.to(server.port, seeded(10 * seed + index), roughness));
				}
				atEnd(t, () => Promise.all(lines.map((line) => line.close())));
				const guests = await gathered(t, (index) => carrierByXmpp(server, lines[index]?.port ?? 0));
				for (const line of lines) line.storm();
				const cuts = (): number => lines.reduce((sum, line) => sum + line.cuts, 0);
				for (let round = 0; cuts() < 4; round++) {
					await talk(guests, 1, `${round}`);
					await together(guests, `round ${round}`);
				}
				for (const line of lines) line.calm();
				await together(guests, "the storm");
				compareTranscripts(guests);
			});
		}
	});
}

describe("a room over plain HTTP", () => {
	it("shows nothing twice when a proxy sends requests twice and loses answers", async (t) => {
		const server = await serverFor(t, mortalEmbedded);
		const draw = seeded(7);
		let [doubled, lost] = [0, 0];
		const doubling = async (url: string, init: RequestInit): Promise<Response> => {
			const answer = await fetch(url, init);
			if (!url.endsWith("/texts") || draw() < 0.5) return answer;
			doubled += 1;
			await answer.text();
			const second = await fetch(url, init);
			if (draw() < 0.7) return second;
			lost += 1;
			await second.text();
			throw new TypeError("the line broke");
		};
		const guests = await gathered(t, () => carrierByHttp(server.port, doubling));
		for (let round = 0; doubled < 10 || lost < 3; round++) {
			await talk(guests, 2, `round ${round}`);
			await together(guests, `round ${round}`);
		}
		compareTranscripts(guests);
		// On a line that loses nothing for good, nobody lacks anything.
		for (const guest of guests) assert.deepEqual(guest.transcript().length, guests[0]?.transcript().length);
	});

	it("is one with people over XMPP when the server restarts", async (t) => {
		const server = await serverFor(t, mortalEmbedded);
		const guests = await gathered(t, (index) =>
			index === 0 ? carrierByHttp(server.port) : carrierByXmpp(server, server.port),
		);
		await talk(guests, 3, "before");
		await server.die();
		await talk(guests, 2, "meanwhile");
		await server.comeBack();
		await together(guests, "the restart");
		compareTranscripts(guests);
	});
});
