import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, equal } from "@clowder/bytes";
import type { DhSecretKey, Suite } from "@clowder/crypto";
import type { Message, Revealed } from "../src/wire/messages.ts";
import {
	allRevealed,
	blameRoom,
	type BlameRoom,
	checkHonest,
	emptyRoom,
	honest,
	messages,
} from "./support/blame-room.ts";
import { type Change, type Cheater, change, flipped } from "./support/cheat.ts";
import { eventsOf, names, seeded, suiteOf } from "./support/place.ts";

/** One of `0 .. n-1`. */
type Pick = (n: number) => number;

function picker(seed: string): Pick {
	const random = seeded(seed);
	return (n) => {
		const [a = 0, b = 0] = random(2);
		return Math.floor(((a * 256 + b) * n) / 65_536);
	};
}

/** A `v` of someone in the attempt that a cheater's message belongs to. */
function someone(room: BlameRoom, context: Uint8Array, pick: Pick): Uint8Array {
	const authors = messages(room.place)
		.filter(({ parsed }) => equal(parsed.header.context, context))
		.map(({ parsed }) => parsed.header.v);
	return authors[pick(Math.max(authors.length, 1))] ?? new Uint8Array(32);
}

/** The same message with one of its fields wrong. */
function wrong(message: Message, pick: Pick): Message {
	switch (message.type) {
		case "OFFER":
			return { ...message, kemCiphertext: message.kemCiphertext && flipped(message.kemCiphertext) };
		case "SHARE": {
			const { ring, confirmations } = message;
			if (ring === undefined || pick(4) === 0) return { ...message, confirmations: confirmations.map(flipped) };
			const field = (["z", "cL", "cR"] as const)[pick(3)] ?? "z";
			return { ...message, ring: { ...ring, [field]: flipped(ring[field]) } };
		}
		case "CONFIRM":
			return { ...message, mac: flipped(message.mac) };
		case "REVEAL":
		case "COMPLAIN":
			return { ...message, revealed: { ...message.revealed, x: flipped(message.revealed.x.slice().reverse()) } };
		default:
			return message;
	}
}

const AGREEMENT: ReadonlySet<Message["type"]> = new Set([
	"OFFER",
	"SHARE",
	"OK",
	"CONFIRM",
	"REVEAL",
	"COMPLAIN",
	"FAULT",
]);

/** Lies at random in everything that has to do with the key agreement. */
function liar(room: BlameRoom, name: string, seed: string): Change {
	const pick = picker(`${seed}/${name}`);
	return (message, { header }) => {
		if (!AGREEMENT.has(message.type)) return message;
		const peer = someone(room, header.context, pick);
		const cheater = room.cheaters.find((one) => one.name === name) as Cheater;
		const x = pick(2) === 0 ? cheater.xOf(header.v) : seeded(`${seed}/x`)(32);
		const revealed: Revealed = { x, kemSeed: undefined, coins: undefined };
		switch (pick(10)) {
			case 0:
			case 1:
				return wrong(message, pick);
			case 2:
				return { type: "COMPLAIN", accused: peer, revealed };
			case 3:
				return { type: "REVEAL", peer, revealed };
			case 4:
				return { type: "FAULT", evidence: { kind: "share", accused: peer, d: seeded(seed)(32) } };
			case 5:
				return [message, wrong(message, pick)];
			default:
				return message;
		}
	};
}

const NAMES = ["Ana", "Bo", "Cy", "Di", "Eva"];

for (const id of [1, 2] as const) {
	test(`whatever all the others do, no honest one is blamed, and nothing live is opened (suite ${id})`, () => {
		const runs = Number(process.env["CLOWDER_RUNS"] ?? (id === 1 ? 24 : 8));
		const first = Number(process.env["CLOWDER_FIRST_RUN"] ?? 0);
		const base = process.env["CLOWDER_SEED"] ?? "storm";
		for (let run = first; run < first + runs; run++) {
			const seed = `${base}/${id}/${run}`;
			const pick = picker(seed);
			const size = 3 + pick(3);
			const people = NAMES.slice(0, size);
			const entering = pick(3);
			const cheating = people.filter(() => pick(3) > 0).slice(0, size - 1);
			const room = emptyRoom(suiteOf(id));
			const cheats = new Map(cheating.map((name) => [name, liar(room, name, seed)]));
			const split = Math.max(size - entering, 1);
			try {
				blameRoom(
					suiteOf(id),
					{ members: people.slice(0, split), newcomers: people.slice(split), cheats },
					20_000,
					room,
				);
				checkHonest(room);
			} catch (error) {
				const again = `CLOWDER_SEED=${base} CLOWDER_FIRST_RUN=${run} CLOWDER_RUNS=1`;
				throw new Error(
					`${again}: ${error instanceof Error ? error.message : "thrown"} (${cheating.join()} of ${people.join()})`,
					{ cause: error },
				);
			}
		}
	});
}

/** The three Diffie-Hellman secrets of a pairwise key, and whose keys it is of. */
interface Pair {
	readonly secrets: readonly Uint8Array[];
	readonly ys: readonly [Uint8Array, Uint8Array];
}

/** A suite that notes what goes into every pairwise key: to see what an attack would have to know. */
function recordingSuite(id: 1 | 2, pairs: Pair[], identities: Uint8Array[]): Suite {
	const suite = suiteOf(id);
	const label = Buffer.from("\0\0\0\u0003p2p");
	const recording = (...parts: readonly Uint8Array[]) => {
		if (
			Buffer.from(parts[0] ?? [])
				.subarray(-label.length)
				.equals(label)
		) {
			const plain = parts.slice(1).map((part) => part.slice(4));
			const [, , , , low, high, yLow, yHigh] = plain as [Uint8Array, ...Uint8Array[]];
			pairs.push({ secrets: plain.slice(0, 3), ys: [yLow as Uint8Array, yHigh as Uint8Array] });
			identities.push(low as Uint8Array, high as Uint8Array);
		}
		return suite.primitives.sha512(...parts);
	};
	return { ...suite, primitives: { ...suite.primitives, sha512: recording } };
}

for (const id of [1, 2] as const) {
	test(`BLAME-7: with everything that was ever revealed, no secret of a session can be made (suite ${id})`, () => {
		const pairs: Pair[] = [];
		const identities: Uint8Array[] = [];
		const suite = recordingSuite(id, pairs, identities);
		const bad: Change = change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cR: flipped(m.ring.cR) } }));
		const kc: Change = change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) }));
		const cheats = new Map([
			["Bo", bad],
			["Eva", kc],
		]);
		const room = blameRoom(suite, { members: ["Ana", "Bo", "Cy", "Di"], newcomers: ["Eva"], cheats });
		checkHonest(room);
		for (const one of honest(room)) assert.deepEqual(names(one), ["Ana", "Cy", "Di"]);
		assert.equal(eventsOf(honest(room)[0] ?? assert.fail(), "blamed").length, 2);
		const opened = derivable(suite, allRevealed(room.place, room.people), pairs, identities);
		const known = (pair: Pair): number =>
			pair.secrets.filter((secret) => opened.some((one) => equal(one, secret))).length;
		assert.ok(
			pairs.some((pair) => known(pair) === 3),
			"the pairs in dispute are open, or nothing is tried here",
		);
		const confirmed = liveKeys(room);
		const live = pairs.filter(({ ys }) => ys.every((y) => confirmed.some((one) => equal(one, y))));
		assert.ok(live.length > 0);
		for (const pair of live) assert.equal(known(pair), 0, "not one secret of a live pair");
	});
}

/** `y` of everyone who confirmed an attempt that became a session. */
function liveKeys(room: BlameRoom): readonly Uint8Array[] {
	const all = messages(room.place).map(({ parsed }) => parsed);
	const confirmed = all.filter(({ message }) => message.type === "CONFIRM").map(({ header }) => header.v);
	return all.flatMap(({ message }) => {
		const keySet = message.type === "SHARE" ? message.next : "keySet" in message ? message.keySet : undefined;
		return keySet !== undefined && confirmed.some((v) => equal(v, keySet.v.bytes)) ? [keySet.y.bytes] : [];
	});
}

/** Every Diffie-Hellman secret that can be made of what was revealed and all that is public. */
function derivable(
	suite: Suite,
	revealed: readonly Revealed[],
	pairs: readonly Pair[],
	identities: readonly Uint8Array[],
): readonly Uint8Array[] {
	const { primitives } = suite;
	const distinct = (all: readonly Uint8Array[]): Uint8Array[] => [
		...new Map(all.map((one) => [Buffer.from(one).toString("hex"), one])).values(),
	];
	const secrets = distinct(revealed.map(({ x }) => x)).map((x): DhSecretKey => primitives.dhKeyPair(x));
	const made: Uint8Array[] = [];
	for (const x of secrets) {
		for (const bytes of distinct(pairs.flatMap(({ ys }) => ys))) {
			const y = primitives.parseDhPublicKey(bytes);
			const shared = y.ok ? primitives.dh(x, y.value) : undefined;
			if (shared?.ok) made.push(concat(shared.value));
		}
		for (const bytes of distinct(identities)) {
			const lpk = primitives.parseIdentityKey(bytes);
			const shared = lpk.ok ? primitives.dhToIdentity(x, lpk.value) : undefined;
			if (shared?.ok) made.push(concat(shared.value));
		}
	}
	return made;
}
