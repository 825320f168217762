import { hex } from "@clowder/bytes";
import type { CarrierInput } from "@clowder/mpotr";
import { type FoldState, inspectFold, inspectRepairs } from "@clowder/mpotr/testing";
import type { Client } from "./client.ts";
import { OrderRecorder, type TakenOrder } from "./trace-order.ts";
import type { Story } from "./story.ts";
import type { Onlooker } from "./world.ts";

/** What is agreed on after a place; names and keys in hexadecimal, lists that are sets sorted. */
export interface AgreedState {
	readonly base: string | null;
	/** L, by `v`: with the key that comes next. */
	readonly members: readonly (readonly [v: string, next: string])[];
	readonly k: number;
	/** Guesses of the passphrase that count as wrong. */
	readonly failures: number;
	readonly pending: readonly (readonly [join: string, v: string, introduced: boolean])[];
	readonly removed: readonly string[];
	/** Votes: by whom, whom they would leave out, whether late. */
	readonly votes: readonly (readonly [by: string, drop: string, late: boolean])[];
	readonly attempt: { readonly aid: string; readonly people: readonly string[] } | null;
}

/** What one client read, and what it agreed to after it; null while it reads no room's order. */
export interface TracedPlace {
	/** Undefined where time passed and nothing came. */
	readonly input: CarrierInput | undefined;
	/** What it took of the order in this turn, if that is not just the input: messages were missing (rule REPAIR-4). */
	took: readonly TakenOrder[] | undefined;
	after: AgreedState | null;
}

export interface TracedClient {
	readonly label: string;
	readonly places: TracedPlace[];
}

/** A story as its clients read it: for a second implementation of the fold to read too. */
export interface Trace {
	readonly story: Story;
	readonly binding: string;
	/** Texts of CONFIRMs that do not fit their attempt's key, as those know who hold it. */
	readonly misfits: readonly string[];
	readonly clients: readonly TracedClient[];
}

function bySort<T>(items: Iterable<T>, key: (item: T) => string): T[] {
	return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The agreed part of a participant's fold. */
export function agreedState(fold: FoldState): AgreedState {
	const { base, attempt } = fold;
	return {
		base: base === undefined ? null : hex(base.aid),
		members: (base?.members ?? []).map((one) => [hex(one.v.bytes), hex(one.next.v.bytes)] as const),
		k: fold.k,
		failures: fold.failures,
		pending: bySort(
			fold.pending.map((one) => [hex(one.hash), hex(one.keySet.v.bytes), one.introduced] as const),
			([join]) => join,
		),
		removed: [...fold.removed.keys()].sort(),
		votes: bySort(
			[...fold.votes].map(
				([by, vote]) => [by, vote.drop.map(({ v, owes }) => `${hex(v)} ${owes}`).join(), vote.late] as const,
			),
			([by]) => by,
		),
		attempt:
			attempt === undefined
				? null
				: { aid: hex(attempt.aid), people: attempt.slots.map((slot) => hex(slot.keySet.v.bytes)) },
	};
}

/** Looks on while a story is played and writes it down. */
export class TraceRecorder {
	readonly onlooker: Onlooker;
	readonly #clients: Map<Client, TracedClient> = new Map();
	readonly #open: Map<Client, TracedPlace> = new Map();
	readonly #orders: Map<Client, OrderRecorder> = new Map();
	#binding = "";

	constructor() {
		this.onlooker = {
			hooks: {
				fed: (client, input) => this.#fed(client, input),
				turned: (client) => this.#turned(client),
			},
		};
	}

	#fed(client: Client, input: CarrierInput): void {
		if (input.type === "entered") this.#binding = input.binding;
		this.#open.set(client, this.#add(client, input));
	}

	#add(client: Client, input: CarrierInput | undefined): TracedPlace {
		const traced = this.#clients.get(client) ?? { label: client.label, places: [] };
		this.#clients.set(client, traced);
		const place: TracedPlace = { input, took: undefined, after: null };
		traced.places.push(place);
		return place;
	}

	#turned(client: Client): void {
		const order = this.#orders.get(client) ?? new OrderRecorder();
		this.#orders.set(client, order);
		const took = order.turned(inspectRepairs(client.participant));
		const fold = inspectFold(client.participant);
		// By itself it reads what it held, or goes out of the room to knock once more.
		const isOut = fold === undefined && (this.#clients.get(client)?.places.at(-1)?.after ?? null) !== null;
		const acted = isOut || (took !== undefined && took.length > 0);
		const place = this.#open.get(client) ?? (acted ? this.#add(client, undefined) : undefined);
		this.#open.delete(client);
		if (place === undefined || fold === undefined) return;
		place.took = took;
		place.after = agreedState(fold);
	}

	/** The whole; `misfits` are the CONFIRMs that cheaters made. */
	trace(story: Story, misfits: ReadonlySet<string>): Trace {
		return { story, binding: this.#binding, misfits: [...misfits], clients: [...this.#clients.values()] };
	}
}
