import { equal } from "@clowder/bytes";
import type { VerifyKey } from "@clowder/crypto";
import { seatsOf } from "../fold/seats.ts";
import { type FoldState, keyName } from "../fold/state.ts";
import { voteLists } from "../fold/votes.ts";
import type { LiveSession } from "../session/live-session.ts";
import type { State } from "../wire/messages.ts";
import type { Room } from "./room.ts";

/** The votes as STATE tells of them: by the place of those whom they name. */
function stateVotes(fold: FoldState): State["votes"] {
	const members = fold.base?.members ?? [];
	const places = [...members.map(({ v }) => v), ...fold.pending.map(({ keySet }) => keySet.v)];
	return voteLists(fold.votes).map(({ drop, voters, late }) => ({
		drop: drop
			.map(({ v, owes }) => ({ place: places.findIndex((one) => equal(one.bytes, v)), owes }))
			.sort((a, b) => a.place - b.place),
		voters: seatsOf(members, voters),
		late: seatsOf(members, late),
	}));
}

/** What a STATE says now (Accept of seed 004); undefined while there is nothing to answer from. */
export function makeState(
	room: Pick<Room, "fold" | "lastPlaced">,
	session: { readonly own: Pick<LiveSession["own"], "public"> },
): State | undefined {
	const { fold, lastPlaced } = room;
	// What an attempt holds is not told: newcomers wait until it ends (rule STATE-1).
	if (fold.base === undefined || fold.attempt !== undefined || lastPlaced === undefined) return undefined;
	const { members } = fold.base;
	const author = (v: VerifyKey): { number: number; handle: string; left: boolean } => {
		const known = fold.authors.get(keyName(v));
		return { number: known?.number ?? -1, handle: known?.handle ?? "", left: known?.left ?? false };
	};
	return {
		type: "STATE",
		at: lastPlaced,
		k: fold.k,
		parameters: fold.parameters,
		members: members.map(({ v, next }) => ({ v, ...author(v), next, removed: fold.removed.has(keyName(v)) })),
		pending: fold.pending.map(({ hash, keySet, introduced, approvals, denials }) => ({
			join: hash,
			...author(keySet.v),
			keySet,
			introduced,
			approvals: seatsOf(members, approvals),
			denials: seatsOf(members, denials),
		})),
		votes: stateVotes(fold),
		failures: fold.failures,
		dead: fold.dead.map(({ aid, unshared }) => ({ aid, unshared: [...unshared.values()] })),
		answers: fold.knocks.map((knock) => knock.hash),
		sponsorBox: { b: session.own.public.b, bek: session.own.public.bek },
	};
}
