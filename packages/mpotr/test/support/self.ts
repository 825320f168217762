import { DEFAULT_TIMEOUT_SECONDS } from "../../src/parameters.ts";
import type { Self } from "../../src/participant/room.ts";
import { DEFAULT_TIMING } from "../../src/timing.ts";

/** Everything about a participant that a test does not care for. */
export const PLAIN_SELF: Pick<Self, "timing" | "terms" | "passphrase" | "previews" | "met"> = {
	timing: DEFAULT_TIMING,
	terms: { policy: "open", timeoutSeconds: DEFAULT_TIMEOUT_SECONDS },
	passphrase: undefined,
	previews: true,
	met: new Set(),
};
