import type { CarrierEvent, Handle, Place } from "@clowder/carrier";
import { type MemoryNetwork, SequencedNetwork } from "@clowder/carrier/memory";
import type { CarrierInput, ParticipantApi, PersonId, RoomEvent } from "@clowder/mpotr";
import { ROOM } from "./room.ts";
import type { Who } from "./story.ts";
import { Violation } from "./violation.ts";

/** Someone of a story: an identity, and what they have typed. */
export interface Person {
	readonly who: Who;
	readonly name: string;
	readonly id: PersonId;
	/** Keeps to the protocol from the first to the last text. */
	readonly honest: boolean;
	/** Enters once and is not missed. */
	readonly ghost: boolean;
	/** Wants to be in the room: whoever is thrown out meanwhile comes back. */
	wants: boolean;
	/** Lost the place and came back, at least once. */
	returned: boolean;
	client: Client | undefined;
	readonly clients: Client[];
	readonly typed: string[];
}

/** More turns than this at one instant of virtual time: it spins. */
const MOST_TURNS_AT_ONCE = 2_000;

export interface Hooks {
	/** Whatever a client is fed, before it is. */
	fed(client: Client, input: CarrierInput): void;
	happened(client: Client, event: RoomEvent): void;
	/** What to send in place of a text. */
	sending(client: Client, text: string): readonly string[];
	/** After a turn of this client's: the state stands still. */
	turned(client: Client): void;
}

function toInput(event: CarrierEvent): CarrierInput | undefined {
	switch (event.type) {
		case "refused":
			return undefined;
		case "interrupted":
			return { type: "interrupted" };
		case "closed":
			return { type: "closed" };
		default:
			return event;
	}
}

/** One process of a person's: a participant, its place on the carrier, its clock, and a machine that may sleep. */
export class Client {
	readonly person: Person;
	readonly participant: ParticipantApi;
	/** Counts all clients of a story. */
	readonly number: number;
	handle: Handle | undefined;
	/** Of the place, once it is in. */
	binding: string | undefined;
	/** The process runs; it may still be outside of the place. */
	alive = true;
	asleep = false;
	/** What is to be read waits until then. */
	lagUntil = 0;
	/** What was typed here. */
	readonly typed: string[] = [];
	/** Since when it has been in the place without a break. */
	since: number;
	/** How often it entered the place. */
	entries = 0;
	readonly #network: MemoryNetwork;
	readonly #hooks: Hooks;
	#place: Place | undefined;
	#unread: CarrierInput[] = [];
	#alarm: number | undefined;
	#turns = 0;
	#turnedAt = -1;

	constructor(number: number, person: Person, participant: ParticipantApi, network: MemoryNetwork, hooks: Hooks) {
		this.number = number;
		this.person = person;
		this.participant = participant;
		this.#network = network;
		this.#hooks = hooks;
		this.since = network.now;
	}

	get label(): string {
		return `${this.person.name}/${this.number}`;
	}

	/** The handle by which the carrier knows it; undefined outside, and between two presences below a sequence. */
	get seat(): Handle | undefined {
		if (this.handle === undefined || !(this.#network instanceof SequencedNetwork)) return this.handle;
		return this.#network.occupants(ROOM).includes(this.handle) ? this.handle : undefined;
	}

	/** Takes its place on the carrier. */
	sit(place: Place): void {
		this.#place = place;
	}

	arrive(event: CarrierEvent): void {
		if (!this.alive) {
			// The process ended while it was on its way in.
			if (event.type === "entered") this.#network.kill(event.self);
			return;
		}
		const input = toInput(event);
		if (input === undefined) return;
		if (input.type === "entered") {
			this.handle = input.self;
			this.binding = input.binding;
		}
		if (this.asleep || this.#network.now < this.lagUntil || this.#unread.length > 0) this.#unread.push(input);
		else this.#feed(input);
	}

	#feed(input: CarrierInput): void {
		if (!this.alive) return;
		this.#hooks.fed(this, input);
		this.act((participant, now) => participant.receive(input, now));
	}

	/** Reads what has come meanwhile, as far as nothing holds it up. */
	catchUp(): void {
		while (!this.asleep && this.#network.now >= this.lagUntil && this.#unread.length > 0) {
			this.#feed(this.#unread.shift() as CarrierInput);
		}
	}

	/** One turn of the participant's, and what comes of it. Whatever it throws is a bug. */
	act(turn: (participant: ParticipantApi, now: number) => void): void {
		const { now } = this.#network;
		this.#turns = this.#turnedAt === now ? this.#turns + 1 : 0;
		this.#turnedAt = now;
		if (this.#turns > MOST_TURNS_AT_ONCE) throw new Violation("bounded", `${this.label} spins`);
		try {
			turn(this.participant, now);
			this.#collect();
		} catch (error) {
			if (error instanceof Violation) throw error;
			const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
			throw new Violation("no-exception", `${this.label}: ${what}`);
		}
		this.#setAlarm();
	}

	#collect(): void {
		for (const text of this.participant.takeTexts()) {
			for (const sent of this.#hooks.sending(this, text)) this.#place?.send(sent);
		}
		for (const event of this.participant.takeEvents()) this.#hooks.happened(this, event);
		this.#hooks.turned(this);
	}

	#setAlarm(): void {
		const next = this.participant.nextWake();
		if (next === undefined || !this.alive || (this.#alarm !== undefined && this.#alarm <= next)) return;
		const at = Math.max(next, this.#network.now);
		this.#alarm = at;
		this.#network.at(at, () => {
			if (this.#alarm !== at) return;
			this.#alarm = undefined;
			this.wake();
		});
	}

	/** Does what is due. */
	wake(): void {
		if (!this.alive || this.asleep) return;
		const next = this.participant.nextWake();
		if (next !== undefined && next <= this.#network.now) this.act((participant, now) => participant.wake(now));
		else this.#setAlarm();
	}

	sleep(): void {
		this.asleep = true;
	}

	/** What was due and what has come is there at once; which of them is seen first is anyone's guess. */
	awake(timersFirst: boolean): void {
		this.asleep = false;
		if (timersFirst) this.wake();
		this.catchUp();
		this.wake();
	}

	/** The process ends without a goodbye. */
	kill(): void {
		if (!this.alive) return;
		this.alive = false;
		if (this.seat !== undefined) this.#network.kill(this.seat);
		else if (this.handle !== undefined) void this.#place?.leave();
	}

	/** The participant is over: its place is left. */
	quit(): void {
		if (!this.alive) return;
		this.alive = false;
		void this.#place?.leave();
	}
}
