import type { Clock } from "./clock.ts";
import type { Carrier, EnterOptions, Place } from "./contract.ts";
import { MEMORY_TEXT_MAX_BYTES } from "./limits.ts";
import { MemoryNetwork } from "./memory-network.ts";
import type { MemoryNetworkOptions } from "./memory-options.ts";
import { sequencedCapabilities, sequencedPlace, type SequencingOptions } from "./sequencing.ts";

/** Time as a network in memory has it. */
export function networkClock(network: MemoryNetwork): Clock {
	return {
		now: () => network.now,
		setTimer(atMs, run) {
			let isDue = true;
			network.at(atMs, () => {
				if (isDue) run();
			});
			return () => {
				isDue = false;
			};
		},
	};
}

/**
 * A network in memory whose places are sequenced: what `MemoryNetwork` has, with everyone's `sequencing` around it. Its
 * knobs act below the sequence, `inject` and `tell` too; handles are the same above and below.
 */
export class SequencedNetwork extends MemoryNetwork {
	readonly #options: SequencingOptions;
	readonly #maxTextBytes: number;

	constructor(options: MemoryNetworkOptions & Omit<SequencingOptions, "clock">) {
		const { hash, times, ...network } = options;
		super(network);
		this.#options = { clock: networkClock(this), hash, ...(times === undefined ? {} : { times }) };
		this.#maxTextBytes = network.maxTextBytes ?? MEMORY_TEXT_MAX_BYTES;
	}

	override carrier(): Carrier {
		const inner = super.carrier();
		// What it enters by is `enter` below.
		return { ...inner, capabilities: sequencedCapabilities(inner.capabilities) };
	}

	override enter(options: EnterOptions): Place {
		const place = sequencedPlace(
			(onEvent, done) => done({ ok: true, value: super.enter({ ...options, onEvent }) }),
			this.#maxTextBytes,
			options.onEvent,
			this.#options,
		);
		place.enter(() => {});
		return place;
	}
}
