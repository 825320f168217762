import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type CarrierEvent, type Handle, type Place, parseRoomName, type RoomName } from "../src/index.ts";
import { type MemoryNetworkOptions, SequencedNetwork } from "../src/memory.ts";

export function sha512(bytes: Uint8Array): Uint8Array {
	return createHash("sha512").update(bytes).digest();
}

function roomNamed(text: string): RoomName {
	const parsed = parseRoomName(text);
	assert.ok(parsed.ok);
	return parsed.value;
}

export const ROOM: RoomName = roomNamed("sequenced");

/** From one entrance to what ended it. */
export interface Visit {
	readonly self: Handle;
	readonly occupants: readonly Handle[];
	readonly course: string[];
}

/** Somebody on a sequenced network, who writes down what happens. */
export class Guest {
	readonly name: string;
	readonly visits: Visit[] = [];
	readonly place: Place;
	readonly refusals: string[] = [];
	/** Why this guest had to come back, each time. */
	readonly interruptions: string[] = [];
	said = 0;
	isDead = false;
	isLeaving = false;
	isClosed = false;
	/** Between two entrances. */
	isOut = false;

	constructor(network: SequencedNetwork, name: string) {
		this.name = name;
		this.place = network.enter({ room: ROOM, onEvent: (event) => this.#note(event) });
	}

	#note(event: CarrierEvent): void {
		this.isOut = event.type === "interrupted" || (this.isOut && event.type !== "entered" && event.type !== "resumed");
		if (event.type === "entered") this.visits.push({ self: event.self, occupants: event.occupants, course: [] });
		else if (event.type === "text") this.visit.course.push(`text ${event.from} ${event.text}`);
		else if (event.type === "joined" || event.type === "left") this.visit.course.push(`${event.type} ${event.handle}`);
		else if (event.type === "interrupted") {
			const { reason } = event;
			this.interruptions.push(reason.kind === "protocol" ? `${reason.expected}; ${reason.got}` : reason.kind);
		} else if (event.type === "refused") this.refusals.push(event.reason);
		else if (event.type === "closed") this.isClosed = true;
	}

	get visit(): Visit {
		const visit = this.visits.at(-1);
		assert.ok(visit, `${this.name} is not in`);
		return visit;
	}

	get self(): Handle {
		return this.visit.self;
	}

	get isIn(): boolean {
		return this.visits.length > 0 && !this.isOut && !this.isDead && !this.isLeaving && !this.isClosed;
	}

	get texts(): readonly string[] {
		return this.visit.course
			.filter((line) => line.startsWith("text "))
			.map((line) => line.split(" ").slice(2).join(" "));
	}

	say(text = `${this.name}-${++this.said}`): string {
		const sent = this.place.send(text);
		assert.ok(sent.ok, JSON.stringify(sent));
		return text;
	}
}

/** A sequenced network with guests who are all in. */
export class Crowd {
	readonly network: SequencedNetwork;
	readonly guests: Guest[] = [];

	constructor(options: MemoryNetworkOptions) {
		this.network = new SequencedNetwork({ hash: sha512, ...options });
	}

	static of(size: number, options: Partial<MemoryNetworkOptions> = {}): Crowd {
		const crowd = new Crowd({ seed: 1, disorder: 1, echo: false, ...options });
		for (let i = 0; i < size; i++) {
			const guest = crowd.enter();
			assert.ok(crowd.network.run(() => guest.isIn));
		}
		crowd.network.run();
		return crowd;
	}

	enter(): Guest {
		const guest = new Guest(this.network, `g${this.guests.length}`);
		this.guests.push(guest);
		return guest;
	}

	get present(): readonly Guest[] {
		return this.guests.filter((guest) => guest.isIn);
	}

	at(index: number): Guest {
		const guest = this.guests[index];
		assert.ok(guest);
		return guest;
	}

	leave(guest: Guest): void {
		guest.isLeaving = true;
		void guest.place.leave();
	}

	kill(guest: Guest): void {
		this.network.kill(guest.self);
		guest.isDead = true;
	}

	/**
	 * Of those who are still there, what one saw from the other's coming on is what the other saw. Who died or left may
	 * have seen at last what nobody who is still there ever heard of.
	 */
	assertOneOrder(): void {
		for (const { visit: earlier } of this.present) {
			const twice = earlier.course.filter((line, i) => earlier.course.indexOf(line) < i);
			assert.deepEqual(twice, [], "something came twice");
			for (const { visit: later } of this.present) {
				const start = earlier.course.indexOf(`joined ${later.self}`);
				if (start < 0) continue;
				const seen = earlier.course.slice(start + 1);
				const length = Math.min(seen.length, later.course.length);
				assert.deepEqual(later.course.slice(0, length), seen.slice(0, length));
			}
		}
	}

	/** Everyone is in with everyone, has said what they had to say, and saw the same. */
	assertTogether(): void {
		const { present } = this;
		this.assertOneOrder();
		const last = present[0];
		if (last === undefined) return;
		const mark = `the end ${this.network.now}`;
		last.say(mark);
		assert.ok(
			this.network.run(() => present.every(({ texts }) => texts.includes(mark))),
			`not all heard of the end: ${this.describe()}`,
		);
		for (const guest of present) assert.equal(guest.place.backlog, 0, `${guest.name} has a backlog`);
		this.assertOneOrder();
	}

	assertUndisturbed(): void {
		for (const { name, interruptions } of this.guests) assert.deepEqual(interruptions, [], name);
	}

	describe(): string {
		return this.guests
			.map((guest) => {
				const state = guest.isDead ? "dead" : guest.isClosed ? "closed" : guest.isIn ? "in" : "out";
				return `${guest.name} ${state} ${guest.visits.map(({ course }) => course.length).join("+")} ${guest.interruptions.join("|")}`;
			})
			.join("\n");
	}
}
