import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SmpTlv } from "../../src/smp/messages.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { compareSecrets, type Side, sides } from "./support.ts";

const typed = fc.string({ unit: "grapheme", maxLength: 20 });

test("secrets are found equal if and only if they are", () => {
	fc.assert(
		fc.property(typed, typed, fc.boolean(), (one, other, same) => {
			const second = same ? one : other;
			const equal = one === second;
			assert.deepEqual(compareSecrets(sides(`${one}/${second}`), one, second), {
				initiator: equal,
				responder: equal,
			});
		}),
		{ seed: 4, numRuns: 12 },
	);
});

test("the same in a faster group, many times", () => {
	const nearly = typed.chain((text) => fc.constantFrom(text, `${text} `, text.toUpperCase(), text.normalize("NFD")));
	fc.assert(
		fc.property(typed, nearly, fc.boolean(), (one, other, same) => {
			const second = same ? one : other;
			const equal = one === second;
			const both = sides(`${one}/${second}`, { primitives: fastPrimitives });
			assert.deepEqual(compareSecrets(both, one, second), { initiator: equal, responder: equal });
		}),
		{ seed: 4, numRuns: 500 },
	);
});

type Command = "start" | "answer" | "abort" | "deliver" | "leave";

/** For a message 1 the secret of its author; for a message 2 whether its author typed what it answers. */
const hidden = new WeakMap<SmpTlv, string | boolean>();

/** One side, and what is on its way to it. */
class Player {
	readonly side: Side;
	readonly inbox: SmpTlv[] = [];
	finished = 0;
	#begun = 0;
	#ended = 0;
	#typed = "";
	/** Of the attempt that this side is in: the secret that it is asked to compare, then what is to come out. */
	#asked: string | boolean | undefined;

	constructor(side: Side) {
		this.side = side;
	}

	do(command: Command, secret: string): void {
		const { side } = this;
		if (command === "start") {
			side.start(secret);
			this.#begun++;
			this.#typed = secret;
		} else if (command === "answer" && side.state.name === "asked") {
			side.answer(secret);
			this.#asked = this.#asked === secret;
		} else if (command === "abort") side.abort();
		else if (command === "leave") side.leave();
		else if (command === "deliver") {
			const tlv = this.inbox.shift();
			if (tlv === undefined) return;
			if (tlv.tlvType === 2 || tlv.tlvType === 3) this.#asked = hidden.get(tlv);
			side.receive(tlv);
		}
	}

	/** Hands what is to be sent to the other one, and looks at what its user is told. */
	settle(other: Player): void {
		for (const tlv of this.side.sent()) {
			if (tlv.tlvType === 2) hidden.set(tlv, this.#typed);
			if (tlv.tlvType === 3 && this.#asked !== undefined) hidden.set(tlv, this.#asked);
			other.inbox.push(tlv);
		}
		for (const event of this.side.told()) {
			if (event.kind === "asked") this.#begun++;
			if (event.kind === "aborted" || event.kind === "finished") this.#ended++;
			if (event.kind !== "finished") continue;
			this.finished++;
			assert.equal(event.equal, this.#asked);
		}
		// Nothing is under way, or it will end once.
		assert.equal(this.#begun - this.#ended, this.side.state.name === "expect-1" ? 0 : 1);
	}
}

test("whatever two users do, in any order of arrival, all that begins ends once, and with the truth", () => {
	const command = fc.tuple(
		fc.oneof(
			{ weight: 1, arbitrary: fc.constantFrom<Command>("start", "abort", "leave") },
			{ weight: 2, arbitrary: fc.constant<Command>("answer") },
			{ weight: 8, arbitrary: fc.constant<Command>("deliver") },
		),
		fc.boolean(),
		fc.constantFrom("the cat", "the dog"),
	);
	let finished = 0;
	fc.assert(
		fc.property(fc.array(command, { maxLength: 80, size: "max" }), (commands) => {
			const both = sides("commands", { primitives: fastPrimitives });
			const players = [new Player(both.alice), new Player(both.bob)] as const;
			const run = (what: Command, second: boolean, secret: string): void => {
				const [one, other] = second ? [players[1], players[0]] : players;
				one.do(what, secret);
				one.settle(other);
			};
			for (const [what, second, secret] of commands) run(what, second, secret);
			// Whatever was left open: once all has arrived and one has aborted, both are where they began, and can compare.
			const deliverAll = (): void => {
				while (players.some(({ inbox }) => inbox.length > 0)) {
					run("deliver", false, "");
					run("deliver", true, "");
				}
			};
			deliverAll();
			run("abort", false, "");
			deliverAll();
			for (const { side } of players) assert.equal(side.state.name, "expect-1");
			finished += players[0].finished + players[1].finished;
			assert.deepEqual(compareSecrets(both, "a", "a"), { initiator: true, responder: true });
		}),
		{ seed: 4, numRuns: 400 },
	);
	assert.ok(finished > 50, `${finished} of them came to a result`);
});
