import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { type ParsedMessage, parseMessage, verifyMessage } from "@clowder/mpotr/testing";
import { APART, refLeft, refPlace } from "./reference-fold.ts";
import { newcomersOf, refFound, refFromState, type RefState } from "./reference-state.ts";
import { simulatedSuite } from "./suites.ts";
import type { AgreedState, Trace, TracedClient, TracedPlace } from "./trace.ts";
import { placeName, readPlaceName } from "./trace-order.ts";

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
		failures: state.failures,
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

type Seen = { readonly name: string } & (
	| { readonly type: "left"; readonly handle: string }
	| { readonly type: "text"; readonly from: string; readonly parsed: ParsedMessage; readonly misfit: boolean }
);

/** A room's order, read from some place on. */
interface Reading {
	state: RefState;
	/** Whose STATE it began from: for as long as one is not in the session, their view is one's own. */
	readonly sponsor: string | undefined;
	/** Where its sessions began: how many places had been seen, and how it stood. */
	readonly begun: { readonly base: string; readonly seen: number; readonly state: RefState }[];
	/** Whom messages convicted when they were placed. */
	readonly verdicts: Map<string, readonly string[]>;
}

function reading(state: RefState, sponsor: string | undefined): Reading {
	return { state, sponsor, begun: [], verdicts: new Map() };
}

/** Sessions of others that are read beside one's own. */
const BESIDE_MOST = 8;
/** Sessions whose beginning is remembered. */
const BEGUN_MOST = 3;
/** Messages whose verdict needs the secrets of the attempt. */
const JUDGED: ReadonlySet<string> = new Set(["COMPLAIN", "REVEAL", "FAULT", "OK"]);
/** One client's reading, once more, by the reference. */
class Reader {
	readonly #suite: Suite;
	readonly #trace: Trace;
	/** All messages that anyone read, by name. */
	readonly #known: ReadonlyMap<string, ParsedMessage>;
	readonly #misfits: ReadonlySet<string>;
	#self = "";
	#seen: Seen[] = [];
	#own: Reading | undefined;
	/** Other sessions that live in the place: whoever moves over to one has read it since its STATE. */
	#beside: Reading[] = [];

	constructor(suite: Suite, trace: Trace, known: ReadonlyMap<string, ParsedMessage>) {
		this.#suite = suite;
		this.#trace = trace;
		this.#known = known;
		this.#misfits = new Set(
			trace.misfits.flatMap((text) => {
				const parsed = parseMessage(suite, text);
				return parsed.ok ? hex(parsed.value.hash) : [];
			}),
		);
	}

	/** Returns the type of what was placed. */
	read({ input, took, after }: TracedPlace): string {
		switch (input?.type) {
			case undefined:
				this.#take(undefined, took, after);
				return "time";
			case "entered":
				this.#self = input.self;
				this.#seen = [];
				this.#own = undefined;
				this.#beside = [];
				return input.type;
			case "left":
				this.#place({ type: "left", handle: input.handle, name: placeName(input.handle, undefined) }, took, after);
				return input.type;
			case "text": {
				const parsed = parseMessage(this.#suite, input.text);
				if (!parsed.ok) return "garbage";
				const { type } = parsed.value.message;
				this.#place(this.#text(input.from, parsed.value), took, after);
				if (type === "FOUND") this.#found(parsed.value, input.from, after);
				if (type === "STATE") this.#readAlso(parsed.value, after);
				return type;
			}
			default:
				return input?.type ?? "time";
		}
	}

	#text(from: string, parsed: ParsedMessage): Seen {
		const message = hex(parsed.hash);
		return { type: "text", from, parsed, misfit: this.#misfits.has(message), name: placeName(from, message) };
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
		if (state !== undefined) this.#own = reading(state, undefined);
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
		const other = reading(state, hex(parsed.header.v));
		for (const [i, one] of this.#seen.entries()) if (i > index) this.#apply(other, one, i + 1, after);
		this.#beside = [...this.#beside, other].slice(-BESIDE_MOST);
	}

	#place(seen: Seen, took: TracedPlace["took"], after: AgreedState | null): void {
		this.#seen.push(seen);
		for (const one of this.#beside) this.#apply(one, seen, this.#seen.length, after);
		this.#take(seen, took, after);
	}

	/** What the participant took of its own session's order: what was fed, or nothing while it waits, or much of it once more. */
	#take(seen: Seen | undefined, took: TracedPlace["took"], after: AgreedState | null): void {
		const own = this.#own;
		if (own === undefined) return;
		if (took === undefined) {
			if (seen !== undefined) this.#apply(own, seen, this.#seen.length, after);
			return;
		}
		const [first] = took;
		const start = own.begun.findLast(({ base }) => base === first?.base);
		if (start === undefined) return;
		own.state = structuredClone(start.state);
		own.begun.splice(own.begun.lastIndexOf(start) + 1);
		this.#takeAgain(
			own,
			start.seen,
			took.flatMap(({ places }) => places),
			after,
		);
	}

	/** The places of an order, each after what is of no session's order and was seen before it. */
	#takeAgain(own: Reading, start: number, places: readonly string[], after: AgreedState | null): void {
		const taken = new Set<number>();
		let until = start;
		const apart = (end: number): void => {
			for (; until < end; until++) {
				const one = this.#seen[until] as Seen;
				if (one.type === "text" && APART.has(one.parsed.message.type)) this.#apply(own, one, until + 1, after);
			}
		};
		for (const place of places) {
			const at = this.#seen.findIndex((one, i) => i >= start && one.name === place && !taken.has(i));
			taken.add(at);
			apart(at);
			const seen = this.#seen[at] ?? this.#missed(place);
			// Where much is taken at once, who is out by which OK does not show; hardly any convicts its author.
			if (seen?.type === "text" && seen.parsed.message.type === "OK" && !own.verdicts.has(place)) {
				own.verdicts.set(place, []);
			}
			if (seen !== undefined) this.#apply(own, seen, until, after);
		}
		apart(this.#seen.length);
	}

	/** What came with a REPLY. */
	#missed(place: string): Seen | undefined {
		const { from, message } = readPlaceName(place);
		const parsed = message === undefined ? undefined : this.#known.get(message);
		return parsed && this.#text(from, parsed);
	}

	#apply(one: Reading, seen: Seen, count: number, after: AgreedState | null): void {
		const { state } = one;
		if (seen.type === "left") return refLeft(state, seen.handle);
		const own = state.base?.members.find(({ v }) =>
			state.authors.some((author) => author.v === v && author.handle === this.#self),
		);
		const signed = (v: string): boolean => {
			const key = this.#suite.primitives.parseVerifyKey(new Uint8Array(Buffer.from(v, "hex")));
			return key.ok && verifyMessage(this.#suite, this.#trace.binding, key.value, seen.parsed).ok;
		};
		const base = state.base?.aid;
		const convicted = after === null ? [] : this.#convicted(one, seen, after);
		const side = own?.v ?? one.sponsor;
		refPlace(state, seen.parsed, seen.from, { signed, misfit: seen.misfit, convicted, side });
		if (state.base === undefined || state.base.aid === base) return;
		one.begun.push({ base: state.base.aid, seen: count, state: structuredClone(state) });
		if (one.begun.length > BEGUN_MOST) one.begun.shift();
	}

	#convicted(one: Reading, { name, parsed }: Extract<Seen, { type: "text" }>, after: AgreedState): readonly string[] {
		if (!JUDGED.has(parsed.message.type)) return [];
		const known = one.verdicts.get(name);
		if (known !== undefined) return known;
		const convicted = convictedIn(one.state, after);
		one.verdicts.set(name, convicted);
		return convicted;
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
	const gone = [...(died ? newcomers : []), ...state.pending].filter(
		(join) => !keysOf(join.keys.v).some((v) => here.has(v)),
	);
	return [...after.removed.filter((v) => !state.removed.includes(v)), ...gone.map((join) => join.keys.v)];
}

function replayClient(reader: Reader, client: TracedClient): Replayed {
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

function allMessages(suite: Suite, { clients }: Trace): ReadonlyMap<string, ParsedMessage> {
	const known = new Map<string, ParsedMessage>();
	for (const { input } of clients.flatMap(({ places }) => places)) {
		const parsed = input?.type === "text" ? parseMessage(suite, input.text) : undefined;
		if (parsed?.ok) known.set(hex(parsed.value.hash), parsed.value);
	}
	return known;
}

/** Reads a whole trace again; stops at the first difference. */
export function replayTrace(trace: Trace): Replayed {
	const suite = simulatedSuite(trace.story.suite);
	const known = allMessages(suite, trace);
	let compared = 0;
	for (const client of trace.clients) {
		const replayed = replayClient(new Reader(suite, trace, known), client);
		compared += replayed.compared;
		if (replayed.difference !== undefined) return { compared, difference: replayed.difference };
	}
	return { compared, difference: undefined };
}
