import assert from "node:assert/strict";
import { test } from "node:test";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { PROFILE_GRACE_SECONDS, PROFILE_LIFETIME_SECONDS } from "../../src/limits.ts";
import { Account } from "../../src/account/account.ts";
import { Conversation } from "../../src/conversation/conversation.ts";
import { account, ALICE, BOB, type Endpoint, NOW_MS } from "../support/endpoint.ts";
import { kinds, must, onlyRefused, only, refusedAs, texts } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { established, messageOf, type Pair, pair, settle, talk, turned } from "../support/pair.ts";
import { seeded } from "../support/random.ts";
import { textOf } from "../support/wrap.ts";
import { restarted, typesOf } from "./scenes.ts";

// "Offline Conversation Initialization", "Sending a Data Message to an offline participant" and the changes between
// online and offline.

/** Alice has written to Bob, who was away; nothing has arrived. */
function written(both: Pair = pair()): Pair & { readonly auth: string; readonly data: string } {
	const { send } = both.alice.take(must(both.alice.conversation.sendOffline([both.bob.ensemble()], "hello", NOW_MS)));
	assert.deepEqual(typesOf(send), ["non-interactive-auth", "data"]);
	both.alice.sent();
	return { ...both, auth: send[0] ?? "", data: send[1] ?? "" };
}

for (const primitives of [otrNodePrimitives, fastPrimitives]) {
	test(`a text to somebody who is away is read on return, and answered (${primitives.backend})`, () => {
		const { alice, bob, auth, data } = written(pair({ primitives }));
		const hers = only(alice.told(), "established");
		assert.deepEqual(kinds(bob.receive(auth).events), ["established"]);
		const his = only(bob.told(), "established");
		assert.deepEqual(texts(bob.receive(data).events), ["hello"]);
		assert.deepEqual(hers.ssid, his.ssid);
		assert.deepEqual([hers.ourHalf, his.ourHalf], ["first", "second"]);
		assert.deepEqual([hers.offline, his.offline], [true, true]);
		assert.deepEqual([hers.fingerprint, his.fingerprint], [bob.account.fingerprint, alice.account.fingerprint]);
		bob.told();
		// Through more than two periods of the brace key.
		for (let period = 0; period < 2; period++) talk({ alice: bob, bob: alice });
	});
}

test("more texts before any answer, the first of them last", () => {
	const { alice, bob, auth, data } = written();
	const more = ["two", "three"].map((text) => must(alice.conversation.send(text, NOW_MS)).send[0] ?? "");
	bob.receive(auth);
	bob.told();
	for (const text of [...more.reverse(), data]) bob.receive(text);
	assert.deepEqual(texts(bob.told()), ["three", "two", "hello"]);
	talk(turned({ alice, bob }));
});

test("a text that comes before the Non-Interactive-Auth message is read after it", () => {
	const { alice, bob, auth, data } = written();
	assert.deepEqual(bob.receive(data), { send: [], events: [] });
	assert.deepEqual(texts(bob.receive(auth).events), ["hello"]);
	bob.told();
	talk(turned({ alice, bob }));
});

test("a Non-Interactive-Auth message that comes again is refused: its prekey was used", () => {
	const { alice, bob, auth, data } = written();
	assert.equal(bob.account.prekeys.size, 1);
	bob.receive(auth);
	assert.equal(bob.account.prekeys.size, 0);
	bob.receive(data);
	bob.told();
	onlyRefused(bob.receive(auth), "carrier", "no-prekey");
	onlyRefused(restarted(bob, "anew").receive(auth), "carrier", "no-prekey");
	talk(turned({ alice, bob }));
});

test("one ensemble handed out twice: the first to arrive has it", () => {
	const { alice, bob } = pair();
	const ensemble = bob.ensemble();
	const [one, two] = [alice, restarted(alice, "again")].map(
		(sender) => must(sender.conversation.sendOffline([ensemble], "hello", NOW_MS)).send[0] ?? "",
	);
	assert.deepEqual(kinds(bob.receive(one ?? "").events), ["established"]);
	onlyRefused(bob.receive(two ?? ""), "carrier", "no-prekey");
});

test("a Non-Interactive-Auth message that is altered keeps its prekey and is refused; the true one is taken after it", () => {
	const { alice, bob, auth, data } = written();
	const message = messageOf(auth, "non-interactive-auth");
	const altered = message.authMac.slice();
	altered[0] = (altered[0] as number) ^ 1;
	onlyRefused(bob.receive(textOf({ ...message, authMac: altered as typeof message.authMac })), "peer", "mac");
	assert.equal(bob.account.prekeys.size, 1);
	bob.told();
	bob.receive(auth);
	assert.deepEqual(texts(bob.receive(data).events), ["hello"]);
	bob.told();
	talk(turned({ alice, bob }));
});

test("refused before anything is done: no ensemble, two of one device, a text that cannot be sent", () => {
	const both = established();
	const { alice, bob } = both;
	const [one, two] = bob.ensembles(2);
	assert.ok(one !== undefined && two !== undefined);
	refusedAs(alice.conversation.sendOffline([], "hello", NOW_MS), "caller", "no-prekey");
	refusedAs(alice.conversation.sendOffline([one, two], "hello", NOW_MS), "caller", "instance-tag");
	refusedAs(alice.conversation.sendOffline([one], "no\0text", NOW_MS), "caller", "malformed");
	refusedAs(alice.conversation.sendOffline([one], "x".repeat(200_000), NOW_MS), "caller", "limit");
	talk(both);
});

test("from online to offline: the peer is told, deniability is said to be weaker, and texts are read on return", () => {
	const both = established();
	const { alice, bob } = both;
	talk(both);
	const { send, events } = alice.take(must(alice.conversation.sendOffline([bob.ensemble()], "later then", NOW_MS)));
	assert.deepEqual(typesOf(send), ["data", "non-interactive-auth", "data"]);
	assert.deepEqual(kinds(events), ["ended", "deniability-weakened", "established"]);
	alice.sent();
	const [left, auth, data] = send as [string, string, string];
	assert.equal(only(bob.receive(left).events, "finished").by, "peer");
	// From the peer with whom the finished conversation was, it is taken without a word of the user's.
	bob.receive(auth);
	assert.deepEqual(texts(bob.receive(data).events), ["later then"]);
	bob.told();
	talk(turned(both));
	// And back again.
	bob.take(must(bob.conversation.goOnline(alice.tag, NOW_MS)));
	assert.equal(bob.conversation.state(), "WAITING_AUTH_R");
	settle(both);
	assert.equal(alice.session.peer.offline, false);
	assert.deepEqual(alice.session.peer.ssid, bob.session.peer.ssid);
	talk(both);
	// And offline once more, the other way.
	const away = must(bob.conversation.sendOffline([alice.ensemble()], "bye", NOW_MS)).send;
	alice.receive(away[0] ?? "");
	alice.receive(away[1] ?? "");
	assert.deepEqual(texts(alice.receive(away[2] ?? "").events), ["bye"]);
});

test("a text that was delayed in an offline session is unreadable in the online one after it, and harms nothing", () => {
	const { alice, bob, auth, data } = written();
	const delayed = must(alice.conversation.send("delayed", NOW_MS)).send[0] ?? "";
	bob.receive(auth);
	bob.receive(data);
	bob.take(must(bob.conversation.goOnline(alice.tag, NOW_MS)));
	settle({ alice, bob });
	bob.told();
	assert.deepEqual(kinds(bob.receive(delayed).events), ["unreadable", "refused"]);
	bob.sent();
	talk({ alice, bob });
});

// Profiles change while what was written by them is on its way.

const HOUR_MS = 3_600_000;
const END_MS: number = NOW_MS + PROFILE_LIFETIME_SECONDS * 1000;

test("what was written by a profile that expired since is read within its grace, and not after it", () => {
	for (const [late, reads] of [
		[END_MS + HOUR_MS, true],
		[END_MS + PROFILE_GRACE_SECONDS * 1000 - HOUR_MS, true],
		[END_MS + PROFILE_GRACE_SECONDS * 1000 + HOUR_MS, false],
	] as const) {
		const { alice, bob } = pair();
		const ensemble = bob.ensemble(NOW_MS);
		// She has a profile that is new then.
		const writer = restarted(alice, `${late}`);
		const writtenMs = END_MS - HOUR_MS;
		const [auth, data] = must(writer.conversation.sendOffline([ensemble], "hello", writtenMs)).send;
		const { events } = bob.receive(auth ?? "", late);
		if (!reads) {
			assert.deepEqual(kinds(events), ["refused"]);
			continue;
		}
		assert.deepEqual(kinds(events), ["established"]);
		assert.deepEqual(texts(bob.receive(data ?? "", late).events), ["hello"]);
	}
});

test("what was written by a profile of before the last renewal is read too", () => {
	const { alice, bob } = pair();
	const ensemble = bob.ensemble(NOW_MS);
	const before = bob.account.renewals;
	const renewedMs = END_MS - 2 * HOUR_MS;
	bob.account.publication(1, renewedMs);
	assert.equal(bob.account.renewals, before + 2);
	const [auth, data] = must(alice.conversation.sendOffline([ensemble], "hello", renewedMs)).send;
	bob.receive(auth ?? "", renewedMs);
	assert.deepEqual(texts(bob.receive(data ?? "", renewedMs).events), ["hello"]);
});

test("a writer whose own profile is expired is refused", () => {
	const { alice, bob } = pair();
	const [auth] = must(alice.conversation.sendOffline([bob.ensemble(NOW_MS)], "hello", NOW_MS)).send;
	const { events } = bob.receive(auth ?? "", END_MS);
	assert.deepEqual(kinds(events), ["refused"]);
	assert.equal(only(events, "refused").refusal.reason, "expired");
	assert.equal(bob.account.prekeys.size, 1);
});

test("in a finished conversation nobody else begins another, though they have the same instance tag", () => {
	const { alice, bob } = established();
	const [auth] = must(impostor(bob).sendOffline([alice.ensemble()], "it is me", NOW_MS)).send;
	for (const text of must(bob.session.end(NOW_MS)).send) alice.receive(text);
	onlyRefused(alice.receive(auth ?? ""), "carrier", "state");
	assert.equal(alice.conversation.state(), "FINISHED");
	assert.equal(alice.account.prekeys.size, 0);
	alice.conversation.close(bob.tag);
	const [again] = must(impostor(bob).sendOffline([alice.ensemble()], "it is me", NOW_MS)).send;
	assert.deepEqual(kinds(alice.receive(again ?? "").events).slice(-1), ["established"]);
});

/** A conversation of somebody with keys of their own, who took the instance tag of another's device. */
function impostor(of: Endpoint): Conversation {
	const own = account("mallory", "standalone", fastPrimitives).content();
	const content = { ...own, instanceTag: of.tag, clientProfiles: [], prekeyProfiles: [] };
	const random = seeded(`impostor ${of.name}`);
	const options = { primitives: fastPrimitives, random, ourAddress: BOB, theirAddress: ALICE };
	const mallory = new Account({ primitives: fastPrimitives, random, mode: "standalone" }, content);
	return new Conversation({ ...options, account: mallory });
}
