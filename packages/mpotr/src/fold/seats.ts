import type { Seats } from "../wire/messages.ts";
import { seatBytes } from "../wire/fields.ts";
import { type KeyName, keyName, type Member } from "./state.ts";

/** A set of members as STATE writes it. */
export function seatsOf(members: readonly Pick<Member, "v">[], names: ReadonlySet<KeyName>): Seats {
	const seats = new Uint8Array(seatBytes(members.length));
	for (const [i, { v }] of members.entries()) {
		if (names.has(keyName(v))) seats[i >> 3] = (seats[i >> 3] as number) | (128 >> (i & 7));
	}
	return seats;
}

/** The names of a set of members. */
export function seated(members: readonly Pick<Member, "v">[], seats: Seats): ReadonlySet<KeyName> {
	return new Set(members.filter((_, i) => ((seats[i >> 3] ?? 0) & (128 >> (i & 7))) !== 0).map(({ v }) => keyName(v)));
}
