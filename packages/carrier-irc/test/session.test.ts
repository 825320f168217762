import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { utf8 } from "@clowder/bytes";
import type { CarrierEvent } from "@clowder/carrier";
import { SeededRandom } from "@clowder/carrier/memory";
import fc from "fast-check";
import { OCCUPANTS_MAX_COUNT, TIMING } from "../src/limits.ts";
import { type Ending, IrcSession } from "../src/session.ts";

const CHANNEL = `#${"0".repeat(32)}`;

/** A session at the end of a wire that the test holds. */
class Bench {
	readonly session: IrcSession;
	readonly sent: string[] = [];
	readonly events: CarrierEvent[] = [];
	ending: Ending | undefined;
	wakeMs: number | undefined;
	nowMs = 0;

	constructor({ needsEcho = false, seed = 1 } = {}) {
		const generator = new SeededRandom(seed);
		const random = (length: number): Uint8Array => generator.bytes(length);
		const pace = { burstLines: 1000, lineMs: 1 };
		this.session = new IrcSession(
			{ channel: CHANNEL, binding: "irc:test", needsEcho, random, pace, timing: TIMING },
			0,
		);
		this.#carryOut();
	}

	/** One who is in, with others. */
	static inside(others: readonly string[] = [], needsEcho = false): Bench {
		const bench = new Bench({ needsEcho });
		if (needsEcho) bench.hear(":s CAP * LS :echo-message", ":s CAP * ACK :echo-message");
		bench.enter(others);
		return bench;
	}

	enter(others: readonly string[] = [], host = "h"): void {
		const { nick } = this;
		this.hear(`:s 001 ${nick} :Hi`, `:${nick}!u@${host} JOIN ${CHANNEL}`);
		this.hear(`:s 353 ${nick} = ${CHANNEL} :@${nick} ${others.join(" ")}`, `:s 366 ${nick} ${CHANNEL} :End`);
	}

	/** The latest nick that it asked for. */
	get nick(): string {
		return this.sent.findLast((line) => line.startsWith("NICK "))?.slice("NICK ".length) ?? "";
	}

	hear(...lines: readonly string[]): void {
		for (const line of lines) this.bytes(utf8(`${line}\r\n`));
	}

	bytes(bytes: Uint8Array): void {
		this.session.receive(bytes, this.nowMs);
		this.#carryOut();
	}

	say(text: string): void {
		this.session.say(text);
		this.#carryOut();
	}

	wake(nowMs: number): void {
		this.nowMs = nowMs;
		this.session.wake(nowMs);
		this.#carryOut();
	}

	/** What happened since `entered`. */
	get since(): readonly CarrierEvent[] {
		return this.events.slice(1);
	}

	get condition(): string | undefined {
		const reason = this.ending?.reason;
		return reason?.kind === "refused" ? reason.condition : reason?.kind;
	}

	#carryOut(): void {
		const { lines, events, ending, wakeMs } = this.session.take(this.nowMs);
		this.sent.push(...lines.map((line) => new TextDecoder().decode(line).trimEnd()));
		this.events.push(...events);
		this.ending ??= ending;
		this.wakeMs = wakeMs;
	}
}

describe("registration", () => {
	test("IRC-3: nicks are random; taken ones are left, too long ones are made shorter", () => {
		const bench = new Bench();
		const first = bench.nick;
		assert.match(first, /^[a-z][a-z0-9]{19}$/);
		assert.notEqual(new Bench({ seed: 2 }).nick, first);
		bench.hear(`:s 433 * ${first} :Taken`);
		assert.match(bench.nick, /^[a-z][a-z0-9]{19}$/);
		assert.notEqual(bench.nick, first);
		bench.hear(`:s 432 * ${bench.nick} :Too long`);
		assert.equal(bench.nick.length, 15);
		bench.hear(`:s 432 * ${bench.nick} :Too long`);
		assert.equal(bench.nick.length, 9);
		bench.enter();
		assert.equal(bench.events[0]?.type === "entered" && bench.events[0].self, bench.nick);
		assert.doesNotMatch(bench.sent.join("\n"), /CAP/);
	});

	test("IRC-3: a server that takes no nick, or gives one that is none, is refused", () => {
		const bench = new Bench();
		for (let i = 0; i < 20; i++) bench.hear(`:s 433 * ${bench.nick} :Taken`);
		assert.equal(bench.condition, "nick");
		assert.equal(bench.sent.filter((line) => line.startsWith("NICK")).length, 8);
		const short = new Bench();
		for (let i = 0; i < 3; i++) short.hear(`:s 432 * ${short.nick} :Too long`);
		assert.equal(short.condition, "nick");
		for (const nick of ["a b!", "@x", "x".repeat(21)]) {
			const strange = new Bench();
			strange.hear(`:s 001 ${nick.replace(" ", "")} :Hi`);
			assert.equal(strange.condition, "protocol");
		}
	});

	test("IRC-10: with the server's order, echo-message is asked for, and a server without it is refused", () => {
		const bench = new Bench({ needsEcho: true });
		assert.equal(bench.sent[0], "CAP LS 302");
		bench.hear(":s CAP * LS * :sasl echo-message=1", ":s CAP * LS :away-notify");
		assert.equal(bench.sent.at(-1), "CAP REQ :echo-message");
		bench.hear(":s CAP * ACK :echo-message");
		assert.equal(bench.sent.at(-1), "CAP END");
		for (const answer of [":s CAP * LS :sasl", ":s CAP * NAK :echo-message", ":s 421 * CAP :Unknown command"]) {
			const other = new Bench({ needsEcho: true });
			other.hear(answer);
			assert.equal(other.condition, "echo-message", answer);
		}
	});

	test("IRC-9: who may not enter is told why", () => {
		for (const [numeric, condition] of [
			["474", "banned"],
			["471", "full"],
			["473", "invite-only"],
			["477", "registered-only"],
		]) {
			const bench = new Bench();
			bench.hear(`:s 001 ${bench.nick} :Hi`, `:s ${numeric} ${bench.nick} ${CHANNEL} :No`);
			assert.equal(bench.condition, condition);
		}
		const bench = new Bench();
		bench.hear(":s 465 * :Go away");
		assert.equal(bench.condition, "banned");
	});
});

describe("in the channel", () => {
	test("IRC-8: who comes and who goes, in every way there is", () => {
		const bench = Bench.inside(["+ann", "@bob"]);
		const [entrance] = bench.events;
		assert.deepEqual(entrance?.type === "entered" && entrance.occupants, ["ann", "bob"]);
		bench.hear(`:cat!u@h JOIN :${CHANNEL}`, `:dan!u@h JOIN ${CHANNEL}`, `:cat!u@h JOIN ${CHANNEL}`);
		bench.hear(`:ann!u@h PART ${CHANNEL} :bye`, ":bob!u@h QUIT :bye", `:op!u@h KICK ${CHANNEL} cat :out`);
		bench.hear(":dan!u@h NICK eve");
		// Other channels, and people who are not here.
		bench.hear(":eve!u@h PART #other", ":zoe!u@h JOIN #other", ":zoe!u@h QUIT", `:op!u@h KICK ${CHANNEL} zoe`);
		assert.deepEqual(bench.since, [
			{ type: "joined", handle: "cat" },
			{ type: "joined", handle: "dan" },
			{ type: "left", handle: "ann" },
			{ type: "left", handle: "bob" },
			{ type: "left", handle: "cat" },
			{ type: "left", handle: "dan" },
			{ type: "joined", handle: "eve" },
		]);
	});

	test("IRC-8: a netsplit is people who leave and come back", () => {
		const bench = Bench.inside(["ann", "bob"]);
		bench.hear(":ann!u@h QUIT :a.example b.example", ":bob!u@h QUIT :a.example b.example");
		bench.hear(`:bob!u@h JOIN ${CHANNEL}`, `:ann!u@h JOIN ${CHANNEL}`);
		assert.deepEqual(
			bench.since.map(({ type }) => type),
			["left", "left", "joined", "joined"],
		);
	});

	test("IRC-8: people come and go while we enter", () => {
		const bench = new Bench();
		const { nick } = bench;
		bench.hear(`:s 001 ${nick} :Hi`, `:${nick}!u@h JOIN ${CHANNEL}`, `:s 353 ${nick} = ${CHANNEL} :ann ${nick} bob`);
		bench.hear(":ann!u@h QUIT", `:cat!u@h JOIN ${CHANNEL}`, `:s 366 ${nick} ${CHANNEL} :End`);
		assert.deepEqual(bench.events, [{ type: "entered", self: nick, occupants: ["bob", "cat"], binding: "irc:test" }]);
	});

	test("IRC-2: who founds the channel shuts it to who is not in it, and takes it off the lists", () => {
		assert.equal(Bench.inside().sent.at(-1), `MODE ${CHANNEL} +ns`);
		assert.doesNotMatch(Bench.inside(["ann"]).sent.join("\n"), /MODE/);
	});

	test("IRC-4: CTCP, colours, overlong and strange texts are refused, and so is who is not there", () => {
		const bench = Bench.inside(["ann"]);
		for (const text of ["\u0001VERSION\u0001", "\u000304red", "\u0002bold", "\\x", "x".repeat(400)]) {
			bench.hear(`:ann!u@h PRIVMSG ${CHANNEL} :${text}`);
		}
		bench.bytes(new Uint8Array([...utf8(`:ann!u@h PRIVMSG ${CHANNEL} :`), 0xff, 10]));
		bench.hear(`:zoe!u@h PRIVMSG ${CHANNEL} :hello`, `:ann!u@h PRIVMSG ${CHANNEL}`);
		assert.deepEqual(
			bench.since.map(({ type }) => type),
			Array(8).fill("refused"),
		);
		bench.hear(`:ann!u@h PRIVMSG ${CHANNEL.toUpperCase()} :a\\nb`, `:ann!u@h PRIVMSG ${bench.nick} :private`);
		bench.hear(`:ann!u@h NOTICE ${CHANNEL} :notice`);
		assert.deepEqual(bench.since.slice(8), [{ type: "text", from: "ann", text: "a\nb" }]);
	});

	test("IRC-6: one's own texts are texts where the server echoes, and nobody's where it does not", () => {
		for (const needsEcho of [true, false]) {
			const bench = Bench.inside(["ann"], needsEcho);
			bench.say("mine");
			bench.hear(`:s 404 ${bench.nick} ${CHANNEL} :Cannot send`, `:${bench.nick}!u@h PRIVMSG ${CHANNEL} :mine`);
			assert.deepEqual(
				bench.since.map(({ type }) => type),
				["refused", needsEcho ? "text" : "refused"],
			);
		}
	});

	test("IRC-6: what the server drops, with a word or without, does not stay under way", () => {
		for (const drop of ["with a word", "without"]) {
			const bench = Bench.inside(["ann"], true);
			for (let i = 0; i < 30; i++) {
				bench.say(`dropped ${i} ${"x".repeat(300)}`);
				if (drop === "with a word") bench.hear(`:s 404 ${bench.nick} ${CHANNEL} :Cannot send`);
				else {
					bench.say(`passed ${i}`);
					bench.hear(`:${bench.nick}!u@h PRIVMSG ${CHANNEL} :passed ${i}`);
				}
			}
			assert.equal(bench.session.backlog, 0, drop);
		}
	});

	test("IRC-9: kicked and put out is over; renamed, cut off or told off is begun anew", () => {
		const ending = (line: (nick: string) => string): readonly [string | undefined, boolean | undefined] => {
			const bench = Bench.inside(["ann"]);
			bench.hear(line(bench.nick));
			bench.hear(`:ann!u@h PRIVMSG ${CHANNEL} :nothing comes after`);
			assert.deepEqual(bench.since, []);
			return [bench.condition, bench.ending?.isFinal];
		};
		assert.deepEqual(
			ending((nick) => `:ann!u@h KICK ${CHANNEL} ${nick} :out`),
			["kicked", true],
		);
		assert.deepEqual(
			ending((nick) => `:${nick}!u@h PART ${CHANNEL}`),
			["removed", true],
		);
		assert.deepEqual(
			ending((nick) => `:${nick}!u@h NICK Guest1`),
			["renamed", false],
		);
		assert.deepEqual(
			ending(() => "ERROR :Closing Link: (flood)"),
			["error", false],
		);
		assert.deepEqual(
			ending(() => `PING ${"x".repeat(10_000)}`),
			["protocol", false],
		);
	});

	test("IRC-4: an address that leaves too little of a line is refused, at first and later", () => {
		const bench = new Bench();
		bench.enter([], "h".repeat(90));
		assert.deepEqual([bench.condition, bench.events], ["protocol", []]);
		const later = Bench.inside();
		later.hear(`:s 396 ${later.nick} cloak.example :is now your displayed host`);
		assert.equal(later.ending, undefined);
		later.hear(`:s 396 ${later.nick} ${"h".repeat(65)} :is now your displayed host`);
		assert.equal(later.condition, "protocol");
	});

	test("IRC-8: more people than there may be end it", () => {
		const bench = Bench.inside();
		for (let i = 0; i <= OCCUPANTS_MAX_COUNT; i++) bench.hear(`:p${i}!u@h JOIN ${CHANNEL}`);
		assert.equal(bench.condition, "protocol");
	});
});

test("IRC-9: a PING is answered, silence is probed, and no answer is the end", () => {
	const bench = Bench.inside();
	bench.hear("PING :abc def");
	assert.equal(bench.sent.at(-1), "PONG :abc def");
	assert.equal(bench.wakeMs, TIMING.pingEveryMs);
	bench.wake(TIMING.pingEveryMs - 1);
	assert.equal(bench.sent.at(-1), "PONG :abc def");
	bench.wake(TIMING.pingEveryMs);
	assert.equal(bench.sent.at(-1), "PING k");
	bench.hear(":s PONG s :k");
	assert.equal(bench.wakeMs, 2 * TIMING.pingEveryMs);
	bench.wake(2 * TIMING.pingEveryMs);
	bench.wake(2 * TIMING.pingEveryMs + TIMING.pingTimeoutMs);
	assert.deepEqual([bench.condition, bench.ending?.isFinal], ["unreachable", false]);
});

test("IRC-7: no line makes a session throw, whatever its phase", () => {
	const word = fc.constantFrom(
		"",
		"#x",
		CHANNEL,
		"ann",
		"*",
		"LS",
		"ACK",
		":",
		":a b",
		"\u0001",
		"é",
		"=",
		"@ann +bob",
	);
	const command = fc.constantFrom(
		...["001", "353", "366", "396", "404", "432", "433", "CAP", "ERROR", "JOIN", "KICK", "MODE", "NICK", "NOTICE"],
		...["PART", "PING", "PONG", "PRIVMSG", "QUIT", "999"],
	);
	const line = fc.tuple(command, fc.array(word, { maxLength: 5 })).map(([name, words]) => [name, ...words].join(" "));
	const lines = fc.array(
		fc.oneof(
			line,
			fc.string().map((text) => text.replaceAll("\n", "")),
		),
		{ maxLength: 12 },
	);
	fc.assert(
		fc.property(lines, fc.boolean(), (each, needsEcho) => {
			for (const source of ["", ":ann!u@h ", ":s "]) {
				for (const bench of [new Bench({ needsEcho }), Bench.inside(["ann"], needsEcho)]) {
					for (const text of each) bench.hear(source + text);
				}
			}
		}),
		{ seed: 5, numRuns: 300 },
	);
});
