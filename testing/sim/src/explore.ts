import type { Suite } from "@clowder/crypto";
import { createParticipant, type Handle, type ParticipantApi, type PersonId, parseNickname } from "@clowder/mpotr";
import { createHash } from "node:crypto";
import { Checker, type Screen, type Witness } from "./checker.ts";
import { bytesFrom } from "./suites.ts";
import { Violation } from "./violation.ts";

/**
 * Every order in which a few people can do a few things, on a carrier that keeps its contract: what is in the one order
 * is decided by who is faster, each reads it at their own pace, and each clock runs by itself.
 */

export type Command = "enter" | "say" | "leave" | "vanish";

/** What happens next: someone reads the next item, does the next thing of theirs, or has their next alarm. */
export type Choice = `${"read" | "act" | "wake"} ${number}`;

export interface Scenario {
	readonly name: string;
	/** Who is in one session before it begins. */
	readonly inside: number;
	/** What each does, in this order. */
	readonly scripts: readonly (readonly Command[])[];
}

type Item =
	| { readonly type: "text"; readonly from: Handle; readonly text: string }
	| { readonly type: "joined" | "left"; readonly handle: Handle };

const BINDING = "memory:explored";
/** Within this, on everyone's clock, all is settled. */
const SETTLE_MS = 240_000;
const STEP_LIMIT = 20_000;

class Actor implements Screen {
	readonly person: Witness & { readonly typed: string[]; readonly clients: Screen[] };
	readonly handle: Handle;
	readonly participant: ParticipantApi;
	/** Next item to read. */
	at = 0;
	now = 0;
	here = false;
	done = 0;
	/** What happened to it, in order: with the common log, that is its state. */
	history = "";

	constructor(suite: Suite, index: number) {
		const name = `P${index}`;
		const random = bytesFrom(`explored/${name}`);
		const identity = suite.primitives.identityKey(random(32));
		const nickname = parseNickname(name);
		if (!nickname.ok) throw new Error(`${name} is no nickname`);
		this.handle = `h${index}`;
		const id = Buffer.from(identity.publicKey.bytes).toString("hex") as PersonId;
		this.person = { name, id, honest: true, returned: false, typed: [], clients: [] };
		this.person.clients.push(this);
		this.participant = createParticipant({ suite, identity, nickname: nickname.value, random });
	}

	get label(): string {
		return this.person.name;
	}
}

/** One run: actors, the order, and what may come next. */
class Run {
	readonly actors: readonly Actor[];
	readonly checker: Checker;
	readonly #scenario: Scenario;
	/** So much may pass on one clock while nothing happens to the others. */
	readonly #skewMs: number;
	readonly #start: number;
	readonly #log: Item[] = [];
	#logHash = "";

	constructor(suite: Suite, scenario: Scenario, skewMs: number) {
		this.#scenario = scenario;
		this.#skewMs = skewMs;
		this.actors = scenario.scripts.map((_, i) => new Actor(suite, i));
		this.checker = new Checker(
			this.actors.map((actor) => actor.person),
			{ calm: true, once: true },
		);
		for (const actor of this.actors.slice(0, scenario.inside)) {
			this.#command(actor, "enter");
			this.settle();
		}
		const now = Math.max(0, ...this.actors.map((actor) => actor.now));
		this.#start = now;
		for (const actor of this.actors) {
			actor.now = now;
			actor.history = "";
		}
	}

	/** Equal: everything that comes after is equal too. */
	get key(): string {
		return `${this.#logHash}|${this.actors.map((actor) => `${actor.at} ${actor.history}`).join("|")}`;
	}

	choices(): Choice[] {
		return this.actors.flatMap((actor, i): Choice[] => {
			const some: Choice[] = [];
			if (this.#next(actor) !== undefined) some.push(`act ${i}`);
			if (actor.here && actor.at < this.#log.length) some.push(`read ${i}`);
			const due = actor.here ? actor.participant.nextWake() : undefined;
			if (due !== undefined && due <= this.#start + this.#skewMs) some.push(`wake ${i}`);
			return some;
		});
	}

	take(choice: Choice): void {
		const [what, index] = choice.split(" ") as [string, string];
		const actor = this.actors[Number(index)] as Actor;
		if (what === "act") this.#act(actor);
		else if (what === "read") this.#read(actor);
		else this.#wake(actor);
		actor.history += what.charAt(0);
	}

	#next(actor: Actor): Command | undefined {
		return this.#scenario.scripts[this.actors.indexOf(actor)]?.[actor.done];
	}

	#act(actor: Actor): void {
		const command = this.#next(actor);
		actor.done++;
		if (command !== undefined) this.#command(actor, command);
	}

	#command(actor: Actor, command: Command): void {
		if (command === "enter") {
			const occupants = this.actors.filter((one) => one.here).map((one) => one.handle);
			this.#post({ type: "joined", handle: actor.handle });
			actor.at = this.#log.length;
			actor.here = true;
			this.#turn(actor, () =>
				actor.participant.receive({ type: "entered", self: actor.handle, occupants, binding: BINDING }, actor.now),
			);
		} else if (actor.here && command === "say") {
			const text = `${actor.label}#${actor.person.typed.length}`;
			actor.person.typed.push(text);
			this.#turn(actor, () => void actor.participant.send(text, actor.now));
		} else if (actor.here) {
			if (command === "leave") this.#turn(actor, () => actor.participant.leave(actor.now, true));
			this.#depart(actor);
		}
	}

	#depart(actor: Actor): void {
		if (!actor.here) return;
		actor.here = false;
		this.#post({ type: "left", handle: actor.handle });
	}

	#read(actor: Actor): void {
		const item = this.#log[actor.at++] as Item;
		if (item.type !== "text" && item.handle === actor.handle) return;
		this.#turn(actor, () => actor.participant.receive(item, actor.now));
	}

	#wake(actor: Actor): void {
		const next = actor.participant.nextWake();
		if (next === undefined) return;
		actor.now = Math.max(actor.now, next);
		this.#turn(actor, () => actor.participant.wake(actor.now));
	}

	#turn(actor: Actor, turn: () => void): void {
		turn();
		for (const text of actor.participant.takeTexts()) this.#post({ type: "text", from: actor.handle, text });
		for (const event of actor.participant.takeEvents()) this.checker.happened(actor, event);
	}

	#post(item: Item): void {
		this.#log.push(item);
		const told = item.type === "text" ? `${item.from} ${item.text}` : `${item.type} ${item.handle}`;
		this.#logHash = createHash("sha256").update(this.#logHash).update(told).digest("base64");
	}

	/** All do what is left to do, and then read and wait until nothing is open. */
	finish(): void {
		for (const actor of this.actors) while (this.#next(actor) !== undefined) this.#act(actor);
		this.settle();
	}

	settle(): void {
		const start = Math.max(...this.actors.map((actor) => actor.now));
		for (const actor of this.actors) actor.now = start;
		for (let step = 0; step < STEP_LIMIT; step++) {
			const reader = this.actors.find((actor) => actor.here && actor.at < this.#log.length);
			if (reader !== undefined) {
				this.#read(reader);
				continue;
			}
			const open = this.#open();
			if (open === undefined) return;
			const wakes = this.actors.filter((actor) => actor.here && actor.participant.nextWake() !== undefined);
			const due = (actor: Actor): number => actor.participant.nextWake() as number;
			const [next] = wakes.sort((a, b) => due(a) - due(b));
			if (next === undefined || due(next) > start + SETTLE_MS) throw new Violation("one-session", open);
			const { now } = next;
			for (const actor of this.actors) actor.now = Math.max(actor.now, due(next), now);
			this.#wake(next);
		}
		throw new Violation("bounded", `${STEP_LIMIT} steps did not settle it`);
	}

	/** What is still open, if anything is. */
	#open(): string | undefined {
		const here = this.actors.filter((actor) => actor.here);
		const expected = here.map((actor) => actor.person.id).sort();
		let fingerprint: string | undefined;
		for (const actor of here) {
			const { session, outbox, phase } = actor.participant.view();
			fingerprint ??= session?.fingerprint;
			if (session === undefined || session.fingerprint !== fingerprint) return `${actor.label} is ${phase}`;
			if (session.people.map((one) => one.id).join() !== expected.join()) return `${actor.label} sees another list`;
			if (outbox.length > 0) return `${actor.label} still has texts`;
			const own = [...this.checker.timeline(actor).byId.values()].map(({ placed }) => placed.text);
			const missing = actor.person.typed.find((text) => own.filter((one) => one === text).length !== 1);
			if (missing !== undefined) return `${actor.label} has ${missing} not once`;
		}
		return undefined;
	}
}

export interface Explored {
	/** Whole runs, and different states met on the way, at which a choice was made. */
	readonly runs: number;
	readonly states: number;
}

/** Plays the choices, and then the first that there is each time, to the depth; says what else there was to choose. */
function playChoices(
	start: () => Run,
	prefix: readonly Choice[],
	depth: number,
	seen: Set<string>,
	open: (choices: readonly Choice[]) => void,
): void {
	const run = start();
	const taken: Choice[] = [];
	try {
		while (taken.length < depth) {
			const forced = prefix[taken.length];
			const choices = run.choices();
			if (forced === undefined) {
				if (seen.has(run.key)) return;
				seen.add(run.key);
				for (const other of choices.slice(1)) open([...taken, other]);
			}
			const choice = forced ?? choices[0];
			if (choice === undefined) break;
			run.take(choice);
			taken.push(choice);
		}
		if (seen.has(run.key)) return;
		seen.add(run.key);
		run.finish();
	} catch (error) {
		const what = error instanceof Error ? error.message : String(error);
		throw new Violation("explored", `[${taken.join(", ")}]: ${what}`);
	}
}

/**
 * All interleavings of a scenario to a depth, with clocks that run apart by up to `skewMs`; the first that breaks a demand
 * is thrown as a `Violation`.
 */
export function explore(suite: Suite, scenario: Scenario, depth: number, skewMs: number): Explored {
	const start = (): Run => new Run(suite, scenario, skewMs);
	const seen = new Set<string>();
	const stack: (readonly Choice[])[] = [[]];
	let runs = 0;
	for (let prefix = stack.pop(); prefix !== undefined; prefix = stack.pop()) {
		runs++;
		playChoices(start, prefix, depth, seen, (choices) => stack.push(choices));
	}
	return { runs, states: seen.size };
}

/** Two and three people who join, write and leave. */
export const SCENARIOS: readonly Scenario[] = [
	{
		name: "two come to an empty place and write",
		inside: 0,
		scripts: [
			["enter", "say"],
			["enter", "say"],
		],
	},
	{
		name: "one writes while another joins, writes and leaves",
		inside: 1,
		scripts: [
			["say", "say"],
			["enter", "say", "leave"],
		],
	},
	{
		name: "two in a session write and leave",
		inside: 2,
		scripts: [
			["say", "leave"],
			["say", "say"],
		],
	},
	{ name: "one joins while one of two leaves", inside: 2, scripts: [["say", "leave"], ["say"], ["enter", "say"]] },
	{ name: "one joins while one of two vanishes", inside: 2, scripts: [["vanish"], ["say"], ["enter"]] },
	{ name: "two join one who writes", inside: 1, scripts: [["say"], ["enter", "say"], ["enter", "leave"]] },
];
