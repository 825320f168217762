import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { decodeText } from "../../src/wire/encoding.ts";
import { decodeMessage } from "../../src/wire/decode-message.ts";
import { ourSide, perform, type RecordedConversation, type Recording } from "./recording.ts";
import { readVectors } from "./support.ts";

const { conversations } = readVectors<Recording>("otr4j-conversation.json");

/** Every event of our side. */
function eventsOf({ steps }: RecordedConversation): RecordedConversation["steps"][number]["events"] {
	return steps.flatMap(({ events }) => events);
}

/** The ratchet ids of data messages, ours and otr4j's. */
function ratchetIds({ steps }: RecordedConversation): ReadonlySet<number> {
	const texts = steps.flatMap(({ action, send }) => (action.do === "receive" ? [action.text, ...send] : send));
	const ids = texts.flatMap((text) => {
		const decoded = text.startsWith("?OTR:") ? decodeText(text) : undefined;
		const message = decoded?.ok ? decodeMessage(decoded.value) : undefined;
		return message?.ok && message.value.type === "data" ? [message.value.ratchetId] : [];
	});
	return new Set(ids);
}

for (const recorded of conversations) {
	for (const primitives of [otrNodePrimitives, otrNoblePrimitives]) {
		test(`a conversation with otr4j (${recorded.name}), again over ${primitives.backend}`, () => {
			const conversation = ourSide(primitives, recorded);
			for (const step of recorded.steps) {
				assert.deepEqual(perform(conversation, step.action, step.atMs), step, `${step.action.do} at ${step.atMs}`);
			}
		});
	}
}

describe("what is in the recording", () => {
	test("both roles, and fragments both ways", () => {
		const halves = conversations.map((one) => eventsOf(one).find(({ kind }) => kind === "established")?.["ourHalf"]);
		assert.ok(halves.includes("first") && halves.includes("second"));
		for (const ours of [true, false]) {
			const isFragmented = conversations.some(({ steps }) =>
				steps.some(({ action, send }) => {
					const texts = ours ? send : action.do === "receive" ? [action.text] : [];
					return texts.some((text) => text.startsWith("?OTR|"));
				}),
			);
			assert.ok(isFragmented);
		}
	});
	test("the longer ones go through more than eight ratchets, with a message that comes late", () => {
		for (const one of conversations.filter(({ maxChars }) => maxChars === null)) {
			assert.ok(ratchetIds(one).size > 8);
			const heard = eventsOf(one).flatMap(({ kind, text }) => (kind === "message" ? [text] : []));
			assert.ok(heard.indexOf("held back") > heard.indexOf("after what was held back"));
		}
	});
	test("an SMP that says equal and one that says unequal, started by each, keys of each, ends by each", () => {
		const events = conversations.flatMap(eventsOf);
		for (const equal of [true, false]) {
			assert.ok(events.some(({ kind, equal: found }) => kind === "smp-finished" && found === equal));
		}
		for (const kind of ["smp-asked", "smp-answered", "extra-symmetric-key", "finished", "ended"]) {
			assert.ok(
				events.some((event) => event["kind"] === kind),
				kind,
			);
		}
		const keys = conversations.flatMap(({ steps }) => steps.flatMap(({ key }) => (key === undefined ? [] : [key])));
		assert.ok(keys.length > 0);
		assert.ok(!events.some(({ kind }) => kind === "refused" || kind === "unreadable"));
	});
});
