import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_TIMING } from "../../src/conversation/policy.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { eventsOf, kinds, onlyRefused } from "../support/expect.ts";
import { establish, established, messageOf, type Pair, pair, settle, talk, turned } from "../support/pair.ts";
import { authRFrom, crossing, identityFrom, restarted, typesOf } from "./scenes.ts";

// "Receiving an Identity Message" where both sent one, where one comes again, and where there is a session already.

/** Both begin at once, and Bob's hash of `B` is above Alice's, or below it. */
function bothBegin(bobs: "higher" | "lower"): Pair & { readonly hers: string; readonly his: string } {
	const { alice, bob: sleeping } = pair();
	const hers = identityFrom(alice);
	const [bob, his] = crossing(sleeping, hers, bobs);
	return { alice, bob, hers, his };
}

for (const order of ["higher", "lower"] as const) {
	test(`both begin at once: whose hash is higher goes on, the other gives way (${order})`, () => {
		const { alice, bob, hers, his } = bothBegin(order);
		const [winner, winning, loser, losing] = order === "higher" ? [bob, his, alice, hers] : [alice, hers, bob, his];
		// "Ignore the incoming Identity message, but resend your Identity message."
		assert.deepEqual(winner.conversation.receive(losing, NOW_MS), { send: [winning], events: [] });
		assert.equal(winner.conversation.state(), "WAITING_AUTH_R");
		const { send } = loser.receive(winning);
		assert.deepEqual(typesOf(send), ["auth-r"]);
		assert.equal(loser.conversation.state(), "WAITING_AUTH_I");
		settle({ alice, bob });
		talk({ alice, bob });
		assert.deepEqual(kinds(alice.told()).filter((kind) => kind === "established").length, 1);
	});

	test(`both begin at once, and nothing of it is left over (${order})`, () => {
		const { alice, bob, hers, his } = bothBegin(order);
		alice.receive(his);
		bob.receive(hers);
		settle({ alice, bob });
		talk({ alice, bob });
		for (const each of [alice, bob]) {
			each.told();
			each.take(each.conversation.tick(NOW_MS + DEFAULT_TIMING.dakeTimeoutMs));
			assert.deepEqual(each.told(), []);
		}
		talk({ alice, bob });
	});
}

test("the winner's message that is resent is answered as it was", () => {
	const { alice, bob, hers, his } = bothBegin("higher");
	const first = alice.receive(his).send;
	assert.deepEqual(bob.receive(hers).send, [his]);
	assert.deepEqual(alice.receive(his).send, first);
});

test("an Identity message that comes again is answered in the same words, one of another choice of keys anew", () => {
	const { alice, bob } = pair();
	const [one, two] = [identityFrom(restarted(bob, "one")), identityFrom(restarted(bob, "two"))];
	const first = alice.receive(one).send;
	assert.deepEqual(alice.receive(one).send, first);
	const second = alice.receive(two).send;
	assert.notDeepEqual(second, first);
	assert.deepEqual(alice.receive(two).send, second);
	assert.notDeepEqual(alice.receive(one).send, first);
});

test("whoever waits for an Auth-I that will never come can begin anew", () => {
	const { alice, bob } = pair();
	alice.receive(identityFrom(restarted(bob, "gone")));
	alice.sent();
	const both = { alice, bob: restarted(bob, "back") };
	alice.take(alice.conversation.start(NOW_MS));
	settle(both);
	talk(both);
});

test("both begin anew at once while one waits for an Auth-I of before", () => {
	for (const order of ["higher", "lower"] as const) {
		const { alice, bob: sleeping } = pair();
		alice.receive(identityFrom(restarted(sleeping, "gone")));
		alice.sent();
		const hers = identityFrom(alice);
		const [bob, his] = crossing(sleeping, hers, order);
		alice.receive(his);
		bob.receive(hers);
		settle({ alice, bob });
		talk({ alice, bob });
	}
});

test("an Auth-R message for an offer that gave way is refused", () => {
	const { alice, bob, hers, his } = bothBegin("higher");
	const late = authRFrom(restarted(bob, "answers too"), hers);
	alice.receive(his);
	onlyRefused(alice.conversation.receive(late, NOW_MS), "carrier", "state");
	settle({ alice, bob });
	talk({ alice, bob });
});

test("a session goes on until a new one is established, whoever begins that", () => {
	for (const both of [established(), turned(established())]) {
		const { alice, bob } = both;
		const before = alice.session;
		const [identity] = alice.conversation.start(NOW_MS).send;
		talk(both);
		const [authR] = bob.receive(identity ?? "").send;
		bob.sent();
		talk(both);
		const [authI] = alice.receive(authR ?? "").send;
		alice.sent();
		assert.equal(before.isOpen, false);
		// He has not seen the end of the DAKE, and reads with the old session what was sent by it.
		assert.equal(bob.conversation.state(), "ENCRYPTED_MESSAGES");
		bob.receive(authI ?? "");
		assert.notDeepEqual(alice.session.peer.ssid, before.peer.ssid);
		assert.deepEqual(alice.session.peer.ssid, bob.session.peer.ssid);
		talk(both);
	}
});

test("an SMP is aborted where a new session takes the place of its own", () => {
	const both = established();
	const { alice, bob } = both;
	const started = alice.session.startSmp("", "secret", NOW_MS);
	assert.ok(started.ok);
	alice.take(started.value);
	settle(both);
	establishKeeping(both);
	assert.deepEqual(eventsOf(alice.told(), "smp-aborted"), [{ kind: "smp-aborted", instance: bob.tag, by: "us" }]);
	assert.deepEqual(eventsOf(bob.told(), "smp-aborted"), [{ kind: "smp-aborted", instance: alice.tag, by: "us" }]);
});

function establishKeeping({ alice, bob }: Pair): void {
	alice.take(alice.conversation.start(NOW_MS));
	settle({ alice, bob });
}

test("an Auth-R or Auth-I message that comes twice changes nothing", () => {
	const { alice, bob } = pair();
	const authR = authRFrom(bob, identityFrom(alice));
	bob.sent();
	const [authI] = alice.receive(authR).send;
	alice.sent();
	bob.receive(authI ?? "");
	alice.told();
	assert.deepEqual(alice.conversation.receive(authR, NOW_MS), { send: [], events: [] });
	onlyRefused(bob.conversation.receive(authI ?? "", NOW_MS), "carrier", "state");
	talk({ alice, bob });
});

test("an Auth-R message that comes again begins nothing once the user has ended the conversation", () => {
	for (const end of ["all", "session"] as const) {
		const { alice, bob } = pair();
		const authR = authRFrom(bob, identityFrom(alice));
		alice.receive(authR);
		if (end === "all") alice.conversation.end(NOW_MS);
		else alice.session.end(NOW_MS);
		assert.deepEqual(alice.conversation.receive(authR, NOW_MS).send, [], end);
		assert.equal(alice.conversation.state(), "START");
	}
});

test("an offer that nobody answers is given up, and can be made again", () => {
	const both = pair();
	const { alice, bob } = both;
	alice.conversation.start(NOW_MS);
	assert.equal(alice.conversation.deadlineMs, NOW_MS + DEFAULT_TIMING.dakeTimeoutMs);
	assert.deepEqual(alice.conversation.tick(NOW_MS + DEFAULT_TIMING.dakeTimeoutMs - 1).events, []);
	const { events } = alice.conversation.tick(NOW_MS + DEFAULT_TIMING.dakeTimeoutMs);
	assert.deepEqual(events, [{ kind: "dake-timeout", instance: undefined }]);
	assert.equal(alice.conversation.deadlineMs, undefined);
	bob.receive(identityFrom(restarted(alice, "gone")));
	bob.sent();
	const late = bob.conversation.tick(NOW_MS + DEFAULT_TIMING.dakeTimeoutMs).events;
	assert.deepEqual(late, [{ kind: "dake-timeout", instance: alice.tag }]);
	establish(both);
	talk(both);
});

test("an Auth-R message that comes after its offer was given up is refused", () => {
	const { alice, bob } = pair();
	const authR = authRFrom(bob, identityFrom(alice));
	assert.equal(messageOf(authR, "auth-r").receiverTag, alice.tag);
	const later = NOW_MS + DEFAULT_TIMING.dakeTimeoutMs;
	alice.conversation.tick(later);
	onlyRefused(alice.conversation.receive(authR, later), "carrier", "state");
});
