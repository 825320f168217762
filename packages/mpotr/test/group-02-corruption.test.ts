import { test } from "node:test";
import { blameRoom, checkVerdict } from "./support/blame-room.ts";
import { type Change, change, flipped } from "./support/cheat.ts";
import { remembering } from "./support/memo.ts";
import { suiteOf } from "./support/place.ts";

/**
 * Section 12 of the design, group 2, in whole rooms: `checkVerdict` looks at every word of the honest, so that none reveals
 * after its own CONFIRM. Every field of a contribution, by everyone and every two, is in `blame-verdicts.test.ts`.
 */

const suite = remembering(suiteOf(1));
const NAMES = ["Ana", "Bo", "Cy", "Di", "Eva", "Fay"];
const FIELDS = ["z", "cL", "cR"] as const;

const wrongConfirm: Change = change("CONFIRM", (m) => ({ ...m, mac: flipped(m.mac) }));

function wrongShare(field: (typeof FIELDS)[number]): Change {
	return change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, [field]: flipped(m.ring[field]) } }));
}

for (const size of [2, 3, 4, 5, 6]) {
	const members = NAMES.slice(0, size);
	for (const [i, author] of members.entries()) {
		// Of two, no honest one would be left to see it.
		const next = size > 2 ? members[(i + 1) % size] : undefined;
		const too = next === undefined ? "" : `, and ${next} shares what is wrong`;
		test(`Group 2: of ${size}, ${author} confirms another key${too}: out, and nobody honest`, () => {
			const cheats = new Map([[author, wrongConfirm]]);
			if (next !== undefined) cheats.set(next, wrongShare(FIELDS[i % FIELDS.length] ?? "z"));
			checkVerdict(blameRoom(suite, { members, newcomers: [], cheats }), ["CONFIRM-2", "BLAME-4", "BLAME-5"]);
		});
	}
}
