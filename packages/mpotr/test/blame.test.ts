import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KemCiphertext } from "@clowder/crypto";
import { blameRoom, checkVerdict, type Plan } from "./support/blame-room.ts";
import { type Change, change, flipped } from "./support/cheat.ts";
import { seeded, suiteOf } from "./support/place.ts";

/** Each way of getting one field wrong, and the rules that its author can be out by. */
const CORRUPTIONS: ReadonlyMap<string, { readonly how: Change; readonly rules: readonly string[] }> = new Map([
	[
		"z",
		{
			how: change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, z: flipped(m.ring.z) } })),
			rules: ["BLAME-5"],
		},
	],
	[
		"cL",
		{
			how: change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cL: flipped(m.ring.cL) } })),
			rules: ["BLAME-4"],
		},
	],
	[
		"cR",
		{
			how: change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cR: flipped(m.ring.cR) } })),
			rules: ["BLAME-4"],
		},
	],
	[
		"kc",
		{
			how: change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) })),
			rules: ["BLAME-4"],
		},
	],
	[
		"ciphertext",
		{
			how: change("OFFER", (m) => ({
				...m,
				kemCiphertext: m.kemCiphertext && flipped<KemCiphertext>(m.kemCiphertext),
			})),
			rules: ["BLAME-4"],
		},
	],
	["confirm", { how: change("CONFIRM", (m) => ({ ...m, mac: flipped(m.mac) })), rules: ["CONFIRM-2"] }],
]);

const NAMES = ["Ana", "Bo", "Cy", "Di", "Eva", "Fay"];

interface Scene {
	readonly plan: Plan;
	readonly title: string;
	readonly rules: readonly string[];
}

/** Someone of `size` people gets one field wrong, while the last of them comes in or while all make new keys. */
function scenes(size: number, fields: readonly string[], kind: "join" | "re-key"): readonly Scene[] {
	const people = NAMES.slice(0, size);
	const [members, newcomers] = kind === "join" ? [people.slice(0, -1), people.slice(-1)] : [people, []];
	return people.flatMap((cheater) =>
		fields.map((field): Scene => {
			const { how, rules } = CORRUPTIONS.get(field) ?? assert.fail(field);
			const plan: Plan = { members, newcomers, cheats: new Map([[cheater, how]]) };
			return { plan, title: `${field} of ${cheater}, ${kind}`, rules };
		}),
	);
}

function some<T>(all: readonly T[], limit: number, seed: string): readonly T[] {
	const random = seeded(seed);
	const ranked = all.map((one) => ({ one, rank: Buffer.from(random(8)).toString("hex") }));
	return ranked
		.sort((a, b) => (a.rank < b.rank ? -1 : 1))
		.slice(0, limit)
		.map(({ one }) => one);
}

for (const id of [1, 2] as const) {
	const suite = suiteOf(id);
	const kem = id === 2 ? ["ciphertext"] : [];
	describe(`every single field, by everyone, in suite ${id}`, () => {
		for (const size of [2, 3, 4, 5, 6]) {
			const all = [
				...scenes(size, ["z", "cL", "cR", "kc", ...kem, "confirm"], "join"),
				...scenes(size, ["z", "cL", "cR", ...kem, "confirm"], "re-key"),
			];
			const limit = size <= (id === 1 ? 3 : 2) ? all.length : 4;
			for (const { plan, title, rules } of some(all, limit, `fields/${size}`)) {
				test(`${title}, of ${size}: its author is out, and the others are in one session`, () => {
					checkVerdict(blameRoom(suite, plan), rules);
				});
			}
		}
	});
}
