import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { rewriteTranscript, type Transcript, verifyTranscript } from "../src/forge/index.ts";
import { parseMessage } from "../src/wire/envelope.ts";
import { names, type Person, seeded, suiteOf, TestPlace } from "./support/place.ts";
import { Recorder, recorded } from "./support/record.ts";
import { forgedLike, gather, messagesOf, realScene, SCENES } from "./support/scenes.ts";

const suite = suiteOf(2);

function texts(transcript: Transcript): readonly string[] {
	const read = verifyTranscript(suite, transcript);
	if (!read.ok) assert.fail(JSON.stringify(read.error));
	const { people, messages } = read.value;
	return messages.flatMap(({ by, text }) => (text === undefined ? [] : [`${people[by]?.nickname}: ${text}`]));
}

describe("FORGE-7: what one member kept, and everyone's published keys, put other words into a real session", () => {
	for (const scene of SCENES) {
		const session = realScene(suite, scene);
		for (const transcript of [session.by("Bo", true), forgedLike(session, scene, { witness: "Bo" })]) {
			const kind = transcript.witnesses[0]?.identitySeed === undefined ? "a forged one" : "a real one";
			test(`${kind} that ends by ${scene}: same agreement, same next session, and accepted`, () => {
				const by = transcript.roster.findIndex(({ identity }) => identity.nickname === "Ana");
				const words = [
					{ by, text: "I take it all back" },
					{ by, text: undefined },
					{ by: 0, text: "so do I" },
				];
				const rewritten = rewriteTranscript(suite, transcript, words, [], seeded("rewriter"));
				if (!rewritten.ok) assert.fail(JSON.stringify(rewritten.error));
				const name = transcript.roster[0]?.identity.nickname;
				assert.deepEqual(texts(rewritten.value), ["Ana: I take it all back", `${name}: so do I`]);
				const ours = new Set(transcript.roster.map(({ keySet }) => hex(keySet.v.bytes)));
				const kept = (one: Transcript): readonly string[] => {
					const running = messagesOf(suite, one).findIndex((parsed) => parsed?.message.type === "MESSAGE");
					return one.placed.flatMap((item, i) => {
						if (item.type === "left") return ["left"];
						const parsed = parseMessage(suite, item.text);
						return parsed.ok && (i < running || !ours.has(hex(parsed.value.header.v))) ? [item.text] : [];
					});
				};
				assert.deepEqual(kept(rewritten.value), kept(transcript), "the agreement, and all that other keys signed");
				assert.ok(kept(transcript).length > 2 * transcript.roster.length);
				assert.deepEqual(rewritten.value.witnesses, transcript.witnesses, "what was kept is what it was");
				const again = rewriteTranscript(suite, rewritten.value, words.slice(0, 1), [], seeded("again"));
				assert.deepEqual(again.ok && texts(again.value), ["Ana: I take it all back"]);
			});
		}
	}

	test("somebody who published nothing keeps a session from being rewritten, unless their key is known", () => {
		const session = realScene(suite, "rekey");
		const whole = session.by("Ana");
		const index = session.names.indexOf("Cy");
		const v = hex(whole.roster[index]?.keySet.v.bytes ?? assert.fail("Cy is not in it"));
		const messages = messagesOf(suite, whole);
		const placed = whole.placed.filter((_, i) => {
			const parsed = messages[i];
			const isTheirs = parsed !== undefined && hex(parsed.header.v) === v;
			return parsed?.message.type !== "RECEIVED" && !(isTheirs && parsed.message.type === "PUBLISH");
		});
		const transcript = { ...whole, placed };
		const words = [{ by: index, text: "me too" }];
		const refused = rewriteTranscript(suite, transcript, words, [], seeded("rewriter"));
		assert.deepEqual(refused.ok || refused.error, {
			kind: "script",
			expected: "published keys of everyone",
			got: `none of ${v}`,
		});
		const seed = session.seeds[index] ?? assert.fail("no seed");
		const rewritten = rewriteTranscript(suite, transcript, words, [seed], seeded("rewriter"));
		assert.deepEqual(rewritten.ok && texts(rewritten.value), ["Cy: me too"]);
	});

	test("what does not verify is not rewritten, and nobody else is made to speak", () => {
		const session = realScene(suite, "rekey");
		const transcript = session.by("Ana");
		const cut = { ...transcript, placed: transcript.placed.toSpliced(1, 1) };
		const refused = rewriteTranscript(suite, cut, [], session.seeds, seeded("rewriter"));
		assert.equal(!refused.ok && refused.error.kind, "transcript");
		const stranger = rewriteTranscript(suite, transcript, [{ by: 3, text: "hi" }], [], seeded("rewriter"));
		assert.equal(!stranger.ok && stranger.error.kind, "script");
	});
});

/** Texts under keys of the session of this index and under its name: its agreement, and what was said in it. */
function madeWithNewKeys(recorder: Recorder, index: number): readonly string[] {
	const session = recorded(recorder)[index] ?? assert.fail("no such session");
	const keys = new Set(session.roster.map(({ keySet }) => hex(keySet.v.bytes)));
	return recorder.place.log.flatMap((item) => {
		if (item.type !== "text") return [];
		const parsed = parseMessage(recorder.place.suite, item.text);
		return parsed.ok && keys.has(hex(parsed.value.header.v)) ? [item.text] : [];
	});
}

/** A newcomer's salt is what it draws after its five secret keys. */
function exceptSalt(past: (length: number) => Uint8Array, salt: (length: number) => Uint8Array): typeof past {
	let draws = 0;
	return (length) => (++draws === 6 ? salt(length) : past(length));
}

/** From here on everyone draws from a source of the same name, whatever they drew before. */
function drawAnew(recorder: Recorder, name: string): void {
	for (const person of [...recorder.sources.keys()]) recorder.sources.set(person, seeded(`${name} ${person}`));
}

describe("FORGE-7: no byte that is made with new keys depends on the session before", () => {
	test("whatever was said in it, the next session is the same, its newcomer's JOIN included", () => {
		const play = (words: readonly string[]): readonly string[] => {
			const place = new TestPlace(suite);
			const recorder = new Recorder(place, "same keys");
			const people = gather(recorder, 2);
			place.run(8000);
			for (const [i, text] of words.entries()) place.say(people[i % 2] as Person, text);
			place.run(20_000 - (place.now % 20_000));
			drawAnew(recorder, "new");
			const cy = recorder.enter("Cy", seeded("new Cy"));
			place.run(2000);
			place.say(cy, "what did I miss?");
			place.run(1000);
			assert.deepEqual(names(cy), ["Ana", "Bo", "Cy"]);
			return madeWithNewKeys(recorder, 1);
		};
		const quiet = play([]);
		assert.ok(quiet.length > 14, `${quiet.length}`);
		assert.ok(quiet.some((text) => text.startsWith(":3mpCAT:3Join:3")));
		for (const words of [["one"], ["one", "two", "a secret of ours"], ["x".repeat(4000)]]) {
			assert.deepEqual(play(words), quiet);
		}
	});

	test("whatever keys it had, and whoever was in it, the next session is the same", () => {
		const play = (history: string): { readonly made: readonly string[]; readonly before: string } => {
			const place = new TestPlace(suite);
			const recorder = new Recorder(place, "same people");
			// The same people with another past: other keys, another session, other words. Their salts go on from session to
			// session; they are theirs, and name none.
			const people = ["Ana", "Bo", "Cy"].map((name) => {
				const person = recorder.enter(name, exceptSalt(seeded(`${history} ${name}`), seeded(`salt ${name}`)));
				place.run(12_000);
				return person;
			});
			place.say(people[0] as Person, `our ${history} past`);
			place.run(5000);
			// Cy leaves; what the others draw next is what they would draw in any other past: coins first, then the next keys.
			place.act(people[2] as Person, (one) => one.leave(place.now));
			drawAnew(recorder, "new");
			place.run(3000);
			place.act(people[0] as Person, (one) => one.rekey(place.now));
			drawAnew(recorder, "newer");
			place.run(3000);
			place.say(people[1] as Person, "now then");
			place.run(1000);
			const sessions = recorded(recorder);
			const last = sessions.length - 1;
			const before = sessions[last - 1] ?? assert.fail("no session before");
			return { made: madeWithNewKeys(recorder, last), before: JSON.stringify(before.placed) };
		};
		const [one, other] = [play("quiet"), play("stormy")];
		assert.notEqual(one.before, other.before);
		assert.deepEqual(one.made, other.made);
		assert.ok(one.made.length > 5);
	});
});
