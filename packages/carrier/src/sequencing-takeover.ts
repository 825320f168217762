import type { Handle } from "./contract.ts";
import { SEQUENCED_EPOCHS_AHEAD_MAX_COUNT } from "./limits.ts";
import { compareRun } from "./sequencing-ledger.ts";
import { compareEpochs, type Epoch } from "./sequencing-names.ts";
import { wantedTexts } from "./sequencing-following.ts";
import { isHost, sayWelcome, wholeOrder } from "./sequencing-leading.ts";
import { isQuorum } from "./sequencing-quorum.ts";
import type { Insider } from "./sequencing-insider.ts";
import type { Candidacy, Vote } from "./sequencing-state.ts";

/** Takeover: what occupants do when the sequencer has failed (SEQ-9, SEQ-10). */

export function onVote(insider: Insider, from: Handle, vote: Vote, now: number): void {
	const { state } = insider;
	if (compareEpochs(vote.epoch, insider.adopted) <= 0) {
		// Whoever votes for what is over is behind.
		if (insider.isLeading) state.say(wholeOrder(insider));
		insider.stand(now);
		return;
	}
	const farthest = insider.promised.counter + SEQUENCED_EPOCHS_AHEAD_MAX_COUNT;
	if (vote.epoch.counter > farthest) return;
	const known = state.votes.get(from);
	const later = known === undefined ? 1 : compareEpochs(vote.epoch, known.epoch);
	if (later < 0 || (later === 0 && known?.bound === true && !vote.bound)) return;
	state.votes.set(from, vote);
	const endorsed = state.endorsed.get(from);
	if (vote.bound && (endorsed === undefined || compareEpochs(vote.epoch, endorsed) > 0)) {
		state.endorsed.set(from, vote.epoch);
	}
	considerVotes(insider, now);
	// A sign of life to someone who waits in vain.
	if (state.candidacy === undefined) insider.stand(now);
}

/** Joins a vote, binds itself to one, or takes office, where the time has come for it. */
export function considerVotes(insider: Insider, now: number): void {
	const { state } = insider;
	noteFailure(insider, now);
	const best = highestVote(insider);
	if (best !== undefined && compareEpochs(best, state.candidacy?.epoch ?? insider.adopted) > 0) {
		const would = insider.hasQuorum((handle) => votesFor(insider, handle, best));
		if (state.candidacy !== undefined || state.suspicious || would) stand(insider, { epoch: best, bound: false });
	}
	if (state.candidacy === undefined ? state.suspicious : isCandidateGone(insider, state.candidacy))
		nextCandidate(insider);
	const { candidacy } = state;
	if (candidacy === undefined) return;
	const { epoch } = candidacy;
	if (!candidacy.bound) {
		if (!insider.hasQuorum((handle) => handle === state.self || votesFor(insider, handle, epoch))) return;
		if (compareEpochs(epoch, insider.promised) < 0) return;
		insider.promise(epoch);
		candidacy.bound = true;
		state.say(insider.vote(epoch, true));
	}
	if (epoch.leader === state.selfTag) takeOffice(insider, epoch, now);
}

/** The next vote after one that led nowhere, or the first. */
export function nextCandidate(insider: Insider): void {
	const { state } = insider;
	const voted = state.candidacy?.epoch.counter ?? 0;
	const counter = Math.max(voted, insider.promised.counter) + 1;
	const others = insider.present.filter((handle) => handle !== insider.leader);
	const candidates = others.length === 0 ? [state.self] : others;
	const candidate = candidates[(counter - insider.adopted.counter - 1) % candidates.length] as Handle;
	stand(insider, { epoch: { counter, leader: state.naming.tag(candidate) }, bound: false });
}

export function repeatVote(insider: Insider): void {
	const { candidacy } = insider.state;
	if (candidacy !== undefined) insider.state.say(insider.vote(candidacy.epoch, candidacy.bound));
}

function stand(insider: Insider, candidacy: Candidacy): void {
	const { state } = insider;
	state.candidacy = candidacy;
	state.inherited = undefined;
	state.say(insider.vote(candidacy.epoch, false));
	// Those who have not begun yet are counted, so they have to be able to vote.
	if (isHost(insider)) for (const start of new Set(state.starts.values())) sayWelcome(state, insider.adopted, start);
}

/** The sequencer is gone, or has given up its own epoch, or somebody is bound to another and cannot return. */
function noteFailure(insider: Insider, now: number): void {
	const { state, leader } = insider;
	if (leader === undefined || (leader !== state.self && state.isGone(leader))) state.suspicious = true;
	const given = leader === undefined ? undefined : state.votes.get(leader);
	if (given !== undefined && compareEpochs(given.epoch, insider.adopted) > 0) state.suspicious = true;
	if (!insider.isLeading || now < insider.adoptedMs + state.times.patienceMaxMs) return;
	for (const [handle, vote] of state.votes) if (vote.bound && insider.roster.has(handle)) state.suspicious = true;
}

function isCandidateGone(insider: Insider, { epoch }: Candidacy): boolean {
	const candidate = insider.roster.handleOf(epoch.leader);
	return candidate === undefined || (candidate !== insider.state.self && insider.state.isGone(candidate));
}

function votesFor(insider: Insider, handle: Handle, epoch: Epoch): boolean {
	const vote = insider.state.votes.get(handle);
	return vote !== undefined && compareEpochs(vote.epoch, epoch) === 0;
}

/** The highest epoch that an occupant votes for and whose candidate is there. */
function highestVote(insider: Insider): Epoch | undefined {
	const { state, roster } = insider;
	let best: Epoch | undefined;
	for (const [handle, { epoch }] of state.votes) {
		const candidate = roster.handleOf(epoch.leader);
		if (!roster.has(handle) || candidate === undefined) continue;
		if (candidate !== state.self && state.isGone(candidate)) continue;
		if (best === undefined || compareEpochs(epoch, best) > 0) best = epoch;
	}
	return best;
}

/**
 * Begins an epoch with the farthest of what a quorum had under the latest epoch any of them knew: whatever was settled
 * is in it, since whoever settled it shares someone with them.
 */
function takeOffice(insider: Insider, epoch: Epoch, now: number): void {
	const { state, ledger, roster } = insider;
	const ballots = new Map<Handle, Vote>([[state.self, insider.vote(epoch, true)]]);
	for (const [handle, vote] of state.votes) {
		const counts = vote.bound && compareEpochs(vote.epoch, epoch) === 0 && roster.has(handle);
		if (counts && !state.isGone(handle)) ballots.set(handle, vote);
	}
	const isIn = (handle: Handle): boolean => ballots.has(handle);
	if (!insider.hasQuorum(isIn)) return;
	let best: { from: Handle; vote: Vote } | undefined;
	for (const [from, vote] of ballots) if (best === undefined || isFarther(vote, best.vote)) best = { from, vote };
	if (best === undefined) return;
	const { base, chain, entries } = best.vote;
	const agreement = compareRun(ledger, state.naming, base, chain, entries);
	state.inherited = best;
	if (agreement === undefined) {
		state.aheadTo = Math.max(state.aheadTo, base);
		return;
	}
	const end = base + entries.length;
	if (agreement.forked || end < ledger.delivered) {
		state.break(`one history up to entry ${ledger.delivered}`, `another one, from entry ${agreement.agreed} or before`);
		return;
	}
	const after = roster.copy();
	for (const entry of ledger.after(ledger.delivered, agreement.agreed)) after.apply(entry);
	for (const entry of entries.slice(agreement.agreed - base)) after.apply(entry);
	// Who still greets has not begun, so nothing was settled with their help.
	const isAbsent = (handle: Handle): boolean => state.isGone(handle) || state.hellos.has(handle);
	if (!isQuorum(after, isAbsent, isIn) || wantedInherited(insider)) return;
	ledger.truncate(agreement.agreed);
	for (const entry of entries.slice(agreement.agreed - base)) ledger.append(entry);
	insider.adopt(epoch, now);
	state.ordersOut = 1;
	state.say(wholeOrder(insider));
}

/** Whether a text of what is to be inherited is not here. */
function wantedInherited(insider: Insider): boolean {
	const vote = insider.state.inherited?.vote;
	if (vote === undefined) return false;
	const end = vote.base + vote.entries.length;
	return wantedTexts(insider).some(
		({ number, entry }) => number <= end && vote.entries[number - vote.base - 1] === entry,
	);
}

function isFarther(a: Vote, b: Vote): boolean {
	const later = compareEpochs(a.under, b.under);
	return later > 0 || (later === 0 && a.base + a.entries.length > b.base + b.entries.length);
}
