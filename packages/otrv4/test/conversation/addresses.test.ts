import assert from "node:assert/strict";
import { test } from "node:test";
import type { OtrMessage } from "../../src/wire/messages.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { must, onlyRefused } from "../support/expect.ts";
import { decoded, type Pair, talk, turned } from "../support/pair.ts";
import { authRFrom, elsewhere, identityFrom, restarted, sceneIn, STATES } from "./scenes.ts";
import { textOf } from "../support/wrap.ts";

// Whose a message is, and whom it is for: nothing that is not from another device to this one changes anything.

type Encoded = Exclude<OtrMessage, { readonly type: "prekey" }>;

/** One good message of each type from Bob to Alice. */
function messagesTo(alice: Pair["alice"], bob: Pair["bob"]): Encoded[] {
	const { authR, authI, data } = elsewhere(bob, alice);
	const offline = must(restarted(bob, "offline").conversation.sendOffline([alice.ensemble()], "hello", NOW_MS));
	const identity = restarted(bob, "identity").conversation.start(NOW_MS);
	const texts = [identity.send[0], authR, authI, data, offline.send[0]];
	return texts.map((text) => decoded(text ?? "") as Encoded);
}

/** What can be seen of a conversation from outside. */
function seen({ alice: { conversation } }: Pair): unknown {
	return [conversation.state(), [...conversation.sessions().keys()], conversation.deadlineMs];
}

function readdressed(message: Encoded, tags: { senderTag?: number; receiverTag?: number }): string {
	if (message.type !== "data") return textOf({ ...message, ...tags });
	const sections = message.sections.slice();
	const view = new DataView(sections.buffer);
	view.setUint32(3, tags.senderTag ?? message.senderTag);
	view.setUint32(7, tags.receiverTag ?? message.receiverTag);
	return textOf({ ...message, ...tags, sections });
}

/** Of a message of which our own encoder refuses the tag. */
function withTag(message: Encoded, at: 3 | 7, tag: number): string {
	const bytes = Buffer.from(textOf(message).slice("?OTR:".length, -1), "base64");
	bytes.writeUInt32BE(tag, at);
	return `?OTR:${bytes.toString("base64")}.`;
}

for (const state of STATES) {
	test(`${state}: a message to another device is left to it`, () => {
		const scene = sceneIn(state);
		const before = seen(scene);
		for (const message of messagesTo(scene.alice, scene.bob)) {
			onlyRefused(scene.alice.receive(readdressed(message, { receiverTag: 0x1234 })), "carrier", "instance-tag");
		}
		assert.deepEqual(seen(scene), before);
	});

	test(`${state}: a message of our own that comes back is refused`, () => {
		const scene = sceneIn(state);
		const before = seen(scene);
		const { alice, bob } = scene;
		for (const message of messagesTo(alice, bob)) {
			const own = { senderTag: alice.tag, receiverTag: alice.tag };
			onlyRefused(alice.receive(readdressed(message, own)), "carrier", "reflected");
		}
		for (const message of messagesTo(bob, alice)) {
			const reflected = alice.receive(textOf(message));
			const toAnyone = message.type === "identity";
			onlyRefused(reflected, "carrier", "reflected");
			assert.equal(message.receiverTag, toAnyone ? 0 : bob.tag);
		}
		assert.deepEqual(seen(scene), before);
	});

	test(`${state}: a receiver of 0 is for Identity messages, and no tag is below 0x100`, () => {
		const scene = sceneIn(state);
		const before = seen(scene);
		for (const message of messagesTo(scene.alice, scene.bob)) {
			onlyRefused(scene.alice.receive(withTag(message, 3, 0xff)), "peer", "instance-tag");
			onlyRefused(scene.alice.receive(withTag(message, 3, 0)), "peer", "instance-tag");
			onlyRefused(scene.alice.receive(withTag(message, 7, 0xff)), "peer", "instance-tag");
			if (message.type === "identity") continue;
			onlyRefused(scene.alice.receive(withTag(message, 7, 0)), "peer", "instance-tag");
		}
		assert.deepEqual(seen(scene), before);
	});

	test(`${state}: a Prekey message is for a server`, () => {
		const scene = sceneIn(state);
		const before = seen(scene);
		const { prekeyMessage } = scene.bob.ensemble();
		onlyRefused(scene.alice.receive(textOf(prekeyMessage.message)), "peer", "state");
		assert.deepEqual(seen(scene), before);
	});
}

test("an Identity message to our own tag is answered as one to everybody", () => {
	const { alice, bob } = sceneIn("START");
	const text = identityFrom(bob);
	const [answer] = alice.receive(readdressed(decoded(text) as Encoded, { receiverTag: alice.tag })).send;
	assert.equal(decoded(answer ?? "").type, "auth-r");
});

test("whoever was refused goes on as if nothing had come", () => {
	const scene = sceneIn("WAITING_AUTH_R");
	const { alice, bob } = scene;
	const offer = alice.sent()[0] ?? "";
	for (const message of messagesTo(alice, bob)) {
		alice.receive(readdressed(message, { receiverTag: 0x1234 }));
		alice.receive(readdressed(message, { senderTag: alice.tag, receiverTag: alice.tag }));
	}
	const [authI] = alice.receive(authRFrom(bob, offer)).send;
	bob.sent();
	alice.sent();
	bob.receive(authI ?? "");
	talk(scene);
	talk(turned(scene));
});
