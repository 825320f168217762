import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NS } from "../src/namespaces.ts";
import { child, childElements, type Element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { bodyOf, hasStatus } from "./support/client.ts";

const ROOM = "den@conference.localhost";

function presence(to: string, type = "", inside = ""): string {
	return `<presence xmlns="jabber:client" to="${to}"${type === "" ? "" : ` type="${type}"`}>${inside}</presence>`;
}

function message(to: string, type: string, inside: string): string {
	return `<message xmlns="jabber:client" id="m" to="${to}" type="${type}">${inside}</message>`;
}

/** A stanza in a few words, for comparing what was seen. */
function brief(node: Element): string {
	const from = (node.attrs["from"] ?? "").replace(ROOM, "");
	const x = child(node, "x", NS.mucUser);
	const codes = x === undefined ? [] : childElements(x).flatMap(({ attrs }) => attrs["code"] ?? []);
	if (node.name === "message") {
		const subject = child(node, "subject", NS.client);
		return subject === undefined ? `${from} says ${bodyOf(node)}` : `${from} subject ${textOf(subject)}`;
	}
	return [from, node.attrs["type"] ?? "available", ...codes].join(" ");
}

function seen(peer: Peer): string[] {
	return peer.take().map(brief);
}

function itemOf(node: Element | undefined): Record<string, string> {
	const x = node === undefined ? undefined : child(node, "x", NS.mucUser);
	const item = x === undefined ? undefined : child(x, "item", NS.mucUser);
	return { ...item?.attrs };
}

/** The first owns the room; none of them has unread stanzas. */
function inRoom<Names extends readonly string[]>(bench: Bench, ...names: Names): { [K in keyof Names]: Peer } {
	const peers = names.map((name) => {
		const peer = bench.client(name.toLowerCase());
		peer.join("den", name);
		return peer;
	});
	for (const peer of peers) peer.take();
	return peers as { [K in keyof Names]: Peer };
}

test("the first to come makes the room and is told so last, with the subject after it (XEP-0045 section 7.1)", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const answers = ana.join("den", "A");
	assert.deepEqual(answers.map(brief), ["/A available 110 201", " subject "]);
	assert.deepEqual(itemOf(answers[0]), { affiliation: "owner", role: "moderator", jid: ana.jid });
	assert.equal(bench.core.counts.rooms, 1);
});

test("a second sees who is there, then itself; the others see it come, and only the owner its address", () => {
	const bench = new Bench();
	const [ana, bo] = inRoom(bench, "A", "B");
	const cy = bench.client("cy");
	const answers = cy.join("den", "C");
	assert.deepEqual(answers.map(brief), ["/A available", "/B available", "/C available 110", " subject "]);
	assert.ok(answers.every((e) => itemOf(e)["jid"] === undefined));
	assert.equal(itemOf(bo.take()[0])["jid"], undefined);
	assert.equal(itemOf(ana.take()[0])["jid"], cy.jid);
});

test("nicks that are taken, missing or too long, and rooms that cannot be, are refused", () => {
	const bench = new Bench({ roomNameBytes: 10, nickBytes: 10, rooms: 1, roomsPerSession: 2, occupantsPerRoom: 2 });
	inRoom(bench, "A");
	const bo = bench.client("bo");
	const refusal = (room: string, nick: string): string | undefined => {
		const [answer] = bo.join(room, nick);
		assert.equal(answer?.attrs["type"], "error");
		return conditionOf(answer);
	};
	assert.equal(refusal("den", "A"), "conflict");
	assert.equal(refusal("den", "longer nick"), "jid-malformed");
	assert.equal(refusal("longer.room", "B"), "jid-malformed");
	assert.equal(refusal("d en", "B"), "jid-malformed");
	assert.equal(refusal("other", "B"), "resource-constraint");
	assert.equal(conditionOf(bo.ask(presence(ROOM))[0]), "jid-malformed");
	assert.equal(conditionOf(bo.ask(presence(`${ROOM}/B`))[0]), "not-acceptable", "not a join without its element");
	bo.join("den", "B");
	const cy = bench.client("cy");
	assert.equal(conditionOf(cy.join("den", "C")[0]), "service-unavailable");
	assert.ok(child(cy.join("den", "C")[0] as Element, "x", NS.muc), "a refused join is known by this");
});

test("a nick is changed for all, unless it is taken; the old one is free then", () => {
	const bench = new Bench();
	const [ana, bo] = inRoom(bench, "A", "B");
	assert.equal(conditionOf(bo.ask(presence(`${ROOM}/A`))[0]), "conflict");
	bo.receive(presence(`${ROOM}/Bee`));
	const toOther = ana.take();
	assert.deepEqual(toOther.map(brief), ["/B unavailable 303", "/Bee available"]);
	assert.equal(itemOf(toOther[0])["nick"], "Bee");
	assert.deepEqual(seen(bo), ["/B unavailable 303 110", "/Bee available 110"]);
	assert.deepEqual(bench.client("cy").join("den", "B").map(brief).slice(0, 2), ["/A available", "/Bee available"]);
});

test("who leaves, disconnects or becomes unavailable is gone for all, and an empty room is gone", () => {
	const bench = new Bench();
	const [ana, bo, cy, di] = inRoom(bench, "A", "B", "C", "D");
	bo.receive(presence(`${ROOM}/B`, "unavailable", "<status>bye</status>"));
	assert.deepEqual(seen(bo), ["/B unavailable 110"]);
	cy.take();
	cy.lose();
	assert.deepEqual(seen(cy), []);
	di.receive('<presence xmlns="jabber:client" type="unavailable"/>');
	const left = ana.take();
	assert.deepEqual(left.map(brief), ["/B unavailable", "/C unavailable", "/D unavailable"]);
	assert.equal(textOf(child(left[0] as Element, "status", NS.client) as Element), "bye");
	assert.deepEqual(itemOf(left[0]), { affiliation: "none", role: "none", jid: bo.jid });
	assert.equal(conditionOf(bo.ask(message(ROOM, "groupchat", "<body>x</body>"))[0]), "not-acceptable");
	ana.lose();
	assert.equal(bench.core.counts.rooms, 0);
	assert.equal(conditionOf(bo.ask(message(ROOM, "groupchat", "<body>x</body>"))[0]), "item-not-found");
});

test("a second join by someone inside tells everything again, to that one only", () => {
	const [ana, bo] = inRoom(new Bench(), "A", "B");
	assert.deepEqual(bo.join("den", "B").map(brief), ["/A available", "/B available 110", " subject "]);
	assert.deepEqual(seen(ana), []);
});

test("SERVER-7: a message reaches all, its sender included, under an id of the room's and the sender's occupant id", () => {
	const [ana, bo] = inRoom(new Bench(), "A", "B");
	const faked = [
		`<stanza-id xmlns="${NS.stanzaId}" by="${ROOM.toUpperCase()}" id="fake"/>`,
		`<stanza-id xmlns="${NS.stanzaId}" by="elsewhere" id="kept"/>`,
		`<occupant-id xmlns="${NS.occupantId}" id="fake"/>`,
		`<x xmlns="${NS.mucUser}"><status code="100"/></x>`,
		`<delay xmlns="urn:xmpp:delay" from="${ROOM}" stamp="2001-01-01T00:00:00Z"/>`,
	].join("");
	bo.receive(message(ROOM, "groupchat", `<body>hi</body>${faked}<encryption xmlns="urn:xmpp:eme:0" name="x"/>`));
	const [toAna] = ana.take();
	const [toBo] = bo.take();
	for (const copy of [toAna, toBo]) {
		assert.equal(copy?.attrs["from"], `${ROOM}/B`);
		assert.equal(copy?.attrs["id"], "m");
	}
	assert.equal(toAna?.attrs["to"], ana.jid);
	const children = childElements(toAna);
	assert.deepEqual(
		children.map(({ name }) => name),
		["body", "stanza-id", "encryption", "stanza-id", "occupant-id"],
	);
	assert.deepEqual(children[1]?.attrs["id"], "kept");
	assert.equal(children[3]?.attrs["by"], ROOM);
	assert.notEqual(children[3]?.attrs["id"], "fake");
	assert.deepEqual(childElements(toBo as Element), children, "one id for all");
	assert.notEqual(children[4]?.attrs["id"], "fake");
});

test("an occupant id is one account's in one room, and says nothing elsewhere", () => {
	const bench = new Bench();
	const [ana] = inRoom(bench, "A");
	const occupantId = (node: Element | undefined): string | undefined =>
		node === undefined ? undefined : child(node, "occupant-id", NS.occupantId)?.attrs["id"];
	const bo = bench.client("bo");
	const first = occupantId(bo.join("den", "B").find((e) => hasStatus(e, "110")));
	bo.receive(presence(`${ROOM}/B`, "unavailable"));
	bo.take();
	const second = occupantId(bo.join("den", "Bee").find((e) => hasStatus(e, "110")));
	assert.equal(second, first);
	const elsewhere = occupantId(bo.join("lair", "B").find((e) => hasStatus(e, "110")));
	assert.notEqual(elsewhere, first);
	assert.notEqual(occupantId(ana.take()[0]), undefined);
});

test("the subject is told to who comes later, bounded, and is not a message with a body", () => {
	const bench = new Bench({ subjectBytes: 5 });
	const [ana, bo] = inRoom(bench, "A", "B");
	bo.receive(message(ROOM, "groupchat", "<subject>cats</subject>"));
	assert.deepEqual(seen(ana), ["/B subject cats"]);
	bo.take();
	assert.equal(conditionOf(bo.ask(message(ROOM, "groupchat", "<subject>kittens</subject>"))[0]), "not-acceptable");
	bo.receive(message(ROOM, "groupchat", "<subject>re</subject><body>hi</body>"));
	const cy = bench.client("cy");
	assert.equal(cy.join("den", "C").map(brief).at(-1), "/B subject cats");
});

test("a private message goes to its occupant only, from the sender's nick", () => {
	const [ana, bo, cy] = inRoom(new Bench(), "A", "B", "C");
	bo.receive(message(`${ROOM}/A`, "chat", `<body>psst</body><x xmlns="${NS.mucUser}"><status code="110"/></x>`));
	const [whisper] = ana.take();
	assert.equal(whisper?.attrs["from"], `${ROOM}/B`);
	assert.equal(whisper?.attrs["to"], ana.jid);
	assert.equal(hasStatus(whisper, "110"), false);
	assert.ok(child(whisper, "x", NS.mucUser));
	assert.deepEqual([seen(bo), seen(cy)], [[], []]);
	assert.equal(conditionOf(bo.ask(message(`${ROOM}/Z`, "chat", "<body>x</body>"))[0]), "item-not-found");
	assert.equal(conditionOf(bo.ask(message(`${ROOM}/A`, "groupchat", "<body>x</body>"))[0]), "bad-request");
	assert.equal(conditionOf(bo.ask(message(ROOM, "normal", "<body>x</body>"))[0]), "service-unavailable");
	assert.deepEqual(bo.ask(message(`${ROOM}/Z`, "error", "<body>x</body>")), [], "an error is not answered");
});

test("occupants ask each other through the room; a ping to oneself is answered by it (XEP-0410)", () => {
	const bench = new Bench();
	const [ana, bo] = inRoom(bench, "A", "B");
	bo.receive(`<iq xmlns="jabber:client" type="get" id="v" to="${ROOM}/A"><query xmlns="jabber:iq:version"/></iq>`);
	const [asked] = ana.take();
	assert.deepEqual([asked?.attrs["from"], asked?.attrs["id"]], [`${ROOM}/B`, "v"]);
	ana.receive(`<iq xmlns="jabber:client" type="result" id="v" to="${ROOM}/B"/>`);
	const [answer] = bo.take();
	assert.deepEqual([answer?.attrs["from"], answer?.attrs["type"]], [`${ROOM}/A`, "result"]);

	const ping = `<ping xmlns="${NS.ping}"/>`;
	assert.equal(bo.iq("get", `${ROOM}/B`, ping).attrs["type"], "result");
	assert.equal(conditionOf(bo.iq("get", `${ROOM}/Z`, ping)), "item-not-found");
	assert.equal(conditionOf(bench.client("cy").iq("get", `${ROOM}/B`, ping)), "not-acceptable");
});

test("SERVER-8: a room says what it is to all who know its name, and who is in it to those inside", () => {
	const bench = new Bench();
	const [ana] = inRoom(bench, "A", "B");
	const cy = bench.client("cy");
	const info = child(cy.iq("get", ROOM, `<query xmlns="${NS.discoInfo}"/>`), "query", NS.discoInfo) as Element;
	const features = new Set(childElements(info).flatMap(({ attrs }) => attrs["var"] ?? []));
	for (const feature of [NS.muc, "muc_hidden", "muc_semianonymous", "muc_temporary", NS.stanzaId, NS.occupantId]) {
		assert.ok(features.has(feature), feature);
	}
	const items = (peer: Peer, to: string): number =>
		childElements(child(peer.iq("get", to, `<query xmlns="${NS.discoItems}"/>`), "query", NS.discoItems) as Element)
			.length;
	assert.equal(items(ana, ROOM), 2);
	assert.equal(items(cy, ROOM), 0);
	assert.equal(items(cy, "conference.localhost"), 0, "rooms are not listed");
	assert.equal(
		conditionOf(cy.iq("get", "lair@conference.localhost", `<query xmlns="${NS.discoInfo}"/>`)),
		"item-not-found",
	);
	const service = child(
		cy.iq("get", "conference.localhost", `<query xmlns="${NS.discoInfo}"/>`),
		"query",
		NS.discoInfo,
	);
	assert.equal(childElements(service as Element)[0]?.attrs["category"], "conference");
	const promised = new Set(childElements(service as Element).map(({ attrs }) => attrs["var"]));
	for (const [feature, query] of [
		[NS.ping, "ping"],
		[NS.version, "query"],
	] as const) {
		const answer = cy.iq("get", "conference.localhost", `<${query} xmlns="${feature}"/>`);
		assert.equal(answer.attrs["type"] === "result", promised.has(feature), feature);
	}
});

test("the owner's configuration of an instant room is accepted, wishes are not, and nobody has power over others", () => {
	const [ana, bo] = inRoom(new Bench(), "A", "B");
	const owner = (inside: string): string => `<query xmlns="${NS.mucOwner}">${inside}</query>`;
	const form = (type: string, inside = ""): string => owner(`<x xmlns="${NS.dataForm}" type="${type}">${inside}</x>`);
	assert.ok(child(ana.iq("get", ROOM, owner("")), "query", NS.mucOwner));
	assert.equal(ana.iq("set", ROOM, form("submit")).attrs["type"], "result");
	assert.equal(ana.iq("set", ROOM, form("cancel")).attrs["type"], "result");
	const formType = `<field var="FORM_TYPE"><value>${NS.mucRoomConfig}</value></field>`;
	assert.equal(ana.iq("set", ROOM, form("submit", formType)).attrs["type"], "result");
	const wish = `${formType}<field var="muc#roomconfig_membersonly"><value>1</value></field>`;
	assert.equal(conditionOf(ana.iq("set", ROOM, form("submit", wish))), "not-acceptable");
	assert.equal(conditionOf(ana.iq("set", ROOM, owner("<destroy/>"))), "not-allowed");
	assert.equal(conditionOf(bo.iq("get", ROOM, owner(""))), "forbidden");
	const kick = '<query xmlns="http://jabber.org/protocol/muc#admin"><item nick="B" role="none"/></query>';
	assert.equal(conditionOf(ana.iq("set", ROOM, kick)), "not-allowed");
});

test("a presence kept for later joiners is bounded", () => {
	const [, bo] = inRoom(new Bench({ presenceBytes: 300 }), "A", "B");
	const long = presence(`${ROOM}/B`, "", `<status>${"x".repeat(300)}</status>`);
	assert.equal(conditionOf(bo.ask(long)[0]), "policy-violation");
});

test("SERVER-6: all occupants see one order, whatever they do at once", () => {
	const action = fc.record({
		who: fc.nat(5),
		what: fc.constantFrom(
			"join",
			"join",
			"join",
			"say",
			"say",
			"say",
			"say",
			"nick",
			"nick",
			"leave",
			"subject",
			"end",
		),
		slowly: fc.boolean(),
		nick: fc.constantFrom("a", "b", "c", "d"),
	});
	// One server for all runs, since accounts cost time to make; each run leaves it empty.
	const bench = new Bench({ sendQueueBytes: 10, registrationsPerAddressPerMinute: 10_000 });
	fc.assert(
		fc.property(fc.array(action, { minLength: 40, maxLength: 80, size: "max" }), (actions) => {
			// An observer that neither leaves nor speaks gives the order the others are held to.
			const [observer] = inRoom(bench, "observer");
			const peers = Array.from({ length: 6 }, (_, i) => bench.client(`user${i}`));
			for (const [i, { who, what, nick, slowly }] of actions.entries()) {
				const peer = peers[who] as Peer;
				if (peer.destroyed) continue;
				if (what === "join") {
					if (!isInside(peer)) peer.receive(presence(`${ROOM}/${nick}`, "", `<x xmlns="${NS.muc}"/>`));
				} else if (what === "say") peer.say("den", `${i}`);
				else if (what === "nick") peer.receive(presence(`${ROOM}/${nick}`));
				else if (what === "leave") peer.receive(presence(`${ROOM}/${nick}`, "unavailable"));
				else if (what === "subject") peer.receive(message(ROOM, "groupchat", `<subject>${i}</subject>`));
				// A reader too slow is found out, and dropped, in the middle of a broadcast.
				else if (slowly) peer.waiting = 11;
				else peer.lose();
			}
			const order = seen(observer);
			for (const peer of peers) assertInOrder(stretches(peer.take()), order);
			for (const peer of [observer, ...peers]) peer.lose();
			assert.deepEqual(bench.core.counts, { connections: 0, sessions: 0, accounts: 7, rooms: 0 });
		}),
		{ seed: 5, numRuns: 60, endOnFailure: true },
	);
});

/** What someone saw while inside, from the own arrival on, for each stay. */
function stretches(nodes: readonly Element[]): string[][] {
	const stays: string[][] = [];
	let inside = false;
	let subjectDue = false;
	for (const node of nodes) {
		const self = node.name === "presence" && hasStatus(node, "110");
		const gone = node.attrs["type"] === "unavailable";
		if (node.attrs["type"] === "error" || node.ns !== NS.client) continue;
		if (self && !gone && !inside) {
			inside = true;
			subjectDue = true;
			stays.push([]);
		} else if (subjectDue) {
			// The first thing after the own arrival is the subject as it stands, which is a state.
			subjectDue = false;
			continue;
		}
		if (inside) stays.at(-1)?.push(brief(node).replace(" 110", ""));
		if (self && gone && !hasStatus(node, "303")) inside = false;
	}
	return stays;
}

/** By the last the room said of it. A join by someone inside repeats states, which is no part of the order. */
function isInside(peer: Peer): boolean {
	const last = peer.texts.findLast((text) => text.includes('code="110"'));
	return last !== undefined && (!last.includes('type="unavailable"') || last.includes('code="303"'));
}

/** Each stay is a run of the observer's order without a gap. */
function assertInOrder(stays: readonly string[][], order: readonly string[]): void {
	let from = 0;
	for (const stay of stays) {
		let at = order.indexOf(stay[0] as string, from);
		while (at >= 0 && !stay.every((line, i) => order[at + i] === line)) at = order.indexOf(stay[0] as string, at + 1);
		assert.ok(at >= 0, `not in one order:\n${stay.join("\n")}\n--\n${order.join("\n")}`);
		from = at + stay.length;
	}
}
