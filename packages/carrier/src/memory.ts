/**
 * The in-memory carrier, for tests, simulations and benchmarks: whole rooms in one process, on virtual time, from a
 * seed. Subpath `@clowder/carrier/memory`.
 */
export { MemoryNetwork } from "./memory-network.ts";
export type { Delivery, MemoryNetworkOptions } from "./memory-options.ts";
export { SeededRandom } from "./random.ts";
export { networkClock, SequencedNetwork } from "./sequenced-network.ts";
