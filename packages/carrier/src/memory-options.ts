import type { Handle, RoomName } from "./contract.ts";
import { MEMORY_TEXT_MAX_BYTES } from "./limits.ts";

/** A text on its way from the place to one of the people in it. */
export interface Delivery {
	readonly room: RoomName;
	readonly from: Handle;
	readonly to: Handle;
	readonly text: string;
	/** Milliseconds of virtual time. */
	readonly now: number;
}

/** How an in-memory network behaves. Everything it does follows from these, the seed and what is called. */
export interface MemoryNetworkOptions {
	readonly seed: number;
	/** Milliseconds each way, drawn anew for each text and notice. */
	readonly latencyMs?: { readonly least: number; readonly most: number };
	/** Whether one's own texts come back to oneself. */
	readonly echo?: boolean;
	/** Probability, for each text and recipient, that later ones overtake it. At 1 everyone has an order of their own. */
	readonly disorder?: number;
	/** Probability, for each text and recipient (its author included), that it never comes. */
	readonly loss?: number;
	/** Probability, for each text and recipient, that it comes twice. */
	readonly duplication?: number;
	readonly maxTextBytes?: number;
	/** A hostile carrier: what to deliver in place of a text; `[text]` lets it pass. */
	readonly tamper?: (delivery: Delivery) => readonly string[];
}

/** How long an overtaken text is held back at most, in multiples of the largest latency. */
export const DISORDER_LATENCIES = 4;

export function completeOptions(options: MemoryNetworkOptions): Required<MemoryNetworkOptions> {
	const complete = {
		latencyMs: { least: 10, most: 40 },
		echo: true,
		disorder: 0,
		loss: 0,
		duplication: 0,
		maxTextBytes: MEMORY_TEXT_MAX_BYTES,
		tamper: (delivery: Delivery): readonly string[] => [delivery.text],
		...options,
	};
	for (const knob of ["disorder", "loss", "duplication"] as const) {
		const value = complete[knob];
		if (!(value >= 0 && value <= 1)) throw new RangeError(`${knob} is a probability, not ${value}`);
	}
	const { least, most } = complete.latencyMs;
	if (!(least >= 0 && most >= least)) throw new RangeError(`latency goes up from 0, not from ${least} to ${most}`);
	return complete;
}
