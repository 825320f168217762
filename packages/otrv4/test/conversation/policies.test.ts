import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../../src/conversation/policy.ts";
import { appendWhitespaceTag, findWhitespaceTag } from "../../src/wire/whitespace-tag.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { kinds, must, onlyRefused, refusedAs } from "../support/expect.ts";
import { establish, established, type Pair, pair, settle, talk } from "../support/pair.ts";
import { typesOf } from "./scenes.ts";

function compatible(policy: Partial<Policy>): Pair {
	return pair({ mode: "otrv3-compatible", policy });
}

test("plaintext is not sent unless the policy allows it", () => {
	refusedAs(compatible({}).alice.conversation.sendUnencrypted("hello"), "caller", "policy");
	const { alice } = compatible({ requireEncryption: false });
	assert.deepEqual(must(alice.conversation.sendUnencrypted("hello")), { send: ["hello"], events: [] });
});

test("plaintexts offer OTR until one without OTR comes back", () => {
	const { alice, bob } = compatible({ requireEncryption: false, sendWhitespaceTag: true, whitespaceStartsDake: false });
	const [tagged] = must(alice.conversation.sendUnencrypted("hello")).send;
	assert.deepEqual(findWhitespaceTag(tagged ?? ""), { text: "hello", versions: [4] });
	assert.deepEqual(bob.receive(tagged ?? "").events, [{ kind: "plaintext", text: "hello", during: "plaintext" }]);
	alice.receive(appendWhitespaceTag("I have it too", [4]));
	assert.notEqual(must(alice.conversation.sendUnencrypted("still")).send[0], "still");
	alice.receive("I have not");
	assert.deepEqual(must(alice.conversation.sendUnencrypted("hello")).send, ["hello"]);
});

test("an offer in whitespace begins a conversation", () => {
	const both = compatible({ requireEncryption: false, sendWhitespaceTag: true });
	both.alice.take(must(both.alice.conversation.sendUnencrypted("hello")));
	settle(both);
	talk(both);
});

test("an offer in whitespace of versions that are not spoken begins nothing", () => {
	const { alice } = compatible({});
	assert.deepEqual(kinds(alice.receive(appendWhitespaceTag("hello", [3])).events), ["plaintext", "refused"]);
	assert.deepEqual(alice.sent(), []);
});

test("a query begins a conversation; its versions are the policy's", () => {
	const both = compatible({ versions: [4] });
	assert.deepEqual(must(both.alice.conversation.query("Let us talk.")).send, ["?OTRv4? Let us talk."]);
	both.alice.take(must(both.alice.conversation.query()));
	settle(both);
	talk(both);
});

test("a query that comes again is answered by the same offer for as long as that stands", () => {
	const { alice } = compatible({});
	const first = alice.receive("?OTRv4?").send;
	assert.deepEqual(typesOf(first), ["identity"]);
	assert.deepEqual(alice.receive("?OTRv4?").send, first);
	alice.conversation.tick(NOW_MS + 24 * 3_600_000);
	assert.notDeepEqual(alice.receive("?OTRv4?").send, first);
});

test("no answer to a query without versions, without known ones, or in a form that is none", () => {
	const { alice } = compatible({});
	onlyRefused(alice.receive("?OTRv?"), "incompatible", "version");
	onlyRefused(alice.receive("?OTRv5x?"), "incompatible", "version");
	onlyRefused(alice.receive("?OTRv3?"), "incompatible", "version");
	assert.equal(alice.conversation.state(), "START");
	assert.deepEqual(alice.sent(), []);
});

test("version 3 goes to another library where the policy speaks it, version 4 comes first", () => {
	const { alice } = compatible({ versions: [4, 3] });
	for (const text of ["?OTRv3?", "?OTR:AAMC.", "?OTR|00000100|00000200,00001,00002,abc,"]) {
		assert.deepEqual(alice.receive(text), { send: [], events: [{ kind: "otrv3", text }] }, text);
	}
	const tagged = appendWhitespaceTag("hello", [3]);
	assert.deepEqual(alice.receive(tagged).events, [
		{ kind: "plaintext", text: "hello", during: "plaintext" },
		{ kind: "otrv3", text: tagged },
	]);
	assert.deepEqual(typesOf(alice.receive("?OTRv34?").send), ["identity"]);
	assert.deepEqual(must(compatible({ versions: [4, 3] }).alice.conversation.query()).send, ["?OTRv43?"]);
});

test("version 3 is refused where nobody speaks it", () => {
	for (const mode of ["otrv3-compatible", "standalone", "interactive-only"] as const) {
		const { alice } = pair({ mode });
		onlyRefused(alice.receive("?OTR:AAMC."), "incompatible", "version");
		onlyRefused(alice.receive("?OTR|00000100|00000200,00001,00002,abc,"), "incompatible", "version");
		onlyRefused(alice.receive("?OTR,1,2,abc,"), "incompatible", "version");
	}
});

test("a policy without version 4 begins nothing by a query", () => {
	const { alice } = compatible({ versions: [3] });
	assert.deepEqual(alice.receive("?OTRv34?").events, [{ kind: "otrv3", text: "?OTRv34?" }]);
	assert.deepEqual(alice.sent(), []);
});

test("an error begins a new conversation only where the policy says so", () => {
	for (const errorStartsDake of [false, true]) {
		const both = establish(compatible({ errorStartsDake }));
		const { alice } = both;
		const { send, events } = alice.receive("?OTR Error: ERROR_1: Unreadable message");
		assert.deepEqual(events, [{ kind: "peer-error", code: 1, text: "Unreadable message" }]);
		assert.deepEqual(typesOf(send), errorStartsDake ? ["identity"] : []);
		// One offer for all errors, and a session that goes on meanwhile.
		assert.deepEqual(alice.receive("?OTR Error: ERROR_2: Not in private state message").send, []);
		settle(both);
		talk(both);
	}
});

test("plaintext during a session is told of as what it is, and changes nothing", () => {
	const both = established({ mode: "otrv3-compatible" });
	const { alice, bob } = both;
	assert.deepEqual(alice.receive("hello").events, [{ kind: "plaintext", text: "hello", during: "encrypted" }]);
	talk(both);
	bob.take(bob.conversation.end(NOW_MS));
	settle(both);
	alice.told();
	assert.deepEqual(alice.receive("hello").events, [{ kind: "plaintext", text: "hello", during: "finished" }]);
	assert.equal(alice.conversation.state(), "FINISHED");
});
