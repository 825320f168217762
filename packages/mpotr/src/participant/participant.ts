import { err, type Result, utf8 } from "@clowder/bytes";
import type {
	CarrierInput,
	Handle,
	MessageId,
	Millis,
	ParticipantApi,
	ParticipantOptions,
	PersonId,
	RoomEvent,
	RoomView,
	TextError,
	UsageError,
} from "../api.ts";
import { type FoldState, keyName, presentMembers } from "../fold/state.ts";
import { type Identity, toPerson } from "../identity.ts";
import { eraseKeySet, type OwnKeySet } from "../key-set.ts";
import { MAX_HANDLE_BYTES, TEXT_ID_BYTES } from "../limits.ts";
import { DEFAULT_TIMEOUT_SECONDS } from "../parameters.ts";
import { DEFAULT_TIMING } from "../timing.ts";
import { NO_CONTEXT, parseMessage } from "../wire/envelope.ts";
import { setAnswer } from "./admission.ts";
import { noteOwnWhisper } from "./beside.ts";
import { Desk } from "./desk.ts";
import { Duties, type Duty } from "./duties.ts";
import { type Entered, freshKnocking, type Hall, knockDuties, passBy, placeKnocking } from "./entering.ts";
import { type Farewell, farewellDuties, sayGoodbye, startFarewell } from "./farewell.ts";
import { silenceMs } from "./heartbeat.ts";
import { type Buffered, entryKeys, Knocking } from "./join.ts";
import { type Crossing, crossingDuties, dropCrossing, follow, isForeign, sayReturn, startCrossing } from "./merging.ts";
import { type Mode, phaseOf } from "./mode.ts";
import { goOver, place, type Turn } from "./place.ts";
import type { Repairs } from "./repairs.ts";
import type { Room, Self } from "./room.ts";
import { roomDuties } from "./room-duties.ts";
import { knownPeople, Outbox, waitingFor } from "./send.ts";
import { keepWatch } from "./silence.ts";
import { viewRoom } from "./view.ts";

/** The agreed state as a participant has it, for tests of other packages; undefined outside of a room. */
export let inspectFold: (participant: ParticipantApi) => FoldState | undefined;
/** For tests: in which order a participant took the places of its room, and whether it waits for what is missing. */
export let inspectRepairs: (participant: ParticipantApi) => Repairs | undefined;

/** One person's side of one room, without I/O: `ParticipantApi` says how it is used. */
export class Participant implements ParticipantApi {
	static {
		inspectFold = (one) => (one instanceof Participant ? one.#room?.fold : undefined);
		inspectRepairs = (one) => (one instanceof Participant ? one.#room?.repairs : undefined);
	}

	readonly #self: Self;
	readonly #desk: Desk;
	readonly #outbox: Outbox = new Outbox();
	readonly #duties: Duties = new Duties();
	readonly #occupants: Set<Handle> = new Set();
	#mode: Mode = { type: "outside" };
	readonly #hall: Hall;
	/** A session of higher rank in this place, which we are moving over to. */
	#crossing: Crossing | undefined;
	/** When we last began to move: a stream of strange texts must not keep us busy. */
	#crossedAt: Millis = Number.NEGATIVE_INFINITY;
	/** Sessions that we said goodbye to and whose key is not published yet. */
	#farewells: Farewell[] = [];
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
		this.#desk.occupants = this.#occupants;
		this.#hall = { self: this.#self, desk: this.#desk, outbox: this.#outbox, occupants: this.#occupants };
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
		const added = this.#outbox.add(text, knownPeople(this.#room), this.#desk.random(TEXT_ID_BYTES));
		if (!added.ok) return added;
		noteOwnWhisper(this.#room, added.value, text);
		this.#settle(at);
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
		setAnswer(this.#room, person, true);
		this.#settle(at);
	}

	refuse(person: PersonId, at: Millis): void {
		setAnswer(this.#room, person, false);
		this.#settle(at);
	}

	setPreviews(on: boolean): void {
		this.#self.previews = on;
	}

	leave(at: Millis, atOnce = false): void {
		if (this.#mode.type === "over") return;
		this.#desk.now = at;
		const room = this.#room;
		if (room !== undefined) sayGoodbye(room);
		const session = room?.inside ? room.session : undefined;
		if (room === undefined || session === undefined || session.plist.length === 1 || atOnce || this.#interrupted) {
			this.#end("left");
		} else {
			this.#dropCrossing();
			this.#outbox.clear();
			const farewell = startFarewell(room, session, at);
			this.#farewells.push(farewell);
			this.#mode = { type: "leaving", farewell };
		}
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
		const nothing = { session: undefined, attempt: undefined, joining: [], leaving: [], asking: [], room: undefined };
		return {
			phase: phaseOf(this.#mode, this.#interrupted),
			self: toPerson({ ...this.#identity(), salt: NO_CONTEXT }, true),
			...(this.#room ? viewRoom(this.#room) : nothing),
			waiting: this.#mode.type === "over" ? "over" : waitingFor(this.#room, this.#interrupted),
			outbox: this.#outbox.view(),
		};
	}

	get #room(): Room | undefined {
		return this.#mode.type === "room" ? this.#mode.room : undefined;
	}

	/** In the place, as somebody new: whatever we had under another handle is over. */
	#enter(input: Extract<CarrierInput, { type: "entered" }>): void {
		if (this.#mode.type === "leaving") return this.#end("left");
		const before = this.#room;
		this.#desk.forget();
		this.#desk.binding = input.binding;
		this.#desk.self = input.self;
		this.#interrupted = false;
		this.#occupants.clear();
		for (const handle of input.occupants) this.#occupants.add(handle);
		const knocking = freshKnocking(this.#hall);
		if (before?.fold.parameters.binding === input.binding) sayReturn(before, knocking);
		this.#drop();
		this.#mode = { type: "knocking", knocking };
	}

	/** Erases what the present mode holds. */
	#drop(): void {
		if (this.#mode.type === "room") this.#mode.room.erase();
		if (this.#mode.type === "knocking") eraseKeySet(this.#mode.knocking.keys);
		for (const { room } of this.#farewells) room.erase();
		this.#farewells = [];
		this.#dropCrossing();
		this.#outbox.sessionOver();
		this.#duties.clear();
	}

	#dropCrossing(): void {
		if (this.#crossing !== undefined) dropCrossing(this.#crossing);
		this.#crossing = undefined;
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
		const sentAt = this.#desk.echoed(parsed.value.hash);
		this.#place({ type: "message", from, parsed: parsed.value, sentAt }, at);
	}

	#place(input: Buffered, at: Millis): void {
		for (const farewell of this.#farewells) this.#desk.quietly(() => void place(farewell.room, input, at));
		if (this.#mode.type === "knocking") {
			const entered = placeKnocking(this.#hall, this.#mode.knocking, input);
			if (entered !== undefined) this.#moveIn(entered, at);
		} else if (this.#mode.type === "room") {
			const { room } = this.#mode;
			const foreign = input.type === "message" && isForeign(room, input.parsed);
			this.#cross(room, input, foreign, at);
			const turn = foreign ? this.#desk.quietly(() => place(room, input, at)) : place(room, input, at);
			if (this.#mode.type === "room" && this.#mode.room === room) this.#turn(room, turn);
		}
	}

	#moveIn({ room, after, refusal }: Entered, at: Millis): void {
		this.#duties.clear();
		this.#mode = { type: "room", room };
		this.#changed = true;
		if (refusal !== undefined) {
			this.#desk.emit({ type: "refused-entry", why: refusal });
			this.#end("refused");
		}
		for (const input of after) {
			if (this.#mode.type === "room" && this.#mode.room === room) this.#turn(room, place(room, input, at));
		}
	}

	/** The other session in this place, if there is one, as one who may move over to it sees it (rules MERGE-1, MERGE-2). */
	#cross(room: Room, input: Buffered, foreign: boolean, at: Millis): void {
		if (foreign && this.#crossing === undefined && at >= this.#crossedAt + silenceMs(room)) {
			const context = input.type === "message" ? input.parsed.header.context : NO_CONTEXT;
			this.#crossing = startCrossing(this.#hall, context);
			this.#crossedAt = at;
		}
		const crossing = this.#crossing;
		if (crossing === undefined) return;
		const moved = this.#desk.quietly(() => follow(this.#hall, room, crossing, input, at));
		if (moved === "lost") this.#dropCrossing();
		if (moved === "found" && crossing.room !== undefined) {
			const people = presentMembers(crossing.room.fold).length;
			this.#desk.emit({ type: "merging", people });
		}
		if (moved === "in" && crossing.room !== undefined) this.#moveOver(room, crossing.room, at);
	}

	/** We are in the session of higher rank: goodbye to the other one, whose key is published as after any goodbye. */
	#moveOver(from: Room, to: Room, at: Millis): void {
		this.#crossing = undefined;
		if (from.inside && from.session !== undefined) {
			sayGoodbye(from);
			this.#farewells.push(startFarewell(from, from.session, at));
		} else from.erase();
		this.#duties.clear();
		this.#mode = { type: "room", room: to };
	}

	#turn(room: Room, turn: Turn): void {
		this.#changed = true;
		const abandoned = !room.inside && presentMembers(room.fold).every((m) => room.fold.authors.get(keyName(m.v))?.left);
		if (turn === "in-vain") passBy(this.#hall, room);
		if (turn === "refused") this.#end(turn);
		else if (turn === "removed") this.#removed(room);
		else if (turn === "deserted" || (room.entry !== undefined && abandoned)) this.#knockAgain(room, true);
		else if (turn === "knock-again" || turn === "in-vain") this.#knockAgain(room, false);
	}

	/** Out of the session. Whoever broke the protocol stays out; whoever was not heard asks to come in again. */
	#removed(room: Room): void {
		// Where nobody put us out, a session began that we are in and cannot follow: we saw something else than the others.
		const how = (room.session && room.fold.removed.get(room.session.ownKey)) ?? "diverged";
		if (how === "misbehaved") return this.#end("removed");
		const person = toPerson({ ...this.#identity(), salt: NO_CONTEXT }, true);
		this.#desk.emit({ type: "leaving", person, how });
		this.#knockAgain(room, false);
	}

	#identity(): Pick<Identity, "lpk" | "nickname"> {
		return { lpk: this.#self.identity.publicKey, nickname: this.#self.nickname };
	}

	/** Back to knocking, with the same keys if no SHARE was sent with them. */
	#knockAgain(room: Room, deserted: boolean): void {
		const keys: OwnKeySet | undefined = entryKeys(room);
		const salt = keys && room.identityOf(keys.public.v)?.salt;
		const reusable = room.session === undefined && keys !== undefined && salt !== undefined;
		const fresh = reusable && !room.shared.has(keyName(keys.public.v));
		if (fresh) room.vault.delete(keyName(keys.public.v));
		this.#drop();
		const knocking = fresh ? new Knocking(keys, salt) : freshKnocking(this.#hall);
		knocking.deserted = deserted;
		knocking.waits = room.entry?.waits ?? 0;
		this.#mode = { type: "knocking", knocking };
		this.#changed = true;
	}

	#settle(at: Millis): void {
		this.#desk.now = at;
		this.#changed = true;
		// What is done stays done while the line is interrupted: it goes out when the line is back (CARRIER-12). Who leaves does
		// not wait for that.
		const waits = this.#interrupted && this.#mode.type !== "leaving";
		this.#wake = waits ? undefined : this.#duties.settle(() => this.#wanted(), at);
	}

	#wanted(): readonly Duty[] {
		if (this.#mode.type === "room") keepWatch(this.#mode.room, this.#desk.now);
		const farewells = this.#farewells.flatMap((farewell) => farewellDuties(farewell, () => this.#finish(farewell)));
		if (this.#mode.type === "knocking") return [...farewells, ...knockDuties(this.#hall, this.#mode.knocking)];
		if (this.#mode.type !== "room") return farewells;
		return [...farewells, ...this.#roomDuties(this.#mode.room)];
	}

	#roomDuties(room: Room): readonly Duty[] {
		const ways = {
			knockAgain: (): void => this.#knockAgain(room, false),
			goOver: (at: Millis): void => this.#turn(room, goOver(room, at)),
		};
		const giveUp = (): void => this.#dropCrossing();
		const crossing = this.#crossing ? crossingDuties(this.#hall, room, this.#crossing, giveUp) : [];
		return [...roomDuties(room, this.#interrupted, ways), ...crossing];
	}

	/** The key of a session that we left is published, or it cannot be. */
	#finish(farewell: Farewell): void {
		farewell.room.erase();
		this.#farewells = this.#farewells.filter((one) => one !== farewell);
		if (this.#mode.type === "leaving" && this.#mode.farewell === farewell) this.#end("left");
	}
}

/** Makes one person's side of one room. Feed it `entered` first. */
export function createParticipant(options: ParticipantOptions): ParticipantApi {
	return new Participant(options);
}
