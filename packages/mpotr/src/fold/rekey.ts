import { MAX_REKEYS_IN_A_ROW } from "../limits.ts";
import { type Attempt, type FoldState, type KeyName, keyName } from "./state.ts";

/** Whether this member may open one more re-key: a flood of them costs everyone work (rule REKEY-2). */
export function mayRekey(state: FoldState, author: KeyName): boolean {
	return (state.rekeys.get(author) ?? 0) < MAX_REKEYS_IN_A_ROW;
}

/** Who opened how many re-keys in a row, under the keys of the session that begins. */
export function carryRekeys(state: FoldState, attempt: Attempt): ReadonlyMap<KeyName, number> {
	const { opener } = attempt;
	const pure = attempt.rekey && opener !== undefined && attempt.slots.every((slot) => slot.join === undefined);
	if (!pure || state.removed.size > 0) return new Map();
	const slot = attempt.slots.find((one) => one.member !== undefined && keyName(one.member) === keyName(opener));
	if (slot === undefined) return new Map();
	return new Map([[keyName(slot.keySet.v), (state.rekeys.get(keyName(opener)) ?? 0) + 1]]);
}
