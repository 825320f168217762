import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	type Begun,
	type ForgedSession,
	type Impersonation,
	impersonateInitiator,
	impersonateOfflineResponder,
	impersonateResponder,
} from "../../src/forge/index.ts";
import { encodePrekeyProfile } from "../../src/profile/prekey-profile.ts";
import type { StoredEnsemble } from "../../src/prekey-server/storage.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import { encodeText } from "../../src/wire/encoding.ts";
import { encodePrekeyMessage } from "../../src/wire/prekey-message.ts";
import { ALICE, BOB, Endpoint, type EndpointOptions, NOW_MS } from "../support/endpoint.ts";
import { kinds, must, only, refusedAs, texts } from "../support/expect.ts";
import { messageOf } from "../support/pair.ts";
import { seeded } from "../support/random.ts";
import { alice, bob, carol, options, primitives, readBy } from "./support.ts";

/** Bob, who is honest: on a device that somebody else has, or so it seems. */
function honestBob(more: EndpointOptions = {}): Endpoint {
	return new Endpoint("bob", BOB, ALICE, { primitives, random: seeded("honest bob"), account: bob.account, ...more });
}

/** Bob's forging key plays Alice towards Bob. */
const AS_ALICE: Impersonation = { as: alice.person, peerAddress: BOB, key: bob.forging };

function begun(result: Begun | undefined): Begun {
	if (result === undefined) assert.fail("the DAKE is not done");
	return result;
}

/** Several ratchets both ways. */
function talk(session: ForgedSession, peer: Endpoint): void {
	for (let turn = 0; turn < 4; turn++) {
		for (const text of must(session.send(`forged ${turn}`, NOW_MS))) peer.receive(text);
		assert.deepEqual(readBy(peer), [`forged ${turn}`]);
		peer.take(must(peer.conversation.send(`honest ${turn}`, NOW_MS)));
		const heard = peer.sent().flatMap((text) => must(session.receive(text, NOW_MS)).events);
		assert.deepEqual(texts(heard), [`honest ${turn}`]);
	}
}

/** What Bob's client believes. */
function believesInAlice(peer: Endpoint): void {
	const { fingerprint } = only(peer.told(), "established");
	assert.deepEqual(fingerprint, alice.account.fingerprint);
}

describe("impersonating the responder", () => {
	it("holds a conversation in another's name, with the forging key of who is to believe it", () => {
		const peer = honestBob();
		const identity = peer.conversation.start(NOW_MS).send;
		const played = must(impersonateResponder(options("responder"), AS_ALICE, identity));
		for (const text of played.texts) peer.receive(text);
		believesInAlice(peer);
		const [authI = ""] = peer.sent();
		const { texts: more, session } = begun(must(played.receive(authI, NOW_MS)));
		assert.deepEqual(more, []);
		assert.deepEqual(session.peer.fingerprint, bob.account.fingerprint);
		talk(session, peer);
		for (const text of must(session.end(NOW_MS))) peer.receive(text);
		assert.equal(only(peer.told(), "finished").by, "peer");
		refusedAs(session.send("more", NOW_MS), "caller", "state");
		refusedAs(session.receive(authI, NOW_MS), "peer", "state");
	});

	it("takes fragments, and sends them", () => {
		const peer = honestBob({ maxChars: 400 });
		const identity = peer.conversation.start(NOW_MS).send;
		assert.ok(identity.length > 1);
		const played = must(impersonateResponder(options("fragments", { maxChars: 500 }), AS_ALICE, identity));
		assert.ok(played.texts.length > 1 && played.texts.every((text) => text.length <= 500));
		for (const text of played.texts) peer.receive(text);
		const authI = peer.sent();
		const results = authI.map((text) => must(played.receive(text, NOW_MS)));
		assert.deepEqual(
			results.map((result) => result !== undefined),
			authI.map((_, i) => i === authI.length - 1),
		);
		talk(begun(results.at(-1)).session, peer);
	});

	it("works with the key of whoever is played, which is no impersonation, and with no other", () => {
		const peer = honestBob();
		const identity = peer.conversation.start(NOW_MS).send;
		const honest = must(impersonateResponder(options("own key"), { ...AS_ALICE, key: alice.longTerm }, identity));
		peer.receive(honest.texts[0] ?? "");
		believesInAlice(peer);
		for (const key of [bob.longTerm, alice.forging, carol.longTerm]) {
			const refused = impersonateResponder(options("other key"), { ...AS_ALICE, key }, identity);
			refusedAs(refused, "caller", "key");
		}
	});

	it("refuses to sign in a ring that was made to show who did", () => {
		const [identity = ""] = honestBob().conversation.start(NOW_MS).send;
		const baited = { ...messageOf(identity, "identity"), y: bob.forging.publicKey.bytes };
		refusedAs(impersonateResponder(options("bait"), AS_ALICE, [encodeText(encodeMessage(baited))]), "peer", "key");
	});

	it("refuses what is no answer, and changes nothing", () => {
		const peer = honestBob();
		const identity = peer.conversation.start(NOW_MS).send;
		const played = must(impersonateResponder(options("responder"), AS_ALICE, identity));
		refusedAs(played.receive(identity[0] ?? "", NOW_MS), "peer", "state");
		refusedAs(played.receive("hello", NOW_MS), "peer", "malformed");
		peer.receive(played.texts[0] ?? "");
		const [authI = ""] = peer.sent();
		const elsewhere = must(impersonateResponder(options("elsewhere"), AS_ALICE, identity));
		refusedAs(elsewhere.receive(authI, NOW_MS), "peer", "ring-signature");
		begun(must(played.receive(authI, NOW_MS)));
		refusedAs(played.receive(authI, NOW_MS), "peer", "state");
		elsewhere.erase();
		refusedAs(elsewhere.receive(authI, NOW_MS), "peer", "state");
		refusedAs(impersonateResponder(options("none"), AS_ALICE, []), "caller", "malformed");
		refusedAs(impersonateResponder(options("not"), AS_ALICE, [authI]), "peer", "state");
		refusedAs(impersonateResponder(options("own"), AS_ALICE, played.texts), "carrier", "reflected");
		const nobody = { ...AS_ALICE, as: { ...alice.person, profile: new Uint8Array(3) } };
		refusedAs(impersonateResponder(options("nobody"), nobody, identity), "caller", "malformed");
	});
});

describe("impersonating the initiator", () => {
	it("holds a conversation in another's name, with the forging key of who is to believe it", () => {
		const peer = honestBob();
		const played = must(impersonateInitiator(options("initiator"), AS_ALICE));
		for (const text of played.texts) peer.receive(text);
		const [authR = ""] = peer.sent();
		const { texts: more, session } = begun(must(played.receive(authR, NOW_MS)));
		for (const text of more) peer.receive(text);
		believesInAlice(peer);
		talk(session, peer);
		// It is over where the peer ends it.
		peer.take(peer.conversation.end(NOW_MS));
		const [ended = ""] = peer.sent();
		assert.deepEqual(kinds(must(session.receive(ended, NOW_MS)).events), ["finished"]);
		refusedAs(session.receive(ended, NOW_MS), "caller", "state");
	});

	it("refuses who answers and is not the owner of the key, and goes on waiting", () => {
		const peer = honestBob();
		const stranger = new Endpoint("carol", BOB, ALICE, { primitives, account: carol.account });
		const played = must(impersonateInitiator(options("initiator"), AS_ALICE));
		const [identity = ""] = played.texts;
		stranger.receive(identity);
		const [answer = ""] = stranger.sent();
		refusedAs(played.receive(answer, NOW_MS), "caller", "key");
		refusedAs(played.receive(identity, NOW_MS), "carrier", "reflected");
		peer.receive(identity);
		begun(must(played.receive(peer.sent()[0] ?? "", NOW_MS)));
		refusedAs(played.receive(answer, NOW_MS), "peer", "state");
		const given = must(impersonateInitiator(options("given up"), AS_ALICE));
		given.erase();
		peer.receive(given.texts[0] ?? "");
		refusedAs(given.receive(peer.sent()[0] ?? "", NOW_MS), "peer", "state");
	});

	it("finds the data messages of others out", () => {
		const peer = honestBob();
		const played = must(impersonateInitiator(options("initiator"), AS_ALICE));
		peer.receive(played.texts[0] ?? "");
		const { texts: more, session } = begun(must(played.receive(peer.sent()[0] ?? "", NOW_MS)));
		peer.receive(more[0] ?? "");
		peer.take(must(peer.conversation.send("hello", NOW_MS)));
		const [hello = ""] = peer.sent();
		const bytes = Buffer.from(hello.slice(5, -1), "base64");
		bytes.writeUInt32BE(0x101, 3);
		refusedAs(session.receive(`?OTR:${bytes.toString("base64")}.`, NOW_MS), "peer", "instance-tag");
		bytes.writeUInt32BE(0x101, 7);
		refusedAs(session.receive(`?OTR:${bytes.toString("base64")}.`, NOW_MS), "carrier", "instance-tag");
		assert.deepEqual(texts(must(session.receive(hello, NOW_MS)).events), ["hello"]);
	});
});

describe("impersonating the responder of a non-interactive DAKE", () => {
	/** What Bob published, and the secret `Y` of its prekey. */
	function published(peer: Endpoint): StoredEnsemble {
		const made = must(peer.account.publication(1, NOW_MS));
		const [prekey] = made.prekeyMessages;
		return {
			clientProfile: made.clientProfile.profile.bytes,
			prekeyProfile: encodePrekeyProfile(made.prekeyProfile.profile.profile),
			prekeyMessage: encodePrekeyMessage(prekey?.message ?? assert.fail("no prekey")),
		};
	}

	it("writes in another's name, with the forging key of who published, or with the prekey", () => {
		for (const whose of ["forging key", "prekey"]) {
			const peer = honestBob();
			const ensemble = published(peer);
			const [prekey] = peer.account.prekeys.all().slice(-1);
			const secret = prekey?.keys.ecdh.reveal() ?? assert.fail("no prekey");
			const key = whose === "prekey" ? primitives.ed448.keyPair(secret) : bob.forging;
			const { texts: sent, session } = must(
				impersonateOfflineResponder(options(`offline ${whose}`), { ...AS_ALICE, key }, ensemble),
			);
			for (const text of sent) peer.receive(text);
			assert.deepEqual(only(peer.events, "established").offline, true);
			believesInAlice(peer);
			talk(session, peer);
		}
	});

	it("needs a key of the ring, and an ensemble that is good", () => {
		const peer = honestBob();
		const ensemble = published(peer);
		for (const key of [bob.longTerm, alice.forging, carol.longTerm]) {
			refusedAs(impersonateOfflineResponder(options("offline"), { ...AS_ALICE, key }, ensemble), "caller", "key");
		}
		const refuses = (more: Partial<StoredEnsemble>): unknown => {
			const result = impersonateOfflineResponder(options("offline"), AS_ALICE, { ...ensemble, ...more });
			return result.ok ? "" : `${result.error.blame} ${result.error.reason} ${result.error.what}`;
		};
		assert.equal(refuses({ clientProfile: alice.person.profile }), "caller instance-tag Prekey Ensemble");
		assert.equal(refuses({ clientProfile: new Uint8Array(1) }), "caller malformed Client Profile");
		assert.equal(refuses({ prekeyProfile: new Uint8Array(1) }), "caller malformed Prekey Profile");
		assert.equal(refuses({ prekeyMessage: new Uint8Array(1) }), "caller malformed encoded message");
		const identity = peer.conversation.start(NOW_MS).send[0] ?? "";
		const bytes = new Uint8Array(Buffer.from(identity.slice(5, -1), "base64"));
		assert.equal(refuses({ prekeyMessage: bytes }), "caller malformed Prekey Ensemble");
		// A prekey that is the forging key would show who signed.
		const baited = ensemble.prekeyMessage.slice();
		baited.set(bob.forging.publicKey.bytes, 11);
		assert.equal(refuses({ prekeyMessage: baited }), "caller key Prekey Ensemble");
		const prekeyMessage = ensemble.prekeyMessage.slice();
		prekeyMessage[20] = (prekeyMessage[20] as number) ^ 1;
		assert.equal(refuses({ prekeyMessage }), "caller key Prekey message, Y");
	});
});
