import { hex, ok, type Result } from "@clowder/bytes";
import type { Handle, Refusal } from "../api.ts";
import { keyName } from "../fold/state.ts";
import { MAX_PENDING } from "../limits.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { State } from "../wire/messages.ts";
import { compareState, postState } from "./accept.ts";
import { dropOldest } from "./desk.ts";
import { type Duty, now } from "./duties.ts";
import { canAsk, openGap } from "./repair.ts";
import type { Room } from "./room.ts";

/**
 * A STATE that differs from what we saw at its place: as a digest that differs it is a gap first (rule GAP-4), and if it
 * differs still when nothing is missing any more, it is answered with our own (rule STATE-3).
 */
export function receiveState(room: Room, placed: VerifiedMessage<State>, from: Handle): Result<void, Refusal> {
	const compared = compareState(room, placed);
	if (compared.ok || room.session === undefined || !room.inside) return compared;
	const { doubts, doubted, holds } = room.repairs;
	const key = keyName(placed.header.v);
	doubts.set(hex(placed.hash), { placed, from });
	if (doubts.size > MAX_PENDING) dropOldest(doubts, MAX_PENDING);
	// One who lies makes us ask once.
	if (!holds && canAsk(room) && !doubted.has(key)) openGap(room, undefined, undefined);
	doubted.add(key);
	return ok(undefined);
}

/** Looks again at STATEs that differed, once nothing is missing any more. */
export function doubtDuties(room: Room): readonly Duty[] {
	const { session, repairs } = room;
	if (session === undefined || !room.inside || repairs.holds) return [];
	return [...repairs.doubts].map(([name, { placed, from }]) =>
		now(`doubt:${name}`, () => {
			repairs.doubts.delete(name);
			const compared = compareState(room, placed);
			if (compared.ok) return;
			room.desk.emit({ type: "refused", from, refusal: compared.error });
			contradict(room, session, placed);
		}),
	);
}

/** Our own STATE, once for each KNOCK: two who see different things would else answer each other for ever. */
function contradict(room: Room, session: LiveSession, placed: VerifiedMessage<State>): void {
	const { answers } = placed.message;
	const fresh = answers.some((knock) => !room.contradicted.has(hex(knock)));
	if (!fresh || keyName(placed.header.v) === session.ownKey) return;
	for (const knock of answers) {
		room.contradicted.add(hex(knock));
		dropOldest(room.contradicted, MAX_PENDING);
	}
	postState(room, session, answers);
}
