import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../src/memory.ts";
import { Crowd } from "./sequencing-crowd.ts";

/** More of them: SEQUENCING_SEEDS=1000 SEQUENCING_FIRST_SEED=1 node --test dist/test/sequencing-faults.test.js */
const SEEDS = Number(process.env["SEQUENCING_SEEDS"] ?? 15);
const FIRST_SEED = Number(process.env["SEQUENCING_FIRST_SEED"] ?? 1);

/** How long the order needs at most to be in everyone's hands again. */
const SETTLING_MS = 5000;

interface Faults {
	readonly loss: number;
	readonly duplication: number;
	readonly kills: number;
	readonly paceMs: number;
}

/** A room with coming, going and dying at any step; nothing but what the carrier truly says happens. */
export function course(seed: number, faults: Faults): Crowd {
	const random = new SeededRandom(seed);
	const { loss, duplication } = faults;
	const crowd = Crowd.of(random.between(1, 5), {
		seed,
		disorder: random.unit(),
		echo: random.chance(0.5),
		loss,
		duplication,
	});
	const departures: number[] = [];
	for (let step = 0; step < 60; step++) {
		const { present } = crowd;
		const { now } = crowd.network;
		const what = random.unit();
		// A minority at a time: who is left after more went at once may have missed what the others settled.
		const lately = departures.filter((at) => at > now - SETTLING_MS).length;
		const canGo = 2 * (lately + 1) < present.length + lately;
		if (what < 0.55 && present.length > 0) random.pick(present).say();
		else if (what < 0.65 && present.length < 8) crowd.enter();
		else if (what < 0.7 + faults.kills && canGo) {
			departures.push(now);
			if (what < 0.7) crowd.leave(random.pick(present));
			else crowd.kill(random.pick(present));
		}
		crowd.network.run(now + random.between(0, faults.paceMs));
	}
	crowd.network.run(() => crowd.guests.every(({ isDead, isClosed, isIn }) => isDead || isClosed || isIn));
	crowd.network.run();
	return crowd;
}

for (const [name, faults] of [
	["reordering", { loss: 0, duplication: 0, kills: 0, paceMs: 120 }],
	["reordering, duplicates and deaths", { loss: 0, duplication: 0.2, kills: 0.1, paceMs: 600 }],
	["reordering, duplicates, deaths and loss", { loss: 0.1, duplication: 0.2, kills: 0.1, paceMs: 600 }],
] as const) {
	for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
		void test(`SEQ-1: one order for all under ${name}, seed ${seed}`, () => {
			const crowd = course(seed, faults);
			crowd.assertTogether();
			crowd.assertUndisturbed();
			for (const guest of crowd.present) {
				const own = guest.texts.filter((text) => text.startsWith(`${guest.name}-`));
				assert.deepEqual(
					own,
					Array.from({ length: guest.said }, (_, i) => `${guest.name}-${i + 1}`),
				);
			}
		});
	}
}
