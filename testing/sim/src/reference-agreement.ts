import { hex } from "@clowder/bytes";
import type { Message, ParsedMessage } from "@clowder/mpotr/testing";
import { areNew, offersAgree, renew, restart, takeOut } from "./reference-removal.ts";
import {
	newcomersOf,
	presentMembers,
	type RefAttempt,
	refKeys,
	type RefMember,
	type RefSlot,
	type RefState,
	viewName,
} from "./reference-state.ts";

/** Sessions before the present one whose last words are still taken. */
const MOST_PREVIOUS = 8;

type AttemptMessage = Extract<Message, { type: "ROSTER" | "EK" | "OFFER" | "SHARE" | "OK" | "CONFIRM" }>;

/** A piece of the running attempt, or a late SHARE of a dead one; false where it is void. */
export function placeAttemptMessage(state: RefState, parsed: ParsedMessage, v: string, misfit: boolean): boolean {
	const message = parsed.message as AttemptMessage;
	const context = hex(parsed.header.context);
	const name = hex(parsed.hash);
	if (message.type === "ROSTER") return placeRoster(state, message, v, context);
	if (message.type === "SHARE" && state.dead.some((dead) => dead.aid === context)) {
		return placeLateShare(state, { next: refKeys(message.next), name }, v, context);
	}
	const { attempt } = state;
	const slot = attempt?.slots.find((one) => one.keys.v === v);
	if (attempt === undefined || slot === undefined) return false;
	// VIEW-1: about all that was contributed they speak under its name.
	const under = message.type === "OK" || message.type === "CONFIRM" ? viewName(state) : attempt.aid;
	if (under !== context) return false;
	switch (message.type) {
		case "EK":
			if (!owesKey(state, attempt, slot) || attempt.eks.includes(v)) return false;
			attempt.eks.push(v);
			return true;
		case "OFFER":
			return placeOffer(state, attempt, slot, message, name);
		case "SHARE":
			return placeShare(state, attempt, slot, message, name);
		case "OK":
			if (newcomersOf(attempt).length === 0 || !allShared(attempt) || attempt.oks.includes(v)) return false;
			attempt.oks.push(v);
			return true;
		case "CONFIRM":
			return placeConfirm(state, attempt, slot, misfit);
	}
}

/** Whoever's left neighbour is a newcomer, who knows KEM keys as hashes (EK-1). */
function owesKey(state: RefState, attempt: RefAttempt, slot: RefSlot): boolean {
	const { slots } = attempt;
	const left = slots[(slots.indexOf(slot) + slots.length - 1) % slots.length];
	return state.suite === 2 && slots.length > 1 && left?.join !== undefined;
}

function allShared(attempt: RefAttempt): boolean {
	return attempt.shares.length === attempt.slots.length;
}

function hasRoster(attempt: RefAttempt, slot: RefSlot): boolean {
	return slot.join === undefined || attempt.rosters.includes(slot.keys.v);
}

/** A newcomer whose list is not that of more than half of the members, once all of those have said theirs (ROSTER-3). */
function differs(attempt: RefAttempt, slot: RefSlot): boolean {
	const listOf = (one: RefSlot): string | undefined => attempt.offers.find(({ v }) => v === one.keys.v)?.list;
	const members = attempt.slots.filter((one) => one.join === undefined);
	const lists = members.map(listOf);
	if (slot.join === undefined || lists.includes(undefined)) return false;
	const most = lists.find((list) => 2 * lists.filter((one) => one === list).length > lists.length);
	const own = listOf(slot);
	return most !== undefined && own !== undefined && own !== most;
}

function placeRoster(
	state: RefState,
	message: Extract<Message, { type: "ROSTER" }>,
	v: string,
	context: string,
): boolean {
	const { attempt } = state;
	if (attempt === undefined || attempt.aid !== hex(message.aid) || context !== state.base?.aid) return false;
	if (!presentMembers(state).some((member) => member.v === v)) return false;
	const slots = message.boxes.map(({ newcomer }) => attempt.slots.find((one) => one.keys.v === hex(newcomer)));
	// ROSTER-2: newcomers of the attempt only.
	if (slots.some((slot) => slot?.join === undefined)) return false;
	const again = slots.filter((slot) => slot && (!hasRoster(attempt, slot) || differs(attempt, slot)));
	for (const slot of again) {
		const key = (slot as RefSlot).keys.v;
		// ROSTER-5: each member once for each newcomer.
		if (attempt.given.includes(`${key}/${v}`)) continue;
		attempt.given.push(`${key}/${v}`);
		attempt.rosters.push(key);
		attempt.offers = attempt.offers.filter((offer) => offer.v !== key);
	}
	return true;
}

function placeOffer(
	state: RefState,
	attempt: RefAttempt,
	slot: RefSlot,
	message: Extract<Message, { type: "OFFER" }>,
	name: string,
): boolean {
	const { v } = slot.keys;
	if (attempt.slots.length === 1 || attempt.offers.some((offer) => offer.v === v) || !hasRoster(attempt, slot))
		return false;
	if ((message.kemCiphertext !== undefined) !== (state.suite === 2)) return false;
	attempt.offers.push({ v, list: hex(message.list), name });
	return true;
}

function placeShare(
	state: RefState,
	attempt: RefAttempt,
	slot: RefSlot,
	message: Extract<Message, { type: "SHARE" }>,
	name: string,
): boolean {
	const { v } = slot.keys;
	if (attempt.shares.some((share) => share.v === v) || !offersAgree(state)) return false;
	if ((message.ring !== undefined) !== attempt.slots.length > 1) return false;
	const owed = slot.join === undefined ? newcomersOf(attempt).length : attempt.slots.length - 1;
	const next = refKeys(message.next);
	const pending = state.pending.map((join) => join.keys);
	if (message.confirmations.length !== owed || !areNew(state, next, pending)) return false;
	attempt.shares.push({ v, next, name });
	return true;
}

/** A late SHARE burns its author's keys, and kills an attempt that runs with them (BURN-2). */
function placeLateShare(
	state: RefState,
	{ next, name }: { readonly next: ReturnType<typeof refKeys>; readonly name: string },
	v: string,
	context: string,
): boolean {
	const dead = state.dead.find((one) => one.aid === context);
	if (dead === undefined || !dead.unshared.some((keys) => keys.v === v)) return false;
	dead.unshared = dead.unshared.filter((keys) => keys.v !== v);
	const pending = state.pending.map((join) => join.keys);
	if (!areNew(state, next, pending)) return true;
	if (state.attempt?.slots.some((slot) => slot.keys.v === v)) {
		state.attempt.shares.push({ v, next, name });
		restart(state);
	} else renew(state, v, next);
	return true;
}

/** The last CONFIRM activates (ACTIVATE-1); one that does not fit is void and removes its author (CONFIRM-2). */
function placeConfirm(state: RefState, attempt: RefAttempt, slot: RefSlot, misfit: boolean): boolean {
	const { v } = slot.keys;
	const ready =
		allShared(attempt) && (newcomersOf(attempt).length === 0 || attempt.oks.length === attempt.slots.length);
	if (!ready || attempt.confirms.includes(v)) return false;
	if (misfit) takeOut(state, slot.member === undefined ? [] : [slot.member], slot.join ? [slot.join] : []);
	else attempt.confirms.push(v);
	if (attempt.confirms.length === attempt.slots.length) activate(state, attempt);
	return true;
}

function activate(state: RefState, attempt: RefAttempt): void {
	const members = attempt.slots.map(({ keys }): RefMember => {
		const share = attempt.shares.find((one) => one.v === keys.v);
		return { v: keys.v, next: (share as { readonly next: ReturnType<typeof refKeys> }).next };
	});
	if (state.base !== undefined) {
		const before = { aid: state.base.aid, members: state.base.members.map((member) => member.v) };
		state.previous = [before, ...state.previous].slice(0, MOST_PREVIOUS);
	}
	state.rekeys = rekeysAfter(state, attempt);
	state.base = { aid: attempt.aid, members };
	state.k = 0;
	state.pending = [];
	state.removed = [];
	state.votes = [];
	state.dead = [];
	state.failures = Math.floor(state.failures / 2);
	state.attempt = undefined;
	const kept = new Set([...members.map(({ v }) => v), ...state.previous.flatMap((base) => base.members)]);
	state.authors = state.authors.filter((author) => kept.has(author.v));
}

/** Re-keys in a row that one member opened: anyone else's opening, or anyone's coming or going, starts anew (REKEY-2). */
function rekeysAfter(state: RefState, attempt: RefAttempt): RefState["rekeys"] {
	const { opener } = attempt;
	if (opener === undefined || !attempt.rekey || state.removed.length > 0 || newcomersOf(attempt).length > 0) return [];
	const slot = attempt.slots.find((one) => one.member === opener);
	const before = state.rekeys.find((one) => one.v === opener)?.count ?? 0;
	return slot === undefined ? [] : [{ v: slot.keys.v, count: before + 1 }];
}
