import assert from "node:assert/strict";
import { equal, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { attemptId, byKey } from "../../src/fold/state.ts";
import {
	type RosterEntry,
	type ScriptPerson,
	type SpokenWord,
	type Transcript,
	type TranscriptItem,
	verifyTranscript,
	type Witness,
} from "../../src/forge/index.ts";
import { nextSalt } from "../../src/identity.ts";
import type { PublicKeySet } from "../../src/key-set.ts";
import type { RoomParameters } from "../../src/parameters.ts";
import { type ParsedMessage, parseMessage } from "../../src/wire/envelope.ts";
import { type Person, seeded, type TestPlace } from "./place.ts";
import { UNDER_VIEW } from "./context.ts";

/** People whose every random draw is remembered, as a dishonest client would. */
export class Recorder {
	readonly place: TestPlace;
	readonly #drawn: Map<string, Uint8Array[]> = new Map();
	readonly #seeds: Map<string, Uint8Array> = new Map();
	/** Where each one's random bytes come from; a test may change it at any moment. */
	readonly sources: Map<string, (length: number) => Uint8Array> = new Map();

	readonly #seed: string;

	constructor(place: TestPlace, seed: string) {
		this.place = place;
		this.#seed = seed;
	}

	enter(name: string, random: (length: number) => Uint8Array = seeded(`${this.#seed} ${name}`)): Person {
		const drawn: Uint8Array[] = [];
		this.#drawn.set(name, drawn);
		this.sources.set(name, random);
		const identitySeed = seeded(`${this.#seed} identity ${name}`)(32);
		this.#seeds.set(name, identitySeed);
		const identity = this.place.suite.primitives.identityKey(identitySeed);
		const recording = (length: number): Uint8Array => {
			const bytes = (this.sources.get(name) ?? random)(length);
			drawn.push(bytes.slice());
			return bytes;
		};
		// Nothing rides along with heartbeats, which come at random moments.
		return this.place.enter(name, { identity, random: recording, timing: { rideMs: 50 } });
	}

	identitySeed(name: string): Uint8Array {
		return this.#seeds.get(name) ?? assert.fail(`${name} is not here`);
	}

	get drawnByAll(): readonly Uint8Array[] {
		return [...this.#drawn.values()].flat();
	}

	drawn(name: string): readonly Uint8Array[] {
		return this.#drawn.get(name) ?? assert.fail(`${name} is not here`);
	}
}

interface Owner {
	readonly name: string;
	readonly keySet: PublicKeySet;
	readonly salt: Uint8Array;
	readonly newcomer: boolean;
	/** Of the key set that its SHARE names. */
	next: Owner | undefined;
}

/** Seeds of a key set, found again among what its owner drew. */
function seedsOf(
	suite: Suite,
	drawn: readonly Uint8Array[],
	v: Uint8Array,
): { readonly at: number; readonly e: Uint8Array } {
	const at = drawn.findIndex(
		(bytes) => bytes.length === 32 && equal(suite.primitives.signingKey(bytes).verifyKey.bytes, v),
	);
	return { at, e: drawn[at] ?? assert.fail("the key is not among what its owner drew") };
}

/** A session as it was recorded, with everything that anyone in it knew. */
export interface Recorded {
	readonly suite: Suite;
	readonly parameters: RoomParameters;
	readonly k: number;
	readonly names: readonly string[];
	readonly roster: readonly RosterEntry[];
	readonly placed: readonly TranscriptItem[];
	/** Signing seeds, by place in the roster. */
	readonly seeds: readonly Uint8Array[];
	/** What was said, by place in the roster. */
	readonly spoken: readonly SpokenWord[];
	/** Who comes in at its end, by public keys; and by order of coming, who answered and who opened. */
	readonly comer: Pick<ScriptPerson, "nickname" | "lpk"> | undefined;
	readonly sponsor: number;
	readonly opener: number;
	/** The signing seed of any `v` that anyone made. */
	seedOf(v: Uint8Array): Uint8Array;
	/** The transcript that one of them could show. */
	by(name: string, withIdentity?: boolean): Transcript;
}

class Reading {
	readonly #suite: Suite;
	readonly #recorder: Recorder;
	readonly #items: { readonly item: TranscriptItem; readonly parsed: ParsedMessage | undefined }[] = [];
	readonly #owners: Map<string, Owner> = new Map();

	constructor(recorder: Recorder) {
		this.#recorder = recorder;
		this.#suite = recorder.place.suite;
		for (const item of recorder.place.log) {
			if (item.type === "left") this.#items.push({ item: { type: "left", handle: item.handle }, parsed: undefined });
			if (item.type !== "text") continue;
			const parsed = parseMessage(this.#suite, item.text);
			if (!parsed.ok) throw new Error("a text that does not parse");
			this.#items.push({ item, parsed: parsed.value });
			this.#note(item.from, parsed.value);
		}
	}

	#note(from: string, { header, message }: ParsedMessage): void {
		if (message.type === "FOUND" || message.type === "JOIN") {
			const name = this.#recorder.place.people.find((one) => one.handle === from)?.name ?? assert.fail(from);
			const drawn = this.#recorder.drawn(name);
			const { at } = seedsOf(this.#suite, drawn, header.v);
			const salt = drawn[at + (this.#suite.kem ? 3 : 1)] ?? assert.fail("no salt");
			const newcomer = message.type === "JOIN";
			this.#owners.set(hex(header.v), { name, keySet: message.keySet, salt, newcomer, next: undefined });
		}
		if (message.type === "SHARE") {
			const owner = this.#owners.get(hex(header.v)) ?? assert.fail("a share of nobody's");
			const salt = nextSalt(this.#suite, owner.salt);
			const next = { name: owner.name, keySet: message.next, salt, newcomer: false, next: undefined };
			owner.next ??= next;
			this.#owners.set(hex(message.next.v.bytes), next);
		}
	}

	/** What a message belongs to: what it is signed under, or the attempt that this stands for (rule VIEW-1). */
	#context({ header, message }: ParsedMessage): Uint8Array {
		const share = this.#items.find(
			({ parsed }) => parsed?.message.type === "SHARE" && equal(parsed.header.v, header.v),
		);
		return (UNDER_VIEW.has(message.type) && share?.parsed?.header.context) || header.context;
	}

	/** Names of the attempts that became sessions, and where their last CONFIRM stands. */
	get sessions(): readonly { readonly aid: Uint8Array; readonly list: readonly Owner[]; readonly at: number }[] {
		const attempts = new Map<string, { aid: Uint8Array; shares: Set<string>; confirms: Set<string>; at: number }>();
		for (const [at, { parsed }] of this.#items.entries()) {
			const type = parsed?.message.type;
			if (parsed === undefined || (type !== "SHARE" && type !== "CONFIRM")) continue;
			const { v } = parsed.header;
			const context = this.#context(parsed);
			const attempt = attempts.get(hex(context)) ?? { aid: context, shares: new Set(), confirms: new Set(), at };
			(type === "SHARE" ? attempt.shares : attempt.confirms).add(hex(v));
			attempts.set(hex(context), { ...attempt, at });
		}
		return [...attempts.values()]
			.filter(({ shares, confirms }) => shares.size === confirms.size)
			.map(({ aid, shares, at }) => ({
				aid,
				at,
				list: [...shares].map((v) => this.#owners.get(v) ?? assert.fail("nobody's")).sort(byKey),
			}));
	}

	#placed(index: number): readonly TranscriptItem[] {
		const all = this.sessions;
		const { aid, at } = all[index] ?? assert.fail("no such session");
		const end = all[index + 1]?.at ?? this.#items.length - 1;
		const before = new Set(all.slice(0, index).map((one) => hex(one.aid)));
		return this.#items.flatMap(({ item, parsed }, i): readonly TranscriptItem[] => {
			const context = parsed && this.#context(parsed);
			const ours = context !== undefined && equal(context, aid);
			if (i <= at || i > end) return ours ? [item] : [];
			return context !== undefined && before.has(hex(context)) ? [] : [item];
		});
	}

	session(index: number): Recorded {
		const suite = this.#suite;
		const found = this.#items.find(({ parsed }) => parsed?.message.type === "FOUND")?.parsed?.message;
		assert.ok(found?.type === "FOUND");
		const { parameters } = found;
		const { aid, list } = this.sessions[index] ?? assert.fail("no such session");
		const slots = list.map(({ keySet }) => ({ keySet, member: undefined, join: undefined }));
		const k = [...Array(50).keys()].find((n) => equal(attemptId(suite, n, parameters, slots), aid));
		const roster = list.map((owner): RosterEntry => {
			const { name, keySet, salt, newcomer } = owner;
			const person = this.#recorder.place.people.find((one) => one.name === name) ?? assert.fail(name);
			const { publicKey } = suite.primitives.identityKey(this.#recorder.identitySeed(name));
			const nickname = person.participant.view().self.nickname;
			return { identity: { lpk: publicKey, nickname, salt }, keySet, newcomer };
		});
		const placed = this.#placed(index);
		const seeds = list.map(({ name, keySet }) => seedsOf(suite, this.#recorder.drawn(name), keySet.v.bytes).e);
		const head = { parameters, k: k ?? assert.fail("no such attempt"), roster, placed };
		const by = (name: string, withIdentity = false): Transcript => ({
			...head,
			witnesses: [this.#witness(list, placed, name, withIdentity)],
		});
		const names = list.map(({ name }) => name);
		const read = verifyTranscript(suite, by(names[0] ?? ""));
		if (!read.ok) throw new Error(`a real transcript is refused: ${JSON.stringify(read.error)}`);
		const seedOf = (v: Uint8Array): Uint8Array => seedsOf(suite, this.#recorder.drawnByAll, v).e;
		return { suite, ...head, names, seeds, seedOf, by, spoken: read.value.messages, ...this.#entry(placed) };
	}

	#entry(placed: readonly TranscriptItem[]): Pick<Recorded, "comer" | "sponsor" | "opener"> {
		const { people } = this.#recorder.place;
		const senderOf = (tag: string): number => {
			const item = placed.find((one) => one.type === "text" && one.text.startsWith(`:3mpCAT:3${tag}:3`));
			return people.findIndex((one) => item?.type === "text" && one.handle === item.from);
		};
		const comer = people[senderOf("Join")];
		const lpk = comer && this.#suite.primitives.identityKey(this.#recorder.identitySeed(comer.name)).publicKey;
		return {
			comer: comer && lpk && { nickname: comer.participant.view().self.nickname, lpk },
			sponsor: senderOf("State"),
			opener: senderOf("Open"),
		};
	}

	#witness(list: readonly Owner[], placed: readonly TranscriptItem[], name: string, withIdentity: boolean): Witness {
		const suite = this.#suite;
		const index = list.findIndex((one) => one.name === name);
		const owner = list[index] ?? assert.fail(`${name} is not in it`);
		const drawn = this.#recorder.drawn(name);
		const { at } = seedsOf(suite, drawn, owner.keySet.v.bytes);
		const next = seedsOf(suite, drawn, owner.next?.keySet.v.bytes ?? assert.fail("no next keys"));
		const identity = suite.primitives.identityKey(this.#recorder.identitySeed(name));
		const seed = (offset: number): Uint8Array => drawn[at + offset] ?? assert.fail("no seed");
		return {
			v: owner.keySet.v.bytes,
			x: seed(-2),
			s: seed(-1),
			kemSeed: suite.kem && seed(1),
			boxSeed: suite.kem && seed(2),
			coins: suite.kem && this.#coins(list, index, placed, drawn),
			nextX: drawn[next.at - 2] ?? assert.fail("no seed"),
			longTerm: list
				.filter((one) => one !== owner)
				.map(({ keySet }) => {
					const shared = suite.primitives.dhFromIdentity(identity, keySet.y);
					return shared.ok ? shared.value : assert.fail("no shared secret");
				}),
			identitySeed: withIdentity ? this.#recorder.identitySeed(name) : undefined,
		};
	}

	#coins(
		list: readonly Owner[],
		index: number,
		placed: readonly TranscriptItem[],
		drawn: readonly Uint8Array[],
	): Uint8Array {
		const { kem } = this.#suite;
		const own = (list[index] as Owner).keySet.v.bytes;
		const right = list[(index + 1) % list.length]?.keySet.ek?.key;
		const sent = placed.flatMap((item) => {
			const parsed = item.type === "text" ? parseMessage(this.#suite, item.text) : undefined;
			if (!parsed?.ok || !equal(parsed.value.header.v, own)) return [];
			return parsed.value.message.type === "OFFER" ? (parsed.value.message.kemCiphertext ?? []) : [];
		});
		const [ciphertext] = sent as (Uint8Array | undefined)[];
		const coins = drawn.find(
			(bytes) =>
				bytes.length === 32 &&
				kem &&
				right &&
				ciphertext &&
				equal(kem.encapsulate(right, bytes).ciphertext, ciphertext),
		);
		return coins ?? assert.fail("no coins");
	}
}

/** All sessions of two or more that were recorded, oldest first. */
export function recorded(recorder: Recorder): readonly Recorded[] {
	const reading = new Reading(recorder);
	return reading.sessions.flatMap(({ list }, i) => (list.length < 2 ? [] : [reading.session(i)]));
}
