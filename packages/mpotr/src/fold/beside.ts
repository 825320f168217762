import { equal } from "@clowder/bytes";
import type { Copy, Whisper } from "../wire/messages.ts";
import { broken, late, slotOf, type Step, unchanged } from "./state.ts";

/** COPY: someone on the list to those who come in; changes nothing that is agreed on (rule BESIDE-1). */
export const placeCopy: Step<Copy> = (_suite, state, placed) => {
	const { attempt } = state;
	if (attempt === undefined || !equal(placed.header.context, attempt.aid)) {
		return late(state, "BESIDE-1", "the running attempt", "another");
	}
	const slot = slotOf(attempt, placed.header.v);
	if (slot === undefined || slot.join !== undefined) return broken(state, "BESIDE-1", "a member", "another");
	return unchanged(state, { type: "beside", attempt, slot });
};

/** WHISPER: a newcomer's text for its sponsor; changes nothing that is agreed on (rule BESIDE-2). */
export const placeWhisper: Step<Whisper> = (_suite, state, placed) => {
	const { attempt } = state;
	if (attempt === undefined || !equal(placed.header.context, attempt.aid)) {
		return late(state, "BESIDE-2", "the running attempt", "another");
	}
	const slot = slotOf(attempt, placed.header.v);
	if (slot?.join === undefined) return broken(state, "BESIDE-2", "a newcomer", "another");
	return unchanged(state, { type: "beside", attempt, slot });
};
