import assert from "node:assert/strict";
import { test } from "node:test";
import { TCP_FRAMING } from "../src/framing.ts";
import { NS } from "../src/namespaces.ts";
import { childElements, type Element } from "../src/xml.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import {
	authenticated,
	bodies,
	chat,
	enable,
	handledByServer,
	inRoom,
	isGone,
	isStanza,
	resume,
	SM,
} from "./support/managed.ts";

const PING = `<iq xmlns="jabber:client" type="get" id="p"><ping xmlns="urn:xmpp:ping"/></iq>`;
const ROOM = "den@conference.localhost";

test("stream management is offered with binding, and enabled once a resource is bound", () => {
	const bench = new Bench();
	bench.client("ana").lose();
	const peer = bench.connect();
	peer.open();
	peer.authenticate("ana", "a password");
	const [, features] = peer.open();
	assert.ok(childElements(features as Element).some(({ name, ns }) => name === "sm" && ns === SM));
	assert.equal(conditionOf(enable(peer)), undefined);
	peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`);
	const enabled = enable(peer, ' resume="1" max="30"');
	assert.equal(enabled.name, "enabled");
	assert.deepEqual([enabled.attrs["resume"], enabled.attrs["max"]], ["true", "30"]);
	assert.match(enabled.attrs["id"] ?? "", /^[\w-]{43}$/);
});

test("before binding, enabling is an unexpected request, and so is resuming after it", () => {
	const bench = new Bench();
	bench.client("ana").lose();
	const peer = authenticated(bench, "ana");
	const failed = enable(peer);
	assert.deepEqual([failed.name, childElements(failed)[0]?.name], ["failed", "unexpected-request"]);
	const bound = bench.client("bo");
	const [late] = resume(bound, "x", 0);
	assert.deepEqual([late?.name, childElements(late as Element)[0]?.name], ["failed", "unexpected-request"]);
	assert.equal(bound.ended, false);
});

test("the server waits no longer than its limit, and for nobody who does not ask for it", () => {
	assert.equal(enable(new Bench().client("ana")).attrs["max"], "60");
	assert.equal(enable(new Bench().client("ana"), ' resume="true" max="86400"').attrs["max"], "60");
	for (const [limits, attributes] of [
		[{}, ""],
		[{}, ' resume="false"'],
		[{}, ' resume="true" max="0"'],
		[{ resumeMs: 0 }, ' resume="true"'],
	] as const) {
		assert.deepEqual({ ...enable(new Bench(limits).client("ana"), attributes).attrs }, {}, attributes);
	}
});

test("SM-1: stanzas are counted, nonzas are not, and what they changed is committed before that is said", () => {
	let commits = 0;
	class Counting extends MemoryStorage {
		override commit(): boolean {
			commits += 1;
			return super.commit();
		}
	}
	const bench = new Bench({}, { storage: new Counting() });
	const ana = bench.client("ana");
	ana.receive(PING);
	enable(ana);
	assert.equal(handledByServer(ana), "0", "what came before does not count");
	ana.receive(PING);
	ana.receive('<presence xmlns="jabber:client"/>');
	chat(ana, "nobody@localhost", "x");
	ana.receive(`<a xmlns="${SM}" h="0"/>`);
	commits = 0;
	assert.equal(handledByServer(ana), "3");
	assert.equal(commits, 1);
	const [, id] = inRoom(bench, "bo", "B");
	const again = authenticated(bench, "bo");
	commits = 0;
	resume(again, id, 0);
	assert.equal(commits, 1, "a resumption says it too");
});

test("SM-3: the server asks after so many stanzas, after so many bytes, and where something has waited", () => {
	const bench = new Bench({ ackRequestStanzas: 3, ackRequestBytes: 10_000, ackRequestMs: 1000 });
	const [ana] = inRoom(bench, "ana", "A");
	ana.receive(`<a xmlns="${SM}" h="2"/>`);
	bench.pass(0);
	bench.pass(1000);
	const asks = (): number => ana.take().filter(({ name, ns }) => name === "r" && ns === SM).length;
	assert.equal(asks(), 0, "nothing is open");
	for (let i = 0; i < 2; i++) ana.receive(PING);
	assert.equal(asks(), 0);
	ana.receive(PING);
	assert.equal(asks(), 1);
	ana.say("den", "x".repeat(10_000));
	assert.equal(asks(), 1);
	ana.receive(PING);
	bench.pass(10);
	bench.pass(989);
	assert.equal(asks(), 0);
	bench.pass(11);
	assert.equal(asks(), 1);
	bench.pass(60_000);
	assert.equal(asks(), 0, "asked once, it is not asked again for the same");
});

test("SM-10: whoever resumes gets what was sent meanwhile, once and in order, and nobody saw them go", () => {
	const bench = new Bench();
	const [ana] = inRoom(bench, "ana", "A");
	const [bo, id] = inRoom(bench, "bo", "B");
	ana.take();
	ana.say("den", "one");
	const had = bo.take().filter(isStanza);
	ana.say("den", "two, not read any more");
	bo.lose();
	ana.say("den", "three");
	bench.pass(59_000);
	ana.pong();
	const back = authenticated(bench, "bo");
	// The room's two at the entrance, and "one".
	const [resumed, ...rest] = resume(back, id, 3 + had.length);
	assert.deepEqual([resumed?.name, resumed?.attrs["h"], resumed?.attrs["previd"]], ["resumed", "1", id]);
	assert.deepEqual(bodies(rest), ["two, not read any more", "three"]);
	ana.take();
	back.say("den", "four");
	assert.deepEqual(bodies(back.take()), ["four"]);
	const seen = ana.take();
	assert.deepEqual([bodies(seen), isGone(seen, "B")], [["four"], false]);
	assert.equal(handledByServer(back), "2");
	assert.deepEqual([bench.core.counts.sessions, bench.core.counts.connections], [2, 2]);
});

test("SM-10: what is acknowledged is not sent again, and a session can be resumed as often as it is lost", () => {
	const bench = new Bench();
	const [ana] = inRoom(bench, "ana", "A");
	const [first, id] = inRoom(bench, "bo", "B");
	let bo = first;
	let handled = 3;
	for (const body of ["one", "two", "three"]) {
		ana.say("den", body);
		bo.receive(`<a xmlns="${SM}" h="${handled}"/>`);
		bo.lose();
		bo = authenticated(bench, "bo");
		const [resumed, ...rest] = resume(bo, id, handled);
		assert.equal(resumed?.name, "resumed");
		assert.deepEqual(bodies(rest), [body]);
		handled += 1;
	}
	assert.equal(bo.ended, false);
});

test("SM-10: a stanza of which half came is handled once, when all of it has come", () => {
	const bench = new Bench();
	const [ana] = inRoom(bench, "ana", "A");
	bench.client("bo").lose();
	const header = `<stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;
	const open = (rest: string): Peer => {
		const peer = bench.connect(TCP_FRAMING);
		peer.receive(header);
		peer.authenticate("bo", "a password");
		peer.texts.length = 0;
		peer.receive(header + rest);
		return peer;
	};
	const bo = open(
		`<iq type="set" id="b"><bind xmlns="${NS.bind}"/></iq><enable xmlns="${SM}" resume="true"/>` +
			`<presence to="${ROOM}/B"><x xmlns="${NS.muc}"/></presence>`,
	);
	const id = /<enabled [^>]*id="([^"]+)"/.exec(bo.texts.join(""))?.[1] ?? "";
	const message = `<message type="groupchat" to="${ROOM}"><body>whole</body></message>`;
	ana.take();
	bo.receive(message.slice(0, 40));
	bo.lose();
	const back = open(`<resume xmlns="${SM}" previd="${id}" h="3"/>`);
	assert.match(back.texts.join(""), new RegExp(`<resumed [^>]*h="1" previd="${id}"`));
	assert.deepEqual(bodies(ana.take()), [], "half a message is none");
	back.receive(message);
	assert.deepEqual(bodies(ana.take()), ["whole"]);
	assert.match(back.texts.join(""), /<body>whole<\/body>/);
});

test("SM-2: another's id, a guessed one and one that is used up resume nothing, and binding goes on", () => {
	const bench = new Bench({ resumeMs: 5000 });
	const [ana] = inRoom(bench, "ana", "A");
	const [bo, id] = inRoom(bench, "bo", "B");
	bench.client("eve").lose();
	bo.lose();
	const refused = (peer: Peer, previd: string): string | undefined => {
		const [failed] = resume(peer, previd, 0);
		assert.deepEqual([failed?.name, childElements(failed as Element)[0]?.name], ["failed", "item-not-found"]);
		return failed?.attrs["h"];
	};
	const eve = authenticated(bench, "eve");
	assert.equal(refused(eve, id), undefined, "nor is she told that there is such a session");
	assert.equal(refused(eve, ""), undefined);
	assert.equal(eve.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`).attrs["type"], "result");
	assert.equal(refused(authenticated(bench, "bo"), `${id.slice(1)}x`), undefined);

	ana.take();
	bench.pass(5000);
	assert.ok(isGone(ana.take(), "B"));
	const late = authenticated(bench, "bo");
	assert.equal(refused(late, id), "1", "its owner learns what had arrived (XEP-0198 section 5)");
	assert.equal(refused(authenticated(bench, "eve"), id), undefined);
	assert.equal(late.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`).attrs["type"], "result");
});

test("SM-2: a client that keeps asking for what it does not get is sent away", () => {
	const bench = new Bench();
	bench.client("ana").lose();
	for (const ask of [
		`<resume xmlns="${SM}" previd="x" h="0"/>`,
		`<resume xmlns="${SM}"/>`,
		`<enable xmlns="${SM}"/>`,
	]) {
		const peer = authenticated(bench, "ana");
		for (let i = 0; i < 3; i++) assert.equal(peer.ask(ask)[0]?.name, "failed");
		assert.equal(conditionOf(peer.ask(ask)[0]), "policy-violation");
		assert.equal(peer.ended, true);
	}
	const twice = bench.client("bo");
	enable(twice);
	assert.equal(conditionOf(enable(twice)), "policy-violation", "enabling a second time");
});

test("SM-5: without a stream a session stays in its rooms for the agreed time, then it is out", () => {
	for (const how of ["lost", "silent"] as const) {
		const bench = new Bench({ resumeMs: 10_000, pingAfterMs: 1000, pingTimeoutMs: 500 });
		const ana = bench.client("ana");
		ana.join("den", "A");
		const [bo] = inRoom(bench, "bo", "B");
		const alive = (ms: number): void => {
			bench.pass(ms);
			ana.pong();
		};
		if (how === "lost") bo.lose();
		else {
			alive(1000);
			alive(500);
			assert.equal(conditionOf(bo.take().at(-2)), "connection-timeout");
		}
		ana.take();
		for (let i = 0; i < 9; i++) alive(1000);
		alive(999);
		assert.equal(isGone(ana.take(), "B"), false);
		assert.equal(bench.core.counts.sessions, 2);
		alive(1);
		assert.equal(isGone(ana.take(), "B"), true, how);
		assert.equal(bench.core.counts.sessions, 1);
	}
});

test("SM-5: a stream that was closed, or ended for what its client did, leaves nothing to resume", () => {
	for (const [what, condition] of [
		[`<close xmlns="${NS.framing}"/>`, undefined],
		["<bad", "not-well-formed"],
		['<message xmlns="jabber:client" from="eve@localhost"/>', "invalid-from"],
	] as const) {
		const bench = new Bench();
		const [ana] = inRoom(bench, "ana", "A");
		const [bo, id] = inRoom(bench, "bo", "B");
		ana.take();
		assert.equal(conditionOf(bo.ask(what).find(({ name }) => name === "error")), condition);
		assert.ok(isGone(ana.take(), "B"), what);
		assert.equal(resume(authenticated(bench, "bo"), id, 0)[0]?.name, "failed");
	}
});

test("SM-5: a session that waits ends with its account, with the server, and for one that takes its name", () => {
	for (const end of ["account", "server", "name"] as const) {
		const bench = new Bench();
		const [bo, id] = inRoom(bench, "bo", "B");
		bo.lose();
		assert.deepEqual([bench.core.counts.connections, bench.core.counts.sessions], [1, 1]);
		if (end === "server") bench.core.shutdown(bench.now);
		else {
			const other = authenticated(bench, "bo");
			const resource = end === "name" ? "r" : "other";
			other.iq("set", undefined, `<bind xmlns="${NS.bind}"><resource>${resource}</resource></bind>`);
			if (end === "account") other.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`);
			else assert.equal(resume(authenticated(bench, "bo"), id, 0)[0]?.name, "failed");
			other.lose();
		}
		assert.deepEqual([bench.core.counts.sessions, bench.core.counts.rooms], [0, 0], end);
	}
});

test("SM-6: an acknowledgement of what was never sent, or taken back, ends the stream and says what was", () => {
	const cases: [string, string | undefined][] = [
		["4", "handled-count-too-high"],
		["2", undefined],
		["4294967295", "handled-count-too-high"],
	];
	for (const [h, expected] of cases) {
		const bench = new Bench();
		const [bo] = inRoom(bench, "bo", "B");
		bo.receive(`<a xmlns="${SM}" h="2"/>`);
		const error = bo.ask(`<a xmlns="${SM}" h="${h}"/>`).find(({ name }) => name === "error");
		assert.equal(conditionOf(error), expected === undefined ? undefined : "undefined-condition");
		if (error === undefined) continue;
		const detail = childElements(error).find(({ ns }) => ns === SM);
		assert.deepEqual([detail?.name, detail?.attrs["h"], detail?.attrs["send-count"]], [expected, h, "2"]);
		assert.equal(bench.core.counts.sessions, 0);
	}
	for (const h of ["", "x", "-1", "4294967296"]) {
		const [bo] = inRoom(new Bench(), "bo", "B");
		assert.equal(conditionOf(bo.ask(`<a xmlns="${SM}" h="${h}"/>`)[0]), "bad-format");
	}
	const stray = new Bench().client("bo");
	assert.equal(conditionOf(stray.ask(`<a xmlns="${SM}" h="0"/>`)[0]), "unsupported-stanza-type");
});

test("SM-6: a resumption that claims too much ends its own stream, and the session still waits", () => {
	const bench = new Bench();
	const [bo, id] = inRoom(bench, "bo", "B");
	bo.lose();
	const liar = authenticated(bench, "bo");
	assert.equal(conditionOf(resume(liar, id, 9)[0]), "undefined-condition");
	assert.equal(liar.ended, true);
	assert.equal(resume(authenticated(bench, "bo"), id, 2)[0]?.name, "resumed");
});

test("SM-7: a resumption takes over from a stream that still seems alive, which then has no more say", () => {
	const bench = new Bench({ closeTimeoutMs: 100 });
	const [ana] = inRoom(bench, "ana", "A");
	const [former, id] = inRoom(bench, "bo", "B");
	ana.take();
	ana.say("den", "one");
	const back = authenticated(bench, "bo");
	const [resumed, ...rest] = resume(back, id, 3);
	assert.equal(resumed?.name, "resumed");
	assert.deepEqual(bodies(rest), ["one"]);
	assert.equal(conditionOf(former.take().at(-2)), "conflict");
	former.say("den", "a ghost");
	former.lose();
	bench.pass(200);
	ana.say("den", "two");
	assert.deepEqual(bodies(back.take()), ["two"]);
	const seen = ana.take();
	assert.deepEqual([bodies(seen), isGone(seen, "B")], [["one", "two"], false]);
});
