import { err, ok, type Result } from "@clowder/bytes";
import {
	type CarrierError,
	checkText,
	type EnterOptions,
	type Handle,
	type Place,
	type Clock,
	EventQueue,
	reconnectDelayMs,
} from "@clowder/carrier";
import { roomLocalpart } from "./address.ts";
import type { RoomEvent } from "./event-stream.ts";
import { type HttpTiming, OCCUPANTS_MAX_COUNT, TEXT_IN_MAX_BYTES, TEXT_MAX_BYTES } from "./limits.ts";
import { type Ending, listen } from "./listening.ts";
import { Outbox } from "./outbox.ts";
import type { Presence, Requests } from "./requests.ts";
import { Sending } from "./sending.ts";
import { Deadline, delay } from "./waiting.ts";

export interface PlaceSettings {
	readonly requests: Requests;
	readonly timing: HttpTiming;
	readonly clock: Clock;
	readonly random: (length: number) => Uint8Array;
}

type State = "entering" | "inside" | "interrupted" | "leaving" | "closed";

/** One presence as long as the server knows it. */
interface Stay {
	readonly presence: Presence;
	readonly occupants: Set<Handle>;
	readonly sending: Sending;
	/** Aborted when it is over, for whatever reason. */
	readonly end: AbortController;
	/** Why it is over, where the server said so to a text. */
	fault: CarrierError | undefined;
	lastId: number;
}

const GIVEN_UP: CarrierError = { kind: "usage", detail: "entering was given up" };

/** Presence in one room over HTTP, with the next stream after each and a new entrance where the old one is forgotten. */
export class HttpPlace implements Place {
	readonly #settings: PlaceSettings;
	readonly #localpart: string;
	readonly #onProgress: EnterOptions["onProgress"];
	readonly #events: EventQueue;
	readonly #outbox: Outbox = new Outbox();
	/** Aborted when the place is left or closed: ends all waiting. */
	readonly #over: AbortController = new AbortController();
	#state: State = "entering";
	#stay: Stay | undefined;
	#left: Promise<void> | undefined;

	constructor(settings: PlaceSettings, entering: EnterOptions) {
		this.#settings = settings;
		this.#localpart = roomLocalpart(entering.room);
		this.#onProgress = entering.onProgress;
		this.#events = new EventQueue(entering.onEvent, (run) => queueMicrotask(run));
	}

	/** Enters for the first time. */
	async start(signal: AbortSignal | undefined): Promise<Result<Place, CarrierError>> {
		if (signal?.aborted) return err(GIVEN_UP);
		const giveUp = (): void => this.#over.abort();
		signal?.addEventListener("abort", giveUp);
		this.#onProgress?.("connecting");
		const entered = await this.#enter();
		signal?.removeEventListener("abort", giveUp);
		if (this.#over.signal.aborted || !entered.ok) {
			this.#state = "closed";
			if (entered.ok) await this.#sayGoodbye(entered.value);
			return err(entered.ok ? GIVEN_UP : this.#over.signal.aborted ? GIVEN_UP : entered.error);
		}
		this.#begin(entered.value);
		void this.#live();
		// After the microtasks in which whoever awaited us gets the place.
		this.#settings.clock.setTimer(this.#settings.clock.now(), () => this.#events.open());
		return ok(this);
	}

	get backlog(): number {
		return this.#outbox.backlog;
	}

	send(text: string): Result<void, CarrierError> {
		if (this.#state !== "inside" && this.#state !== "interrupted") {
			return err({ kind: "usage", detail: `sending while inside expected, it was tried while ${this.#state}` });
		}
		const fit = checkText(text, TEXT_MAX_BYTES);
		if (!fit.ok) return fit;
		if (!this.#outbox.hasRoom) {
			return err({ kind: "usage", detail: "sending no faster than the backlog shrinks expected" });
		}
		this.#outbox.push(text);
		if (this.#state === "inside") this.#stay?.sending.flow();
		return ok(undefined);
	}

	leave(): Promise<void> {
		this.#left ??= this.#leave();
		return this.#left;
	}

	async #leave(): Promise<void> {
		if (this.#state === "closed") return;
		this.#state = "leaving";
		const stay = this.#stay;
		this.#stay = undefined;
		stay?.end.abort();
		this.#over.abort();
		if (stay !== undefined) await this.#sayGoodbye(stay.presence);
		this.#close(undefined);
	}

	async #sayGoodbye({ token }: Presence): Promise<void> {
		const { requests, timing, clock } = this.#settings;
		const deadline = new Deadline(timing.leaveMs, clock, new AbortController().signal);
		await requests.leave(token, deadline.signal);
		deadline.done();
	}

	async #enter(): Promise<Result<Presence, CarrierError>> {
		const { requests, timing, clock } = this.#settings;
		if (this.#state === "entering") this.#onProgress?.("entering");
		const deadline = new Deadline(timing.requestMs, clock, this.#over.signal);
		const entered = await requests.enter(this.#localpart, deadline.signal);
		deadline.done();
		return entered;
	}

	#begin(presence: Presence): void {
		const { requests, timing, clock, random } = this.#settings;
		const end = new AbortController();
		const outbox = this.#outbox;
		outbox.clear();
		const onOver = (reason: CarrierError): void => {
			stay.fault = reason;
			end.abort();
		};
		const { token, handle, occupants, room } = presence;
		const sending = new Sending({ requests, token, outbox, timing, clock, random, over: end.signal, onOver });
		const stay: Stay = { presence, occupants: new Set(occupants), sending, end, fault: undefined, lastId: 0 };
		this.#stay = stay;
		this.#state = "inside";
		this.#events.push({ type: "entered", self: handle, occupants: [...occupants], binding: `xmpp:${room}` });
		sending.flow();
	}

	/** From entrance to entrance, until the place is left or nothing helps any more. */
	async #live(): Promise<void> {
		while (this.#stay !== undefined) {
			const reason = await this.#follow(this.#stay);
			if (this.#over.signal.aborted) return;
			this.#stay.end.abort();
			this.#interrupt(reason);
			// A server at fault still shows others the presence that is given up here.
			if (reason.kind === "protocol") await this.#sayGoodbye(this.#stay.presence);
			const entered = await this.#enterAnew(reason);
			if (this.#over.signal.aborted) {
				if (entered.ok) await this.#sayGoodbye(entered.value);
				return;
			}
			if (!entered.ok) return this.#fail(entered.error);
			this.#begin(entered.value);
		}
	}

	/** From stream to stream of one presence; why it is over (HTTP-14). */
	async #follow(stay: Stay): Promise<CarrierError> {
		const { timing, clock, random } = this.#settings;
		let reading: "stream" | "poll" = "stream";
		let failures = 0;
		let reason: CarrierError = { kind: "unreachable", detail: "no stream of events lasts" };
		while (failures <= timing.reconnectTries && !stay.end.signal.aborted) {
			const since = clock.now();
			const ending: Ending = await this.#listen(stay, reading);
			if (stay.end.signal.aborted) break;
			if (ending.type === "over") return ending.reason;
			if (ending.type === "held") {
				reading = "poll";
			} else if (ending.type === "ended" && (ending.hasBrought || clock.now() - since >= timing.quickMs)) {
				failures = 0;
			} else {
				if (ending.type === "failed") {
					reason = ending.reason;
					reading = "stream";
					this.#interrupt(reason);
				}
				await delay(reconnectDelayMs(failures++, timing, random), clock, stay.end.signal);
			}
		}
		return stay.fault ?? reason;
	}

	#listen(stay: Stay, reading: "stream" | "poll"): Promise<Ending> {
		const { requests, timing, clock } = this.#settings;
		const { presence, lastId, end } = stay;
		return listen({
			requests,
			token: presence.token,
			lastId,
			reading,
			timing,
			clock,
			over: end.signal,
			onBegun: () => this.#onBegun(stay),
			onEvent: (event) => this.#onEvent(stay, event),
		});
	}

	#interrupt(reason: CarrierError): void {
		if (this.#state !== "inside") return;
		this.#state = "interrupted";
		this.#stay?.sending.stop();
		this.#events.push({ type: "interrupted", reason });
	}

	#onBegun(stay: Stay): void {
		if (this.#state !== "interrupted") return;
		this.#state = "inside";
		this.#events.push({ type: "resumed" });
		stay.sending.flow();
	}

	/** HTTP-4: each event once, in the order of their numbers. */
	#onEvent(stay: Stay, event: RoomEvent): CarrierError | undefined {
		if (stay.end.signal.aborted || event.id <= stay.lastId) return undefined;
		if (event.id !== stay.lastId + 1) {
			return { kind: "protocol", expected: `event ${stay.lastId + 1}`, got: `event ${event.id}` };
		}
		stay.lastId = event.id;
		switch (event.type) {
			case "text":
				return this.#onText(stay, event.from, event.text);
			case "joined":
				return this.#onJoined(stay, event.handle);
			case "left":
				if (stay.occupants.delete(event.handle)) this.#events.push({ type: "left", handle: event.handle });
				return undefined;
		}
	}

	#onText(stay: Stay, from: Handle, text: string): undefined {
		const isOwn = from === stay.presence.handle;
		if (isOwn) this.#outbox.echoed();
		const fit = checkText(text, TEXT_IN_MAX_BYTES);
		if (!isOwn && !stay.occupants.has(from)) {
			this.#events.push({ type: "refused", from, reason: "a text of someone in the room expected" });
		} else if (fit.ok) this.#events.push({ type: "text", from, text });
		else this.#events.push({ type: "refused", from, reason: "a text that a carrier takes expected" });
		return undefined;
	}

	#onJoined({ occupants, presence }: Stay, handle: Handle): CarrierError | undefined {
		if (handle === presence.handle || occupants.has(handle)) return undefined;
		if (occupants.size >= OCCUPANTS_MAX_COUNT) {
			return { kind: "protocol", expected: `at most ${OCCUPANTS_MAX_COUNT} occupants`, got: "more" };
		}
		occupants.add(handle);
		this.#events.push({ type: "joined", handle });
		return undefined;
	}

	async #enterAnew(why: CarrierError): Promise<Result<Presence, CarrierError>> {
		const { timing, clock, random } = this.#settings;
		let reason = why;
		for (let tries = 0; tries < timing.reconnectTries; tries++) {
			await delay(reconnectDelayMs(tries, timing, random), clock, this.#over.signal);
			if (this.#over.signal.aborted) break;
			const entered = await this.#enter();
			if (entered.ok) return entered;
			reason = entered.error;
		}
		return err(reason);
	}

	#fail(reason: CarrierError): void {
		this.#over.abort();
		this.#stay = undefined;
		this.#close(reason);
	}

	#close(reason: CarrierError | undefined): void {
		this.#state = "closed";
		this.#outbox.clear();
		this.#events.push({ type: "closed", reason });
	}
}
