import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Command, World, type WorldOptions } from "./model.ts";

/** More by CLOWDER_RUNS, others by CLOWDER_SEED. */
const RUNS = Number(process.env["CLOWDER_RUNS"] ?? 40);
const SEED = Number(process.env["CLOWDER_SEED"] ?? 20_261_122);
const COMMANDS_MAX = 120;

const index = fc.nat({ max: 1000 });
const who = fc.nat({ max: 3 });

function carrier(...names: readonly Extract<Command, { readonly which: number }>["do"][]): fc.Arbitrary<Command> {
	return fc.record({ do: fc.constantFrom(...names), which: index });
}

function user(
	...names: readonly Exclude<Extract<Command, { readonly who: number }>, { readonly secret: number }>["do"][]
) {
	return fc.record({ do: fc.constantFrom(...names), who }) as fc.Arbitrary<Command>;
}

const command: fc.Arbitrary<Command> = fc.oneof(
	// In order, mostly.
	{ weight: 14, arbitrary: fc.constant<Command>({ do: "deliver", which: 0 }) },
	{ weight: 3, arbitrary: carrier("deliver") },
	{ weight: 3, arbitrary: carrier("repeat", "drop", "alter", "reflect", "replay") },
	{ weight: 8, arbitrary: user("send", "send-all") },
	{ weight: 3, arbitrary: user("start", "start-one") },
	{ weight: 2, arbitrary: user("heartbeat", "agree", "restart", "ask") },
	{ weight: 1, arbitrary: user("end", "end-one", "close", "online", "offline") },
	{ weight: 1, arbitrary: user("plaintext", "error", "query") },
	{
		weight: 3,
		arbitrary: fc.record({
			do: fc.constantFrom("smp-start" as const, "smp-answer" as const, "smp-answer" as const),
			who,
			secret: fc.nat({ max: 1 }),
		}),
	},
	{ weight: 1, arbitrary: user("smp-abort") },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant("tick" as const), minutes: fc.nat({ max: 130 }) }) },
);

const WORLDS: readonly (readonly [string, WorldOptions, number])[] = [
	["two devices", { devices: 1, mode: "standalone" }, RUNS],
	["two devices, OTRv3-compatible", { devices: 1, mode: "otrv3-compatible" }, Math.ceil(RUNS / 2)],
	["two devices, interactive only", { devices: 1, mode: "interactive-only" }, Math.ceil(RUNS / 4)],
	["two devices, in fragments", { devices: 1, mode: "standalone", maxChars: 400 }, Math.ceil(RUNS / 4)],
	["two devices of each", { devices: 2, mode: "standalone" }, Math.ceil(RUNS / 2)],
];

for (const [name, options, runs] of WORLDS) {
	test(`whatever two users do, and whatever the carrier does: ${name}`, () => {
		const happened = new Map<string, number>();
		let pairs = 0;
		fc.assert(
			fc.property(fc.array(command, { maxLength: COMMANDS_MAX, size: "max" }), (commands) => {
				const world = new World(options);
				for (const each of commands) world.run(each);
				pairs += world.checkAgreement();
				world.checkRecovery();
				for (const [kind, count] of world.happened) happened.set(kind, (happened.get(kind) ?? 0) + count);
			}),
			{ seed: SEED, numRuns: runs },
		);
		// That the worlds were no deserts.
		assert.ok(pairs > 0);
		for (const kind of ["established", "message", "refused", "finished", "ended"]) {
			assert.ok((happened.get(kind) ?? 0) > 0, `no ${kind} ever happened`);
		}
	});
}
