import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { child, type Element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";

function opened(bench: Bench, address?: string): Peer {
	const peer = bench.connect(undefined, address);
	peer.open();
	return peer;
}

function query(fields: string): string {
	return `<query xmlns="${NS.register}">${fields}</query>`;
}

test("the form asks for a name and a password (XEP-0077 section 3.1.1)", () => {
	const answer = opened(new Bench()).iq("get", "localhost", query(""));
	const form = child(answer, "query", NS.register) as Element;
	assert.ok(child(form, "username", NS.register) && child(form, "password", NS.register));
});

test("an account is made once; names and passwords that cannot be used are refused", () => {
	const peer = opened(new Bench());
	assert.equal(peer.register("ana", "a password").attrs["type"], "result");
	assert.equal(conditionOf(peer.register("ANA", "another")), "conflict");
	assert.equal(conditionOf(peer.register("a b", "x")), "not-acceptable");
	assert.equal(conditionOf(peer.register("", "x")), "not-acceptable");
	assert.equal(conditionOf(peer.register("bo", "")), "not-acceptable");
	assert.equal(conditionOf(peer.register("bo", "x".repeat(1024))), "not-acceptable");
	assert.equal(conditionOf(peer.iq("set", undefined, query("<username>bo</username>"))), "not-acceptable");
	assert.equal(conditionOf(peer.iq("set", undefined, query("<remove/>"))), "not-allowed");
});

test("registrations are counted for each address", () => {
	const bench = new Bench({ registrationsPerAddressPerMinute: 2 });
	const peer = opened(bench);
	const outcomes = ["a", "b", "c"].map((name) => conditionOf(peer.register(name, "a password")) ?? "made");
	assert.deepEqual(outcomes, ["made", "made", "resource-constraint"]);
	assert.equal(conditionOf(opened(bench, "192.0.2.1").register("c", "a password")), undefined);
	bench.now += 60_000;
	assert.equal(conditionOf(opened(bench).register("d", "a password")), undefined);
});

test("when accounts are full, only one that is long unused gives way", () => {
	const bench = new Bench({ accounts: 2, accountIdleMs: 60_000 });
	const ana = bench.client("ana");
	const peer = opened(bench);
	peer.register("bo", "a password");
	assert.equal(conditionOf(peer.register("cy", "a password")), "resource-constraint");
	bench.now += 60_000;
	assert.equal(conditionOf(peer.register("cy", "a password")), undefined);
	const again = opened(bench);
	assert.equal(conditionOf(again.authenticate("bo", "a password")), "not-authorized", "bo is gone");
	ana.lose();
	assert.equal(conditionOf(again.register("di", "a password")), "resource-constraint", "ana was here just now");
});

test("someone logged in sees the own name, changes the password and removes the account", () => {
	const bench = new Bench();
	const ana = bench.client("ana", "one");
	const form = child(ana.iq("get", undefined, query("")), "query", NS.register) as Element;
	assert.ok(child(form, "registered", NS.register));
	assert.equal(textOf(child(form, "username", NS.register) as Element), "ana");

	const change = (name: string): Element =>
		ana.iq("set", "localhost", query(`<username>${name}</username><password>new</password>`));
	assert.equal(conditionOf(change("bo")), "not-allowed");
	assert.equal(change("ana").attrs["type"], "result");
	const other = opened(bench);
	assert.equal(conditionOf(other.authenticate("ana", "a password")), "not-authorized");
	other.logIn("ana", "new", "two");

	assert.equal(conditionOf(ana.iq("set", undefined, query("<remove/><password>x</password>"))), "bad-request");
	ana.texts.length = 0;
	ana.receive(`<iq xmlns="jabber:client" type="set" id="r">${query("<remove/>")}</iq>`);
	const answers = ana.take();
	assert.deepEqual(
		answers.map(({ name }) => name),
		["iq", "error", "close"],
	);
	assert.equal(answers[0]?.attrs["type"], "result");
	assert.equal(conditionOf(answers[1]), "not-authorized");
	assert.equal(conditionOf(other.take()[0]), "not-authorized", "its other sessions end too");
	assert.deepEqual([bench.core.counts.sessions, bench.core.counts.accounts], [0, 0]);
});

test("an account removed between login and binding binds nothing", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const late = opened(bench);
	late.authenticate("ana", "a password");
	late.open();
	ana.iq("set", undefined, query("<remove/>"));
	assert.equal(conditionOf(late.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`)), "not-allowed");
});
