import { err, type Result } from "@clowder/bytes";
import type { Clock } from "./clock.ts";
import type { CarrierError, CarrierEvent, Handle, Place } from "./contract.ts";
import { SEQUENCED_RETURN_MAX_MS, SEQUENCED_RETURN_MIN_MS } from "./limits.ts";
import { SequenceCore } from "./sequencing-core.ts";
import type { Naming } from "./sequencing-names.ts";
import type { SequencingTimes } from "./sequencing-state.ts";
import { checkText, textBytes } from "./text.ts";

/** Enters the place below; `done` may come at once. */
export type Opener = (
	onEvent: (event: CarrierEvent) => void,
	done: (place: Result<Place, CarrierError>) => void,
) => void;

export interface SequencedOptions {
	readonly open: Opener;
	readonly onEvent: (event: CarrierEvent) => void;
	readonly clock: Clock;
	readonly naming: Naming;
	readonly times: SequencingTimes;
	/** Of the carrier below. */
	readonly innerMaxTextBytes: number;
	readonly maxTextBytes: number;
}

type Phase = "entering" | "inside" | "interrupted" | "returning" | "leaving" | "closed";

/** Presence in a sequenced place: the core, a place of the carrier below, and one timer. */
export class SequencedPlace implements Place {
	readonly #options: SequencedOptions;
	#phase: Phase = "entering";
	#inner: Place | undefined;
	/** Counts the places below, so that nothing of an earlier one counts. */
	#visit = 0;
	#core: SequenceCore | undefined;
	#cancel: (() => void) | undefined;
	/** A text was handed over while an event was told. */
	#isNudged = false;
	/** Handed over while there is no core to take it; dropped at the next entrance (CARRIER-12). */
	#waitingBytes = 0;
	#returnMs: number = SEQUENCED_RETURN_MIN_MS;
	#enteredMs = 0;

	constructor(options: SequencedOptions) {
		this.#options = options;
	}

	/** Enters the place below for the first time. */
	enter(done: (entered: Result<void, CarrierError>) => void): void {
		this.#open((entered) => {
			done(entered);
		});
	}

	get backlog(): number {
		return (this.#core?.backlog ?? 0) + this.#waitingBytes;
	}

	send(text: string): Result<void, CarrierError> {
		const phase = this.#phase;
		if (phase === "entering" || phase === "leaving" || phase === "closed") {
			return err({ kind: "usage", detail: `sending while inside expected, it was tried while ${phase}` });
		}
		const fit = checkText(text, this.#options.maxTextBytes);
		if (!fit.ok) return fit;
		if (phase === "returning" || this.#core === undefined) {
			this.#waitingBytes += textBytes(text);
			return fit;
		}
		const taken = this.#core.submit(text);
		// Nothing happens inside this call (CARRIER-7).
		if (taken.ok && phase === "inside") {
			this.#isNudged = true;
			this.#wakeAt(this.#options.clock.now());
		}
		return taken;
	}

	async leave(): Promise<void> {
		const phase = this.#phase;
		if (phase === "closed") return;
		this.#phase = "leaving";
		this.#stop();
		if (this.#inner !== undefined) return this.#inner.leave();
		// Between two places below there is nobody to take leave of.
		if (phase !== "leaving") {
			this.#visit++;
			await new Promise<void>((resolve) => {
				this.#options.clock.setTimer(this.#options.clock.now(), () => {
					this.#close({ type: "closed", reason: undefined });
					resolve();
				});
			});
		}
	}

	#open(done: (entered: Result<void, CarrierError>) => void): void {
		const visit = ++this.#visit;
		this.#options.open(
			(event) => {
				if (visit === this.#visit) this.#onInner(event);
			},
			(place) => {
				if (visit !== this.#visit) {
					if (place.ok) void place.value.leave();
					return;
				}
				if (place.ok) this.#inner = place.value;
				done(place.ok ? { ok: true, value: undefined } : place);
			},
		);
	}

	#onInner(event: CarrierEvent): void {
		const now = this.#options.clock.now();
		switch (event.type) {
			case "entered":
				return this.#begin(event.self, event.occupants, event.binding);
			case "joined":
				this.#core?.joined(event.handle, now);
				break;
			case "left":
				this.#core?.left(event.handle, now);
				break;
			case "text":
				this.#core?.receive(event.from, event.text, now);
				break;
			case "interrupted":
				this.#stop();
				if (this.#phase === "inside") this.#phase = "interrupted";
				if (this.#phase === "interrupted") this.#options.onEvent(event);
				return;
			case "resumed":
				if (this.#phase !== "interrupted") break;
				this.#phase = "inside";
				this.#options.onEvent(event);
				this.#core?.resume(now);
				break;
			case "refused":
				// Below, texts come before one is let in: the end of a fragmented one, for instance (CARRIER-3).
				if (this.#phase === "inside" || this.#phase === "interrupted") this.#options.onEvent(event);
				return;
			case "closed":
				this.#close(event);
				return;
		}
		this.#carryOut();
	}

	#begin(self: Handle, others: readonly Handle[], binding: string): void {
		const { naming, times, innerMaxTextBytes: maxTextBytes, clock } = this.#options;
		if (this.#isLeavingOrOver) return;
		if (this.#phase !== "entering") this.#phase = "returning";
		const options = { self, binding, naming, times, maxTextBytes };
		this.#core = new SequenceCore(options, others, clock.now());
		this.#carryOut();
	}

	#wake(): void {
		this.#cancel = undefined;
		this.#core?.wake(this.#options.clock.now());
		this.#carryOut();
	}

	get #isLeavingOrOver(): boolean {
		return this.#phase === "leaving" || this.#phase === "closed";
	}

	/** Says and tells what the core wants to, and sees to its being woken. */
	#carryOut(): void {
		const core = this.#core;
		const inner = this.#inner;
		if (core === undefined || inner === undefined || this.#isLeavingOrOver) return;
		const { texts, events, broken, wakeMs } = core.take();
		let isDeaf = false;
		this.#isNudged = false;
		for (const text of texts) if (!inner.send(text).ok) isDeaf = true;
		for (const event of events) {
			if (event.type === "entered") {
				this.#phase = "inside";
				this.#waitingBytes = 0;
				this.#enteredMs = this.#options.clock.now();
			}
			if (this.#core === core) this.#options.onEvent(event);
		}
		if (this.#core !== core || this.#isLeavingOrOver) return;
		if (broken !== undefined) this.#return(broken);
		else if (this.#isNudged) this.#wakeAt(this.#options.clock.now());
		else if (isDeaf || wakeMs === undefined || this.#phase === "interrupted") this.#stop();
		else this.#wakeAt(wakeMs);
	}

	/** Leaves the place below and enters it anew, as somebody else. */
	#return(broken: { readonly expected: string; readonly got: string }): void {
		const { clock, onEvent } = this.#options;
		const now = clock.now();
		const wasInside = this.#phase === "inside" || this.#phase === "interrupted";
		this.#waitingBytes += this.#core?.backlog ?? 0;
		this.#core = undefined;
		this.#stop();
		this.#visit++;
		void this.#inner?.leave();
		this.#inner = undefined;
		if (this.#phase !== "entering") this.#phase = "returning";
		if (now - this.#enteredMs > SEQUENCED_RETURN_MAX_MS) this.#returnMs = SEQUENCED_RETURN_MIN_MS;
		const backMs = now + this.#returnMs;
		this.#returnMs = Math.min(2 * this.#returnMs, SEQUENCED_RETURN_MAX_MS);
		this.#cancel = clock.setTimer(backMs, () => {
			this.#cancel = undefined;
			this.#open((entered) => {
				if (!entered.ok) this.#close({ type: "closed", reason: entered.error });
			});
		});
		if (wasInside) onEvent({ type: "interrupted", reason: { kind: "protocol", ...broken } });
	}

	#close(event: CarrierEvent & { readonly type: "closed" }): void {
		if (this.#phase === "closed") return;
		this.#phase = "closed";
		this.#stop();
		this.#core = undefined;
		this.#waitingBytes = 0;
		this.#options.onEvent(event);
	}

	#stop(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}

	#wakeAt(atMs: number): void {
		this.#stop();
		this.#cancel = this.#options.clock.setTimer(atMs, () => this.#wake());
	}
}
