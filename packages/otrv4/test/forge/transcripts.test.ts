import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import { PADDING_BYTES } from "../../src/conversation/policy.ts";
import {
	bytesOfText,
	type ForgedText,
	forgeDakeAndSessionKeys,
	forgeTranscript,
	modifyDataMessage,
	parse,
	readAndForgeDataMessage,
	revealedMacKeys,
	type Script,
} from "../../src/forge/index.ts";
import { createClientProfile } from "../../src/profile/client-profile.ts";
import { ALICE, BOB, NOW_MS } from "../support/endpoint.ts";
import { kinds, must, only, refusedAs } from "../support/expect.ts";
import { seeded } from "../support/random.ts";
import {
	alice,
	bob,
	carol,
	honest,
	honestTranscript,
	options,
	primitives,
	readBy,
	withoutSigma,
	WORDS,
} from "./support.ts";
import { judge } from "./verifier.ts";

const SCRIPT: Script = { initiator: bob.person, responder: alice.person, words: WORDS, endedBy: ALICE };
const SEED = "a conversation";

/** Whoever has one of these, or none, can forge. */
const KEYS: readonly (readonly [string, Ed448KeyPair | undefined])[] = [
	["no long-term key at all", undefined],
	["the initiator's long-term key", bob.longTerm],
	["the responder's long-term key", alice.longTerm],
	["the initiator's forging key", bob.forging],
	["the responder's forging key", alice.forging],
];

function forged(key: Ed448KeyPair | undefined, seed: string = SEED): readonly ForgedText[] {
	return must(forgeTranscript(options(seed), key === undefined ? SCRIPT : { ...SCRIPT, key })).texts;
}

/** Types and lengths: all that can be seen of a transcript without understanding it. */
function outline(transcript: readonly ForgedText[]): unknown[] {
	return transcript.map(({ sender, text }) => {
		const parsed = must(parse(text));
		// A number of a group may have a leading zero byte fewer, once in 256 times, honest or not.
		const type = parsed.kind === "encoded" ? parsed.message.type : parsed.kind;
		return [sender, type, must(bytesOfText(text)).length];
	});
}

describe("a forged transcript", () => {
	const real = honestTranscript(seeded(SEED), WORDS, ALICE);

	for (const [name, key] of KEYS) {
		it(`is what two honest clients would have sent, by ${name}`, () => {
			const made = forged(key);
			assert.deepEqual(
				made.map(({ sender, text }) => [sender, withoutSigma(text)]),
				real.map(({ sender, text }) => [sender, withoutSigma(text)]),
			);
			assert.notDeepEqual(made[1], made[2]);
		});

		it(`is accepted by who sees it, by ${name}`, () => {
			assert.equal(judge(forged(key, `another ${name}`), PADDING_BYTES), judge(real, PADDING_BYTES));
		});
	}

	it("reveals the MAC keys of all texts if it is ended, and of all but the last if it is not", () => {
		assert.equal(judge(forged(undefined), PADDING_BYTES), WORDS.length);
		const unended = must(
			forgeTranscript(options(SEED), { initiator: bob.person, responder: alice.person, words: WORDS }),
		).texts;
		assert.equal(judge(unended, PADDING_BYTES), WORDS.length - 1);
	});

	it("is signed by the key that is given where its place is, and by an ephemeral key elsewhere", () => {
		const signed = (key: Ed448KeyPair | undefined): string[] =>
			forged(key)
				.slice(1, 3)
				.map(({ text }) => text);
		const [realR, realI] = real.slice(1, 3).map(({ text }) => text);
		const [aliceR, aliceI] = signed(alice.longTerm);
		const [bobR, bobI] = signed(bob.longTerm);
		// The random values are the honest ones, so that the same key makes the same signature.
		assert.deepEqual([aliceR === realR, aliceI === realI, bobR === realR, bobI === realI], [true, false, false, true]);
		const [forgingR, forgingI] = signed(bob.forging);
		assert.ok(forgingR !== realR && forgingR !== bobR && forgingI !== realI);
		assert.equal(forgingI, signed(undefined)[1]);
		assert.equal(bobR, signed(undefined)[0]);
	});

	it("says the same under the outline of another with texts of the same lengths", () => {
		const other = honestTranscript(seeded("another real one"), WORDS, ALICE);
		assert.deepEqual(outline(forged(undefined, "and another forged one")), outline(other));
	});

	for (const [name, key] of KEYS) {
		it(`is read by the honest clients of both, by ${name}`, () => {
			const made = forged(key).map(({ text }) => text);
			const both = honest(seeded(SEED));
			both.bob.take(both.bob.conversation.start(NOW_MS));
			both.alice.receive(made[0] ?? "");
			both.bob.receive(made[1] ?? "");
			assert.deepEqual(kinds(both.bob.told()), ["established"]);
			both.alice.receive(made[2] ?? "");
			assert.deepEqual(kinds(both.alice.told()), ["established"]);
			for (const [i, { sender, text }] of WORDS.entries()) {
				const [from, to] = sender === BOB ? [both.bob, both.alice] : [both.alice, both.bob];
				// What the sender makes of it is the same; what is carried is the forged one.
				from.take(must(from.conversation.send(text, NOW_MS)));
				to.receive(made[i + 3] ?? "");
				assert.deepEqual(readBy(to), [text]);
			}
			both.bob.receive(made[WORDS.length + 3] ?? "");
			assert.equal(only(both.bob.told(), "finished").by, "peer");
			assert.equal(made.length, WORDS.length + 4);
		});
	}

	it("can be changed further with the MAC keys that are revealed in it", () => {
		const made = [...forged(undefined)];
		const changed = made.findIndex(({ text }) => messageType(text) === "data");
		const keys = made.flatMap(({ text }) => (messageType(text) === "data" ? must(revealedMacKeys(text)) : []));
		const before = made[changed] as ForgedText;
		const modification = { oldText: "meet?", newText: "part.", offset: 9, macKeys: keys };
		const text = must(modifyDataMessage(primitives, before.text, modification));
		made[changed] = { ...before, text };
		assert.equal(judge(made, PADDING_BYTES), WORDS.length);
		const both = honest(seeded(SEED));
		both.bob.take(both.bob.conversation.start(NOW_MS));
		both.alice.receive(made[0]?.text ?? "");
		both.bob.receive(made[1]?.text ?? "");
		both.bob.told();
		both.bob.receive(text);
		assert.deepEqual(readBy(both.bob), ["Shall we part."]);
	});

	it("goes in fragments where the network takes no more", () => {
		const made = must(forgeTranscript(options(SEED, { maxChars: 800, paddingTo: 16 }), SCRIPT)).texts;
		assert.ok(made.every(({ text }) => text.length <= 800));
		const alike = honestTranscript(seeded(SEED), WORDS, ALICE, { maxChars: 800, paddingTo: 16 });
		assert.deepEqual(outlineOfFragments(made), outlineOfFragments(alike));
		assert.equal(judge(made, 16), judge(alike, 16));
	});

	it("tells why it cannot be made", () => {
		const refused = (script: Script, blame = "caller") => {
			const result = forgeTranscript(options(SEED), script);
			assert.equal(result.ok ? "" : result.error.blame, blame);
			return result.ok ? "" : `${result.error.reason}: ${result.error.expected}; ${result.error.got}`;
		};
		assert.equal(
			refused({ ...SCRIPT, key: carol.longTerm }),
			"key: a long-term or forging key of one of both; another",
		);
		assert.equal(
			refused({ ...SCRIPT, words: [{ sender: "eve@example.org", text: "" }] }),
			"malformed: a sender: bob@example.org or alice@example.org; eve@example.org",
		);
		assert.match(refused({ ...SCRIPT, responder: bob.person }), /^malformed: two people/);
		assert.match(refused({ ...SCRIPT, responder: { ...bob.person, address: ALICE } }), /^instance-tag: two devices/);
		assert.match(refused({ ...SCRIPT, words: [{ sender: ALICE, text: "a\0b" }] }), /^malformed: a text without NUL/);
		assert.match(
			refused({ ...SCRIPT, words: Array.from({ length: 10_001 }, () => WORDS[0]!) }),
			/^limit: at most 10000/,
		);
		const profile = alice.person.profile.slice();
		profile[profile.length - 1] = (profile.at(-1) as number) ^ 1;
		assert.match(refused({ ...SCRIPT, responder: { ...alice.person, profile } }), /^signature: /);
		const late = forgeTranscript(options(SEED, { nowMs: NOW_MS + 8 * 24 * 3600 * 1000 }), SCRIPT);
		refusedAs(late, "caller", "expired");
	});
});

describe("a forged DAKE", () => {
	it("is refused between profiles that no honest client would talk to", () => {
		// The long-term key of one is the forging key of the other, so that a ring has it twice.
		const profile = must(
			createClientProfile(primitives, {
				...{ instanceTag: 0x777, keyPair: carol.longTerm, forgingKey: alice.longTerm.publicKey, versions: "4" },
				...{ expiresAtSeconds: NOW_MS / 1000 + 3600, mode: "standalone" },
			}),
		).profile.bytes;
		const other = { address: BOB, profile };
		refusedAs(forgeDakeAndSessionKeys(options(SEED), { ...SCRIPT, initiator: other }), "caller", "key");
		const cast = { initiator: alice.person, responder: other };
		refusedAs(forgeDakeAndSessionKeys(options(SEED), cast), "caller", "key");
	});

	it("comes with the keys of its session", () => {
		const { texts, keys } = must(forgeDakeAndSessionKeys(options(SEED), SCRIPT));
		assert.deepEqual(
			texts.map(({ sender, text }) => [sender, messageType(text)]),
			[
				[BOB, "identity"],
				[ALICE, "auth-r"],
				[BOB, "auth-i"],
			],
		);
		const transcript = forged(undefined);
		assert.deepEqual(texts, transcript.slice(0, 3));
		const [first, second] = transcript.slice(3).map(({ text }) => text);
		assert.equal(must(readAndForgeDataMessage(primitives, first ?? "", keys.chainKey)).plaintext.text, WORDS[0]?.text);
		assert.equal(must(readAndForgeDataMessage(primitives, second ?? "", keys.chainKey)).plaintext.text, WORDS[1]?.text);
		const both = honest(seeded(SEED));
		both.bob.take(both.bob.conversation.start(NOW_MS));
		both.bob.receive(texts[1]?.text ?? "");
		assert.deepEqual(only(both.bob.told(), "established").ssid, keys.ssid);
		assert.equal(keys.rootKey.length, 64);
	});
});

function messageType(text: string): string {
	const parsed = must(parse(text));
	return parsed.kind === "encoded" ? parsed.message.type : parsed.kind;
}

/** Sender and length of each, and the type of what is whole. */
function outlineOfFragments(transcript: readonly ForgedText[]): unknown[] {
	return transcript.map(({ sender, text }) => [sender, messageType(text), text.length]);
}
