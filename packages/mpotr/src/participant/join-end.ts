import type { JoinEnd } from "../api.ts";
import { keyAgreement } from "../fold/key-agreement.ts";
import { type FoldState, keyName, type PendingJoin } from "../fold/state.ts";
import { endAnswer } from "./admission.ts";
import type { Turn } from "./place.ts";
import type { Room } from "./room.ts";

/** Someone on the way in did not make it: ourselves perhaps. `before` is the state in which they were on it. */
export function joinEnded(room: Room, before: FoldState, join: PendingJoin, why: JoinEnd): Turn {
	const identity = room.joinIdentity(join);
	const announced = room.joins.get(keyName(join.hash))?.announced ?? false;
	room.joins.delete(keyName(join.hash));
	endAnswer(room, identity, why);
	if (room.vault.has(keyName(join.keySet.v))) return ownJoinEnded(room, before, join, why);
	if (identity !== undefined && announced) room.desk.emit({ type: "join-ended", person: room.person(identity), why });
	return "stays";
}

function ownJoinEnded(room: Room, before: FoldState, join: PendingJoin, why: JoinEnd): Turn {
	if (why === "session-changed") return "stays";
	if (why === "left") return "knock-again";
	const debt = why === "silent" ? debtOf(room, before, join) : "own";
	// It is not for us that those inside waited, but for a list that they owed us (rule KNOCK-2).
	if (debt === "theirs") return "in-vain";
	// We gave all that we owe as we see it: they were shown something else.
	if (debt === "none") return "knock-again";
	room.desk.emit({ type: "refused-entry", why });
	return "refused";
}

/** Whose turn it is in the attempt, as we see it, where those inside say that it is ours. */
function debtOf(room: Room, { attempt }: FoldState, join: PendingJoin): "own" | "theirs" | "none" {
	if (attempt === undefined) return "own";
	const key = keyName(join.keySet.v);
	const needs = keyAgreement.owed(room.suite, attempt).filter(({ slot }) => keyName(slot.keySet.v) === key);
	if (needs.length === 0) return "none";
	return needs.every(({ owes }) => owes === "roster") ? "theirs" : "own";
}
