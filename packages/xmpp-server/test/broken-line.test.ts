import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Element } from "../src/xml.ts";
import { Bench, type Peer } from "./support/core.ts";
import { authenticated, bodies, chat, enable, isStanza, resume, SM } from "./support/managed.ts";

/** A client as XEP-0198 wants it, whose connection breaks where the test says. */
class Resuming {
	readonly heard: string[] = [];
	readonly #bench: Bench;
	readonly #name: string;
	readonly #id: string;
	#peer: Peer;
	#handled = 0;
	/** Said, and not known to be handled. */
	#said: string[] = [];
	#acknowledged = 0;

	constructor(bench: Bench, name: string) {
		this.#bench = bench;
		this.#name = name;
		this.#peer = bench.client(name, "r");
		this.#id = enable(this.#peer).attrs["id"] ?? "";
	}

	/** Says something; `lost`: the connection takes it down with it. */
	say(body: string, to: string, lost: boolean): void {
		this.#said.push(body);
		if (!lost) chat(this.#peer, `${to}@localhost/r`, body);
	}

	/** Reads so many of the elements that have come; the rest is lost with the connection if that breaks now. */
	read(count: number): void {
		const texts = this.#peer.texts.splice(count);
		for (const node of this.#peer.take()) this.#take(node);
		this.#peer.texts.push(...texts);
	}

	#take(node: Element): void {
		if (node.ns === SM && node.name === "r") this.#peer.receive(`<a xmlns="${SM}" h="${this.#handled}"/>`);
		else if (node.ns === SM && node.name === "a") this.#forget(node);
		if (!isStanza(node)) return;
		this.#handled += 1;
		this.heard.push(...bodies([node]));
	}

	#forget({ attrs }: Element): void {
		const handled = Number(attrs["h"]);
		this.#said.splice(0, handled - this.#acknowledged);
		this.#acknowledged = handled;
	}

	asks(): void {
		this.#peer.receive(`<r xmlns="${SM}"/>`);
	}

	/** Comes back, with the former connection gone or seeming alive; says again what was lost. */
	resume(to: string, noticed: boolean): void {
		if (noticed) this.#peer.lose();
		this.#peer = authenticated(this.#bench, this.#name);
		const [resumed, ...rest] = resume(this.#peer, this.#id, this.#handled);
		assert.equal(resumed?.name, "resumed");
		this.#forget(resumed);
		for (const node of rest) this.#take(node);
		for (const body of this.#said) chat(this.#peer, `${to}@localhost/r`, body);
	}
}

const step = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ type: fc.constant("say" as const), who: fc.nat(1), lost: fc.constant(false) }) },
	{ weight: 2, arbitrary: fc.record({ type: fc.constant("read" as const), who: fc.nat(1), count: fc.nat(6) }) },
	{ weight: 1, arbitrary: fc.record({ type: fc.constant("ask" as const), who: fc.nat(1) }) },
	{
		weight: 2,
		arbitrary: fc.record({
			type: fc.constant("break" as const),
			who: fc.nat(1),
			saying: fc.nat(3),
			noticed: fc.boolean(),
			gapMs: fc.nat(20_000),
		}),
	},
);

test("SM-10: wherever connections break, each hears what the other said, once and in order", () => {
	fc.assert(
		fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, every) => {
			const bench = new Bench({ ackRequestStanzas: every, burstStanzas: 1e6 });
			const people = [new Resuming(bench, "ana"), new Resuming(bench, "bo")] as const;
			const names = ["ana", "bo"] as const;
			const said: [string[], string[]] = [[], []];
			const say = (who: 0 | 1, lost: boolean): void => {
				const body = `${names[who]} ${said[who].length}`;
				said[who].push(body);
				people[who].say(body, names[1 - who] as string, lost);
			};
			for (const each of steps) {
				const who = each.who as 0 | 1;
				const person = people[who];
				if (each.type === "say") say(who, each.lost);
				else if (each.type === "read") person.read(each.count);
				else if (each.type === "ask") person.asks();
				else {
					for (let i = 0; i < each.saying; i++) say(who, true);
					bench.now += each.gapMs;
					person.resume(names[1 - who] as string, each.noticed);
				}
			}
			for (const who of [0, 1, 0, 1] as const) people[who].resume(names[1 - who] as string, true);
			for (const person of people) person.read(Number.POSITIVE_INFINITY);
			assert.deepEqual(people[0].heard, said[1]);
			assert.deepEqual(people[1].heard, said[0]);
			assert.equal(bench.core.counts.sessions, 2);
		}),
		{ seed: 198, numRuns: 300 },
	);
});
