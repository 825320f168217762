import { ok, type Result } from "@clowder/bytes";
import { type Refusal, refuse } from "../refusal.ts";

/** When a profile ends, in seconds since 1970. */
interface Expiring {
	readonly expiresAtSeconds: number;
}

/**
 * Whether a profile is still good: before its expiration, and for `graceSeconds` after it where the profile is our own,
 * or the one that a non-interactive conversation was begun with (otrv4.md "Client Profile": a day is recommended).
 */
export function checkNotExpired(
	what: string,
	profile: Expiring,
	nowSeconds: number,
	graceSeconds: number,
): Result<undefined, Refusal> {
	if (nowSeconds < profile.expiresAtSeconds + graceSeconds) return ok(undefined);
	const grace = graceSeconds === 0 ? "" : ` with ${graceSeconds} seconds of grace`;
	return refuse("peer", "expired", what, `an expiration after ${nowSeconds}${grace}`, `${profile.expiresAtSeconds}`);
}

/** Whether a profile of ours ends within `marginSeconds`, so that the next one must be made and published. */
export function renewalDue(profile: Expiring, nowSeconds: number, marginSeconds: number): boolean {
	return nowSeconds + marginSeconds >= profile.expiresAtSeconds;
}
