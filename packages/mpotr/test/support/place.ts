import { createSuite, type Suite, type SuiteId } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createHash } from "node:crypto";
import {
	createParticipant,
	type Handle,
	type ParticipantApi,
	type ParticipantOptions,
	parseNickname,
	type RoomEvent,
	type PlacedMessage,
} from "../../src/index.ts";

export function suiteOf(id: SuiteId): Suite {
	return createSuite(id, nodePrimitives);
}

/** Random bytes from a seed: the same run every time. */
export function seeded(seed: string): (length: number) => Uint8Array {
	let counter = 0;
	return (length) => {
		const out = new Uint8Array(length);
		for (let at = 0; at < length; at += 64) {
			const block = createHash("sha512").update(`${seed}/${counter++}`).digest();
			out.set(block.subarray(0, Math.min(64, length - at)), at);
		}
		return out;
	};
}

export interface Person {
	readonly name: string;
	readonly handle: Handle;
	readonly participant: ParticipantApi;
	readonly events: RoomEvent[];
	readonly messages: PlacedMessage[];
	here: boolean;
	/** What a cheater sends in place of a text; undefined: nothing. */
	cheat?: (text: string) => string | undefined;
}

export type Item =
	| { readonly type: "text"; readonly from: Handle; readonly text: string }
	| { readonly type: "joined" | "left"; readonly handle: Handle };

/** More than this in one run is a loop of somebody's. */
const MAX_ITEMS_A_RUN = 5_000;

/**
 * A place with one order for all, its own texts included, on virtual time: what the carrier contract promises, and
 * nothing else. `deliver` lets a test stop the world between any two steps.
 */
export class TestPlace {
	readonly suite: Suite;
	readonly people: Person[] = [];
	/** Everything that passed, in order. */
	readonly log: Item[] = [];
	readonly #queue: { readonly item: Item; readonly to: readonly Person[] }[] = [];
	#handles = 0;
	/** Whether a person gets an item: a carrier that drops, or that is split in two. */
	hears: (person: Person, item: Item) => boolean = () => true;
	/** People whose clocks stand still: asleep with their laptops. What comes waits for them. */
	readonly asleep: Set<Person> = new Set();
	readonly #missed: Map<Person, Item[]> = new Map();
	now = 0;

	constructor(suite: Suite) {
		this.suite = suite;
	}

	enter(name: string, options: Partial<ParticipantOptions> = {}): Person {
		const nickname = parseNickname(name);
		if (!nickname.ok) throw new Error(`${name} is no nickname`);
		const seed = `${name}/${this.#handles}`;
		const random = seeded(seed);
		const participant = createParticipant({
			suite: this.suite,
			identity: this.suite.primitives.identityKey(random(32)),
			nickname: nickname.value,
			random,
			...options,
		});
		const handle = `h${this.#handles++}`;
		const person: Person = { name, handle, participant, events: [], messages: [], here: true };
		const others = this.people.filter((one) => one.here).map((one) => one.handle);
		this.#post({ type: "joined", handle });
		this.people.push(person);
		participant.receive({ type: "entered", self: handle, occupants: others, binding: "memory:room" }, this.now);
		this.#collect(person);
		return person;
	}

	/** Comes back under a new handle with the same participant, as after a lost connection. */
	reenter(person: Person): Person {
		const handle = `h${this.#handles++}`;
		const again: Person = { ...person, handle, here: true };
		const others = this.people.filter((one) => one.here).map((one) => one.handle);
		this.#post({ type: "joined", handle });
		this.people.push(again);
		person.participant.receive({ type: "entered", self: handle, occupants: others, binding: "memory:room" }, this.now);
		this.#collect(again);
		return again;
	}

	/** Someone whose line broke: the carrier says so to the others. */
	vanish(person: Person): void {
		person.here = false;
		this.#post({ type: "left", handle: person.handle });
	}

	/** Says goodbye and goes at once, as with a closed tab. */
	leave(person: Person): void {
		person.participant.leave(this.now, true);
		this.#collect(person);
		this.vanish(person);
	}

	say(person: Person, text: string): void {
		const sent = person.participant.send(text, this.now);
		if (!sent.ok) throw new Error(sent.error.kind);
		this.#collect(person);
	}

	/** Anything else a person's application does. */
	act(person: Person, what: (participant: ParticipantApi) => void): void {
		what(person.participant);
		this.#collect(person);
	}

	/** Puts a text of an adversary's into the order. */
	inject(from: Handle, text: string): void {
		this.#post({ type: "text", from, text });
	}

	#post(item: Item): void {
		this.#queue.push({ item, to: this.people.filter((one) => one.here) });
	}

	#collect(person: Person): void {
		for (const text of person.participant.takeTexts()) {
			const sent = person.cheat === undefined ? text : person.cheat(text);
			if (person.here && sent !== undefined) this.#post({ type: "text", from: person.handle, text: sent });
		}
		for (const event of person.participant.takeEvents()) {
			person.events.push(event);
			if (event.type === "message") person.messages.push(event.message);
		}
	}

	get waiting(): number {
		return this.#queue.length;
	}

	/** Places the next item: everyone who is here gets it. */
	deliver(): boolean {
		const next = this.#queue.shift();
		if (next === undefined) return false;
		this.log.push(next.item);
		for (const person of this.people) {
			const self = next.item.type !== "text" && next.item.handle === person.handle;
			// Whoever enters sees what comes after that place of the order.
			if (!person.here || self || !next.to.includes(person) || !this.hears(person, next.item)) continue;
			if (this.asleep.has(person)) {
				this.#missed.set(person, [...(this.#missed.get(person) ?? []), next.item]);
				continue;
			}
			person.participant.receive(next.item, this.now);
			this.#collect(person);
		}
		return true;
	}

	/** The lid opens: first the timers that are long due, then everything that came meanwhile. */
	wakeUp(person: Person): void {
		this.asleep.delete(person);
		person.participant.wake(this.now);
		this.#collect(person);
		for (const item of this.#missed.get(person) ?? []) {
			person.participant.receive(item, this.now);
			this.#collect(person);
		}
		this.#missed.delete(person);
	}

	/** The carrier tells these people that someone left, or came, whether that is so or not. */
	tell(people: readonly Person[], type: "joined" | "left", handle: Handle): void {
		for (const person of people) {
			person.participant.receive({ type, handle }, this.now);
			this.#collect(person);
		}
	}

	/** Delivers until nothing is left, then lets the next timer run, until `untilMs` from now or until `done`. */
	run(untilMs: number, done: () => boolean = () => false): void {
		const end = this.now + untilMs;
		const limit = this.log.length + MAX_ITEMS_A_RUN;
		for (let round = 0; ; round++) {
			if (round > MAX_ITEMS_A_RUN || this.log.length > limit) throw new Error("the room does not settle");
			while (this.deliver()) {
				if (done()) return;
				if (this.log.length > limit) throw new Error("the room does not settle");
			}
			if (done()) return;
			const awake = this.people.filter((one) => one.here && !this.asleep.has(one));
			const wakes = awake.flatMap((one) => one.participant.nextWake() ?? []);
			const next = Math.min(...wakes);
			if (next > end || !Number.isFinite(next)) {
				this.now = end;
				return;
			}
			this.now = Math.max(next, this.now);
			for (const person of awake) {
				const due = person.participant.nextWake();
				if (due === undefined || due > this.now) continue;
				person.participant.wake(this.now);
				this.#collect(person);
			}
		}
	}
}

/** The people of someone's session, by name, sorted. */
export function names(person: Person): readonly string[] {
	return (person.participant.view().session?.people ?? []).map((one) => one.nickname as string).sort();
}

/** Events of one type that someone got. */
export function eventsOf<T extends RoomEvent["type"]>(person: Person, type: T): Extract<RoomEvent, { type: T }>[] {
	return person.events.filter((event): event is Extract<RoomEvent, { type: T }> => event.type === type);
}

/** Lets people in one after another, each into a session with all before. */
export function roomOf(suite: Suite, ...who: readonly string[]): { place: TestPlace; people: Person[] } {
	const place = new TestPlace(suite);
	const people: Person[] = [];
	for (const name of who) {
		people.push(place.enter(name));
		place.run(10_000, () => people.every((one) => names(one).length === people.length));
	}
	place.run(3000);
	return { place, people };
}
