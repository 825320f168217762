import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type ConformanceHarness, carrierConformance } from "../src/conformance.ts";
import { type Carrier, fragmenting } from "../src/index.ts";
import { MemoryNetwork, SequencedNetwork } from "../src/memory.ts";

const hash = (bytes: Uint8Array): Uint8Array => createHash("sha512").update(bytes).digest();

/** Steps without progress after which a condition is given up. */
const IDLE_TURNS_MAX = 100;

/**
 * The suite proves CARRIER-2, CARRIER-3, CARRIER-4, CARRIER-5, CARRIER-6, CARRIER-7, CARRIER-8, CARRIER-9, CARRIER-10
 * and CARRIER-11, here for the in-memory carrier.
 */
function harness(
	adapt: (carrier: Carrier) => Carrier,
	makeNetwork: () => MemoryNetwork = () => new MemoryNetwork({ seed: 7 }),
): () => Promise<ConformanceHarness> {
	return async () => {
		const network = makeNetwork();
		return {
			person: () => ({ carrier: adapt(network.carrier()), die: (self) => network.kill(self) }),
			async until(what, holds) {
				for (let idle = 0; !holds(); ) {
					idle = network.step() ? 0 : idle + 1;
					assert.ok(idle < IDLE_TURNS_MAX, `waited in vain for ${what}`);
					// Promises settle between steps.
					await setImmediate();
				}
			},
			close: async () => {},
		};
	};
}

carrierConformance(
	"memory",
	harness((carrier) => carrier),
);
carrierConformance(
	"memory with texts of 512 bytes, fragmented",
	harness(fragmenting, () => new MemoryNetwork({ seed: 7, maxTextBytes: 512 })),
);
carrierConformance(
	"memory without order or echo, sequenced",
	harness(
		(carrier) => carrier,
		() => new SequencedNetwork({ seed: 7, disorder: 1, echo: false, hash }),
	),
);
carrierConformance(
	"memory that loses, doubles and disorders texts of 512 bytes, sequenced and fragmented",
	harness(
		fragmenting,
		() =>
			new SequencedNetwork({
				seed: 7,
				maxTextBytes: 512,
				disorder: 0.5,
				loss: 0.05,
				duplication: 0.2,
				echo: false,
				hash,
			}),
	),
);
