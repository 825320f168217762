import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { messages } from "./support/blame-room.ts";
import { knownOf, type Pair, PairRecorder, partsOf } from "./support/derive.ts";
import { dumpOf } from "./support/dump.ts";
import { names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";

/**
 * Section 12 of the design, group 5: everything in the memory of one device after message k, all long-term keys, and all that
 * passed the carrier.
 */

const SEEDS_WITHIN_BYTES = 128;

/** Notes what keys are made of, and the keys; each as it was when it was made. */
class KeyRecorder {
	readonly suite: Suite;
	/** Chain keys that were used, and what they gave for one message. */
	readonly used: Set<string> = new Set();
	/** What goes into session keys: pairwise keys, shares of the ring, session keys. */
	readonly agreed: Set<string> = new Set();

	constructor(plain: Suite) {
		const sha512: Suite["primitives"]["sha512"] = (...parts) => {
			const input = concat(...parts);
			const digest = plain.primitives.sha512(...parts);
			const [, , label, first] = partsOf(input);
			const name = Buffer.from(label ?? []).toString();
			if (name === "message-keys" && first !== undefined) {
				// The chain key; the encryption key and the MAC key of one message.
				for (const key of [first, digest.slice(0, 32), digest.slice(32)]) this.used.add(hex(key));
			}
			if (name === "p2p" || name === "session-key") this.agreed.add(hex(digest));
			if (name === "share") this.agreed.add(hex(digest.slice(0, 32)));
			return digest;
		};
		this.suite = { ...plain, primitives: { ...plain.primitives, sha512 } };
	}
}

/** Every run of 32 and of 64 bytes in a dump that may be a key: at the steps at which keys are put together. */
function runsOf(dump: readonly Uint8Array[]): ReadonlySet<string> {
	const runs = new Set<string>();
	for (const bytes of dump) {
		const whole = hex(bytes);
		for (const length of [64, 128]) {
			for (let at = 0; at + length <= whole.length; at += 8) runs.add(whole.slice(at, at + length));
		}
	}
	return runs;
}

function among(runs: ReadonlySet<string>, secrets: Iterable<string>): readonly string[] {
	return [...secrets].filter((secret) => runs.has(secret));
}

/** The pairs of the session that this many others came before, of two or more people. */
function pairsOf(place: TestPlace, pairs: readonly Pair[], nth: number): readonly Pair[] {
	const all = messages(place).map(({ parsed }) => parsed);
	const ys = new Map<string, string>();
	for (const { message } of all) {
		const keySet = message.type === "SHARE" ? message.next : "keySet" in message ? message.keySet : undefined;
		if (keySet !== undefined) ys.set(hex(keySet.v.bytes), hex(keySet.y.bytes));
	}
	const sessions = new Map<string, Set<string>>();
	for (const { message, header } of all) {
		if (message.type !== "CONFIRM") continue;
		const aid = hex(header.context);
		sessions.set(aid, (sessions.get(aid) ?? new Set()).add(ys.get(hex(header.v)) ?? assert.fail("nobody's keys")));
	}
	const of = [...sessions.values()].filter((one) => one.size > 1)[nth] ?? assert.fail("no such session");
	return pairs.filter((pair) => pair.ys.every((y) => of.has(hex(y))));
}

for (const id of [1, 2] as const) {
	test(`Group 5: a memory dump after message k, all long-term keys and the wire: up to k all stays closed, and so does the session after next (suite ${id})`, () => {
		const keys = new KeyRecorder(suiteOf(id));
		const recorder = new PairRecorder(keys.suite);
		const place = new TestPlace(recorder.suite);
		const identitySeeds: Uint8Array[] = [];
		const people: Person[] = [];
		for (const name of ["Ana", "Bo", "Cy"]) {
			const seed = seeded(`identity ${name}`)(32);
			identitySeeds.push(seed);
			people.push(place.enter(name, { identity: place.suite.primitives.identityKey(seed) }));
			place.run(10_000);
		}
		const [ana, bo, cy] = people as [Person, Person, Person];
		for (const [i, one] of [ana, bo, cy, ana].entries()) {
			place.say(one, `message ${i}`);
			place.run(3000);
		}
		assert.equal(ana.messages.length, 4);
		const used = new Set(keys.used);
		const agreed = new Set(keys.agreed);
		assert.ok(used.size > 12 && agreed.size > 3);

		// What does not belong to a device: the suite with what it notes for this test.
		const without = [recorder.suite, recorder.suite.primitives];
		const dump = dumpOf(ana.participant, without);
		const runs = runsOf(dump);
		assert.deepEqual(among(runs, used), [], "no key of a message that was read or sent");
		assert.deepEqual(among(runs, agreed), [], "nothing that the session key was made of");

		// The dump is one: it opens what comes next in this session.
		place.say(bo, "message k + 1");
		place.run(3000);
		const next = [...keys.used].filter((key) => !used.has(key));
		assert.ok(among(runs, next).length > 0, "the keys to come are there");

		for (let i = 0; i < 2; i++) {
			place.act(ana, (participant) => participant.rekey(place.now));
			place.run(30_000);
			place.say(bo, `under new keys ${i}`);
			place.run(3000);
		}
		assert.deepEqual(names(ana), ["Ana", "Bo", "Cy"]);
		const ys = new Set(recorder.pairs.flatMap((pair) => pair.ys.map(hex)));
		const { primitives } = suiteOf(id);
		// Seeds stand by themselves; whole KEM keys and messages hold none.
		const small = dump.filter((bytes) => bytes.length <= SEEDS_WITHIN_BYTES);
		const xs = [...runsOf(small)]
			.filter((run) => run.length === 64)
			.map((run) => Uint8Array.from(Buffer.from(run, "hex")))
			.filter((seed) => ys.has(hex(primitives.dhKeyPair(seed).publicKey.bytes)));
		const known = recorder.derivable(xs, identitySeeds);
		// Sessions of two and of three were before; the dump is of the second.
		const [present, following, afterNext] = [1, 2, 3].map((nth) => pairsOf(place, recorder.pairs, nth));
		assert.ok(present && following && afterNext);
		for (const pairs of [present, afterNext]) {
			assert.ok(pairs.length >= 3);
			for (const pair of pairs) assert.ok(knownOf(pair, known) < 3, "a pairwise key that stays closed");
		}
		const own = following.filter((pair) => knownOf(pair, known) === 3);
		assert.ok(own.length > 0, "the next keys are in memory: it takes two sessions to heal");
	});
}
