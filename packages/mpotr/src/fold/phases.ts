import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { PublicKeySet } from "../key-set.ts";
import { type AttemptView, LABELS, name } from "../labels.ts";
import { contributionsHash } from "../session/ring.ts";
import type { Revealed } from "../wire/messages.ts";
import type { KeyAgreement, Need } from "./key-agreement.ts";
import { type Attempt, keyName, newcomers, pairName, type PairName, type Slot, slotOf } from "./state.ts";

/** How far an attempt is: what the ring has got and still needs (design section 4, "an interface"). */

/** The neighbour before a slot in the ring. */
export function leftOf(attempt: Attempt, slot: Slot): Slot {
	const { slots } = attempt;
	return slots[(slots.indexOf(slot) + slots.length - 1) % slots.length] as Slot;
}

/** The neighbour after a slot in the ring. */
export function rightOf(attempt: Attempt, slot: Slot): Slot {
	const { slots } = attempt;
	return slots[(slots.indexOf(slot) + 1) % slots.length] as Slot;
}

/** EK is owed by whoever's left neighbour is a newcomer, who knows KEM keys as hashes only. */
export function owesKey(suite: Suite, attempt: Attempt, slot: Slot): boolean {
	return suite.kem !== undefined && attempt.slots.length > 1 && leftOf(attempt, slot).join !== undefined;
}

/** How many members gave this newcomer a ROSTER. */
export function rounds(attempt: Attempt, slot: Slot): number {
	return attempt.rosters.get(keyName(slot.keySet.v))?.size ?? 0;
}

export function hasRoster(attempt: Attempt, slot: Slot): boolean {
	return slot.join === undefined || rounds(attempt, slot) > 0;
}

/** The OFFERs of an attempt never change, they are replaced: what follows from them is computed once. */
const lists = new WeakMap<Attempt["offers"], { readonly list: Uint8Array | undefined }>();

/** The list hash that most of the members of L see; undefined while some of their OFFERs are missing. */
function membersList(attempt: Attempt): Uint8Array | undefined {
	const known = lists.get(attempt.offers);
	if (known !== undefined) return known.list;
	const list = countLists(attempt);
	lists.set(attempt.offers, { list });
	return list;
}

function countLists(attempt: Attempt): Uint8Array | undefined {
	const counts = new Map<string, { list: Uint8Array; count: number }>();
	const members = attempt.slots.filter((slot) => slot.join === undefined);
	for (const slot of members) {
		const list = attempt.offers.get(keyName(slot.keySet.v))?.message.list;
		if (list === undefined) return undefined;
		const key = keyName(list);
		counts.set(key, { list, count: (counts.get(key)?.count ?? 0) + 1 });
	}
	return [...counts.values()].find(({ count }) => 2 * count > members.length)?.list;
}

/** A newcomer whose OFFER shows another list than most members see: it is sent the ROSTER again (rule ROSTER-3). */
export function listDiffers(attempt: Attempt, slot: Slot): boolean {
	const list = membersList(attempt);
	const own = attempt.offers.get(keyName(slot.keySet.v))?.message.list;
	return slot.join !== undefined && list !== undefined && own !== undefined && !equal(list, own);
}

/** A member whose OFFER shows another list than most members see: it cannot mend that, and counts as silent. */
function memberDiffers(attempt: Attempt, slot: Slot): boolean {
	const list = membersList(attempt);
	const own = attempt.offers.get(keyName(slot.keySet.v))?.message.list;
	return slot.join === undefined && list !== undefined && own !== undefined && !equal(list, own);
}

const agreeing = new WeakMap<Attempt["offers"], boolean>();

export function allOffersAgree({ slots, offers }: Attempt): boolean {
	if (slots.length === 1) return true;
	const [first] = offers.values();
	if (first === undefined || offers.size !== slots.length) return false;
	const known = agreeing.get(offers);
	if (known !== undefined) return known;
	const agree = [...offers.values()].every((offer) => equal(offer.message.list, first.message.list));
	agreeing.set(offers, agree);
	return agree;
}

export function allShared(attempt: Attempt): boolean {
	return attempt.shares.size === attempt.slots.length;
}

export function allOk(attempt: Attempt): boolean {
	return allShared(attempt) && (newcomers(attempt).length === 0 || attempt.oks.size === attempt.slots.length);
}

/** The ring needs an offer, a share and a confirm of each, and a list and OKs where there are newcomers. */
export function owed(suite: Suite, attempt: Attempt): readonly Need[] {
	const known = needs.get(attempt);
	if (known !== undefined) return known;
	const list = listNeeds(suite, attempt);
	needs.set(attempt, list);
	return list;
}

/** An attempt never changes, it is replaced; and it is asked at every place of the order, by everyone. */
const needs = new WeakMap<Attempt, readonly Need[]>();

function listNeeds(suite: Suite, attempt: Attempt): readonly Need[] {
	const agree = allOffersAgree(attempt);
	const shared = allShared(attempt);
	const entering = newcomers(attempt).length > 0;
	const disputed = shared && inDispute(attempt);
	const ok = allOk(attempt);
	return attempt.slots.flatMap((slot): readonly Need[] => {
		const key = keyName(slot.keySet.v);
		if (!hasRoster(attempt, slot) || listDiffers(attempt, slot)) return [{ slot, owes: "roster" }];
		if (owesKey(suite, attempt, slot) && !attempt.keys.has(key)) return [{ slot, owes: "key" }];
		if (attempt.slots.length > 1 && !attempt.offers.has(key)) return [{ slot, owes: "offer" }];
		if (memberDiffers(attempt, slot)) return [{ slot, owes: "offer" }];
		if (!agree) return [];
		if (!attempt.shares.has(key)) return [{ slot, owes: "share" }];
		if (!shared || disputed) return [];
		if (entering && !attempt.oks.has(key)) return [{ slot, owes: "ok" }];
		if (!ok || attempt.confirms.has(key)) return [];
		return [{ slot, owes: "confirm" }];
	});
}

/** How many confirmations a SHARE of this slot carries: to and from newcomers. */
export function confirmationsOwed(attempt: Attempt, slot: Slot): number {
	return slot.join === undefined ? newcomers(attempt).length : attempt.slots.length - 1;
}

/** Whom a SHARE confirms to, by index and in its order: a newcomer to all others, others to newcomers. */
export function confirmsTo(attempt: Attempt, from: number): readonly number[] {
	const isNewcomer = (i: number): boolean => attempt.slots[i]?.join !== undefined;
	return attempt.slots.map((_, i) => i).filter((i) => i !== from && (isNewcomer(from) || isNewcomer(i)));
}

/** The SHAREs of an attempt are replaced, like its OFFERs. */
const contradictions = new WeakMap<Attempt["shares"], readonly number[]>();

/** The links, by their left one, on which two neighbours' commitments contradict each other: `cR_i != cL_{i+1}`. */
export function brokenLinks(attempt: Attempt): readonly number[] {
	if (!allShared(attempt)) return [];
	const known = contradictions.get(attempt.shares);
	if (known !== undefined) return known;
	const ringOf = (slot: Slot) => attempt.shares.get(keyName(slot.keySet.v))?.message.ring;
	const links = attempt.slots.flatMap((slot, i) => {
		const [own, next] = [ringOf(slot), ringOf(rightOf(attempt, slot))];
		return own === undefined || next === undefined || equal(own.cR, next.cL) ? [] : [i];
	});
	contradictions.set(attempt.shares, links);
	return links;
}

/** What a view is made of, and its name. */
interface View {
	readonly contributions: Uint8Array;
	readonly name: AttemptView;
}

const views = new WeakMap<Attempt["shares"], View>();

function lookAt(suite: Suite, attempt: Attempt): View | undefined {
	if (!allShared(attempt)) return undefined;
	const known = views.get(attempt.shares);
	if (known !== undefined) return known;
	const keys = attempt.slots.map((slot) => keyName(slot.keySet.v));
	const offers = keys.flatMap((key) => attempt.offers.get(key)?.hash ?? []);
	const shares = keys.flatMap((key) => attempt.shares.get(key)?.hash ?? []);
	const contributions = contributionsHash(suite, [...offers, ...shares]);
	const made = { contributions, name: name<AttemptView>(suite, LABELS.view, attempt.aid, contributions) };
	views.set(attempt.shares, made);
	return made;
}

/** Over all OFFERs and SHAREs, in the order of the list; undefined before all SHAREs are placed. */
export function contributionsOf(suite: Suite, attempt: Attempt): Uint8Array | undefined {
	return lookAt(suite, attempt)?.contributions;
}

/**
 * The name of an attempt with all that was contributed to its key; undefined before all SHAREs are placed. OK, CONFIRM and all
 * that blame is made of are said under it: where somebody inside showed different contributions to different people, what
 * these say of each other is a difference of view, and convicts nobody (rule VIEW-1).
 */
export function viewOf(suite: Suite, attempt: Attempt): AttemptView | undefined {
	return lookAt(suite, attempt)?.name;
}

/** Whether something is said under the running attempt as we see it. */
export function isUnderView(suite: Suite, attempt: Attempt, context: Uint8Array): boolean {
	const view = viewOf(suite, attempt);
	return view !== undefined && equal(view, context);
}

/** Somebody's contribution is disputed: until a verdict nobody owes more than what the verdict needs. */
export function inDispute(attempt: Attempt): boolean {
	return attempt.complaints.size > 0 || brokenLinks(attempt).length > 0;
}

/** What someone opened of their pair with `peer`, by REVEAL or with a COMPLAIN. */
export function opened(attempt: Attempt, slot: Slot, peer: Slot): Revealed | undefined {
	const pair = pairName(slot.keySet.v, peer.keySet.v);
	return (attempt.reveals.get(pair) ?? attempt.complaints.get(pair))?.message.revealed;
}

/**
 * Who owes a REVEAL, and of the pair with whom: the two on a link that they contradict each other about, and whoever is
 * complained about (rule BLAME-2). Like `owed`, for what a verdict needs: who withholds it is silent.
 */
export function owedReveals(attempt: Attempt): readonly { readonly slot: Slot; readonly peer: Slot }[] {
	const pairs = new Map<PairName, { readonly slot: Slot; readonly peer: Slot }>();
	const add = (slot: Slot | undefined, peer: Slot | undefined): void => {
		if (slot === undefined || peer === undefined || opened(attempt, slot, peer) !== undefined) return;
		pairs.set(pairName(slot.keySet.v, peer.keySet.v), { slot, peer });
	};
	for (const i of brokenLinks(attempt)) {
		const left = attempt.slots[i] as Slot;
		const right = rightOf(attempt, left);
		add(left, right);
		add(right, left);
	}
	for (const { header, message } of attempt.complaints.values()) {
		add(slotOf(attempt, message.accused), slotOf(attempt, header.v));
	}
	return [...pairs.values()];
}

/** Who has a SHARE placed goes on with the next key set in it. */
function successor(attempt: Attempt, slot: Slot): PublicKeySet | undefined {
	return attempt.shares.get(keyName(slot.keySet.v))?.message.next;
}

/** The ring of seed 004, with links and confirmations. Nobody sends a SHARE before all OFFERs agree. */
export const ring: KeyAgreement = { owed, inDispute, owedReveals, successor, mayBurn: allOffersAgree };
