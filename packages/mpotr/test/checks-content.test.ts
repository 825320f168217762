import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyTranscript } from "../src/forge/index.ts";
import { parseNickname } from "../src/nickname.ts";
import type { Content } from "../src/session/content.ts";
import { parseMessage } from "../src/wire/envelope.ts";
import { BAD_NAME, enterInside, type Inside, inPlaceOf, MINUTE } from "./checks-inside.ts";
import { eventsOf, names, suiteOf } from "./support/place.ts";

/** What a member may encrypt for the others, who hold the same key and take nothing on trust. */

const suite = suiteOf(1);

function introduction(nickname: string): Content {
	const parsed = parseNickname(nickname);
	const lpk = suite.primitives.identityKey(new Uint8Array(32).fill(9)).publicKey;
	return {
		kind: "introduction",
		identity: { lpk, nickname: parsed.ok ? parsed.value : BAD_NAME, salt: new Uint8Array(32) },
	};
}

function refusals({ ana }: Inside): readonly (readonly [string, string])[] {
	return eventsOf(ana, "refused").flatMap(({ refusal }) =>
		"rule" in refusal ? [[refusal.rule, refusal.expected]] : [],
	);
}

describe("content by one who has the session's key (CONTENT-4)", () => {
	test("what is well-formed is read, also after what was not", () => {
		const inside = enterInside();
		const { ana, place } = inside;
		inside.say({ type: "MESSAGE", content: inside.encrypted({ kind: "text", id: new Uint8Array(8), text: "hello" }) });
		assert.deepEqual(refusals(inside), []);
		assert.equal(ana.messages.at(-1)?.text, "hello");
		place.say(ana, "hello to you");
		place.run(1000);
		assert.equal(ana.messages.at(-1)?.text, "hello to you");
	});

	test("CONTENT-4: an introduction is nothing that is said", () => {
		const inside = enterInside();
		inside.say({ type: "MESSAGE", content: inside.encrypted(introduction("Eve")) });
		assert.deepEqual(refusals(inside), [["CONTENT-4", "a text or an acknowledgement"]]);
	});

	test("CONTENT-4: what its encoder would not write is refused, though it authenticates", () => {
		const inside = enterInside();
		inside.say({ type: "MESSAGE", content: inside.encrypted(introduction("a\u0000b")) });
		assert.deepEqual(
			refusals(inside).map(([rule]) => rule),
			["CONTENT-4"],
		);
		assert.deepEqual(inside.ana.messages, []);
	});

	test("CONTENT-4: a text introduces nobody", () => {
		const inside = enterInside();
		const { place, ana, mal, recorder } = inside;
		// So that it is Mal who answers.
		ana.cheat = (text) => (text.includes(":3State:3") ? undefined : text);
		mal.cheat = (text) => {
			const parsed = parseMessage(suite, text);
			assert.ok(parsed.ok);
			const { message } = parsed.value;
			if (message.type !== "INTRODUCE") return text;
			const said: Content = { kind: "text", id: new Uint8Array(8), text: "Eve" };
			const content = inside.encrypted(said, [message.join]);
			return inPlaceOf(inside, parsed.value, { ...message, content });
		};
		const eve = recorder.enter("Eve");
		place.run(MINUTE, () => refusals(inside).length > 0 || names(ana).length === 3);
		assert.deepEqual(refusals(inside)[0], ["CONTENT-4", "an introduction"]);
		assert.ok(!eventsOf(ana, "joining").some(({ person }) => person.nickname === "Eve"));
		assert.deepEqual(names(eve), []);
	});
});

describe("the same in a transcript", () => {
	/** What the verifier says of the transcript once Mal has said this. */
	function verdict(content: Content, more = 0): string {
		const inside = enterInside();
		const before = inside.session().by("Mal");
		assert.ok(verifyTranscript(suite, before).ok);
		inside.say({ type: "MESSAGE", content: inside.encrypted(content, [], more) });
		const last = inside.place.log.findLast((item) => item.type === "text" && item.text.includes(":3Message:3"));
		assert.ok(last?.type === "text");
		const read = verifyTranscript(suite, { ...before, placed: [...before.placed, last] });
		return read.ok ? "accepted" : read.error.rule;
	}

	test("CONTENT-4: an introduction is nothing that is said", () => {
		assert.equal(verdict({ kind: "acknowledgement" }), "accepted");
		assert.equal(verdict(introduction("Eve")), "CONTENT-4");
	});

	test("CONTENT-4: what its encoder would not write is refused", () => {
		assert.equal(verdict(introduction("a\u0000b")), "CONTENT-4");
	});

	test("DIGEST-2: nobody has seen more than there was", () => {
		assert.equal(verdict({ kind: "acknowledgement" }, 1), "DIGEST-2");
	});
});
