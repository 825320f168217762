import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { child, childElements, type Element, textOf } from "../src/xml.ts";
import { bodyOf } from "./support/client.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";

function message(to: string, type: string, inside = "<body>hi</body>"): string {
	return `<message xmlns="jabber:client" id="m"${to === "" ? "" : ` to="${to}"`} type="${type}">${inside}</message>`;
}

function available(peer: Peer, priority = 0): Peer {
	peer.receive(`<presence xmlns="jabber:client"><priority>${priority}</priority></presence>`);
	peer.take();
	return peer;
}

/** Another session of an account that exists. */
function again(bench: Bench, name: string, resource: string): Peer {
	const peer = bench.connect();
	peer.open();
	return peer.logIn(name, "a password", resource);
}

test("the server answers what stock clients ask, and refuses the rest by name", () => {
	const ana = new Bench().client("ana");
	const payload = (query: string, to?: string): Element => childElements(ana.iq("get", to, query))[0] as Element;
	assert.equal(payload(`<query xmlns="${NS.roster}"/>`).children.length, 0);
	assert.equal(
		textOf(child(payload(`<query xmlns="${NS.version}"/>`, "localhost"), "name", NS.version) as Element),
		"Clowder",
	);
	const items = payload(`<query xmlns="${NS.discoItems}"/>`, "localhost");
	assert.deepEqual(
		childElements(items).map(({ attrs }) => attrs["jid"]),
		["conference.localhost"],
	);
	const info = payload(`<query xmlns="${NS.discoInfo}"/>`, "localhost");
	assert.equal(childElements(info)[0]?.attrs["category"], "server");
	const own = payload(`<query xmlns="${NS.discoInfo}"/>`, "ana@localhost");
	assert.equal(childElements(own)[0]?.attrs["category"], "account");
	assert.equal(ana.iq("get", "localhost", `<ping xmlns="${NS.ping}"/>`).attrs["type"], "result");
	assert.equal(ana.iq("set", undefined, `<session xmlns="${NS.session}"/>`).attrs["type"], "result");
	assert.equal(conditionOf(ana.iq("get", "localhost", '<query xmlns="urn:unknown"/>')), "service-unavailable");
	assert.equal(conditionOf(ana.iq("set", "localhost", `<ping xmlns="${NS.ping}"/>`)), "service-unavailable");
	assert.equal(conditionOf(ana.iq("set", undefined, `<query xmlns="${NS.roster}"/>`)), "bad-request");
	assert.equal(
		conditionOf(ana.iq("get", "elsewhere.example", `<ping xmlns="${NS.ping}"/>`)),
		"remote-server-not-found",
	);
	assert.equal(conditionOf(ana.iq("get", "not a jid@localhost", `<ping xmlns="${NS.ping}"/>`)), "jid-malformed");
});

test("a malformed IQ is a bad request; an answer nobody asked for is dropped (RFC 6120 section 8.2.3)", () => {
	const ana = new Bench().client("ana");
	const ping = `<ping xmlns="${NS.ping}"/>`;
	for (const iq of [
		`<iq xmlns="jabber:client" type="get">${ping}</iq>`,
		`<iq xmlns="jabber:client" id="1">${ping}</iq>`,
		`<iq xmlns="jabber:client" id="1" type="ask">${ping}</iq>`,
		`<iq xmlns="jabber:client" id="1" type="get"/>`,
		`<iq xmlns="jabber:client" id="1" type="get">${ping}${ping}</iq>`,
	]) {
		assert.deepEqual(ana.ask(iq).map(conditionOf), ["bad-request"], iq);
	}
	for (const type of ["result", "error"]) {
		for (const to of [
			"localhost",
			"bo@localhost",
			"bo@localhost/x",
			"conference.localhost",
			"x@conference.localhost/y",
		]) {
			assert.deepEqual(ana.ask(`<iq xmlns="jabber:client" id="1" type="${type}" to="${to}"/>`), []);
		}
	}
});

test("messages find the account or its resource, or are unavailable", () => {
	const bench = new Bench();
	const ana = bench.client("ana", "a");
	const one = bench.client("bo", "one");
	available(one);
	const two = available(again(bench, "bo", "two"), -1);
	one.take();
	ana.receive(message("BO@localhost", "chat"));
	const [got] = one.take();
	assert.deepEqual([got?.attrs["from"], bodyOf(got as Element)], ["ana@localhost/a", "hi"]);
	assert.deepEqual(two.take(), [], "a negative priority wants no messages to the account");
	ana.receive(message("bo@localhost/two", "normal"));
	assert.equal(two.take().length, 1);
	ana.receive(message("bo@localhost/gone", "chat"));
	assert.equal(one.take().length, 1, "a chat finds the account when the resource is gone");
	for (const [to, type] of [
		["bo@localhost/gone", "normal"],
		["bo@localhost", "groupchat"],
		["nobody@localhost", "headline"],
		["localhost", "chat"],
	] as const) {
		assert.deepEqual(ana.ask(message(to, type)).map(conditionOf), ["service-unavailable"], `${type} to ${to}`);
	}
	assert.deepEqual(ana.ask(message("nobody@localhost", "error")), []);
	available(ana);
	assert.equal(bodyOf(ana.ask(message("", "chat"))[0] as Element), "hi", "without an address it is to oneself");
});

test("ids said to be the account's or the server's are taken out of messages (XEP-0359)", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const bo = available(bench.client("bo"));
	const id = (by: string): string => `<stanza-id xmlns="${NS.stanzaId}" by="${by}" id="x"/>`;
	ana.receive(message("bo@localhost", "chat", id("bo@localhost") + id("localhost") + id("other@elsewhere")));
	const ids = childElements(bo.take()[0] as Element).map(({ attrs }) => attrs["by"]);
	assert.deepEqual(ids, ["other@elsewhere"]);
});

test("questions reach a resource and their answers come back", () => {
	const bench = new Bench();
	const ana = bench.client("ana", "a");
	const bo = bench.client("bo", "b");
	ana.receive(`<iq xmlns="jabber:client" type="get" id="v" to="bo@localhost/b"><query xmlns="${NS.version}"/></iq>`);
	assert.equal(bo.take()[0]?.attrs["from"], "ana@localhost/a");
	bo.receive('<iq xmlns="jabber:client" type="result" id="v" to="ana@localhost/a"/>');
	assert.deepEqual(
		ana.take().map(({ attrs }) => attrs["type"]),
		["result"],
	);
	assert.equal(conditionOf(ana.iq("get", "bo@localhost", `<query xmlns="${NS.version}"/>`)), "service-unavailable");
	assert.equal(conditionOf(ana.iq("get", "no@localhost/b", `<query xmlns="${NS.version}"/>`)), "service-unavailable");
});

test("presence goes to one's own sessions and to whom it is shown, who hear of its end", () => {
	const bench = new Bench({ directedPresences: 1, presenceBytes: 300 });
	const ana = bench.client("ana", "a");
	const bo = available(bench.client("bo", "b"));
	ana.receive('<presence xmlns="jabber:client"/>');
	assert.deepEqual(
		ana.take().map(({ attrs }) => attrs["from"]),
		["ana@localhost/a"],
	);
	const second = again(bench, "ana", "second");
	const seen = second.ask('<presence xmlns="jabber:client"><show>away</show></presence>');
	assert.deepEqual(seen.map(({ attrs }) => attrs["from"]).sort(), ["ana@localhost/a", "ana@localhost/second"]);
	assert.deepEqual(
		ana.take().map(({ attrs }) => attrs["from"]),
		["ana@localhost/second"],
	);
	assert.deepEqual(bo.take(), []);

	const long = ana.ask(`<presence xmlns="jabber:client"><status>${"x".repeat(300)}</status></presence>`);
	assert.deepEqual(long.map(conditionOf), ["policy-violation"]);

	ana.receive('<presence xmlns="jabber:client" to="bo@localhost"/>');
	assert.equal(bo.take()[0]?.attrs["from"], "ana@localhost/a");
	const [refused] = ana.ask('<presence xmlns="jabber:client" to="cy@localhost"/>');
	assert.equal(conditionOf(refused), "resource-constraint");
	ana.lose();
	for (const peer of [bo, second]) {
		assert.deepEqual(
			peer.take().map(({ attrs }) => [attrs["from"], attrs["type"]]),
			[["ana@localhost/a", "unavailable"]],
		);
	}
});
