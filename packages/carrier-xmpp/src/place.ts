import { err, hex, ok, type Result } from "@clowder/bytes";
import {
	type CarrierError,
	checkText,
	type EnterOptions,
	type EnterStep,
	type Handle,
	type Place,
	EventQueue,
	reconnectDelayMs,
} from "@clowder/carrier";
import { unregister } from "./account.ts";
import { type Entered, Entrance } from "./entrance.ts";
import { KeepAlive } from "./keep-alive.ts";
import { BODY_MAX_BYTES, OCCUPANTS_MAX_COUNT, RANDOM_ID_BYTES } from "./limits.ts";
import { goodbye, groupMessage, type MucEvent, readMuc } from "./muc.ts";
import { Outbox } from "./outbox.ts";
import { type Connected, Connector, type ConnectorOptions } from "./connector.ts";
import { delay, within } from "./reconnect.ts";
import type { Element } from "./xmpp-js.ts";

type State = "entering" | "inside" | "interrupted" | "leaving" | "closed";

/** Why the room puts someone out without meaning them: it, or the way to it, had a fault. */
const FAULTS: ReadonlySet<string> = new Set(["shutdown", "technical"]);

const GIVEN_UP: { readonly ok: false; readonly error: CarrierError } = err({
	kind: "usage",
	detail: "entering was given up",
});

/** Presence in one room over one connection, which is made again when it is lost. */
export class XmppPlace implements Place {
	readonly #connector: Connector;
	readonly #settings: ConnectorOptions;
	readonly #onStep: (step: EnterStep) => void;
	readonly #events: EventQueue;
	readonly #outbox: Outbox;
	readonly #occupants: Set<Handle> = new Set();
	/** Aborted when the place is left or given up: ends waiting. */
	readonly #over: AbortController = new AbortController();
	#state: State = "entering";
	#self: Handle = "";
	#connected: Connected | undefined;
	#entrance: Entrance | undefined;
	#keepAlive: KeepAlive | undefined;
	/** What a resumed stream brings before `resumed` is told. */
	#held: MucEvent[] = [];
	#left: Promise<void> | undefined;

	constructor(settings: ConnectorOptions, entering: EnterOptions) {
		this.#settings = settings;
		this.#events = new EventQueue(entering.onEvent, (run) => queueMicrotask(run));
		this.#onStep = (step) => {
			if (this.#state === "entering") entering.onProgress?.(step);
		};
		this.#connector = new Connector(settings, entering.room, {
			onStanza: (stanza) => this.#onStanza(stanza),
			onDown: (reason) => this.#onDown(reason),
			onStep: this.#onStep,
		});
		this.#outbox = new Outbox(
			() => hex(settings.random(RANDOM_ID_BYTES)),
			(id, text) => this.#connected?.link.send(groupMessage(this.#connected.room, id, text)),
		);
	}

	/** Connects and enters for the first time. */
	async start(signal: AbortSignal | undefined): Promise<Result<Place, CarrierError>> {
		const giveUp = (): void => {
			this.#over.abort();
			this.#connector.cut(GIVEN_UP.error);
		};
		if (signal?.aborted) return GIVEN_UP;
		signal?.addEventListener("abort", giveUp);
		const entered = await this.#connect();
		signal?.removeEventListener("abort", giveUp);
		if (!entered.ok) {
			this.#state = "closed";
			await this.#disconnect();
			return entered;
		}
		// A macrotask later, whoever awaited us has the place.
		setTimeout(() => this.#events.open());
		return ok(this);
	}

	get backlog(): number {
		return this.#outbox.backlog;
	}

	send(text: string): Result<void, CarrierError> {
		if (this.#state !== "inside" && this.#state !== "interrupted") {
			return err({ kind: "usage", detail: `sending while inside expected, it was tried while ${this.#state}` });
		}
		const fit = checkText(text, BODY_MAX_BYTES);
		if (!fit.ok) return fit;
		if (!this.#outbox.hasRoom)
			return err({ kind: "usage", detail: "sending no faster than the backlog shrinks expected" });
		this.#outbox.push(text);
		return ok(undefined);
	}

	leave(): Promise<void> {
		this.#left ??= this.#leave();
		return this.#left;
	}

	async #leave(): Promise<void> {
		if (this.#state === "closed") return;
		const wasInside = this.#state === "inside";
		this.#state = "leaving";
		this.#stopAll();
		if (wasInside) this.#connected?.link.send(goodbye(this.#connected.room, this.#self));
		await this.#disconnect();
		this.#end(undefined);
	}

	/** Ends the connection, where it is up with the account that it was made for. */
	async #disconnect(): Promise<void> {
		const { link } = this.#connected ?? {};
		if (link?.isUp === true && this.#connector.isThrowaway) {
			await within(this.#settings.timing.leaveMs, unregister(link, this.#settings.domain));
		}
		await this.#connector.close();
	}

	/** Makes the connection and enters the room, or resumes both. */
	async #connect(): Promise<Result<Entered | "resumed", CarrierError>> {
		const connected = await this.#connector.connect();
		if (!connected.ok) return connected;
		if (this.#over.signal.aborted) return GIVEN_UP;
		this.#connected = connected.value;
		const { link, room, resumed } = connected.value;
		this.#keepAlive = new KeepAlive(link, this.#settings.timing, (how) => this.#onDead(how));
		if (resumed) return ok("resumed");
		return new Promise((resolve) => {
			const { random, timing } = this.#settings;
			const onDone = (outcome: Result<Entered, CarrierError>): void => {
				this.#entrance = undefined;
				if (outcome.ok) this.#onEntered(outcome.value);
				resolve(outcome);
			};
			this.#entrance = new Entrance({ link, room, random, timing, onDone });
			this.#onStep("entering");
			this.#entrance.start();
		});
	}

	#onEntered({ self, occupants }: Entered): void {
		const { room } = this.#connected as Connected;
		this.#self = self;
		this.#occupants.clear();
		for (const occupant of occupants) this.#occupants.add(occupant);
		this.#held = [];
		this.#outbox.clear();
		this.#state = "inside";
		this.#events.push({ type: "entered", self, occupants: [...occupants], binding: `xmpp:${room}` });
		this.#flow();
	}

	#flow(): void {
		this.#outbox.flow();
		this.#keepAlive?.start(this.#address);
	}

	/** Ours in the room. */
	get #address(): string {
		return `${this.#connected?.room}/${this.#self}`;
	}

	#onStanza(stanza: Element): void {
		const event = readMuc(stanza, this.#connected?.room ?? "");
		if (event === undefined) return;
		if (this.#entrance !== undefined) this.#entrance.receive(event);
		else if (this.#state === "interrupted") this.#held.push(event);
		else if (this.#state === "inside") this.#onMuc(event);
	}

	#onMuc(event: MucEvent): void {
		switch (event.type) {
			case "said":
				return this.#onSaid(event.nick, event.id, event.body);
			case "present":
				return this.#onPresent(event.nick);
			case "absent":
				return event.nick === this.#self ? this.#onPutOut(event.reason) : this.#onAbsent(event.nick);
			case "bounced":
				return this.#onBounced(event.id, event.condition);
			case "denied":
				return undefined;
		}
	}

	#onSaid(nick: Handle, id: string | undefined, text: string): void {
		if (nick === this.#self) this.#outbox.echoed(id);
		else if (!this.#occupants.has(nick)) {
			return this.#events.push({ type: "refused", from: nick, reason: "a text of someone in the room expected" });
		}
		return this.#events.push({ type: "text", from: nick, text });
	}

	#onBounced(id: string | undefined, condition: string): void {
		this.#outbox.bounced(id);
		const reason = `the room did not pass our text on: ${condition}`;
		this.#events.push({ type: "refused", from: this.#self, reason });
		this.#keepAlive?.doubt(this.#address, condition);
	}

	#onPresent(nick: Handle): void {
		if (nick === this.#self || this.#occupants.has(nick)) return undefined;
		if (this.#occupants.size >= OCCUPANTS_MAX_COUNT) {
			return this.#fail({ kind: "protocol", expected: `at most ${OCCUPANTS_MAX_COUNT} occupants`, got: "more" });
		}
		this.#occupants.add(nick);
		return this.#events.push({ type: "joined", handle: nick });
	}

	#onAbsent(nick: Handle): void {
		if (this.#occupants.delete(nick)) this.#events.push({ type: "left", handle: nick });
	}

	#onPutOut(reason: string | undefined): void {
		if (reason !== undefined && FAULTS.has(reason)) {
			return this.#startAnew(`the room ended our presence: ${reason}`);
		}
		return this.#fail({ kind: "refused", condition: reason ?? "removed", detail: "put out of the room" });
	}

	#onDead(how: "no-answer" | "not-in-room"): void {
		if (how === "not-in-room") this.#startAnew("the room has forgotten us");
		else this.#connected?.link.cut({ kind: "unreachable", detail: "the server does not answer" });
	}

	/** Ends a connection that must not be resumed, since the room does not know it any more. */
	#startAnew(detail: string): void {
		this.#connector.forget();
		this.#connected?.link.cut({ kind: "unreachable", detail });
	}

	#onDown(reason: CarrierError): void {
		this.#keepAlive?.stop();
		this.#outbox.stop();
		if (this.#entrance !== undefined) {
			// The entrance is part of a connecting that now fails, with what follows from that.
			this.#entrance.fail(reason);
		} else if (this.#state === "inside") {
			this.#state = "interrupted";
			this.#events.push({ type: "interrupted", reason });
			void this.#reconnect();
		}
	}

	async #reconnect(): Promise<void> {
		const { random, timing } = this.#settings;
		let reason: CarrierError = { kind: "unreachable", detail: "the connection was lost" };
		for (let tries = 0; tries < timing.reconnectTries; tries++) {
			await delay(reconnectDelayMs(tries, timing, random), this.#over.signal);
			if (this.#state !== "interrupted") return;
			const outcome = await this.#connect();
			if (this.#state !== "interrupted" && !outcome.ok) return;
			if (outcome.ok) {
				if (outcome.value === "resumed") this.#onResumed();
				return;
			}
			reason = outcome.error;
			this.#connector.afterFailure(reason);
		}
		this.#fail(reason);
	}

	#onResumed(): void {
		this.#state = "inside";
		this.#events.push({ type: "resumed" });
		const held = this.#held;
		this.#held = [];
		for (const event of held) this.#onMuc(event);
		if (this.#state === "inside") this.#flow();
	}

	/** Ends the place for a reason. */
	#fail(reason: CarrierError): void {
		if (this.#state === "leaving" || this.#state === "closed") return;
		this.#state = "closed";
		this.#stopAll();
		void this.#disconnect();
		this.#end(reason);
	}

	#stopAll(): void {
		this.#over.abort();
		this.#keepAlive?.stop();
		this.#entrance?.stop();
		this.#entrance = undefined;
		this.#outbox.stop();
	}

	#end(reason: CarrierError | undefined): void {
		this.#state = "closed";
		this.#outbox.clear();
		this.#events.push({ type: "closed", reason });
	}
}
