import { equal, err, ok, type Result } from "@clowder/bytes";
import type { Suite, VerifyKey } from "@clowder/crypto";
import type { Handle, Refusal } from "../api.ts";
import { MAX_KNOWN_KEYS } from "../limits.ts";
import type { ParsedMessage, VerifiedMessage } from "../wire/envelope.ts";
import { isCounted } from "./counting.ts";
import { LayeredMap } from "./layered.ts";
import {
	type Author,
	type Effect,
	type FoldState,
	type KeyName,
	keyName,
	memberOf,
	memberOfNext,
	slotOf,
} from "./state.ts";

/** Which key has to have signed a message: its own for those who come in, else one the room knows (rule AUTHOR-1). */
export function authorKey(suite: Suite, state: FoldState, parsed: ParsedMessage): Result<VerifyKey, Refusal> {
	const { message, header } = parsed;
	if (message.type === "FOUND" || message.type === "KNOCK" || message.type === "JOIN") {
		if (equal(message.keySet.v.bytes, header.v)) return ok(message.keySet.v);
		return err({ blame: "sender", rule: "AUTHOR-1", expected: "the key set of its author", got: "another's" });
	}
	const known = knownKey(state, header.v);
	if (known !== undefined) return ok(known);
	if (message.type === "PAKE") {
		// Between its KNOCK and its JOIN nobody but its sponsor remembers a newcomer (rule PASS-1).
		const v = suite.primitives.parseVerifyKey(header.v);
		if (v.ok) return ok(v.value);
	}
	return err({ blame: "timing", rule: "AUTHOR-1", expected: "an author of this session", got: "someone else" });
}

function knownKey(state: FoldState, v: Uint8Array): VerifyKey | undefined {
	const member = memberOf(state.base, v);
	if (member !== undefined) return member.v;
	for (const base of state.previous) {
		const before = memberOf(base, v);
		if (before !== undefined) return before.v;
	}
	const slot = state.attempt && slotOf(state.attempt, v);
	if (slot !== undefined) return slot.keySet.v;
	const next = memberOfNext(state.base, v);
	if (next !== undefined) return next.next.v;
	const key = keyName(v);
	const join = state.pending.find((one) => keyName(one.keySet.v) === key);
	if (join !== undefined) return join.keySet.v;
	for (const dead of state.dead) {
		const unshared = dead.unshared.get(key);
		if (unshared !== undefined) return unshared;
	}
	return undefined;
}

/**
 * Counts a verified message against its author's numbers: each number once, only upwards (rule REPLAY-1); and notes
 * which handle it came from.
 */
export function countMessage(
	state: FoldState,
	placed: VerifiedMessage,
	from: Handle,
): Result<{ readonly state: FoldState; readonly gap: Effect | undefined }, Refusal> {
	if (!isCounted(placed.message.type)) return ok({ state, gap: undefined });
	const key = keyName(placed.header.v);
	const { number } = placed.header;
	const known = state.authors.get(key);
	if (known !== undefined && number <= known.number) {
		return err({ blame: "timing", rule: "REPLAY-1", expected: `a number above ${known.number}`, got: `${number}` });
	}
	if (known === undefined && placed.message.type === "PAKE") return ok({ state, gap: undefined });
	if (known === undefined && state.authors.size >= MAX_KNOWN_KEYS) {
		return err({ blame: "limits", rule: "REPLAY-2", expected: `at most ${MAX_KNOWN_KEYS} keys`, got: "one more" });
	}
	const author: Author = { number, handle: from, left: false, joined: known?.joined ?? false };
	const authors = LayeredMap.with(state.authors, key, author);
	const missing = known !== undefined && number > known.number + 1;
	const v = missing ? knownKey(state, placed.header.v) : undefined;
	return ok({
		state: { ...state, authors },
		gap: v && known && { type: "gap", v, expected: known.number + 1, got: number },
	});
}

/** Whether anyone left of whom nothing came since; asked at every place, and hardly ever so. */
export function anyoneLeft(authors: FoldState["authors"]): boolean {
	const { below, above } = LayeredMap.layers(authors);
	let before = leftBelow.get(below);
	if (before === undefined) {
		before = someLeft(below);
		leftBelow.set(below, before);
	}
	return before || someLeft(above);
}

const leftBelow = new WeakMap<FoldState["authors"], boolean>();

function someLeft(authors: FoldState["authors"]): boolean {
	for (const { left } of authors.values()) if (left) return true;
	return false;
}

/** Carries what is known of an author over to the key that replaces theirs. */
export function renameAuthor(
	authors: ReadonlyMap<KeyName, Author>,
	from: KeyName,
	to: KeyName,
): ReadonlyMap<KeyName, Author> {
	const known = authors.get(from);
	if (known === undefined || authors.has(to)) return authors;
	return new Map(authors).set(to, { ...known, number: -1 });
}
