import assert from "node:assert/strict";
import { test } from "node:test";
import { type Framing, TCP_FRAMING, WEBSOCKET_FRAMING } from "../src/framing.ts";
import { DEFAULT_LIMITS, EXPIRED_SESSIONS_COUNT } from "../src/limits.ts";
import { NS } from "../src/namespaces.ts";
import { ExpiredSessions } from "../src/stream-management/expired-sessions.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { authenticated, bodies, enable, resume } from "./support/managed.ts";

const HEADER = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;
const ROOM = "den@conference.localhost";
const FRAMINGS: readonly Framing[] = [WEBSOCKET_FRAMING, TCP_FRAMING];

const LAUGHS = `<!DOCTYPE lolz [<!ENTITY a "lol">${Array.from("bcdefghij", (name, i) => {
	const former = "abcdefghi"[i] as string;
	return `<!ENTITY ${name} "${`&${former};`.repeat(10)}">`;
}).join("")}]><message xmlns="jabber:client"><body>&j;</body></message>`;

/** The stream error that a peer was told of, over either framing. */
function toldOver(peer: Peer): string | undefined {
	return /<stream:error [^>]*><([a-z-]+) /.exec(peer.texts.join(""))?.[1];
}

/** A server on which two people talk; `unharmed` shows that they still can. */
function busy(limits: Partial<typeof DEFAULT_LIMITS> = {}): { bench: Bench; unharmed: (what: string) => void } {
	const bench = new Bench(limits);
	const [ana, bo] = ["ana", "bo"].map((name) => bench.client(name)) as [Peer, Peer];
	ana.join("den", "A");
	bo.join("den", "B");
	let said = 0;
	const unharmed = (what: string): void => {
		for (const peer of [ana, bo]) peer.take();
		const body = `text ${++said}`;
		ana.say("den", body);
		for (const peer of [ana, bo]) assert.deepEqual(bodies(peer.take()), [body], what);
	};
	return { bench, unharmed };
}

test("billion laughs: a document type is refused before an entity of it is read", () => {
	for (const framing of FRAMINGS) {
		const { bench, unharmed } = busy();
		const early = bench.connect(framing);
		early.receive(LAUGHS);
		assert.equal(toldOver(early), "restricted-xml", framing.kind);
		const late = bench.connect(framing);
		late.receive(framing.kind === "tcp" ? HEADER : `<open xmlns="${NS.framing}" to="localhost" version="1.0"/>`);
		late.receive(LAUGHS);
		assert.equal(toldOver(late), "restricted-xml", framing.kind);
		// Without a document type there is nothing to expand either.
		const bare = bench.connect(framing);
		bare.receive(framing.kind === "tcp" ? HEADER : `<open xmlns="${NS.framing}" to="localhost" version="1.0"/>`);
		bare.receive('<message xmlns="jabber:client"><body>&j;</body></message>');
		assert.equal(toldOver(bare), "restricted-xml", framing.kind);
		unharmed(framing.kind);
	}
});

test("deep nesting ends at the limit, not at the end of what comes", () => {
	const { bench, unharmed } = busy();
	const peer = bench.connect(TCP_FRAMING);
	peer.receive(HEADER);
	let depth = 0;
	while (!peer.ended) {
		assert.ok(depth <= DEFAULT_LIMITS.stanzaDepth, `${depth} deep and still read`);
		peer.receive('<a xmlns="jabber:client">');
		depth += 1;
	}
	assert.equal(toldOver(peer), "policy-violation");
	assert.equal(depth, DEFAULT_LIMITS.stanzaDepth + 1);
	const frame = bench.connect();
	frame.receive("<a>".repeat(20_000));
	assert.equal(toldOver(frame), "policy-violation");
	unharmed("deep");
});

test("oversize, in pieces: whatever has no end is cut off once it is as large as a stanza may be", () => {
	const unending: [string, string, string][] = [
		["text", '<message xmlns="jabber:client"><body>', "x"],
		["an attribute", '<message xmlns="jabber:client" id="', "x"],
		["a name", "<", "x"],
		["attributes", '<message xmlns="jabber:client" ', 'a="" '],
		["elements", '<message xmlns="jabber:client">', "<a/>"],
		["a CDATA section", '<message xmlns="jabber:client"><body><![CDATA[', "]"],
		["white space in a tag", "<message ", " "],
		["references", '<message xmlns="jabber:client"><body>', "&#x3c;"],
	];
	for (const [what, start, piece] of unending) {
		const { bench, unharmed } = busy({ stanzaBytes: 4096 });
		for (const before of ["", HEADER]) {
			const peer = bench.connect(TCP_FRAMING);
			peer.receive(before);
			peer.receive(start);
			let sent = 0;
			const step = piece.repeat(50);
			while (!peer.ended) {
				assert.ok(sent <= 4096, `${sent} bytes of ${what} and still read`);
				peer.receive(step);
				sent += step.length;
			}
			assert.match(toldOver(peer) ?? "", /^(policy-violation|not-well-formed|bad-format|invalid-namespace)$/, what);
		}
		unharmed(what);
	}
});

test("slow loris: bytes that trickle in keep nobody who does not log in", () => {
	const { bench } = busy({ unauthenticatedMs: 30_000, pingAfterMs: 1e9 });
	const openings = [HEADER, "", `${HEADER}<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-1">`];
	const slow = openings.map((text) => {
		const peer = bench.connect(TCP_FRAMING);
		peer.receive(text);
		return peer;
	});
	for (let second = 0; second < 30; second++) {
		for (const peer of slow) {
			assert.equal(peer.ended, false);
			peer.receive(second % 2 === 0 ? "\n" : " ");
		}
		bench.pass(1000);
	}
	for (const peer of slow) assert.deepEqual([toldOver(peer), peer.ended], ["connection-timeout", true]);
	bench.pass(0);
	bench.pass(DEFAULT_LIMITS.closeTimeoutMs);
	for (const peer of slow) assert.equal(peer.destroyed, true, "and its transport is not waited for");
});

test("exhaustion by rooms: one session has so many, all have so many, and those inside go on", () => {
	const { bench, unharmed } = busy({ roomsPerSession: 3, rooms: 5 });
	const eve = bench.client("eve");
	const mal = bench.client("mal");
	const entered = (peer: Peer, count: number): number => {
		const answers = Array.from({ length: count }, (_, i) => peer.join(`${peer.jid.split("@")[0]}${i}`, "E")[0]);
		return answers.filter((answer) => answer?.attrs["type"] !== "error").length;
	};
	assert.equal(entered(eve, 10), 3);
	assert.equal(entered(mal, 10), 1);
	assert.equal(bench.core.counts.rooms, 5);
	unharmed("rooms");
	eve.lose();
	assert.equal(bench.core.counts.rooms, 2, "what was taken is free again");
	assert.equal(entered(mal, 10), 3, "those that it has, and two more, again");
});

test("exhaustion by presences: none is kept that is large, nor to more addresses than the limit", () => {
	const { bench, unharmed } = busy({ presenceBytes: 500, directedPresences: 3 });
	const eve = bench.client("eve");
	const huge = `<status>${"x".repeat(600)}</status>`;
	for (const to of ["", ` to="${ROOM}/E"`]) {
		const [answer] = eve.ask(`<presence xmlns="jabber:client"${to}><x xmlns="${NS.muc}"/>${huge}</presence>`);
		assert.equal(conditionOf(answer), "policy-violation");
	}
	const conditions = Array.from({ length: 6 }, (_, i) =>
		conditionOf(eve.ask(`<presence xmlns="jabber:client" to="nobody${i}@localhost"/>`)[0]),
	);
	assert.deepEqual(conditions, [...Array(3).fill(undefined), ...Array(3).fill("resource-constraint")]);
	unharmed("presences");
});

test("exhaustion by accounts: an address makes so many a minute, and a full table refuses and forgets nobody", () => {
	const { bench, unharmed } = busy({ registrationsPerAddressPerMinute: 5, accounts: 6 });
	const make = (count: number): number => {
		const peer = bench.connect();
		peer.open();
		const answers = Array.from({ length: count }, (_, i) => peer.register(`mal${bench.now}x${i}`, "a password"));
		return answers.filter(({ attrs }) => attrs["type"] === "result").length;
	};
	assert.equal(make(10), 3, "two made theirs before");
	bench.now += 60_000;
	assert.equal(make(10), 1);
	assert.equal(bench.core.counts.accounts, 6);
	unharmed("accounts");
});

test("exhaustion by sessions that wait: they count as connections of their address, and as sessions of their account", () => {
	const limits = { connectionsPerAddress: 8, connectionsPerAddressPerMinute: 1e6, sessionsPerAccount: 4 };
	const { bench, unharmed } = busy({ ...limits, authFailuresPerAddressPerMinute: 1e6 });
	bench.client("eve").lose();
	let refused = 0;
	for (let i = 0; i < 50; i++) {
		if (!bench.core.admits("127.0.0.1", bench.now).ok) {
			refused += 1;
			continue;
		}
		const peer = authenticated(bench, "eve");
		if (peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`).attrs["type"] === "result") enable(peer);
		peer.lose();
	}
	assert.deepEqual(bench.core.counts, { connections: 6, sessions: 6, accounts: 3, rooms: 1 });
	assert.equal(refused, 0, "the oldest of the account gave way, so that its owner can still come");
	for (const name of ["fay", "gus"]) {
		const peer = bench.client(name);
		enable(peer);
		peer.lose();
	}
	assert.equal(bench.core.admits("127.0.0.1", bench.now).ok, false);
	assert.equal(bench.core.admits("192.0.2.1", bench.now).ok, true, "another address is not concerned");
	unharmed("sessions");
});

test("exhaustion by sessions that end: so many are remembered, the oldest are not", () => {
	const expired = new ExpiredSessions();
	for (let i = 0; i <= EXPIRED_SESSIONS_COUNT; i++) expired.remember(`id${i}`, "eve", i);
	assert.equal(expired.handled("id0", "eve"), undefined);
	assert.equal(expired.handled("id1", "eve"), 1);
	assert.equal(expired.handled(`id${EXPIRED_SESSIONS_COUNT}`, "eve"), EXPIRED_SESSIONS_COUNT);
});

test("someone else's address: not as a sender, not as a resource, not by resuming, in whatever form it is written", () => {
	const forged = [
		"ana@localhost",
		"ANA@LOCALHOST",
		"ana@localhost/r",
		`${ROOM}/A`,
		"localhost",
		"@localhost",
		"eve@localhost@ana",
		"eve@elsewhere",
		"",
	];
	for (const from of forged) {
		const { bench, unharmed } = busy();
		const eve = bench.client("eve", "r");
		const [error] = eve.ask(`<message xmlns="jabber:client" type="chat" to="ana@localhost" from="${from}"/>`);
		assert.equal(conditionOf(error), "invalid-from", from);
		unharmed(from);
	}
	const { bench, unharmed } = busy();
	const ana = bench.client("anna", "r");
	const id = enable(ana).attrs["id"] ?? "";
	const eve = authenticated(bench, "anna");
	assert.equal(eve.ended, false);
	const mal = bench.client("mal");
	mal.lose();
	const thief = authenticated(bench, "mal");
	assert.equal(resume(thief, id, 0)[0]?.name, "failed");
	const bound = thief.iq("set", undefined, `<bind xmlns="${NS.bind}"><resource>r</resource></bind>`);
	assert.match(JSON.stringify(bound), /mal@localhost\/r/);
	assert.deepEqual([ana.ended, bench.core.counts.sessions], [false, 4]);
	unharmed("resources");
});

test("someone else's nick: not at the entrance, not by a change, not in another form, and not in what one says", () => {
	const { bench, unharmed } = busy();
	const amelie = bench.client("amelie");
	amelie.join("den", "Am\u00e9lie");
	const eve = bench.client("eve");
	for (const nick of ["A", "Am\u00e9lie", "Ame\u0301lie"])
		assert.equal(conditionOf(eve.join("den", nick)[0]), "conflict");
	eve.join("den", "E");
	const change = (nick: string): string | undefined =>
		conditionOf(eve.ask(`<presence xmlns="jabber:client" to="${ROOM}/${nick}"/>`)[0]);
	for (const nick of ["A", "Am\u00e9lie", "Ame\u0301lie"]) assert.equal(change(nick), "conflict");
	amelie.take();
	eve.receive(
		`<message xmlns="jabber:client" type="groupchat" to="${ROOM}"><body>I am A</body>` +
			`<x xmlns="${NS.mucUser}"><item jid="ana@localhost/r"/></x><occupant-id xmlns="${NS.occupantId}" id="hers"/></message>`,
	);
	const [said] = amelie.take();
	assert.equal(said?.attrs["from"], `${ROOM}/E`);
	assert.doesNotMatch(JSON.stringify(said), /ana@localhost|hers/);
	unharmed("nicks");
});
