import { equal, err, hex, type Result, utf8 } from "@clowder/bytes";
import type {
	CarrierInput,
	Handle,
	MessageId,
	Millis,
	ParticipantApi,
	ParticipantOptions,
	PersonId,
	Phase,
	RoomEvent,
	RoomView,
	TextError,
	UsageError,
} from "../api.ts";
import { foundRoom } from "../fold/fold.ts";
import { keyName, presentMembers } from "../fold/state.ts";
import { type Identity, personId, toPerson } from "../identity.ts";
import { eraseKeySet, generateKeySet, type OwnKeySet } from "../key-set.ts";
import { MAX_HANDLE_BYTES } from "../limits.ts";
import { DEFAULT_TIMEOUT_SECONDS, type RoomParameters } from "../parameters.ts";
import { DEFAULT_TIMING } from "../timing.ts";
import { NO_CONTEXT, type ParsedMessage, parseMessage, verifyMessage } from "../wire/envelope.ts";
import type { Found } from "../wire/messages.ts";
import { acceptDuties } from "./accept.ts";
import { closeDuties } from "./closing.ts";
import { contributionDuties, prepareWork } from "./contribute.ts";
import { Desk } from "./desk.ts";
import { Duties, type Duty, now } from "./duties.ts";
import { farewellDuties, sayGoodbye } from "./farewell.ts";
import { heartbeatDuties } from "./heartbeat.ts";
import { type Buffered, entryKeys, joinDuties, Knocking, knock, readState } from "./join.ts";
import { place, type Turn } from "./place.ts";
import { rekeyDuties, riding } from "./rekey.ts";
import { Room, type Self } from "./room.ts";
import { knownPeople, Outbox, sendDuties, waitingFor } from "./send.ts";
import { keepWatch, patienceDuties, voteDuties } from "./silence.ts";
import { phaseOf, viewRoom } from "./view.ts";

/** Where we stand; each has only the fields that exist there. */
type Mode =
	| { readonly type: "outside" }
	| { readonly type: "knocking"; readonly knocking: Knocking }
	| { readonly type: "room"; readonly room: Room }
	| { readonly type: "over" };

/** One person's side of one room, without I/O: `ParticipantApi` says how it is used. */
export class Participant implements ParticipantApi {
	readonly #self: Self;
	readonly #desk: Desk;
	readonly #outbox: Outbox = new Outbox();
	readonly #duties: Duties = new Duties();
	readonly #occupants: Set<Handle> = new Set();
	#mode: Mode = { type: "outside" };
	#interrupted = false;
	#wake: Millis | undefined;
	#changed = false;

	constructor(options: ParticipantOptions) {
		const { suite, identity, nickname, timing, random, terms, passphrase } = options;
		this.#self = {
			suite,
			identity,
			nickname,
			timing: { ...DEFAULT_TIMING, ...timing },
			terms: { policy: "open", timeoutSeconds: DEFAULT_TIMEOUT_SECONDS, ...terms },
			passphrase,
			previews: options.previews ?? true,
			met: new Set(),
		};
		this.#desk = new Desk(suite, random);
	}

	receive(input: CarrierInput, at: Millis): void {
		if (this.#mode.type === "over") return;
		this.#desk.now = at;
		switch (input.type) {
			case "entered":
				this.#enter(input);
				break;
			case "joined":
				this.#occupants.add(input.handle);
				break;
			case "left":
				this.#occupants.delete(input.handle);
				this.#place({ type: "left", handle: input.handle }, at);
				break;
			case "text":
				this.#receiveText(input.from, input.text, at);
				break;
			case "interrupted":
				this.#interrupted = true;
				break;
			case "resumed":
				this.#interrupted = false;
				break;
			case "closed":
				this.#end("closed");
				break;
		}
		this.#settle(at);
	}

	wake(at: Millis): void {
		if (this.#mode.type !== "over") this.#settle(at);
	}

	send(text: string, at: Millis): Result<MessageId, TextError | UsageError> {
		if (this.#mode.type === "over") return err({ kind: "usage", detail: "the room is over" });
		const added = this.#outbox.add(text, knownPeople(this.#room));
		if (added.ok) this.#settle(at);
		return added;
	}

	release(id: MessageId, at: Millis): void {
		const known = knownPeople(this.#room);
		if (known !== undefined) this.#outbox.release(id, known);
		this.#settle(at);
	}

	discard(id: MessageId): boolean {
		this.#changed = true;
		return this.#outbox.discard(id);
	}

	rekey(at: Millis): void {
		const room = this.#room;
		if (room !== undefined) room.wishes.rekey = true;
		this.#settle(at);
	}

	approve(person: PersonId, at: Millis): void {
		this.#answer(person, true, at);
	}

	refuse(person: PersonId, at: Millis): void {
		this.#answer(person, false, at);
	}

	/** Only those whom the room told us of can be answered for. */
	#answer(person: PersonId, yes: boolean, at: Millis): void {
		const room = this.#room;
		const join = room?.fold.pending.find((one) => {
			const identity = room.joinIdentity(one);
			return identity !== undefined && personId(identity.lpk) === person;
		});
		if (room === undefined || join === undefined) return;
		room.wishes.answers.set(hex(join.hash), yes);
		this.#settle(at);
	}

	setPreviews(on: boolean): void {
		this.#self.previews = on;
	}

	leave(at: Millis): void {
		if (this.#mode.type === "over") return;
		if (this.#room !== undefined) sayGoodbye(this.#room);
		this.#end("left");
		this.#settle(at);
	}

	takeTexts(): string[] {
		return this.#desk.takeTexts();
	}

	takeEvents(): RoomEvent[] {
		const events = this.#desk.takeEvents();
		if (this.#changed) events.push({ type: "changed" });
		this.#changed = false;
		return events;
	}

	nextWake(): Millis | undefined {
		return this.#wake;
	}

	view(): RoomView {
		const identity = { lpk: this.#self.identity.publicKey, nickname: this.#self.nickname };
		const nothing = { session: undefined, attempt: undefined, joining: [], leaving: [], asking: [], room: undefined };
		return {
			phase: this.#phase(),
			self: toPerson({ ...identity, salt: NO_CONTEXT }, true),
			...(this.#room ? viewRoom(this.#room) : nothing),
			waiting: this.#mode.type === "over" ? "over" : waitingFor(this.#room, this.#interrupted),
			outbox: this.#outbox.view(),
		};
	}

	get #room(): Room | undefined {
		return this.#mode.type === "room" ? this.#mode.room : undefined;
	}

	#phase(): Phase {
		switch (this.#mode.type) {
			case "outside":
				return "outside";
			case "knocking":
				return this.#mode.knocking.found === undefined ? "knocking" : "founding";
			case "room":
				return phaseOf(this.#mode.room, this.#interrupted);
			case "over":
				return "over";
		}
	}

	/** In the place, as somebody new: whatever we had under another handle is over. */
	#enter(input: Extract<CarrierInput, { type: "entered" }>): void {
		this.#drop();
		this.#desk.forget();
		this.#desk.binding = input.binding;
		this.#desk.self = input.self;
		this.#interrupted = false;
		this.#occupants.clear();
		for (const handle of input.occupants) this.#occupants.add(handle);
		this.#mode = { type: "knocking", knocking: this.#freshKnocking() };
	}

	#freshKnocking(): Knocking {
		return new Knocking(generateKeySet(this.#self.suite, this.#desk.random), this.#desk.random(32));
	}

	/** Erases what the present mode holds. */
	#drop(): void {
		if (this.#mode.type === "room") this.#mode.room.erase();
		if (this.#mode.type === "knocking") eraseKeySet(this.#mode.knocking.keys);
		this.#outbox.sessionOver();
		this.#duties.clear();
	}

	#end(why: Extract<RoomEvent, { type: "over" }>["why"]): void {
		this.#drop();
		this.#outbox.clear();
		this.#mode = { type: "over" };
		this.#desk.emit({ type: "over", why });
	}

	#receiveText(from: Handle, text: string, at: Millis): void {
		if (utf8(from).length > MAX_HANDLE_BYTES) {
			// A STATE could not tell newcomers of it (rule WIRE-8).
			const [expected, got] = [`a handle of at most ${MAX_HANDLE_BYTES} bytes`, "a longer one"];
			this.#desk.emit({ type: "refused", from, refusal: { blame: "limits", rule: "WIRE-8", expected, got } });
			return;
		}
		const parsed = parseMessage(this.#self.suite, text);
		if (!parsed.ok) {
			this.#desk.emit({ type: "refused", from, refusal: parsed.error });
			return;
		}
		this.#place({ type: "message", from, parsed: parsed.value }, at);
	}

	#place(input: Buffered, at: Millis): void {
		if (this.#mode.type === "knocking") this.#placeKnocking(this.#mode.knocking, input, at);
		else if (this.#mode.type === "room") this.#turn(this.#mode.room, place(this.#mode.room, input, at));
	}

	/** Before we can read the room's order: we keep what comes, and look for a FOUND or a STATE. */
	#placeKnocking(knocking: Knocking, input: Buffered, at: Millis): void {
		knocking.keep(input);
		if (input.type === "left") return;
		const { parsed, from } = input;
		const own = this.#desk.echoed(parsed.hash) !== undefined;
		if (parsed.message.type === "FOUND") this.#placeFound(knocking, parsed as ParsedMessage<Found>, from, own);
		else if (parsed.message.type === "STATE") this.#placeState(knocking, parsed, from, at);
		else if (!own && parsed.message.type !== "KNOCK") knocking.sawActivity();
	}

	/** Chatroom Init (seed 004): the first FOUND in the order wins (rule FOUND-1). */
	#placeFound(knocking: Knocking, parsed: ParsedMessage<Found>, from: Handle, own: boolean): void {
		const { suite } = this.#self;
		const verified = verifyMessage(suite, this.#desk.binding, parsed.message.keySet.v, parsed);
		if (!verified.ok) {
			this.#desk.emit({ type: "refused", from, refusal: verified.error });
			return;
		}
		if (knocking.found === undefined || !equal(knocking.found, parsed.hash)) {
			// One of ours that we gave up before it came means nothing any more.
			if (own) return;
			// Somebody else was first: they will answer a KNOCK.
			knocking.found = undefined;
			knocking.tries = 0;
			knocking.sawActivity();
			return;
		}
		const message = verified.value as Parameters<typeof foundRoom>[1];
		const { state } = foundRoom(suite, message, from);
		const room = new Room(this.#self, this.#desk, this.#outbox, state);
		this.#moveIn(room, knocking);
		room.lastPlaced = parsed.hash;
		prepareWork(room);
	}

	/** Our keys and our identity go with us from knocking into a room. */
	#moveIn(room: Room, knocking: Knocking): void {
		const key = keyName(knocking.keys.public.v);
		room.vault.set(key, knocking.keys);
		room.identities.set(key, this.#identity(knocking.salt));
		this.#duties.clear();
		this.#mode = { type: "room", room };
	}

	#identity(salt: Uint8Array): Identity {
		return { lpk: this.#self.identity.publicKey, nickname: this.#self.nickname, salt };
	}

	/** A STATE that we can start from: fold it, and everything that came after the place it speaks of. */
	#placeState(knocking: Knocking, parsed: ParsedMessage, from: Handle, at: Millis): void {
		if (parsed.message.type !== "STATE") return;
		const after = knocking.after(parsed.message.at);
		if (after === undefined) return;
		const read = readState(this.#self, this.#desk.binding, parsed);
		if (!read.ok) {
			this.#desk.emit({ type: "refused", from, refusal: read.error });
			return;
		}
		const { state, sponsor, message } = read.value;
		const room = new Room(this.#self, this.#desk, this.#outbox, state);
		room.entry = { sponsor, sponsorBox: message.sponsorBox };
		this.#moveIn(room, knocking);
		for (const input of after) {
			if (this.#mode.type === "room" && this.#mode.room === room) this.#turn(room, place(room, input, at));
		}
	}

	#turn(room: Room, turn: Turn): void {
		this.#changed = true;
		const abandoned = !room.inside && presentMembers(room.fold).every((m) => room.fold.authors.get(keyName(m.v))?.left);
		if (turn === "removed" || turn === "refused") this.#end(turn);
		else if (turn === "deserted" || (room.entry !== undefined && abandoned)) this.#knockAgain(room, true);
		else if (turn === "knock-again") this.#knockAgain(room, false);
	}

	/** Back to knocking, with the same keys if no SHARE was sent with them. */
	#knockAgain(room: Room, deserted: boolean): void {
		const keys: OwnKeySet | undefined = entryKeys(room);
		const salt = keys && room.identityOf(keys.public.v)?.salt;
		const reusable = keys !== undefined && salt !== undefined && !room.shared.has(keyName(keys.public.v));
		if (reusable) room.vault.delete(keyName(keys.public.v));
		this.#drop();
		const knocking = reusable ? new Knocking(keys, salt) : this.#freshKnocking();
		knocking.deserted = deserted;
		this.#mode = { type: "knocking", knocking };
		this.#changed = true;
	}

	#settle(at: Millis): void {
		this.#desk.now = at;
		this.#changed = true;
		this.#wake = this.#duties.settle(() => this.#wanted(), at);
	}

	#wanted(): readonly Duty[] {
		const { room: watching } = this.#mode.type === "room" ? this.#mode : { room: undefined };
		if (watching !== undefined) keepWatch(watching, this.#desk.now);
		if (this.#interrupted) return [];
		if (this.#mode.type === "knocking") return this.#knockDuties(this.#mode.knocking);
		if (this.#mode.type !== "room") return [];
		const { room } = this.#mode;
		const knockAgain = (): void => this.#knockAgain(room, false);
		return [
			...riding(room, contributionDuties(room)),
			...closeDuties(room),
			...acceptDuties(room),
			...farewellDuties(room),
			...joinDuties(room, knockAgain),
			...patienceDuties(room, knockAgain),
			...voteDuties(room),
			...rekeyDuties(room),
			...sendDuties(room, this.#interrupted),
			...heartbeatDuties(room),
		];
	}

	/** Alone we found the room; else we knock, and found it if nobody answers for long (rule FOUND-2). */
	#knockDuties(knocking: Knocking): readonly Duty[] {
		const { timing } = this.#self;
		const found = (): void => this.#found(knocking);
		if (knocking.found !== undefined) {
			const again = (): void => {
				knocking.found = undefined;
			};
			return [{ key: "found-lost", delayMs: () => timing.knockTimeoutMs, run: again }];
		}
		if (this.#occupants.size === 0) return [now("found", found)];
		const key = `${knocking.tries}:${knocking.activity}`;
		if (knocking.deserted)
			return [{ key: `found:${key}`, delayMs: () => this.#desk.someOf(timing.backOffMs), run: found }];
		if (knocking.tries === 0) return [now(`knock:${key}`, () => knock(this.#desk, knocking))];
		if (knocking.tries < timing.knockTries) {
			const run = (): void => knock(this.#desk, knocking);
			return [{ key: `knock:${key}`, delayMs: () => timing.knockTimeoutMs, run }];
		}
		const delayMs = (): number => timing.knockTimeoutMs + this.#desk.someOf(timing.knockTimeoutMs);
		return [{ key: `found:${key}`, delayMs, run: found }];
	}

	#found(knocking: Knocking): void {
		const parameters: RoomParameters = {
			suite: this.#self.suite.id,
			...this.#self.terms,
			passphrase: this.#self.passphrase !== undefined,
			binding: this.#desk.binding,
		};
		knocking.deserted = false;
		const message: Found = { type: "FOUND", parameters, keySet: knocking.keys.public };
		knocking.found = this.#desk.post(knocking.keys.e, NO_CONTEXT, message);
	}
}

/** Makes one person's side of one room. Feed it `entered` first. */
export function createParticipant(options: ParticipantOptions): ParticipantApi {
	return new Participant(options);
}
