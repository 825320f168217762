import { concat, hex } from "@clowder/bytes";
import { mayRekey } from "../fold/rekey.ts";
import { u32 } from "../labels.ts";
import type { Duty } from "./duties.ts";
import type { Room } from "./room.ts";

/** Why new keys are due now, or when they will be (rule REKEY-3); undefined: not at all. */
function rekeyIn(room: Room): ((at: number) => number) | undefined {
	const { session, wishes, self } = room;
	if (session === undefined) return undefined;
	if (wishes.rekey || session.texts >= self.timing.rekeyTexts) return () => 0;
	// Where nothing was said there is nothing that new keys would protect.
	if (session.texts === 0) return undefined;
	return (at) => Math.max(session.since + self.timing.rekeyMs - at, 0);
}

/** OPEN for new keys, by the first in rank; whoever asked for them does not wait for the others (NewKeyShareMessage of seed 004). */
export function rekeyDuties(room: Room): readonly Duty[] {
	const { session, fold } = room;
	if (session === undefined || !room.inside || fold.attempt !== undefined || fold.base === undefined) return [];
	const due = rekeyIn(room);
	if (due === undefined || !mayRekey(fold, session.ownKey)) return [];
	const { aid } = fold.base;
	const { k } = fold;
	const seed = concat(aid, u32(k));
	return [
		{
			key: `rekey:${hex(aid)}:${k}:${room.wishes.rekey}:${session.texts >= room.self.timing.rekeyTexts}`,
			delayMs: (at) => due(at) + (room.wishes.rekey ? 0 : room.backOff(seed)),
			run: () => void room.desk.post(session.own.e, aid, { type: "OPEN", k, joins: [], rekey: true }),
		},
	];
}

/** A re-key that nobody waits for: its pieces ride along with messages and heartbeats (rule REKEY-4). */
export function isRelaxed(room: Room): boolean {
	const { attempt, removed } = room.fold;
	if (attempt === undefined || room.session === undefined) return false;
	const someoneEnters = attempt.slots.some((slot) => slot.join !== undefined);
	return attempt.rekey && !someoneEnters && removed.size === 0 && !room.session.hushed && !room.wishes.rekey;
}

/**
 * Lets the pieces of a relaxed re-key wait for a message or heartbeat to ride along with, and not longer than `rideMs`: an
 * active conversation neither pauses for new keys nor pays texts of its own for them.
 */
export function riding(room: Room, pieces: readonly Duty[]): readonly Duty[] {
	const { session } = room;
	if (session === undefined || !isRelaxed(room)) return pieces;
	return pieces.map((piece) => ({
		...piece,
		key: `${piece.key}:${session.spoken}`,
		delayMs: (at) => (session.spokenAt === at ? 0 : room.self.timing.rideMs),
		run: (at) => {
			// Each content names the duty anew; what went out and has not come back yet is not sent again with it.
			const last = session.rode.get(piece.key);
			if (last !== undefined && at < last + room.self.timing.resendMs) return;
			session.rode.set(piece.key, at);
			piece.run(at);
		},
	}));
}
