import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stateHash } from "../src/fold/state.ts";
import { generateKeySet } from "../src/key-set.ts";
import type { Aid, Mac } from "../src/labels.ts";
import {
	MAX_BINDING_BYTES,
	MAX_DEAD_ATTEMPTS,
	MAX_HANDLE_BYTES,
	MAX_PARTICIPANTS,
	MAX_PENDING,
	MAX_VOTE_LISTS,
} from "../src/limits.ts";
import { readState } from "../src/participant/join.ts";
import { seal } from "../src/session/sealed-box.ts";
import { NO_CONTEXT, type ParsedMessage, parseMessage, signMessage } from "../src/wire/envelope.ts";
import type { Join, State } from "../src/wire/messages.ts";
import { eventsOf, names, roomOf, seeded, suiteOf, type TestPlace } from "./support/place.ts";

const suite = suiteOf(2);
const BINDING = "memory:room";

/** The last STATE that passed. */
function lastState(place: TestPlace): ParsedMessage<State> {
	const states = place.log.flatMap((item) => {
		const parsed = item.type === "text" ? parseMessage(suite, item.text) : undefined;
		return parsed?.ok && parsed.value.message.type === "STATE" ? [parsed.value as ParsedMessage<State>] : [];
	});
	return states.at(-1) ?? assert.fail("no STATE");
}

/** A stranger's KNOCK, and a JOIN of theirs with a number and a handle of their choice; then somebody else knocks. */
function strangerJoins(number: number, handle: string): TestPlace {
	const { place } = roomOf(suite, "Ana", "Bo");
	const random = seeded("stranger");
	const knock = (seed: string, from: string): ReturnType<typeof generateKeySet> => {
		const keys = generateKeySet(suite, seeded(seed));
		const message = { type: "KNOCK", keySet: keys.public } as const;
		place.inject(from, signMessage(suite, BINDING, keys.e, NO_CONTEXT, 0, message).text);
		return keys;
	};
	const keys = knock("stranger", handle);
	place.run(20_000);
	const state = lastState(place);
	const read = readState({ suite } as Parameters<typeof readState>[0], BINDING, state);
	assert.ok(read.ok);
	const context = stateHash(suite, read.value.state) ?? assert.fail("no base");
	const sealed = seal(suite, state.message.sponsorBox, [context, keys.public.v.bytes], new Uint8Array(129), random);
	assert.ok(sealed.ok);
	const join: Join = {
		type: "JOIN",
		keySet: keys.public,
		commitment: random(32),
		// Not the one it is sealed to: nobody denies it, and it stays pending.
		sponsor: state.message.members.find(({ v }) => v !== read.value.sponsor)?.v.bytes ?? assert.fail("alone"),
		sealed: sealed.value,
		passphrase: undefined,
		authenticators: state.message.members.map(() => random(32) as Mac),
	};
	place.inject(handle, signMessage(suite, BINDING, keys.e, context, number, join).text);
	knock("someone else", "hz");
	place.run(20_000);
	return place;
}

describe("a stranger's JOIN cannot spoil the STATE that tells of it", () => {
	for (const number of [1, 0xffff_fffe, 0xffff_ffff]) {
		test(`WIRE-7: number ${number}`, () => {
			const place = strangerJoins(number, "hx");
			assert.equal(lastState(place).message.answers.length, 1);
		});
	}

	test("WIRE-8: a handle of 256 bytes stands in a STATE", () => {
		const place = strangerJoins(1, "h".repeat(256));
		for (const person of place.people) assert.deepEqual(eventsOf(person, "refused"), []);
	});

	for (const length of [257, 1023]) {
		test(`WIRE-8: texts from a handle of ${length} bytes are refused, and others come in`, () => {
			const { place, people } = roomOf(suite, "Ana", "Bo");
			const keys = generateKeySet(suite, seeded("stranger"));
			const message = { type: "KNOCK", keySet: keys.public } as const;
			place.inject("h".repeat(length), signMessage(suite, BINDING, keys.e, NO_CONTEXT, 0, message).text);
			const cy = place.enter("Cy");
			place.run(20_000);
			assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
			for (const person of people) {
				const rules = eventsOf(person, "refused").map(({ refusal }) => "rule" in refusal && refusal.rule);
				assert.deepEqual(rules, ["WIRE-8"]);
			}
		});
	}
});

test("WIRE-4: the largest STATE that the limits allow can be read", () => {
	const random = seeded("large");
	const { public: keys } = generateKeySet(suite, random);
	const handle = "h".repeat(MAX_HANDLE_BYTES);
	const v = keys.v;
	const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
	const name = random(32) as State["at"];
	const member = { v, number: 7, handle, next: keys, removed: false, left: false };
	const seats = new Uint8Array(25);
	const pending = {
		join: name,
		number: 7,
		handle,
		keySet: keys,
		introduced: false,
		left: false,
		approvals: seats,
		denials: seats,
	};
	const drop = many(MAX_PARTICIPANTS + MAX_PENDING, 0).map((_, place) => ({
		place,
		owes: "vote" as const,
	}));
	const dead = { aid: random(32) as Aid, unshared: many(MAX_PARTICIPANTS, v) };
	const state: State = {
		type: "STATE",
		at: name,
		k: 0,
		parameters: {
			suite: 2,
			policy: "open",
			passphrase: false,
			timeoutSeconds: 60,
			binding: "b".repeat(MAX_BINDING_BYTES),
		},
		members: many(MAX_PARTICIPANTS, member),
		pending: many(MAX_PENDING, pending),
		dead: many(MAX_DEAD_ATTEMPTS, dead),
		votes: many(MAX_VOTE_LISTS, { drop, voters: seats, late: seats }),
		failures: 1000,
		answers: many(MAX_PENDING, name),
		sponsorBox: keys,
	};
	const { e } = generateKeySet(suite, random);
	assert.equal(parseMessage(suite, signMessage(suite, BINDING, e, NO_CONTEXT, 0, state).text).ok, true);
});
