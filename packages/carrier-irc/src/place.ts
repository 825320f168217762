import { err, ok, type Result } from "@clowder/bytes";
import {
	type CarrierError,
	checkText,
	type EnterOptions,
	type Place,
	textBytes,
	EventQueue,
	reconnectDelayMs,
} from "@clowder/carrier";
import type { Proxy } from "@clowder/socks";
import type { Address } from "./address.ts";
import { OUTBOX_MAX_BYTES, TEXT_IN_LINE_MAX_BYTES } from "./limits.ts";
import { type Ending, IrcSession, type SessionOptions } from "./session.ts";
import { openTransport, type Transport } from "./transport.ts";

export interface PlaceOptions extends SessionOptions {
	readonly address: Address;
	/** Certificates to check the server's against, in PEM; those of Node otherwise. */
	readonly ca: string | undefined;
	/** How the server is reached. */
	readonly route: Proxy | undefined;
}

type State = "entering" | "inside" | "interrupted" | "leaving" | "closed";

const GIVEN_UP: CarrierError = { kind: "usage", detail: "entering was given up" };

/** Presence in one channel over one connection, which is made again when it is lost: sockets and timers, no more. */
export class IrcPlace implements Place {
	readonly #options: PlaceOptions;
	readonly #entering: EnterOptions;
	#state: State = "entering";
	#transport: Transport | undefined;
	#session: IrcSession | undefined;
	readonly #events: EventQueue;
	#wakeTimer: NodeJS.Timeout | undefined;
	#deadline: NodeJS.Timeout | undefined;
	#tries = 0;
	/** Handed over during an interruption, after which nobody of this name is there to say it (CARRIER-12). */
	#lostBytes = 0;
	#onFirst: ((outcome: Result<Place, CarrierError>) => void) | undefined;
	#left: Promise<void> | undefined;
	#onGone: (() => void) | undefined;

	constructor(options: PlaceOptions, entering: EnterOptions) {
		this.#options = options;
		this.#entering = entering;
		this.#events = new EventQueue(entering.onEvent, (run) => queueMicrotask(run));
	}

	/** Connects and enters for the first time. */
	start(): Promise<Result<Place, CarrierError>> {
		const { signal } = this.#entering;
		if (signal?.aborted) return Promise.resolve(err(GIVEN_UP));
		return new Promise((resolve) => {
			const giveUp = (): void => this.#fail(GIVEN_UP);
			signal?.addEventListener("abort", giveUp);
			this.#onFirst = (outcome) => {
				this.#onFirst = undefined;
				signal?.removeEventListener("abort", giveUp);
				resolve(outcome);
				// A macrotask later, whoever awaited us has the place.
				if (outcome.ok) setTimeout(() => this.#events.open());
			};
			this.#connect();
		});
	}

	get backlog(): number {
		return (this.#state === "inside" ? (this.#session?.backlog ?? 0) : 0) + this.#lostBytes;
	}

	send(text: string): Result<void, CarrierError> {
		const state = this.#state;
		if (state !== "inside" && state !== "interrupted") {
			return err({ kind: "usage", detail: `sending while inside expected, it was tried while ${state}` });
		}
		const fit = checkText(text, TEXT_IN_LINE_MAX_BYTES);
		if (!fit.ok) return fit;
		const session = state === "inside" ? this.#session : undefined;
		if (!(session?.hasRoom ?? this.#lostBytes < OUTBOX_MAX_BYTES)) {
			return err({ kind: "usage", detail: "sending no faster than the backlog shrinks expected" });
		}
		if (session === undefined) this.#lostBytes += textBytes(text);
		else session.say(text);
		this.#carryOut();
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
		this.#stopTimers();
		if (wasInside) {
			await new Promise<void>((resolve) => {
				this.#onGone = resolve;
				this.#deadline = setTimeout(resolve, this.#options.timing.leaveMs);
				this.#session?.leave();
				this.#carryOut();
				this.#transport?.end();
			});
		}
		this.#close(undefined);
	}

	#connect(): void {
		const { address, ca, route, timing } = this.#options;
		this.#step("connecting");
		this.#deadline = setTimeout(() => {
			this.#onDown({ kind: "unreachable", detail: `not in the channel within ${timing.enterMs} ms` });
		}, timing.enterMs);
		this.#transport = openTransport(address, ca, route, {
			onUp: () => {
				this.#step("registering");
				this.#session = new IrcSession(this.#options, performance.now());
				this.#carryOut();
			},
			onBytes: (bytes) => {
				this.#session?.receive(bytes, performance.now());
				this.#carryOut();
			},
			onDown: (detail) => this.#onDown({ kind: "unreachable", detail }),
		});
	}

	#step(step: "connecting" | "registering"): void {
		if (this.#state === "entering") this.#entering.onProgress?.(step);
	}

	/** Does what the session wants. */
	#carryOut(): void {
		const session = this.#session;
		if (session === undefined) return;
		const now = performance.now();
		const { lines, events, ending, wakeMs } = session.take(now);
		for (const line of lines) this.#transport?.write(line);
		clearTimeout(this.#wakeTimer);
		if (this.#state === "leaving" || this.#state === "closed") return;
		for (const event of events) {
			if (event.type === "entered") this.#onEntered();
			this.#events.push(event);
		}
		if (ending !== undefined) return this.#onEnding(ending);
		if (wakeMs !== undefined) {
			this.#wakeTimer = setTimeout(
				() => {
					session.wake(performance.now());
					this.#carryOut();
				},
				Math.max(0, Math.ceil(wakeMs - now)),
			);
		}
	}

	#onEntered(): void {
		clearTimeout(this.#deadline);
		this.#state = "inside";
		this.#tries = 0;
		this.#lostBytes = 0;
		this.#onFirst?.(ok(this));
	}

	#onEnding({ reason, isFinal }: Ending): void {
		const isOver = isFinal && this.#state === "inside";
		if (isOver) this.#fail(reason);
		else this.#onDown(reason);
	}

	/** The connection is lost, or was not made. */
	#onDown(reason: CarrierError): void {
		this.#dropConnection();
		if (this.#state === "leaving") return this.#onGone?.();
		if (this.#state === "entering") return this.#fail(reason);
		if (this.#state === "closed") return undefined;
		if (this.#state === "inside") {
			this.#state = "interrupted";
			this.#events.push({ type: "interrupted", reason });
		}
		if (this.#tries >= this.#options.timing.reconnectTries) return this.#fail(reason);
		// IRC-9
		const { random, timing } = this.#options;
		this.#deadline = setTimeout(() => this.#connect(), reconnectDelayMs(this.#tries, timing, random));
		this.#tries++;
		return undefined;
	}

	/** Ends the place for a reason. */
	#fail(reason: CarrierError): void {
		if (this.#state === "leaving" || this.#state === "closed") return;
		this.#close(reason);
	}

	#close(reason: CarrierError | undefined): void {
		this.#state = "closed";
		this.#dropConnection();
		this.#lostBytes = 0;
		if (this.#onFirst !== undefined && reason !== undefined) this.#onFirst(err(reason));
		else this.#events.push({ type: "closed", reason });
	}

	#dropConnection(): void {
		this.#stopTimers();
		this.#transport?.destroy();
		this.#transport = undefined;
		this.#session = undefined;
	}

	#stopTimers(): void {
		clearTimeout(this.#wakeTimer);
		clearTimeout(this.#deadline);
	}
}
