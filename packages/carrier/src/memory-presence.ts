import { err, ok, type Result } from "@clowder/bytes";
import type { CarrierError, CarrierEvent, EnterOptions, Handle, Place, RoomName } from "./contract.ts";
import { checkText, textBytes } from "./text.ts";

/** What a presence asks of the network it is on. */
export interface Uplink {
	readonly maxTextBytes: number;
	/** Carries a text to the place. */
	post(presence: Presence, text: string): void;
	/** Carries the goodbye to the place. */
	withdraw(presence: Presence): void;
}

type State = "entering" | "inside" | "interrupted" | "leaving" | "closed" | "dead";

/** One person in one place of the in-memory carrier. Changes only in steps of its network, but for what is handed over. */
export class Presence implements Place {
	readonly room: RoomName;
	/** Ends what was on its way when a connection was replaced by another. */
	epoch = 0;
	/** When the last text or notice each way is due: later ones do not overtake it. */
	lastUpMs = 0;
	lastDownMs = 0;
	#handle: Handle;
	#state: State = "entering";
	#backlog = 0;
	readonly #onEvent: (event: CarrierEvent) => void;
	readonly #uplink: Uplink;
	/** During an interruption: what came, and what was handed over. */
	#held: CarrierEvent[] = [];
	#waiting: string[] = [];
	#left: Promise<void> | undefined;
	#onLeft: () => void = () => {};

	constructor(handle: Handle, options: EnterOptions, uplink: Uplink) {
		this.room = options.room;
		this.#handle = handle;
		this.#onEvent = options.onEvent;
		this.#uplink = uplink;
	}

	get handle(): Handle {
		return this.#handle;
	}

	get state(): State {
		return this.#state;
	}

	get backlog(): number {
		return this.#backlog;
	}

	send(text: string): Result<void, CarrierError> {
		if (this.#state !== "inside" && this.#state !== "interrupted") {
			return err({ kind: "usage", detail: `sending while inside expected, it was tried while ${this.#state}` });
		}
		const fit = checkText(text, this.#uplink.maxTextBytes);
		if (!fit.ok) return fit;
		this.#backlog += textBytes(text);
		if (this.#state === "interrupted") this.#waiting.push(text);
		else this.#uplink.post(this, text);
		return ok(undefined);
	}

	leave(): Promise<void> {
		if (this.#state === "closed" || this.#state === "dead") return Promise.resolve();
		if (this.#left === undefined) {
			this.#left = new Promise((resolve) => {
				this.#onLeft = resolve;
			});
			this.#state = "leaving";
			this.#uplink.withdraw(this);
		}
		return this.#left;
	}

	/** Takes what the place delivers. */
	arrive(event: CarrierEvent, epoch: number): void {
		if (epoch !== this.epoch) return;
		if (this.#state === "interrupted") this.#held.push(event);
		else this.#emit(event);
	}

	/** An own text has come back, or never will. */
	settle(text: string, epoch: number): void {
		if (epoch === this.epoch) this.#backlog -= textBytes(text);
	}

	interrupt(reason: CarrierError): void {
		if (this.#state !== "inside") return;
		this.#emit({ type: "interrupted", reason });
		this.#state = "interrupted";
	}

	/** Goes on where it was (CARRIER-12). */
	resume(): void {
		if (this.#state !== "interrupted") return;
		this.#state = "inside";
		this.#emit({ type: "resumed" });
		const held = this.#held;
		const waiting = this.#waiting;
		this.#held = [];
		this.#waiting = [];
		for (const text of waiting) this.#uplink.post(this, text);
		for (const event of held) this.#emit(event);
	}

	/** Starts anew under another handle; what was on its way is lost (CARRIER-12). */
	renew(handle: Handle): void {
		this.epoch++;
		this.#handle = handle;
		this.#state = "entering";
		this.#held = [];
		this.#waiting = [];
		this.#backlog = 0;
	}

	/** The process is gone: it sees nothing any more, not even an end. */
	die(): void {
		this.epoch++;
		this.#state = "dead";
		this.#onLeft();
	}

	#emit(event: CarrierEvent): void {
		if (this.#state === "closed" || this.#state === "dead") return;
		if (event.type === "entered" && this.#state === "entering") this.#state = "inside";
		if (event.type === "closed") {
			this.#state = "closed";
			this.#backlog = 0;
		}
		this.#onEvent(event);
		if (event.type === "closed") this.#onLeft();
	}
}
