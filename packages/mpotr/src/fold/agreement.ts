import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { allDistinct, kemKeyRef, type PublicKeySet } from "../key-set.ts";
import { MAX_PREVIOUS } from "../limits.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Confirm, Ek, Offer, Ok, Roster, Share } from "../wire/messages.ts";
import { keyAgreement } from "./key-agreement.ts";
import { allOffersAgree, allOk, confirmationsOwed, hasRoster, listDiffers, owesKey, viewOf } from "./phases.ts";
import { carryRekeys } from "./rekey.ts";
import { convict } from "./convict.ts";
import { renewKeySet, restartAttempt } from "./opening.ts";
import {
	type Attempt,
	type Base,
	broken,
	type Folded,
	type FoldState,
	heldKeySets,
	isPresent,
	type KeyName,
	keyName,
	late,
	newcomers,
	type Slot,
	type Step,
	slotOf,
} from "./state.ts";

/** Where a piece of the running attempt stands. */
interface Found {
	readonly attempt: Attempt;
	readonly slot: Slot;
	readonly key: KeyName;
}

/** Finds the author's slot in the running attempt, or says why the message is void: it has to be said under `name`. */
function findUnder(
	state: FoldState,
	placed: VerifiedMessage,
	rule: string,
	name: Uint8Array | undefined,
	expected: string,
): Found | Folded {
	const { attempt } = state;
	if (attempt === undefined || name === undefined || !equal(placed.header.context, name)) {
		return late(state, rule, expected, "another");
	}
	const slot = slotOf(attempt, placed.header.v);
	if (slot === undefined) return broken(state, rule, "someone of its list", "another");
	return { attempt, slot, key: keyName(placed.header.v) };
}

function inAttempt(state: FoldState, placed: VerifiedMessage, rule: string): Found | Folded {
	return findUnder(state, placed, rule, state.attempt?.aid, "the running attempt");
}

/** The same for what is said about all that was contributed: under the attempt as its author saw it (rule VIEW-1). */
function inView(suite: Suite, state: FoldState, placed: VerifiedMessage, rule: string): Found | Folded {
	const view = state.attempt && viewOf(suite, state.attempt);
	return findUnder(state, placed, rule, view, "the running attempt, as we see all shares");
}

function contributed(state: FoldState, attempt: Attempt, slot: Slot): Folded {
	return { state: { ...state, attempt }, effects: [{ type: "contributed", v: slot.keySet.v, attempt }] };
}

/** ROSTER: a member gives newcomers the list; again only to one whose list differs (rules ROSTER-1, ROSTER-2, ROSTER-3). */
export const placeRoster: Step<Roster> = (_suite, state, placed) => {
	const { attempt } = state;
	if (attempt === undefined || !equal(placed.message.aid, attempt.aid)) {
		return late(state, "ROSTER-1", "the running attempt", "another");
	}
	if (state.base === undefined || !equal(placed.header.context, state.base.aid) || !isPresent(state, placed.header.v)) {
		return broken(state, "ROSTER-1", "a member, under the present base", "another");
	}
	const author = keyName(placed.header.v);
	const rosters = new Map(attempt.rosters);
	const offers = new Map(attempt.offers);
	const to = new Set<KeyName>();
	for (const { newcomer } of placed.message.boxes) {
		const slot = slotOf(attempt, newcomer);
		if (slot?.join === undefined) return broken(state, "ROSTER-2", "newcomers of the attempt", "another");
		if (hasRoster(attempt, slot) && !listDiffers(attempt, slot)) continue;
		const key = keyName(newcomer);
		const givers = rosters.get(key) ?? new Set();
		if (givers.has(author)) continue;
		rosters.set(key, new Set(givers).add(author));
		offers.delete(key);
		to.add(key);
	}
	const next = { ...attempt, rosters, offers };
	return { state: { ...state, attempt: next }, effects: [{ type: "rostered", attempt: next, to }] };
};

/** EK: the key whose hash is on the list, in full (rule EK-1). */
export const placeEk: Step<Ek> = (suite, state, placed) => {
	const found = inAttempt(state, placed, "EK-1");
	if ("effects" in found) return found;
	const { attempt, slot, key } = found;
	const ek = kemKeyRef(suite, placed.message.key);
	if (!owesKey(suite, attempt, slot) || attempt.keys.has(key))
		return late(state, "EK-1", "a key that is owed", "another");
	if (slot.keySet.ek === undefined || !equal(ek.hash, slot.keySet.ek.hash)) {
		return broken(state, "EK-1", "the key of its hash on the list", "another");
	}
	const full: Slot = { ...slot, keySet: { ...slot.keySet, ek } };
	const slots = attempt.slots.map((one) => (one === slot ? full : one));
	return contributed(state, { ...attempt, slots, keys: new Set(attempt.keys).add(key) }, slot);
};

/** OFFER: one of each (rule OFFER-1). */
export const placeOffer: Step<Offer> = (suite, state, placed) => {
	const found = inAttempt(state, placed, "OFFER-1");
	if ("effects" in found) return found;
	const { attempt, slot, key } = found;
	if (attempt.slots.length === 1 || attempt.offers.has(key)) return late(state, "OFFER-1", "one offer", "another");
	if (!hasRoster(attempt, slot)) return broken(state, "OFFER-1", "an offer after the roster", "one before");
	if ((placed.message.kemCiphertext === undefined) !== (suite.kem === undefined)) {
		return broken(state, "OFFER-1", "an encapsulation as the suite has it", "otherwise");
	}
	const offers = new Map(attempt.offers).set(key, placed);
	return contributed(state, { ...attempt, offers }, slot);
};

/** A late SHARE of a dead attempt burns the key set it was made with (rule BURN-2). */
function placeLateShare(suite: Suite, state: FoldState, placed: VerifiedMessage<Share>): Folded {
	const key = keyName(placed.header.v);
	const grave = state.dead.find((dead) => equal(dead.aid, placed.header.context));
	const from = grave?.unshared.get(key);
	if (grave === undefined || from === undefined) return late(state, "SHARE-1", "the running attempt", "another");
	const unshared = new Map(grave.unshared);
	unshared.delete(key);
	const dead = state.dead.map((one) => (one === grave ? { ...grave, unshared } : one));
	const noted: FoldState = { ...state, dead };
	if (!allDistinct([...heldKeySets(state), placed.message.next]).ok) {
		return broken(noted, "KEYS-1", "a next key set of its own", "keys that someone holds");
	}
	const running = state.attempt !== undefined && slotOf(state.attempt, from) !== undefined;
	if (!running) return renewKeySet(noted, from, placed.message.next);
	// The running attempt uses the same keys: it dies as if this share had been placed in it.
	const attempt = state.attempt;
	const shares = new Map(attempt.shares).set(key, placed);
	return restartAttempt(suite, { ...noted, attempt: { ...attempt, shares } });
}

/** SHARE: one of each, after all OFFERs agree on the list (rules SHARE-1, SHARE-2, SHARE-3, KEYS-1). */
export const placeShare: Step<Share> = (suite, state, placed) => {
	const dead = state.dead.some((one) => equal(one.aid, placed.header.context));
	if (dead) return placeLateShare(suite, state, placed);
	const found = inAttempt(state, placed, "SHARE-1");
	if ("effects" in found) return found;
	const { attempt, slot, key } = found;
	if (attempt.shares.has(key)) return late(state, "SHARE-1", "one share", "another");
	if (!allOffersAgree(attempt)) return broken(state, "SHARE-2", "a share after all offers agree", "one before");
	if ((placed.message.ring === undefined) !== (attempt.slots.length === 1)) {
		return broken(state, "SHARE-3", "ring fields for a list of two or more", "otherwise");
	}
	if (placed.message.confirmations.length !== confirmationsOwed(attempt, slot)) {
		return broken(state, "SHARE-3", `${confirmationsOwed(attempt, slot)} confirmations`, "another number");
	}
	if (!allDistinct([...heldKeySets(state), placed.message.next]).ok) {
		return broken(state, "KEYS-1", "a next key set of its own", "keys that someone holds");
	}
	const shares = new Map(attempt.shares).set(key, placed);
	return contributed(state, { ...attempt, shares }, slot);
};

/** OK: one of each, after all SHAREs, where there are newcomers (rule OK-1). */
export const placeOk: Step<Ok> = (suite, state, placed) => {
	const found = inView(suite, state, placed, "OK-1");
	if ("effects" in found) return found;
	const { attempt, slot, key } = found;
	if (newcomers(attempt).length === 0 || attempt.oks.has(key)) {
		return broken(state, "OK-1", "one OK, where there are newcomers", "another");
	}
	// Whoever complained and says OK says both (rule BLAME-6).
	const complained = [...attempt.complaints.values()].some((complaint) => equal(complaint.header.v, placed.header.v));
	if (complained) return convict(suite, state, "BLAME-6", [key]);
	return contributed(state, { ...attempt, oks: new Map(attempt.oks).set(key, placed) }, slot);
};

/** Activates the session at this place (rule ACTIVATE-1). */
function activate(state: FoldState, attempt: Attempt): Folded {
	const members = attempt.slots.map((slot) => ({
		v: slot.keySet.v,
		next: keyAgreement.successor(attempt, slot) as PublicKeySet,
	}));
	const base: Base = { aid: attempt.aid, members };
	const keep = new Set(members.map((member) => keyName(member.v)));
	const authors = new Map([...state.authors].filter(([key]) => keep.has(key)));
	const previous = [...(state.base ? [state.base] : []), ...state.previous].slice(0, MAX_PREVIOUS);
	for (const member of previous.flatMap((one) => one.members)) {
		const known = state.authors.get(keyName(member.v));
		if (known !== undefined) authors.set(keyName(member.v), known);
	}
	const next: FoldState = {
		parameters: state.parameters,
		base,
		previous,
		k: 0,
		pending: [],
		removed: new Map(),
		votes: new Map(),
		// Guessing goes on where it was; a room that lets nobody in for long would be a way to close it (rule PASS-4).
		failures: Math.floor(state.failures / 2),
		rekeys: carryRekeys(state, attempt),
		attempt: undefined,
		dead: [],
		authors,
		knocks: state.knocks,
	};
	return {
		state: next,
		effects: [
			...state.pending.map((join) => ({ type: "dropped", join, why: "session-changed" }) as const),
			{ type: "activated", attempt, from: state.base, base },
		],
	};
}

/**
 * CONFIRM: one of each, after all SHAREs and OKs; the last one activates the session at this place (rules CONFIRM-1,
 * ACTIVATE-1). One that does not fit is void and removes its author (CONFIRM-2): `fits` is the verdict of those who
 * can compute it, which is the same for all of them; onlookers pass true and knock again if they are wrong.
 */
export function placeConfirm(suite: Suite, state: FoldState, placed: VerifiedMessage<Confirm>, fits: boolean): Folded {
	const found = inView(suite, state, placed, "CONFIRM-1");
	if ("effects" in found) return found;
	const { attempt, slot, key } = found;
	if (!allOk(attempt) || attempt.confirms.has(key)) {
		return broken(state, "CONFIRM-1", "one confirm after all shares and OKs", "another");
	}
	if (!fits) {
		const refused = broken(state, "CONFIRM-2", "a confirm that fits the key", "another").effects;
		const out = convict(suite, state, "CONFIRM-2", [key]);
		return { state: out.state, effects: [...refused, ...out.effects] };
	}
	const next = { ...attempt, confirms: new Map(attempt.confirms).set(key, placed) };
	const noted = contributed(state, next, slot);
	if (next.confirms.size < next.slots.length) return noted;
	const active = activate(noted.state, next);
	return { state: active.state, effects: [...noted.effects, ...active.effects] };
}
