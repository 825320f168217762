import type { Timing } from "./api.ts";

/** Defaults; every one is local, nothing depends on others having the same. */
export const DEFAULT_TIMING: Timing = {
	knockTimeoutMs: 5_000,
	knockTries: 3,
	backOffMs: 1_500,
	batchMs: 150,
	acknowledgeMs: 2_000,
};
