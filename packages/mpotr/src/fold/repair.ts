import { equal } from "@clowder/bytes";
import type { Ask, Reply } from "../wire/messages.ts";
import { isPresent, late, type Step, unchanged } from "./state.ts";

/** ASK and REPLY are of members under the present base, and change nothing that is agreed on (rule REPAIR-1). */
export const placeRepair: Step<Ask | Reply> = (_suite, state, placed) => {
	if (state.base === undefined || !equal(placed.header.context, state.base.aid) || !isPresent(state, placed.header.v)) {
		return late(state, "REPAIR-1", "a member, under the present base", "another");
	}
	return unchanged(state);
};
