import { err, hex, ok } from "@clowder/bytes";
import type { Carrier, CarrierError, CarrierEvent, EnterOptions, Handle, Place, RoomName } from "./contract.ts";
import { Agenda } from "./memory-agenda.ts";
import { completeOptions, DISORDER_LATENCIES, type MemoryNetworkOptions } from "./memory-options.ts";
import { Presence } from "./memory-presence.ts";
import { SeededRandom } from "./random.ts";
import { textBytes } from "./text.ts";

const HANDLE_BYTES = 16;
/** A network that is never idle within so many steps has a livelock in it. */
const RUN_STEPS_MAX = 20_000_000;

const LINE_CUT: CarrierError = { kind: "unreachable", detail: "the in-memory line was cut" };
const THROWN_OUT: CarrierError = { kind: "refused", condition: "kicked", detail: "thrown out of the in-memory room" };

/** One room: who is in it, and on which side of a split. */
interface Room {
	readonly name: RoomName;
	readonly occupants: Map<Handle, Presence>;
	readonly sides: Map<Handle, number>;
}

/**
 * A network in memory, on virtual time: any number of people in any number of rooms, in one process, without a timer,
 * a socket or randomness from elsewhere. Nothing happens but in `step` and `run`; the same seed and the same calls
 * give the same course. Without knobs: total order, echo and presence.
 */
export class MemoryNetwork {
	readonly #options: Required<MemoryNetworkOptions>;
	readonly #random: SeededRandom;
	readonly #agenda: Agenda = new Agenda();
	readonly #rooms: Map<RoomName, Room> = new Map();
	/** Everyone who has ever entered and is not closed, by the present handle. */
	readonly #presences: Map<Handle, Presence> = new Map();
	#now = 0;
	#texts = 0;
	#bytes = 0;

	constructor(options: MemoryNetworkOptions) {
		this.#options = completeOptions(options);
		this.#random = new SeededRandom(options.seed);
	}

	/** Milliseconds of virtual time. */
	get now(): number {
		return this.#now;
	}

	/** When the next step would be; undefined when idle. */
	get next(): number | undefined {
		return this.#agenda.next;
	}

	/** What people handed over so far: number of texts, and their UTF-8 bytes (each counted once, not per recipient). */
	get traffic(): { readonly texts: number; readonly bytes: number } {
		return { texts: this.#texts, bytes: this.#bytes };
	}

	/**
	 * A person's way in. `enter` takes no virtual time: it resolves at once, so `await` it and then run the network,
	 * whose steps bring the events, `entered` first. A promise of `leave` resolves in a step.
	 */
	carrier(): Carrier {
		const { disorder, echo, loss, maxTextBytes } = this.#options;
		return {
			capabilities: {
				totalOrder: disorder === 0 && loss === 0,
				echo: echo && loss === 0,
				presence: true,
				maxTextBytes,
			},
			enter: async (options) => {
				await Promise.resolve();
				if (options.signal?.aborted) return err({ kind: "usage", detail: "entering was given up" });
				options.onProgress?.("connecting");
				options.onProgress?.("entering");
				return ok(this.enter(options));
			},
		};
	}

	/** What a carrier's `enter` does, for drivers that do without promises. */
	enter(options: EnterOptions): Place {
		const presence = new Presence(this.#freshHandle(), options, {
			maxTextBytes: this.#options.maxTextBytes,
			post: (author, text) => this.#post(author, text),
			withdraw: (leaving) => this.#up(leaving, () => this.#withdraw(leaving)),
		});
		this.#up(presence, () => this.#admit(presence));
		return presence;
	}

	/** Does what is due next. False when nothing is. */
	step(): boolean {
		const entry = this.#agenda.take();
		if (entry === undefined) return false;
		this.#now = entry.at;
		entry.action();
		return true;
	}

	/**
	 * Steps until a time is reached (all that is due by then is done), until something holds, or until nothing is due.
	 * True unless it ended before what it waited for.
	 */
	run(until?: number | (() => boolean)): boolean {
		for (let steps = 0; steps < RUN_STEPS_MAX; steps++) {
			if (typeof until === "function" && until()) return true;
			if (typeof until === "number" && (this.next ?? Number.POSITIVE_INFINITY) > until) {
				this.#now = Math.max(this.#now, until);
				return true;
			}
			if (!this.step()) return until === undefined;
		}
		throw new Error(`the network is not idle after ${RUN_STEPS_MAX} steps`);
	}

	/** Calls `action` at a time, in a step of its own: a timer for what lives on this network. */
	at(timeMs: number, action: () => void): void {
		this.#agenda.add(Math.max(timeMs, this.#now), action);
	}

	/** Those in a room now, in the order in which they came. */
	occupants(room: RoomName): readonly Handle[] {
		return [...(this.#rooms.get(room)?.occupants.keys() ?? [])];
	}

	/** Puts a text into a room as from any handle, with its next step. */
	inject(room: RoomName, from: Handle, text: string): void {
		this.at(this.#now, () => this.#place(this.#room(room), from, text));
	}

	/** Tells one person something, true or not, with the next step: a carrier that lies. */
	tell(to: Handle, event: CarrierEvent): void {
		const presence = this.#known(to);
		this.at(this.#now, () => presence.arrive(event, presence.epoch));
	}

	/** Throws someone out: they see `closed`, the others `left`. */
	kick(handle: Handle): void {
		const presence = this.#known(handle);
		this.at(this.#now, () => {
			this.#remove(presence);
			this.#down(presence, { type: "closed", reason: THROWN_OUT });
		});
	}

	/** Someone's process ends without a goodbye: they see nothing more, the others `left`. */
	kill(handle: Handle): void {
		const presence = this.#known(handle);
		this.at(this.#now, () => {
			presence.die();
			this.#up(presence, () => this.#remove(presence));
		});
	}

	/** Someone's connection is lost; the others see nothing of it. `resume` or `renew` ends it. */
	interrupt(handle: Handle): void {
		const presence = this.#known(handle);
		this.at(this.#now, () => presence.interrupt(LINE_CUT));
	}

	/** The connection is back and nothing was missed: `resumed`, then what was held. */
	resume(handle: Handle): void {
		const presence = this.#known(handle);
		this.at(this.#now, () => presence.resume());
	}

	/** The presence is lost: the others see `left`, then `joined` under a new handle; who it is sees `entered`. */
	renew(handle: Handle): void {
		const presence = this.#known(handle);
		this.at(this.#now, () => {
			presence.interrupt(LINE_CUT);
			if (presence.state !== "interrupted") return;
			this.#remove(presence);
			presence.renew(this.#freshHandle());
			this.#up(presence, () => this.#admit(presence));
		});
	}

	/**
	 * Splits a room as a broken network does: across the groups nothing passes, and each sees the others as left. Who
	 * is in no group, or comes later, is with the first.
	 */
	split(room: RoomName, groups: readonly (readonly Handle[])[]): void {
		this.at(this.#now, () => {
			const split = this.#room(room);
			groups.forEach((group, side) => {
				for (const handle of group) split.sides.set(handle, side);
			});
			this.#acrossSides(split, (to, handle) => this.#down(to, { type: "left", handle }));
		});
	}

	/** Ends a split: each sees the others join. */
	heal(room: RoomName): void {
		this.at(this.#now, () => {
			const healed = this.#room(room);
			this.#acrossSides(healed, (to, handle) => this.#down(to, { type: "joined", handle }));
			healed.sides.clear();
		});
	}

	#acrossSides(room: Room, each: (to: Presence, handle: Handle) => void): void {
		for (const to of room.occupants.values()) {
			for (const handle of room.occupants.keys()) if (!reach(room, to.handle, handle)) each(to, handle);
		}
	}

	#freshHandle(): Handle {
		return hex(this.#random.bytes(HANDLE_BYTES));
	}

	#known(handle: Handle): Presence {
		const presence = this.#presences.get(handle);
		if (presence === undefined) throw new RangeError(`nobody is here under the handle ${handle}`);
		return presence;
	}

	#room(name: RoomName): Room {
		const known = this.#rooms.get(name);
		if (known !== undefined) return known;
		const room: Room = { name, occupants: new Map(), sides: new Map() };
		this.#rooms.set(name, room);
		return room;
	}

	#latency(): number {
		return this.#random.between(this.#options.latencyMs.least, this.#options.latencyMs.most);
	}

	/** From a person to the place, in order. */
	#up(presence: Presence, action: () => void): void {
		presence.lastUpMs = Math.max(presence.lastUpMs, this.#now + this.#latency());
		this.at(presence.lastUpMs, action);
	}

	/** From the place to a person, in order. */
	#down(presence: Presence, event: CarrierEvent): void {
		const { epoch } = presence;
		presence.lastDownMs = Math.max(presence.lastDownMs, this.#now + this.#latency());
		this.at(presence.lastDownMs, () => {
			if (event.type === "closed") this.#presences.delete(presence.handle);
			presence.arrive(event, epoch);
		});
	}

	#admit(presence: Presence): void {
		if (presence.state === "dead") return;
		const room = this.#room(presence.room);
		const self = presence.handle;
		const others = [...room.occupants.keys()].filter((handle) => reach(room, handle, self));
		room.occupants.set(self, presence);
		this.#presences.set(self, presence);
		this.#down(presence, { type: "entered", self, occupants: others, binding: `memory:${room.name}` });
		this.#tellOthers(room, self, { type: "joined", handle: self });
	}

	#withdraw(presence: Presence): void {
		this.#remove(presence);
		this.#down(presence, { type: "closed", reason: undefined });
	}

	#remove(presence: Presence): void {
		const room = this.#room(presence.room);
		const { handle } = presence;
		if (presence.state === "dead") this.#presences.delete(handle);
		if (!room.occupants.delete(handle)) return;
		this.#tellOthers(room, handle, { type: "left", handle });
		room.sides.delete(handle);
		if (room.occupants.size === 0) this.#rooms.delete(room.name);
	}

	#tellOthers(room: Room, about: Handle, event: CarrierEvent): void {
		for (const [handle, other] of room.occupants) {
			if (handle !== about && reach(room, handle, about)) this.#down(other, event);
		}
	}

	#post(author: Presence, text: string): void {
		const { epoch } = author;
		this.#texts++;
		this.#bytes += textBytes(text);
		this.#up(author, () => {
			const room = this.#room(author.room);
			if (author.epoch !== epoch || room.occupants.get(author.handle) !== author) return;
			this.#place(room, author.handle, text);
			this.at(author.lastDownMs, () => author.settle(text, epoch));
		});
	}

	/** The text gets its place in the room's order here; the knobs act on its way to each recipient. */
	#place(room: Room, from: Handle, text: string): void {
		const { disorder, echo, loss, duplication, latencyMs, tamper } = this.#options;
		for (const [to, presence] of room.occupants) {
			if (!reach(room, from, to) || (from === to && !echo)) continue;
			for (const version of tamper({ room: room.name, from, to, text, now: this.#now })) {
				if (this.#random.chance(loss)) continue;
				const copies = this.#random.chance(duplication) ? 2 : 1;
				for (let copy = 0; copy < copies; copy++) {
					const event: CarrierEvent = { type: "text", from, text: version };
					if (this.#random.chance(disorder)) this.#astray(presence, event, DISORDER_LATENCIES * latencyMs.most);
					else this.#down(presence, event);
				}
			}
		}
	}

	/** Delivers late, out of order. */
	#astray(presence: Presence, event: CarrierEvent, mostMs: number): void {
		const { epoch } = presence;
		this.at(this.#now + this.#random.between(0, mostMs), () => presence.arrive(event, epoch));
	}
}

function reach(room: Room, a: Handle, b: Handle): boolean {
	return (room.sides.get(a) ?? 0) === (room.sides.get(b) ?? 0);
}
