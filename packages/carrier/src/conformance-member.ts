import assert from "node:assert/strict";
import type { Carrier, CarrierEvent, Handle, Place, RoomName } from "./contract.ts";

/** How the suite reaches a carrier and its time. */
export interface ConformanceHarness {
	/** Someone with a connection of their own. */
	person(): ConformancePerson;
	/** Lets time pass until something holds; rejects, naming what it waited for, when it does not in good time. */
	until(what: string, holds: () => boolean): Promise<void>;
	/** Ends all connections and the server. */
	close(): Promise<void>;
}

export interface ConformancePerson {
	readonly carrier: Carrier;
	/** Ends the person's process or line without a goodbye. `self` is the handle. */
	die(self: Handle): void;
}

/** A person in a place, who writes down what happens. */
export class Member {
	readonly events: CarrierEvent[] = [];
	readonly person: ConformancePerson;
	readonly room: RoomName;
	readonly #harness: ConformanceHarness;
	#place: Place | undefined;
	/** Set while one of the carrier's methods runs, when no event may come (CARRIER-7). */
	#inside = false;

	constructor(harness: ConformanceHarness, room: RoomName) {
		this.#harness = harness;
		this.person = harness.person();
		this.room = room;
	}

	/** Enters and waits for `entered`. */
	static async entered(harness: ConformanceHarness, room: RoomName): Promise<Member> {
		const member = new Member(harness, room);
		await member.enter();
		await harness.until("entered", () => member.events.length > 0);
		assert.equal(member.events[0]?.type, "entered", JSON.stringify(member.events[0]));
		return member;
	}

	get place(): Place {
		assert.ok(this.#place, "not in a place");
		return this.#place;
	}

	/** The handle under which this member is in, as the last `entered` said. */
	get self(): Handle {
		return this.entrance.self;
	}

	get entrance(): CarrierEvent & { readonly type: "entered" } {
		const entrance = this.events.findLast((event) => event.type === "entered");
		assert.ok(entrance, "not entered");
		return entrance;
	}

	async enter(signal?: AbortSignal): Promise<void> {
		const entering = this.#call(() =>
			this.person.carrier.enter({
				room: this.room,
				onEvent: (event) => {
					assert.ok(!this.#inside, `${event.type} came from inside a call`);
					assert.ok(this.#place !== undefined, `${event.type} came before enter resolved`);
					this.events.push(event);
				},
				...(signal === undefined ? {} : { signal }),
			}),
		);
		let outcome: Awaited<ReturnType<Carrier["enter"]>> | undefined;
		const waiting = async (): Promise<void> => {
			outcome = await entering;
			if (outcome.ok) this.#place = outcome.value;
		};
		void waiting();
		await this.#harness.until("enter to resolve", () => outcome !== undefined);
		if (signal === undefined) assert.deepEqual(outcome?.ok, true, JSON.stringify(outcome));
	}

	get isIn(): boolean {
		return this.#place !== undefined;
	}

	send(text: string): ReturnType<Place["send"]> {
		return this.#call(() => this.place.send(text));
	}

	/** Sends what must be taken. */
	say(text: string): void {
		const sent = this.send(text);
		assert.ok(sent.ok, JSON.stringify(sent));
	}

	/** Leaves and waits for the end. */
	async leave(): Promise<void> {
		let left = false;
		const leaving = this.#call(() => this.place.leave());
		const waiting = async (): Promise<void> => {
			await leaving;
			left = true;
		};
		void waiting();
		await this.#harness.until("leave to resolve", () => left);
	}

	/** Waits for a text, own or of another's. */
	async hears(text: string): Promise<void> {
		const head = text.length > 40 ? `${text.slice(0, 40)}…` : text;
		await this.#harness.until(`the text ${JSON.stringify(head)}`, () =>
			this.texts().some((said) => said.text === text),
		);
	}

	/** Waits until others have joined, or left. */
	async sees(type: "joined" | "left", handle: Handle): Promise<void> {
		await this.#harness.until(`${type} ${handle}`, () =>
			this.events.some((event) => event.type === type && event.handle === handle),
		);
	}

	texts(): readonly { readonly from: Handle; readonly text: string }[] {
		return this.events.filter((event) => event.type === "text");
	}

	#call<T>(method: () => T): T {
		this.#inside = true;
		try {
			return method();
		} finally {
			this.#inside = false;
		}
	}
}
