import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { type ParsedMessage, parseMessage, verifyMessage } from "@clowder/mpotr/testing";
import { refLeft, refPlace } from "./reference-fold.ts";
import { newcomersOf, refFound, refFromState, type RefState } from "./reference-state.ts";
import { simulatedSuite } from "./suites.ts";
import type { AgreedState, Trace, TracedClient, TracedPlace } from "./trace.ts";

/** Where the reference and a participant differ. */
export interface Difference {
	readonly client: string;
	readonly place: number;
	/** The type of the message there. */
	readonly type: string;
	readonly expected: unknown;
	readonly got: unknown;
}

export interface Replayed {
	/** Places after which the two were compared. */
	readonly compared: number;
	readonly difference: Difference | undefined;
}

function agreed(state: RefState): AgreedState {
	return {
		base: state.base?.aid ?? null,
		members: (state.base?.members ?? []).map(({ v, next }) => [v, next.v] as const),
		k: state.k,
		pending: state.pending
			.map(({ name, keys, introduced }) => [name, keys.v, introduced] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
		removed: [...state.removed].sort(),
		votes: state.votes
			.map(({ by, drop, late }) => [by, drop.map(({ v, owes }) => `${v} ${owes}`).join(), late] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
		attempt:
			state.attempt === undefined
				? null
				: { aid: state.attempt.aid, people: state.attempt.slots.map((slot) => slot.keys.v) },
	};
}

type Seen =
	| { readonly type: "left"; readonly handle: string }
	| { readonly type: "text"; readonly from: string; readonly parsed: ParsedMessage; readonly misfit: boolean };

/** A room's order, read from some place on. */
interface Reading {
	readonly state: RefState;
	/** Whose STATE it began from: for as long as one is not in the session, their view is one's own. */
	readonly sponsor: string | undefined;
}

/** Sessions of others that are read beside one's own. */
const BESIDE_MOST = 8;
/** Messages whose verdict needs the secrets of the attempt. */
const JUDGED: ReadonlySet<string> = new Set(["COMPLAIN", "REVEAL", "FAULT", "OK"]);

/** One client's reading, once more, by the reference. */
class Reader {
	readonly #suite: Suite;
	readonly #binding: string;
	#self = "";
	#seen: Seen[] = [];
	#own: Reading | undefined;
	/** Other sessions that live in the place: whoever moves over to one has read it since its STATE. */
	#beside: Reading[] = [];

	constructor(suite: Suite, binding: string) {
		this.#suite = suite;
		this.#binding = binding;
	}

	/** Returns the type of what was placed. */
	read({ input, misfit, after }: TracedPlace): string {
		switch (input.type) {
			case "entered":
				this.#self = input.self;
				this.#seen = [];
				this.#own = undefined;
				this.#beside = [];
				return input.type;
			case "left":
				this.#place({ type: "left", handle: input.handle }, after);
				return input.type;
			case "text": {
				const parsed = parseMessage(this.#suite, input.text);
				if (!parsed.ok) return "garbage";
				const { type } = parsed.value.message;
				this.#place({ type: "text", from: input.from, parsed: parsed.value, misfit }, after);
				if (type === "FOUND") this.#found(parsed.value, input.from, after);
				if (type === "STATE") this.#readAlso(parsed.value, after);
				return type;
			}
			default:
				return input.type;
		}
	}

	/** What is agreed on as the reference has it; if the participant moved to another session, as it stands there. */
	agreed(after: AgreedState): AgreedState | undefined {
		const base = this.#own?.state.base?.aid ?? null;
		if (base !== after.base || this.#own === undefined) {
			const moved = this.#beside.findLast((one) => one.state.base?.aid === after.base);
			if (moved !== undefined) {
				this.#beside = this.#beside.filter((one) => one !== moved);
				this.#own = moved;
			}
		}
		return this.#own && agreed(this.#own.state);
	}

	forget(): void {
		this.#own = undefined;
	}

	#found(parsed: ParsedMessage, from: string, after: AgreedState | null): void {
		const state = this.#own === undefined && after !== null ? refFound(parsed, from) : undefined;
		if (state !== undefined) this.#own = { state, sponsor: undefined };
	}

	/** A STATE of another session: read from there on, with all that came since the place it speaks of. */
	#readAlso(parsed: ParsedMessage, after: AgreedState | null): void {
		if (parsed.message.type !== "STATE") return;
		const known = hex(parsed.header.context) === this.#own?.state.base?.aid;
		if (known && this.#own !== undefined) return;
		const at = hex(parsed.message.at);
		const index = this.#seen.findIndex((one) => one.type === "text" && hex(one.parsed.hash) === at);
		const state = index < 0 ? undefined : refFromState(parsed);
		if (state === undefined) return;
		const reading = { state, sponsor: hex(parsed.header.v) };
		for (const one of this.#seen.slice(index + 1)) this.#apply(reading, one, after);
		this.#beside = [...this.#beside, reading].slice(-BESIDE_MOST);
	}

	#place(seen: Seen, after: AgreedState | null): void {
		this.#seen.push(seen);
		for (const reading of [this.#own, ...this.#beside]) if (reading !== undefined) this.#apply(reading, seen, after);
	}

	#apply({ state, sponsor }: Reading, seen: Seen, after: AgreedState | null): void {
		if (seen.type === "left") return refLeft(state, seen.handle);
		const own = state.base?.members.find(({ v }) =>
			state.authors.some((author) => author.v === v && author.handle === this.#self),
		);
		const signed = (v: string): boolean => {
			const key = this.#suite.primitives.parseVerifyKey(new Uint8Array(Buffer.from(v, "hex")));
			return key.ok && verifyMessage(this.#suite, this.#binding, key.value, seen.parsed).ok;
		};
		const convicted = JUDGED.has(seen.parsed.message.type) && after !== null ? convictedIn(state, after) : [];
		refPlace(state, seen.parsed, seen.from, { signed, misfit: seen.misfit, convicted, side: own?.v ?? sponsor });
	}
}

/** Who is out by what the participant agreed to: the verdict is known from there, what follows from it is not. */
function convictedIn(state: RefState, after: AgreedState): string[] {
	if (after.base !== (state.base?.aid ?? null)) return [];
	const here = new Set([...after.pending.map(([, v]) => v), ...(after.attempt?.people ?? [])]);
	const newcomers = state.attempt === undefined ? [] : newcomersOf(state.attempt);
	const died = after.attempt?.aid !== state.attempt?.aid;
	// A newcomer that is still there has its present keys, or the next ones of its share.
	const keysOf = (v: string): string[] => [
		v,
		...(state.attempt?.shares ?? []).filter((one) => one.v === v).map((one) => one.next.v),
	];
	const gone = newcomers.filter((join) => died && !keysOf(join.keys.v).some((v) => here.has(v)));
	return [...after.removed.filter((v) => !state.removed.includes(v)), ...gone.map((join) => join.keys.v)];
}

function replayClient(suite: Suite, binding: string, client: TracedClient): Replayed {
	const reader = new Reader(suite, binding);
	let compared = 0;
	for (const [place, traced] of client.places.entries()) {
		const type = reader.read(traced);
		if (traced.after === null) {
			reader.forget();
			continue;
		}
		compared++;
		const expected = reader.agreed(traced.after);
		if (JSON.stringify(expected) === JSON.stringify(traced.after)) continue;
		const difference = { client: client.label, place, type, expected, got: traced.after };
		return { compared, difference };
	}
	return { compared, difference: undefined };
}

/** Reads a whole trace again; stops at the first difference. */
export function replayTrace(trace: Trace): Replayed {
	const suite = simulatedSuite(trace.story.suite);
	let compared = 0;
	for (const client of trace.clients) {
		const replayed = replayClient(suite, trace.binding, client);
		compared += replayed.compared;
		if (replayed.difference !== undefined) return { compared, difference: replayed.difference };
	}
	return { compared, difference: undefined };
}
