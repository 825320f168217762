import { type CarrierError, reconnectDelayMs, type Clock } from "@clowder/carrier";
import type { HttpTiming } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import type { Requests } from "./requests.ts";
import { Deadline, delay } from "./waiting.ts";

/** What sending needs. */
export interface SendingOptions {
	readonly requests: Requests;
	readonly token: string;
	readonly outbox: Outbox;
	readonly timing: HttpTiming;
	readonly clock: Clock;
	readonly random: (length: number) => Uint8Array;
	/** Aborted when the presence is over. */
	readonly over: AbortSignal;
	/** The server does not know us any more, or is at fault. */
	readonly onOver: (reason: CarrierError) => void;
}

/** Refusals that say nothing about us: what is sent again may pass (HTTP-12). */
const PASSING: ReadonlySet<string> = new Set(["too-slow", "one-at-a-time"]);

function isPassing(error: CarrierError): boolean {
	return error.kind === "unreachable" || (error.kind === "refused" && PASSING.has(error.condition));
}

/** Sends what is in the outbox of one presence, one request at a time, each until it is answered (HTTP-6). */
export class Sending {
	readonly #options: SendingOptions;
	#isFlowing = false;
	#isBusy = false;

	constructor(options: SendingOptions) {
		this.#options = options;
	}

	/** There is something new, or the line is there again. */
	flow(): void {
		this.#isFlowing = true;
		if (!this.#isBusy) void this.#send();
	}

	/** Holds back what is not on its way yet. */
	stop(): void {
		this.#isFlowing = false;
	}

	async #send(): Promise<void> {
		this.#isBusy = true;
		const { outbox, over, clock, timing, random } = this.#options;
		for (let failures = 0; this.#isFlowing && !over.aborted; ) {
			const batch = outbox.batch();
			if (batch === undefined) break;
			const deadline = new Deadline(timing.requestMs, clock, over);
			const sent = await this.#options.requests.texts(this.#options.token, batch, deadline.signal);
			deadline.done();
			if (over.aborted) break;
			if (sent.ok) {
				outbox.taken(sent.value);
				failures = 0;
			} else if (isPassing(sent.error)) {
				await delay(reconnectDelayMs(failures++, timing, random), clock, over);
			} else {
				this.#options.onOver(sent.error);
				break;
			}
		}
		this.#isBusy = false;
	}
}
