import { hex } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import { keyName, newcomers, presentMembers } from "../fold/state.ts";
import type { Duty } from "./duties.ts";
import type { Room } from "./room.ts";

/** Shrink on Leave (seed 004): our last message under the running session. */
export function sayGoodbye(room: Room): void {
	const { session } = room;
	if (session === undefined || !room.inside) return;
	const { entries, digest } = session.transcript.latest;
	room.desk.post(session.own.e, session.aid, { type: "LEAVE", entries, digest });
}

/** GONE for everyone whose handle left, by the first in rank, the others after a back-off. */
export function farewellDuties(room: Room): readonly Duty[] {
	const { session, fold } = room;
	if (session === undefined || !room.inside) return [];
	const waiting = [...fold.pending, ...(fold.attempt ? newcomers(fold.attempt) : [])];
	const candidates: readonly VerifyKey[] = [
		...presentMembers(fold).map((member) => member.v),
		...waiting.map((join) => join.keySet.v),
	];
	return candidates
		.filter((v) => fold.authors.get(keyName(v))?.left && keyName(v) !== session.ownKey)
		.map((v) => ({
			key: `gone:${hex(v.bytes)}`,
			delayMs: () => room.backOff(v.bytes),
			run: () => void room.desk.post(session.own.e, session.aid, { type: "GONE", v: v.bytes }),
		}));
}
