import { ok, type Result } from "@clowder/bytes";
import type { Carrier, CarrierError, CarrierEvent, EnterOptions, Place, RoomName } from "@clowder/carrier";
import { createSuite, type Suite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import type {
	CarrierInput,
	MessageId,
	Millis,
	Nickname,
	ParticipantApi,
	ParticipantOptions,
	Person,
	PersonId,
	PlacedMessage,
	RoomEvent,
	RoomTerms,
	RoomView,
	SessionView,
} from "@clowder/mpotr";
import type { Clock } from "../src/clock.ts";
import { openRoom } from "../src/room/open-room.ts";
import type { RoomOptions, RoomStore } from "../src/room/store.ts";

export const suite: Suite = createSuite(1, noblePrimitives);

/** A person whose key is `n` 32 times. */
export function person(nickname: string, n: number, self = false): Person {
	return {
		id: n.toString(16).padStart(2, "0").repeat(32) as PersonId,
		nickname: nickname as Nickname,
		identityKey: new Uint8Array(32).fill(n),
		self,
	};
}

export const ME: Person = person("Me", 1, true);
export const ANA: Person = person("Ana", 2);
export const BO: Person = person("Bo", 3);

export function session(...people: readonly Person[]): SessionView {
	return { fingerprint: "0123456789abcdef", people, since: 0 };
}

/** Another session than `session` gives. */
export function nextSession(n: number, ...people: readonly Person[]): SessionView {
	return { ...session(...people), fingerprint: n.toString(16).padStart(16, "0") };
}

export const TERMS: RoomTerms = { policy: "any", passphrase: false, timeoutSeconds: 60 };

export function viewOf(change: Partial<RoomView> = {}): RoomView {
	return {
		phase: change.session === undefined ? "knocking" : "inside",
		self: ME,
		session: undefined,
		attempt: undefined,
		joining: [],
		leaving: [],
		asking: [],
		room: undefined,
		waiting: change.session === undefined ? "no-session" : undefined,
		outbox: [],
		...change,
	};
}

export function placed(id: string, author: Person, text: string, audience: readonly Person[]): PlacedMessage {
	return {
		id: id as MessageId,
		author,
		text,
		at: 0,
		session: "0123456789abcdef",
		entry: 1,
		audience: audience.map((one) => one.id),
	};
}

/** Time that a test moves; `breathe` gives the real event loop its turn. */
export class ManualClock implements Clock {
	time = 0;
	wallTime = 1_700_000_000_000;
	breaths = 0;
	#timers: { at: Millis; run: () => void }[] = [];

	now(): Millis {
		return this.time;
	}

	wall(): number {
		return this.wallTime + this.time;
	}

	setTimer(at: Millis, run: () => void): () => void {
		const timer = { at, run };
		this.#timers.push(timer);
		return () => {
			this.#timers = this.#timers.filter((other) => other !== timer);
		};
	}

	breathe(): Promise<void> {
		this.breaths += 1;
		return new Promise((resolve) => setImmediate(resolve));
	}

	get timers(): number {
		return this.#timers.length;
	}

	advance(by: Millis): void {
		this.time += by;
		const due = this.#timers.filter((timer) => timer.at <= this.time);
		this.#timers = this.#timers.filter((timer) => timer.at > this.time);
		for (const timer of due) timer.run();
	}
}

/** A participant that does what the test says. */
export class ScriptedParticipant implements ParticipantApi {
	readonly received: CarrierInput[] = [];
	readonly sentTexts: string[] = [];
	readonly released: MessageId[] = [];
	readonly discarded: MessageId[] = [];
	readonly woken: Millis[] = [];
	/** What else the user asked for, oldest first. */
	readonly asked: string[] = [];
	left = false;
	/** Whether leaving takes time, as it does among others. */
	lingers = false;
	shown: RoomView = viewOf();
	wakeAt: Millis | undefined;
	texts: string[] = [];
	events: RoomEvent[] = [];
	/** Called for each input, to script an answer. */
	onReceive: (input: CarrierInput) => void = () => {};

	receive(input: CarrierInput): void {
		this.received.push(input);
		this.onReceive(input);
	}

	wake(now: Millis): void {
		this.woken.push(now);
		this.wakeAt = undefined;
	}

	send(text: string): Result<MessageId, never> {
		this.sentTexts.push(text);
		return ok(`sent-${this.sentTexts.length}` as MessageId);
	}

	release(id: MessageId): void {
		this.released.push(id);
	}

	discard(id: MessageId): boolean {
		this.discarded.push(id);
		return true;
	}

	rekey(): void {
		this.asked.push("rekey");
	}

	approve(person: PersonId): void {
		this.asked.push(`approve ${person}`);
	}

	refuse(person: PersonId): void {
		this.asked.push(`refuse ${person}`);
	}

	setPreviews(on: boolean): void {
		this.asked.push(`previews ${on ? "on" : "off"}`);
	}

	leave(_now: Millis, atOnce = false): void {
		this.asked.push(atOnce ? "leave at once" : "leave");
		this.left = true;
		this.texts.push("goodbye");
		if (atOnce || !this.lingers) this.events.push({ type: "over", why: "left" });
	}

	takeTexts(): string[] {
		return this.texts.splice(0);
	}

	takeEvents(): RoomEvent[] {
		return this.events.splice(0);
	}

	nextWake(): Millis | undefined {
		return this.wakeAt;
	}

	view(): RoomView {
		return this.shown;
	}
}

/** A carrier that does what the test says. */
export class ScriptedCarrier implements Carrier {
	readonly capabilities = { totalOrder: true, echo: true, presence: true, maxTextBytes: 100_000 };
	options: EnterOptions | undefined;
	readonly sent: string[] = [];
	left = 0;
	/** How `send` answers. */
	answer: Result<void, CarrierError> = ok(undefined);
	#settle: ((result: Result<Place, CarrierError>) => void) | undefined;

	enter(options: EnterOptions): Promise<Result<Place, CarrierError>> {
		this.options = options;
		return new Promise((resolve) => {
			this.#settle = resolve;
		});
	}

	settle(result: Result<Place, CarrierError> = ok(this.place())): void {
		this.#settle?.(result);
	}

	place(): Place {
		return {
			backlog: 0,
			send: (text) => {
				this.sent.push(text);
				return this.answer;
			},
			leave: async () => {
				this.left += 1;
			},
		};
	}

	event(event: CarrierEvent): void {
		this.options?.onEvent(event);
	}
}

export const ENTERED: CarrierEvent & { readonly type: "entered" } = {
	type: "entered",
	self: "h-me",
	occupants: ["h-ana"],
	binding: "test:room",
};

export type SessionEvent = Extract<RoomEvent, { readonly type: "session" }>;

export interface Scripted {
	readonly clock: ManualClock;
	readonly carrier: ScriptedCarrier;
	readonly participants: ScriptedParticipant[];
	/** What each of them was made with. */
	readonly made: ParticipantOptions[];
	readonly store: RoomStore;
	/** The participant that counts now. */
	participant(): ScriptedParticipant;
	/** Enters the place. */
	enter(): Promise<ScriptedParticipant>;
	/** Gives an event to the room and waits until it is worked through. */
	deliver(event: CarrierEvent): Promise<void>;
	/** Shows this view with a session's beginning: who came, who went, who is back. */
	begin(view: Partial<RoomView> & { readonly session: SessionView }, change?: Partial<SessionEvent>): Promise<void>;
	/** Lets the participant say something: set on it what it shall say, then deliver. */
	say(...events: readonly RoomEvent[]): Promise<void>;
	settled(): Promise<void>;
}

/** A room on scripted parts. */
export function scripted(options: Partial<RoomOptions> = {}): Scripted {
	const clock = new ManualClock();
	const carrier = new ScriptedCarrier();
	const participants: ScriptedParticipant[] = [];
	const made: ParticipantOptions[] = [];
	const store = openRoom({
		carrier,
		suite,
		clock,
		random: (length) => new Uint8Array(length).fill(7),
		room: "den" as RoomName,
		nickname: "Me" as Nickname,
		createParticipant: (given) => {
			made.push(given);
			const participant = new ScriptedParticipant();
			participants.push(participant);
			return participant;
		},
		skeleton: (name) => name.toLowerCase(),
		...options,
	});
	const participant = (): ScriptedParticipant => participants.at(-1) as ScriptedParticipant;
	/** Until a whole turn of the event loop passes in which the room did not breathe. */
	const settled = async (): Promise<void> => {
		for (let before = -1; before !== clock.breaths; ) {
			before = clock.breaths;
			for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
		}
	};
	const deliver = async (event: CarrierEvent): Promise<void> => {
		carrier.event(event);
		await settled();
	};
	return {
		clock,
		carrier,
		participants,
		made,
		store,
		participant,
		settled,
		deliver,
		enter: async () => {
			await settled();
			carrier.settle();
			await deliver(ENTERED);
			return participant();
		},
		begin: async (view, change) => {
			participant().shown = viewOf(view);
			const event = { session: view.session, joined: [], left: [], back: [], ...change };
			participant().events.push({ type: "session", ...event });
			await deliver({ type: "text", from: "h-ana", text: "anything" });
		},
		say: async (...events) => {
			participant().events.push(...events);
			await deliver({ type: "text", from: "h-ana", text: "anything" });
		},
	};
}
