import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Handle } from "../api.ts";
import type { Gone, Leave, Return } from "../wire/messages.ts";
import { removeMember, removeNewcomer } from "./opening.ts";
import {
	type Folded,
	type FoldState,
	keyName,
	late,
	newcomers,
	presentMembers,
	type Step,
	unchanged,
} from "./state.ts";

/** LEAVE: its author is out, and the next attempt opens here (rule LEAVE-1). */
export const placeLeave: Step<Leave> = (suite, state, placed) => {
	const member = presentMembers(state).find((one) => equal(one.v.bytes, placed.header.v));
	if (member === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "LEAVE-1", "a member, under the present base", "another");
	}
	return removeMember(suite, state, member.v, "left");
};

/**
 * GONE: valid if the carrier said that the handle of `v` left and nothing valid came from it since; the bare notice
 * changes nothing (rules GONE-1, GONE-2).
 */
export const placeGone: Step<Gone> = (suite, state, placed) => {
	const { v } = placed.message;
	const author = presentMembers(state).find((one) => equal(one.v.bytes, placed.header.v));
	if (author === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "GONE-1", "a member, under the present base", "another");
	}
	// A return may have crossed it: its author was not wrong to send it.
	if (!state.authors.get(keyName(v))?.left) return late(state, "GONE-2", "someone whose handle left", "another");
	const member = presentMembers(state).find((one) => equal(one.v.bytes, v));
	if (member !== undefined) return removeMember(suite, state, member.v, "gone");
	const waiting = [...state.pending, ...(state.attempt ? newcomers(state.attempt) : [])];
	const join = waiting.find((one) => equal(one.keySet.v.bytes, v));
	if (join !== undefined) return removeNewcomer(suite, state, join, "left");
	return late(state, "GONE-1", "a member or newcomer", "someone who is out already");
};

/** RETURN: a member that lost its place is out as who it was, and comes in anew (rule RETURN-1). */
export const placeReturn: Step<Return> = (suite, state, placed) => {
	const member = presentMembers(state).find((one) => equal(one.v.bytes, placed.header.v));
	if (member === undefined || state.base === undefined || !equal(placed.header.context, state.base.aid)) {
		return late(state, "RETURN-1", "a member, under the present base", "another");
	}
	return removeMember(suite, state, member.v, "returning");
};

/** The carrier said that a handle left: noted with every key that wrote from it; nothing else changes (GONE-2). */
export function placeLeft(_suite: Suite, state: FoldState, handle: Handle): Folded {
	const authors = new Map(state.authors);
	for (const [key, author] of authors) {
		if (author.handle === handle) authors.set(key, { ...author, left: true });
	}
	for (const knock of state.knocks) {
		const key = keyName(knock.v);
		if (knock.handle === handle && !authors.get(key)?.joined) authors.delete(key);
	}
	const knocks = state.knocks.filter((knock) => knock.handle !== handle);
	return unchanged({ ...state, authors, knocks });
}
