import { compare, err, hex, ok, type Result } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { freshAttempt } from "../fold/opening.ts";
import { type Attempt, type FoldState, keyName, type PendingJoin, type Slot } from "../fold/state.ts";
import { personId } from "../identity.ts";
import { allDistinct } from "../key-set.ts";
import type { MessageHash } from "../labels.ts";
import { MAX_PARTICIPANTS } from "../limits.ts";
import { NO_CONTEXT } from "../wire/envelope.ts";
import type { RosterEntry, Transcript, TranscriptRefusal } from "./transcript.ts";

/** A newcomer whose way in was before the transcript. */
function introduced({ keySet }: RosterEntry): PendingJoin {
	return {
		hash: NO_CONTEXT as MessageHash,
		keySet,
		introduced: true,
		message: undefined,
		approvals: new Set(),
		denials: new Set(),
		attempted: false,
	};
}

/**
 * The attempt with the list of a transcript, before anything is placed in it: what the fold of everyone in it holds from
 * there on, without the session before, which nothing in it names. The list is one that the protocol allows (rule FORGE-1).
 */
export function openRoster(
	suite: Suite,
	head: Pick<Transcript, "parameters" | "k" | "roster">,
): Result<{ readonly attempt: Attempt; readonly state: FoldState }, TranscriptRefusal> {
	const { parameters, k, roster } = head;
	const refuse = (index: number, expected: string, got: string): Result<never, TranscriptRefusal> =>
		err({ part: "roster", index, rule: "FORGE-1", expected, got });
	if (parameters.suite !== suite.id) return refuse(0, `suite ${suite.id}`, `${parameters.suite}`);
	if (roster.length < 2 || roster.length > MAX_PARTICIPANTS) {
		return refuse(roster.length, `2 to ${MAX_PARTICIPANTS} people`, `${roster.length}`);
	}
	const people = new Set<string>();
	for (const [i, entry] of roster.entries()) {
		const before = roster[i - 1];
		if (before !== undefined && compare(before.keySet.v.bytes, entry.keySet.v.bytes) >= 0) {
			return refuse(i, "a list sorted by v", "another order");
		}
		const id = personId(entry.identity.lpk);
		if (people.has(id)) return refuse(i, "everyone once", "someone twice");
		people.add(id);
	}
	if (roster.every((one) => one.newcomer)) return refuse(0, "somebody who was there before", "newcomers only");
	const distinct = allDistinct(roster.map(({ keySet }) => keySet));
	if (!distinct.ok) return refuse(roster.length, "distinct keys", `${hex(distinct.error)} twice`);
	const slots = roster.map((entry): Slot => {
		const { keySet, newcomer } = entry;
		return { keySet, member: newcomer ? undefined : keySet.v, join: newcomer ? introduced(entry) : undefined };
	});
	const fresh = freshAttempt(suite, { k, parameters }, slots, { by: undefined, rekey: false });
	const rosters = new Map(
		roster.filter((one) => one.newcomer).map((one) => [keyName(one.keySet.v), new Set(["a member"])]),
	);
	const attempt: Attempt = { ...fresh, rosters };
	const state: FoldState = {
		parameters,
		base: undefined,
		previous: [],
		k,
		pending: [],
		removed: new Map(),
		votes: new Map(),
		failures: 0,
		rekeys: new Map(),
		attempt,
		dead: [],
		authors: new Map(),
		knocks: [],
	};
	return ok({ attempt, state });
}
