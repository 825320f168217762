import type { Timing } from "./api.ts";

/** Defaults; every one is local, nothing depends on others having the same. */
export const DEFAULT_TIMING: Timing = {
	knockTimeoutMs: 5_000,
	knockTries: 3,
	backOffMs: 1_500,
	batchMs: 150,
	acknowledgeMs: 2_000,
	rekeyMs: 15 * 60_000,
	rekeyTexts: 500,
	lifetimeMs: 60 * 60_000,
	rideMs: 5_000,
	resendMs: 10_000,
	repairMs: 8_000,
	leaveMs: 8_000,
};
