import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { hex } from "@clowder/bytes";
import { freshAttempt } from "../src/fold/opening.ts";
import { type Attempt, byKey, keyName } from "../src/fold/state.ts";
import { generateKeySet, type OwnKeySet } from "../src/key-set.ts";
import type { Sid } from "../src/labels.ts";
import { parseNickname } from "../src/nickname.ts";
import { RingWork } from "../src/participant/ring-work.ts";
import type { Self } from "../src/participant/room.ts";
import { SenderChain } from "../src/session/chain.ts";
import { LiveSession } from "../src/session/live-session.ts";
import type { Participant } from "../src/session/session-id.ts";
import { PLAIN_SELF } from "./support/self.ts";
import { parseMessage, signMessage, verifyMessage, type VerifiedMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(2);

/** A generator that remembers: seeds, salts and coins are secrets. */
function remembering(seed: string): { readonly random: (length: number) => Uint8Array; readonly drawn: Uint8Array[] } {
	const source = seeded(seed);
	const drawn: Uint8Array[] = [];
	const random = (length: number): Uint8Array => {
		const bytes = source(length);
		drawn.push(bytes.slice());
		return bytes;
	};
	return { random, drawn };
}

/** Every form in which bytes show when printed, white space aside: hexadecimal, base64, decimal. */
function formsOf(bytes: Uint8Array): string[] {
	const some = bytes.subarray(0, 9);
	return [hex(some), Buffer.from(some).toString("base64"), [...some].join(",")];
}

/** Whatever a log, an error or a crash report might make of a value. */
function printsOf<T extends { toString(): string }>(value: T): string[] {
	const whole = { depth: 20, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY };
	return [
		value.toString(),
		JSON.stringify(value),
		JSON.stringify({ nested: [value] }),
		JSON.stringify(Object.entries(value)),
		inspect(value, whole),
		inspect([{ nested: value }], { ...whole, showHidden: true, getters: true }),
		inspect(new Error("something failed", { cause: value }), whole),
	];
}

function assertSilent<T extends { toString(): string }>(value: T, secrets: readonly Uint8Array[]): void {
	assert.ok(secrets.length > 0);
	// Columns of numbers are aligned with spaces.
	for (const print of printsOf(value).map((text) => text.replace(/\s/g, ""))) {
		for (const secret of secrets) {
			for (const form of formsOf(secret)) assert.ok(!print.includes(form), `${form} in ${print.slice(0, 500)}`);
		}
	}
}

interface Side {
	readonly keys: OwnKeySet;
	readonly work: RingWork;
	readonly drawn: readonly Uint8Array[];
	readonly sk: Uint8Array;
}

/** Signs, carries and verifies a message of an attempt. */
function carried<M extends Message>(keys: OwnKeySet, attempt: Attempt, number: number, message: M): VerifiedMessage<M> {
	const { text } = signMessage(suite, "memory:room", keys.e, attempt.aid, number, message);
	const parsed = parseMessage(suite, text);
	assert.ok(parsed.ok);
	const verified = verifyMessage(suite, "memory:room", keys.public.v, parsed.value);
	return verified.ok ? (verified.value as VerifiedMessage<M>) : assert.fail(JSON.stringify(verified.error));
}

interface Newcomer extends Participant {
	readonly keys: OwnKeySet;
	readonly drawn: Uint8Array[];
	readonly random: (length: number) => Uint8Array;
	readonly self: Self;
}

function newcomer(name: string): Newcomer {
	const { random, drawn } = remembering(`secrets/${name}`);
	const identity = suite.primitives.identityKey(random(32));
	const keys = generateKeySet(suite, random);
	const nickname = parseNickname(name);
	assert.ok(nickname.ok);
	return {
		identity: { lpk: identity.publicKey, nickname: nickname.value, salt: seeded(`salt/${name}`)(32) },
		keySet: keys.public,
		keys,
		drawn,
		random,
		self: { suite, identity, nickname: nickname.value, ...PLAIN_SELF },
	};
}

/** Two people agree on a key, by hand. */
function agreement(): { readonly attempt: Attempt; readonly sides: readonly [Side, Side] } {
	const people = [newcomer("Ana"), newcomer("Bo")].sort(byKey);
	const slots = people.map(({ keySet }) => ({ keySet, member: undefined, join: undefined }));
	const parameters = {
		suite: 2,
		policy: "open",
		passphrase: false,
		timeoutSeconds: 60,
		binding: "memory:room",
	} as const;
	const opened = freshAttempt(suite, { k: 0, parameters }, slots, { by: undefined, rekey: false });
	const plist = people.map(({ identity, keySet }) => ({ identity, keySet }));
	const works = people.map((one) => new RingWork(one.self, opened, one.keys, plist));
	const offers = new Map(
		people.map((one, i) => {
			const work = works[i] as RingWork;
			const kemCiphertext = work.offer(opened, one.random(32));
			return [keyName(one.keySet.v), carried(one.keys, opened, 0, { type: "OFFER", kemCiphertext, list: work.list })];
		}),
	);
	const offered: Attempt = { ...opened, offers };
	const shares = new Map(
		people.map((one, i) => {
			const share = (works[i] as RingWork).share(offered);
			const next = generateKeySet(suite, one.random).public;
			return [keyName(one.keySet.v), carried(one.keys, opened, 1, { type: "SHARE", ...share, next })];
		}),
	);
	const attempt: Attempt = { ...offered, shares };
	const sides = people.map((one, i): Side => {
		const work = works[i] as RingWork;
		assert.deepEqual(work.updateSessionKey(attempt, one.random), { ok: true, value: undefined });
		const sk = work.withKey((key) => key.slice()) ?? assert.fail("no key");
		return { keys: one.keys, work, drawn: one.drawn, sk };
	});
	return { attempt, sides: sides as [Side, Side] & Side[] };
}

test("bytes that do print are found in every form", () => {
	const bytes = seeded("shown")(32);
	const shown = [inspect({ bytes }), inspect(Buffer.from(bytes)).replace(/ /g, ""), JSON.stringify([...bytes])];
	for (const value of [{ bytes }, { text: hex(bytes) }, { text: Buffer.from(bytes).toString("base64") }, { shown }]) {
		assert.throws(() => assertSilent(value, [bytes]), assert.AssertionError);
	}
	assertSilent({ bytes }, [seeded("hidden")(32)]);
});

describe("secrets do not print", () => {
	const { attempt, sides } = agreement();
	const [own, peer] = sides;

	test("the two agree, or nothing of this means anything", () => {
		assert.equal(hex(own.sk), hex(peer.sk));
		assert.equal(hex(own.work.sid), hex(peer.work.sid));
		assert.deepEqual(own.work.confirm(attempt, 1), peer.work.confirm(attempt, 1));
	});

	test("a key set", () => {
		assertSilent(own.keys, own.drawn);
		assert.match(inspect(own.keys, { depth: 5 }), /x: \[secret\]/);
	});

	test("the work on an attempt: seeds, coins, session key", () => {
		assertSilent(own.work, [...own.drawn, own.sk, own.work.sid]);
		assert.equal(String(own.work), "[secret]");
		assert.equal(JSON.stringify({ work: own.work }), '{"work":"[secret]"}');
	});

	test("a sender chain: the key it starts from, and the session key", () => {
		const sid = seeded("sid")(32) as Sid;
		const chain = new SenderChain(suite, own.sk, sid, 0);
		const iv = seeded("iv")(16);
		chain.encrypt([], iv, new Uint8Array(256));
		assertSilent(chain, [own.sk, sid]);
		assert.equal(String(chain), "[secret]");
		assert.equal(inspect(chain, { showHidden: true, depth: 9 }), "[secret]");
	});

	test("a running session: seeds, session key, the name that only its people know", () => {
		const { sid, plist, index } = own.work;
		const { aid } = attempt;
		const session = new LiveSession(suite, {
			aid,
			sid,
			sk: own.sk,
			plist,
			index,
			own: own.keys,
			confirms: [],
			since: 0,
		});
		assertSilent(session, [...own.drawn, own.sk, sid, ...plist.map((one) => one.identity.salt)]);
		assert.equal(String(session), `session ${session.fingerprint}`);
		assert.equal(JSON.stringify({ session }), JSON.stringify({ session: String(session) }));
	});

	test("what was found out about a text that does not decrypt", () => {
		const chain = new SenderChain(suite, own.sk, own.work.sid, 0);
		const content = chain.encrypt([], seeded("iv")(16), new Uint8Array(256));
		const refused = new SenderChain(suite, peer.sk, own.work.sid, 1).decrypt([], content);
		assert.ok(!refused.ok);
		assertSilent(refused, [own.sk, own.work.sid, content.mac]);
	});
});

test("once an attempt's work is erased, no key can be had of it", () => {
	const { attempt, sides } = agreement();
	const [{ work }] = sides;
	const kept = work.withKey((key) => key) ?? assert.fail("no key");
	assert.ok(kept.some((byte) => byte !== 0));
	work.erase();
	assert.ok(
		kept.every((byte) => byte === 0),
		"the bytes themselves",
	);
	assert.equal(
		work.withKey(() => "a key"),
		undefined,
	);
	assert.equal(
		work.withKey((key) => key),
		undefined,
	);
	assert.equal(work.confirm(attempt, 0), undefined);
});
