import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_TIMING } from "../../src/conversation/policy.ts";
import { ALICE, BOB, Endpoint, NOW_MS } from "../support/endpoint.ts";
import { kinds, must } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { established } from "../support/pair.ts";

/** Bob after he lost his side of a conversation with Alice; and a text and a heartbeat of hers that go to him. */
function afterALoss(): { readonly bob: Endpoint; readonly text: string; readonly heartbeat: string } {
	const primitives = fastPrimitives;
	const { alice, bob: before } = established({ primitives }, { primitives });
	const [text] = must(alice.conversation.send("are you there?", NOW_MS)).send;
	const [heartbeat] = must(alice.session.heartbeat(NOW_MS)).send;
	const bob = new Endpoint("bob", BOB, ALICE, { primitives, account: before.account });
	return { bob, text: text as string, heartbeat: heartbeat as string };
}

test("who sent a message for which no exchange ended in time is told so, once for all of them", () => {
	const { bob, text, heartbeat } = afterALoss();
	for (const each of [text, heartbeat]) assert.deepEqual(bob.receive(each), { send: [], events: [] });
	const { send, events } = bob.conversation.tick(NOW_MS + DEFAULT_TIMING.earlyMessagesMs);
	assert.deepEqual(send, ["?OTR Error: ERROR_2: Not in private state message"]);
	assert.deepEqual(kinds(events), ["unreadable"]);
	assert.deepEqual(bob.conversation.tick(NOW_MS + 2 * DEFAULT_TIMING.earlyMessagesMs), { send: [], events: [] });
});

test("nobody is told of a message that says it may be ignored", () => {
	const { bob, heartbeat } = afterALoss();
	bob.receive(heartbeat);
	assert.deepEqual(bob.conversation.tick(NOW_MS + DEFAULT_TIMING.earlyMessagesMs), { send: [], events: [] });
});
