import type { Handle } from "./contract.ts";
import {
	SEQUENCED_GREETINGS_MAX_COUNT,
	SEQUENCED_GREETINGS_TO_FOUND,
	SEQUENCED_OCCUPANTS_MAX_COUNT,
} from "./limits.ts";
import { Ledger } from "./sequencing-ledger.ts";
import { Roster } from "./sequencing-roster.ts";
import type { Member, Statement } from "./sequencing-statement.ts";
import { Insider } from "./sequencing-insider.ts";
import { type State } from "./sequencing-state.ts";

type Welcome = Statement & { readonly type: "welcome" };

/** Pages of one welcome. */
interface Pages {
	readonly key: string;
	readonly size: number;
	readonly members: Map<number, Member>;
}

/** The way in: greeting until one is welcome, or until it is plain that nobody is inside (SEQ-12). */
export class Entrance {
	readonly #state: State;
	/** Newcomers like us, and when we heard them, in our greetings. */
	readonly #fellows: Map<Handle, number> = new Map();
	#greetings = 0;
	#insidersHeardAt: number | undefined;
	#dueMs: number;
	#pages: Pages | undefined;

	constructor(state: State, now: number) {
		this.#state = state;
		this.#dueMs = now;
	}

	get dueMs(): number {
		return this.#dueMs;
	}

	/** Who is let in with this statement. */
	receive(from: Handle, statement: Statement, now: number): Insider | undefined {
		if (statement.type === "hello") {
			if (this.#fellows.size < SEQUENCED_OCCUPANTS_MAX_COUNT) this.#fellows.set(from, this.#greetings);
			return undefined;
		}
		this.#insidersHeardAt = this.#greetings;
		return statement.type === "welcome" ? this.#turnPage(statement, from, now) : undefined;
	}

	/** Greets if it is time. Who begins a sequence of their own is let in. */
	wake(now: number): Insider | undefined {
		const state = this.#state;
		if (state.occupants.size === 0) return this.#found(now);
		if (now < this.#dueMs) return undefined;
		if (this.#isHopeless()) return this.#found(now);
		this.#greetings++;
		state.say({ type: "hello" });
		const { patienceMs, patienceMaxMs } = state.times;
		this.#dueMs = now + Math.min(patienceMs * 2 ** this.#greetings, patienceMaxMs);
		return undefined;
	}

	/** Nobody inside was heard for some greetings, and no newcomer with a smaller handle is there to begin. */
	#isHopeless(): boolean {
		if (this.#greetings >= SEQUENCED_GREETINGS_MAX_COUNT) return true;
		const since = this.#greetings - SEQUENCED_GREETINGS_TO_FOUND;
		if (since < 0 || (this.#insidersHeardAt ?? -1) >= since) return false;
		const state = this.#state;
		for (const [fellow, heardAt] of this.#fellows) {
			if (fellow < state.self && heardAt > since && !state.departed(fellow)) return false;
		}
		return true;
	}

	#found(now: number): Insider {
		const state = this.#state;
		const roster = new Roster(state.naming, [{ handle: state.self, placed: 0 }]);
		const ledger = new Ledger(state.naming, 0, state.naming.origin(state.self), roster);
		for (const fellow of this.#fellows.keys()) if (!state.departed(fellow)) state.hellos.set(fellow, now);
		state.tell({ type: "entered", self: state.self, occupants: [], binding: state.binding });
		return new Insider(state, ledger, { counter: 1, leader: state.selfTag }, now);
	}

	#turnPage(welcome: Welcome, from: Handle, now: number): Insider | undefined {
		const { epoch, number, chain, fresh } = welcome;
		const key = JSON.stringify([from, number, chain, epoch, welcome.size, fresh]);
		if (this.#pages?.key !== key) this.#pages = { key, size: welcome.size, members: new Map() };
		const { members, size } = this.#pages;
		welcome.members.forEach((member, i) => members.set(welcome.offset + i, member));
		if (members.size < size) return undefined;
		const list = Array.from({ length: size }, (_, i) => members.get(i) as Member);
		return this.#begin({ epoch, number, chain, fresh }, list, now);
	}

	#begin(
		{ epoch, number, chain, fresh }: Pick<Welcome, "epoch" | "number" | "chain" | "fresh">,
		members: readonly Member[],
		now: number,
	): Insider | undefined {
		const state = this.#state;
		const handles = members.map(({ handle }) => handle);
		const mine = handles.indexOf(state.self);
		const roster = new Roster(state.naming, members);
		// Another's beginning, when we are in already, is not ours; a list with somebody twice is nobody's.
		if (mine < fresh || roster.size !== members.length) return undefined;
		state.tell({ type: "entered", self: state.self, occupants: handles.slice(0, mine), binding: state.binding });
		// Whoever came in with the same entry, and stands after us in it.
		for (const handle of handles.slice(mine + 1)) state.tell({ type: "joined", handle });
		const insider = new Insider(state, new Ledger(state.naming, number, chain, roster), epoch, now);
		state.say(insider.ack());
		return insider;
	}
}
