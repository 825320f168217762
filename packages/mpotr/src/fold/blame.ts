import type { Suite } from "@clowder/crypto";
import type { RuleId } from "../api.ts";
import { isGenuine } from "../session/blame.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Fault, Reveal, Revealed } from "../wire/messages.ts";
import { convict } from "./convict.ts";
import { placeEquivocation } from "./equivocation.ts";
import { brokenLinks, isUnderView, opened, owedReveals } from "./phases.ts";
import {
	type Attempt,
	broken,
	type Effect,
	type Folded,
	type FoldState,
	type KeyName,
	keyName,
	late,
	pairName,
	type Slot,
	slotOf,
} from "./state.ts";

/** The verdict on a complaint, a reveal or a fault: whom it convicts, by `v`; undefined for those who cannot tell. */
export type Verdict = readonly KeyName[] | undefined;

/** Where a piece of blame stands. */
interface Stand {
	readonly suite: Suite;
	readonly state: FoldState;
	readonly attempt: Attempt;
	/** Its author's. */
	readonly slot: Slot;
	readonly verdict: Verdict;
}

/**
 * COMPLAIN, REVEAL, FAULT (design section 8). All but the evidence of equivocation belongs to the running attempt once all
 * its SHAREs are placed (rule BLAME-1). Of a dead attempt it is void and need not be remembered: no honest one opens
 * anything before all SHAREs are placed, and from there on every key set of the attempt has its successor, so that
 * nothing that an honest one opens can belong to keys that are in use.
 */
export function placeBlame(
	suite: Suite,
	state: FoldState,
	placed: VerifiedMessage<Complain | Reveal | Fault>,
	verdict: Verdict,
): Folded {
	const { header, message } = placed;
	if (message.type === "FAULT" && message.evidence.kind === "equivocation") {
		return placeEquivocation(suite, state, placed as VerifiedMessage<Fault>, message.evidence);
	}
	const { attempt } = state;
	if (attempt === undefined || !isUnderView(suite, attempt, header.context)) {
		return late(state, "BLAME-1", "the running attempt, as we see all shares", "another");
	}
	const slot = slotOf(attempt, header.v);
	if (slot === undefined) return broken(state, "BLAME-1", "someone of its list", "another");
	if (attempt.slots.length === 1) return broken(state, "BLAME-1", "an attempt of several", "another");
	const stand: Stand = { suite, state, attempt, slot, verdict };
	if (message.type === "COMPLAIN") return placeComplain(stand, placed as VerifiedMessage<Complain>);
	if (message.type === "REVEAL") return placeReveal(stand, placed as VerifiedMessage<Reveal>);
	return placeFault(stand);
}

/** REVEAL: of those who owe it, once (rule BLAME-2). */
function placeReveal(stand: Stand, placed: VerifiedMessage<Reveal>): Folded {
	const { state, attempt, slot } = stand;
	const peer = slotOf(attempt, placed.message.peer);
	const isOwed = owedReveals(attempt).some((owed) => owed.slot === slot && owed.peer === peer);
	if (peer === undefined || !isOwed) return late(state, "BLAME-2", "a reveal that is owed", "another");
	const reveals = new Map(attempt.reveals).set(pairName(slot.keySet.v, peer.keySet.v), placed);
	return placeOpened(stand, { ...attempt, reveals }, peer, placed.message.revealed);
}

/**
 * COMPLAIN: over a confirmation to its author, where no link is contradictory, once against each (rule BLAME-9). Who has
 * said OK before has said both, and is out (rule BLAME-6).
 */
function placeComplain(stand: Stand, placed: VerifiedMessage<Complain>): Folded {
	const { suite, state, attempt, slot } = stand;
	const key = keyName(slot.keySet.v);
	if (attempt.oks.has(key)) return convict(suite, state, "BLAME-6", [key]);
	const accused = slotOf(attempt, placed.message.accused);
	if (accused === undefined || accused === slot || (accused.join === undefined && slot.join === undefined)) {
		return broken(state, "BLAME-9", "someone who confirms a key to the author", "another");
	}
	if (brokenLinks(attempt).length > 0) return broken(state, "BLAME-9", "links that fit", "a contradictory one");
	const pair = pairName(slot.keySet.v, accused.keySet.v);
	if (attempt.complaints.has(pair)) return late(state, "BLAME-9", "one complaint", "another");
	const complaints = new Map(attempt.complaints).set(pair, placed);
	return placeOpened(stand, { ...attempt, complaints }, accused, placed.message.revealed);
}

/**
 * One side of a pair is open. What does not belong to its author's public keys convicts them at once (rule BLAME-3); the
 * second side brings the verdict (rule BLAME-4).
 */
function placeOpened(stand: Stand, attempt: Attempt, peer: Slot, revealed: Revealed): Folded {
	const { suite, slot, verdict } = stand;
	if (!isGenuine(suite, attempt, slot, peer, revealed)) {
		return convict(suite, stand.state, "BLAME-3", [keyName(slot.keySet.v)]);
	}
	const state: FoldState = { ...stand.state, attempt };
	const noted: Effect = { type: "contributed", v: slot.keySet.v, attempt };
	if (opened(attempt, peer, slot) === undefined) return { state, effects: [noted] };
	const decided = follow(suite, state, "BLAME-4", verdict);
	return { state: decided.state, effects: [noted, ...decided.effects] };
}

/** FAULT over a share, where all links fit: it convicts whom it proves to be wrong, else its author (rule BLAME-5). */
function placeFault(stand: Stand): Folded {
	const { suite, state, attempt, verdict } = stand;
	if (brokenLinks(attempt).length > 0) return broken(state, "BLAME-5", "links that fit", "a contradictory one");
	return follow(suite, state, "BLAME-5", verdict);
}

/** Whoever lacks the sid cannot follow a verdict, and starts anew (rule BLAME-10). */
function follow(suite: Suite, state: FoldState, rule: RuleId, verdict: Verdict): Folded {
	if (verdict === undefined) return { state, effects: [{ type: "cannot-tell" }] };
	return convict(suite, state, rule, verdict);
}
