import type { Suite } from "@clowder/crypto";
import { type ParsedMessage, parseMessage } from "../../src/wire/envelope.ts";
import type { MessageType } from "../../src/wire/messages.ts";
import type { Item, Person, TestPlace } from "./place.ts";

/** A carrier that does not bring everything to everyone. */

export function readItem(suite: Suite, item: Item): ParsedMessage | undefined {
	if (item.type !== "text") return undefined;
	const parsed = parseMessage(suite, item.text);
	return parsed.ok ? parsed.value : undefined;
}

/** Loses for `to` the first messages, so many of them, of a type and by an author; gives what was lost. */
export function loseFirst(
	place: TestPlace,
	what: { readonly type: MessageType; readonly from?: Person; readonly to: readonly Person[]; readonly count?: number },
): readonly Item[] {
	const lost: Item[] = [];
	place.hears = (person, item) => {
		const isOne = readItem(place.suite, item)?.message.type === what.type;
		const isFrom = what.from === undefined || (item.type === "text" && item.from === what.from.handle);
		if (!isOne || !isFrom || !what.to.includes(person)) return true;
		if (lost.includes(item)) return false;
		if (lost.length >= (what.count ?? 1)) return true;
		lost.push(item);
		return false;
	};
	return lost;
}
