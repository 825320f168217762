import { equal } from "@clowder/bytes";
import type { Handle, JoinRefusal, Millis } from "../api.ts";
import { foundRoom } from "../fold/fold.ts";
import { keyName } from "../fold/state.ts";
import { generateKeySet } from "../key-set.ts";
import type { RoomParameters } from "../parameters.ts";
import { NO_CONTEXT, type ParsedMessage, verifyMessage } from "../wire/envelope.ts";
import type { Found, State } from "../wire/messages.ts";
import { prepareWork } from "./contribute.ts";
import type { Desk } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import { silenceMs } from "./heartbeat.ts";
import { type Buffered, Knocking, knock, readState } from "./join.ts";
import { entryRefusal } from "./own-run.ts";
import { Room, type Self } from "./room.ts";
import type { Outbox } from "./send.ts";

/** What every way into a room needs. */
export interface Hall {
	readonly self: Self;
	readonly desk: Desk;
	readonly outbox: Outbox;
	readonly occupants: ReadonlySet<Handle>;
	/** A session whose members did not get us in, by its base: for a while another one is preferred (rule KNOCK-2). */
	vain?: { readonly base: Uint8Array; readonly until: Millis };
}

/** A room that we can read the order of from here on. */
export interface Entered {
	readonly room: Room;
	/** What came after the place from which on it holds. */
	readonly after: readonly Buffered[];
	/** Why we do not go in, by what the room is. */
	readonly refusal: JoinRefusal | undefined;
}

export function freshKnocking({ self, desk }: Hall): Knocking {
	return new Knocking(generateKeySet(self.suite, desk.random), desk.random(32));
}

/** Before we can read the room's order: we keep what comes, and look for a FOUND or a STATE. */
export function placeKnocking(hall: Hall, knocking: Knocking, input: Buffered): Entered | undefined {
	knocking.keep(input);
	if (input.type === "left") return undefined;
	const { parsed, from, sentAt } = input;
	const own = sentAt !== undefined;
	if (parsed.message.type === "FOUND") return placeFound(hall, knocking, parsed as ParsedMessage<Found>, from, own);
	if (parsed.message.type === "STATE") return placeState(hall, knocking, parsed as ParsedMessage<State>, from);
	if (!own && parsed.message.type !== "KNOCK") knocking.sawActivity();
	return undefined;
}

/** Chatroom Init (seed 004): the first FOUND in the order wins (rule FOUND-1). */
function placeFound(
	hall: Hall,
	knocking: Knocking,
	parsed: ParsedMessage<Found>,
	from: Handle,
	own: boolean,
): Entered | undefined {
	const { self, desk, outbox } = hall;
	const verified = verifyMessage(self.suite, desk.binding, parsed.message.keySet.v, parsed);
	if (!verified.ok) {
		desk.emit({ type: "refused", from, refusal: verified.error });
		return undefined;
	}
	if (knocking.found === undefined || !equal(knocking.found, parsed.hash)) {
		// One of ours that we gave up before it came means nothing any more.
		if (own) return undefined;
		// Somebody else was first: they will answer a KNOCK.
		knocking.found = undefined;
		knocking.tries = 0;
		knocking.sawActivity();
		return undefined;
	}
	const { state } = foundRoom(self.suite, verified.value as Parameters<typeof foundRoom>[1], from);
	const room = new Room(self, desk, outbox, state);
	moveIn(room, knocking);
	room.lastPlaced = parsed.hash;
	prepareWork(room);
	return { room, after: [], refusal: undefined };
}

/** Our keys and our identity go with us from knocking into a room. */
function moveIn(room: Room, knocking: Knocking): void {
	const { identity, nickname } = room.self;
	const key = keyName(knocking.keys.public.v);
	room.vault.set(key, knocking.keys);
	room.identities.set(key, { lpk: identity.publicKey, nickname, salt: knocking.salt });
}

/** A STATE that we can start from: what we saw after the place it speaks of is folded next. */
function placeState(hall: Hall, knocking: Knocking, parsed: ParsedMessage<State>, from: Handle): Entered | undefined {
	const { self, desk, outbox } = hall;
	const after = knocking.after(parsed.message.at);
	if (after === undefined) return undefined;
	const { vain } = hall;
	if (vain !== undefined && desk.now < vain.until && equal(parsed.header.context, vain.base)) {
		knocking.sawActivity();
		return undefined;
	}
	const read = readState(self, desk.binding, parsed);
	if (!read.ok) {
		desk.emit({ type: "refused", from, refusal: read.error });
		return undefined;
	}
	const { state, sponsor, message } = read.value;
	const refusal = entryRefusal(self, message.parameters);
	const knock = knocking.answeredBy(message);
	// A run of CPace is named by the KNOCK and its answer: another newcomer's does not do (rule PASS-2).
	if (refusal === undefined && message.parameters.passphrase && knock === undefined) return undefined;
	const room = new Room(self, desk, outbox, state);
	room.entry = {
		sponsor,
		sponsorBox: message.sponsorBox,
		knock,
		state: parsed.hash,
		run: undefined,
		waits: knocking.waits,
	};
	moveIn(room, knocking);
	return { room, after, refusal };
}

/** Those of this room did not get us in: for one timeout another session in this place is preferred (rule KNOCK-2). */
export function passBy(hall: Hall, room: Room): void {
	const base = room.fold.base?.aid ?? NO_CONTEXT;
	hall.vain = { base, until: hall.desk.now + silenceMs(room) };
}

/** Alone we found the room; else we knock, and found it if nobody answers for long (rule FOUND-2). */
export function knockDuties(hall: Hall, knocking: Knocking): readonly Duty[] {
	const { self, desk, occupants } = hall;
	const { timing } = self;
	const found = (): void => foundOwn(hall, knocking);
	if (knocking.found !== undefined) {
		const again = (): void => {
			knocking.found = undefined;
		};
		return [{ key: "found-lost", delayMs: () => timing.knockTimeoutMs, run: again }];
	}
	if (occupants.size === 0) return [now("found", found)];
	const key = `${knocking.tries}:${knocking.activity}`;
	if (knocking.deserted) return [{ key: `found:${key}`, delayMs: () => desk.someOf(timing.backOffMs), run: found }];
	// Signs of life put off founding, and never the next KNOCK: a session that talks all the time is asked again too.
	const sent = knocking.knocks.length;
	if (knocking.tries === 0) return [now(`knock:${sent}`, () => knock(desk, knocking))];
	if (knocking.tries < timing.knockTries) {
		const run = (): void => knock(desk, knocking);
		return [{ key: `knock:${sent}`, delayMs: () => timing.knockTimeoutMs, run }];
	}
	const delayMs = (): number => timing.knockTimeoutMs + desk.someOf(timing.knockTimeoutMs);
	return [{ key: `found:${key}`, delayMs, run: found }];
}

function foundOwn({ self, desk }: Hall, knocking: Knocking): void {
	const parameters: RoomParameters = {
		suite: self.suite.id,
		...self.terms,
		passphrase: self.passphrase !== undefined,
		binding: desk.binding,
	};
	knocking.deserted = false;
	const message: Found = { type: "FOUND", parameters, keySet: knocking.keys.public };
	knocking.found = desk.post(knocking.keys.e, NO_CONTEXT, message);
}
