import type { Handle } from "./contract.ts";
import type { Roster } from "./sequencing-roster.ts";

/**
 * Whether those for whom `has` holds are enough (SEQ-8): more than half of the occupants, or all who are not gone. Two
 * of the first kind share someone; one of the second has everyone who is still there in it.
 */
export function isQuorum(
	roster: Roster,
	isGone: (handle: Handle) => boolean,
	has: (handle: Handle) => boolean,
): boolean {
	let count = 0;
	let missing = 0;
	for (const handle of roster.handles) {
		if (has(handle)) {
			count++;
			if (2 * count > roster.size) return true;
		} else if (!isGone(handle)) missing++;
	}
	return missing === 0 && count > 0;
}
