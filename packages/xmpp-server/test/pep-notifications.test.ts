import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench, type Peer } from "./support/core.ts";
import { again } from "./support/house.ts";
import {
	subscribe,
	clientInfo,
	configure,
	entry,
	interested,
	options,
	owning,
	publish,
	pubsub,
	show,
	tell,
	told,
} from "./support/pubsub.ts";

const NODE = "urn:example:devices";

/** bo sees ana's presence, and cy sees nobody's. */
function house(): { bench: Bench; ana: Peer; bo: Peer; cy: Peer } {
	const bench = new Bench();
	const all = { bench, ana: bench.client("ana", "one"), bo: bench.client("bo"), cy: bench.client("cy") };
	subscribe(all.bo, all.ana);
	return all;
}

test("PEP-6: own devices and contacts that want to hear of a node do, and nobody else", () => {
	const { bench, ana, bo, cy } = house();
	const phone = interested(again(bench, "ana", "phone"), NODE);
	interested(ana, NODE);
	interested(bo, "urn:example:other", NODE);
	interested(cy, NODE);
	const uninterested = interested(again(bench, "bo", "plain"), "urn:example:other");
	const unavailable = again(bench, "bo", "silent");
	const all = [ana, phone, bo, cy, uninterested, unavailable];
	for (const peer of all) peer.take();
	publish(ana, NODE, "1", "x");
	const heard = [`ana@localhost: ${NODE} item 1 x`];
	assert.deepEqual(told(phone), heard);
	assert.deepEqual(told(bo), heard);
	for (const peer of [cy, uninterested, unavailable]) assert.deepEqual(told(peer), []);

	ana.receive(
		`<iq xmlns="jabber:client" type="set" id="p"><pubsub xmlns="http://jabber.org/protocol/pubsub">` +
			`<publish node="${NODE}"><item id="2">${entry("y")}</item></publish></pubsub></iq>`,
	);
	assert.deepEqual(told(ana), [`ana@localhost: ${NODE} item 2 y`], "who publishes hears of it as well");
});

test("PEP-6: an event reaches one address as a headline from the account, after the publisher's answer", () => {
	const { ana } = house();
	interested(ana, NODE);
	const item = `<publish node="${NODE}"><item id="1">${entry("x")}</item></publish>`;
	const [answer, event] = ana.ask(
		`<iq xmlns="jabber:client" type="set" id="p"><pubsub xmlns="http://jabber.org/protocol/pubsub">${item}</pubsub></iq>`,
	);
	assert.equal(answer?.attrs["type"], "result");
	const { from, to, type } = event?.attrs ?? {};
	assert.deepEqual([from, to, type], ["ana@localhost", "ana@localhost/one", "headline"]);
});

test("PEP-6: a whitelist and a configuration without presence keep contacts from hearing", () => {
	const { ana, bo } = house();
	interested(bo, NODE);
	publish(ana, NODE, "1", "x", options({ access_model: "whitelist" }));
	assert.deepEqual(told(bo), []);
	configure(ana, NODE, { access_model: "presence" });
	publish(ana, NODE, "2", "y");
	assert.deepEqual(told(bo), [`ana@localhost: ${NODE} item 2 y`]);
});

test("PEP-6: what is not kept is told all the same, and to nobody later", () => {
	const { bench, ana, bo } = house();
	interested(bo, NODE);
	for (const id of ["1", "2"]) publish(ana, NODE, id, id, options({ persist_items: "0" }));
	assert.deepEqual(told(bo), [`ana@localhost: ${NODE} item 1 1`, `ana@localhost: ${NODE} item 2 2`]);
	assert.deepEqual(told(interested(again(bench, "bo", "late"), NODE)), []);
});

test("PEP-6: taking back, purging and deleting are told, unless the node or the request says not to", () => {
	const { ana, bo } = house();
	interested(bo, NODE);
	const retract = (id: string, attrs = ""): void => {
		const request = `<retract node="${NODE}" ${attrs}><item id="${id}"/></retract>`;
		assert.equal(pubsub(ana, "set", undefined, request).attrs["type"], "result");
	};
	for (const id of ["1", "2", "3"]) publish(ana, NODE, id, id, options({ max_items: "9" }));
	bo.take();
	retract("1");
	retract("2", 'notify="false"');
	assert.deepEqual(told(bo), [`ana@localhost: ${NODE} retract 1`]);
	configure(ana, NODE, { notify_retract: "0" });
	retract("3");
	assert.deepEqual(told(bo), []);
	publish(ana, NODE, "4", "4");
	retract("4", 'notify="true"');
	owning(ana, "set", `<purge node="${NODE}"/>`);
	assert.deepEqual(told(bo), [`ana@localhost: ${NODE} item 4 4`, `ana@localhost: ${NODE} retract 4`]);
	configure(ana, NODE, { notify_retract: "1" });
	owning(ana, "set", `<purge node="${NODE}"/>`);
	owning(ana, "set", `<delete node="${NODE}"/>`);
	assert.deepEqual(told(bo), [`ana@localhost: ${NODE} purge`, `ana@localhost: ${NODE} delete`]);
	publish(ana, NODE, "5", "5", options({ notify_delete: "0" }));
	bo.take();
	owning(ana, "set", `<delete node="${NODE}"/>`);
	assert.deepEqual(told(bo), []);
});

test("PEP-6: who becomes available is sent the last item, once, of what they may read and want", () => {
	const { bench, ana, cy } = house();
	publish(ana, NODE, "1", "old", options({ max_items: "9" }));
	publish(ana, NODE, "2", "new");
	publish(ana, "urn:example:quiet", "1", "x", options({ send_last_published_item: "never" }));
	publish(ana, "urn:example:some", "1", "x", options({ access_model: "whitelist" }));
	const both = [NODE, "urn:example:quiet", "urn:example:some"];
	const late = interested(again(bench, "bo", "late"), ...both);
	assert.deepEqual(told(late), [`ana@localhost: ${NODE} item 2 new`]);
	interested(late, ...both);
	assert.deepEqual(told(late), [], "the same client showing itself again");
	late.receive('<presence xmlns="jabber:client" type="unavailable"/>');
	publish(ana, NODE, "3", "while away");
	assert.deepEqual(told(late), []);
	interested(late, ...both);
	assert.deepEqual(told(late), [`ana@localhost: ${NODE} item 3 while away`]);
	const own = interested(again(bench, "ana", "two"), "urn:example:some");
	assert.deepEqual(told(own), ["ana@localhost: urn:example:some item 1 x"]);
	subscribe(cy, ana);
	interested(cy, NODE);
	assert.deepEqual(told(cy), [`ana@localhost: ${NODE} item 3 while away`]);
});

test("PEP-7: a client is asked once for a hash, and the next one of its kind not at all", () => {
	const { bench, ana, bo } = house();
	const { inside, ver } = clientInfo([NODE]);
	const question = show(bo, ver);
	assert.ok(question !== undefined);
	assert.equal(show(bo, ver), undefined, "it was asked already");
	const twin = again(bench, "bo", "twin");
	assert.ok(show(twin, ver) !== undefined, "nothing is known yet");
	tell(bo, question, inside);
	const third = again(bench, "bo", "third");
	assert.equal(show(third, ver), undefined);
	for (const peer of [bo, twin, third]) peer.take();
	publish(ana, NODE, "1", "x");
	const heard = [`ana@localhost: ${NODE} item 1 x`];
	assert.deepEqual([told(bo), told(twin), told(third)], [heard, [], heard]);
});

test("PEP-7: what has another hash than it claims, or says a thing twice, holds for its sender alone", () => {
	const { inside, ver } = clientInfo([NODE]);
	const twice = `${inside}<feature var="${NODE}+notify"/>`;
	const withSeparator = inside.replace("+notify", "+notify&lt;x");
	const more = `${inside}<feature var="urn:example:more+notify"/>`;
	const form = `${inside}<x xmlns="jabber:x:data" type="result"><field var="a"><value>b</value></field></x>`;
	for (const [claimed, given, hash] of [
		[ver, more, "sha-1"],
		[ver, twice, "sha-1"],
		[ver, withSeparator, "sha-1"],
		[ver, form, "sha-1"],
		[ver, inside, "sha-256"],
		[ver, inside, "constructor"],
	] as const) {
		const { bench, bo } = house();
		const question = show(bo, claimed, ` hash="${hash}"`);
		assert.ok(question !== undefined);
		tell(bo, question, given);
		const other = again(bench, "bo", "other");
		assert.ok(show(other, claimed, ` hash="${hash}"`) !== undefined, `${hash}: ${given}`);
	}
	const { ana, bo } = house();
	const question = show(bo, ver);
	assert.ok(question !== undefined);
	tell(bo, question, more);
	bo.take();
	publish(ana, "urn:example:more", "1", "x");
	assert.deepEqual(told(bo), ["ana@localhost: urn:example:more item 1 x"]);
});

test("PEP-7: the published example of a hash with a form verifies (XEP-0115 section 5.3)", () => {
	const { bench, bo } = house();
	const features = ["caps", "disco#info", "disco#items", "muc"].map(
		(name) => `<feature var="http://jabber.org/protocol/${name}"/>`,
	);
	const fields = [
		["ip_version", "ipv4", "ipv6"],
		["os", "Mac"],
		["os_version", "10.5.1"],
		["software", "Psi"],
		["software_version", "0.11"],
	].map(([name, ...values]) => `<field var="${name}">${values.map((v) => `<value>${v}</value>`).join("")}</field>`);
	const type = '<field var="FORM_TYPE" type="hidden"><value>urn:xmpp:dataforms:softwareinfo</value></field>';
	const form = `<x xmlns="jabber:x:data" type="result">${type}${fields.join("")}</x>`;
	const names = [
		["el", "Ψ 0.11"],
		["en", "Psi 0.11"],
	].map(([lang, name]) => `<identity xml:lang="${lang}" category="client" name="${name}" type="pc"/>`);
	const ver = "q07IKJEyjvHSyhy//CH0CxmKi8w=";
	const question = show(bo, ver);
	assert.ok(question !== undefined);
	tell(bo, question, [...names, ...features, form].join(""));
	assert.equal(show(again(bench, "cy", "x"), ver), undefined);
});

test("PEP-7: answers to questions that were not asked say nothing; clients without hashes speak for themselves", () => {
	const { bench, ana, bo, cy } = house();
	const { inside, ver } = clientInfo([NODE]);
	const question = show(bo, ver);
	assert.ok(question !== undefined);
	tell(cy, question, inside);
	tell(bo, { ...question, attrs: { id: "another" } }, inside);
	assert.ok(show(again(bench, "cy", "x"), ver) !== undefined, "it is not believed");
	const id = question.attrs["id"] ?? "";
	bo.receive(`<iq xmlns="jabber:client" type="error" id="${id}" to="localhost"/>`);
	tell(bo, question, inside);
	publish(ana, NODE, "1", "x");
	assert.deepEqual(told(bo), [], "an error is the answer");

	const old = again(bench, "bo", "old");
	const asked = show(old, "0.9", "");
	assert.ok(asked !== undefined);
	tell(old, asked, inside);
	assert.deepEqual(told(old), [`ana@localhost: ${NODE} item 1 x`]);
	assert.ok(show(again(bench, "bo", "old2"), "0.9", "") !== undefined);
});

test("PEP-7, PEP-8: so many hashes are remembered, and of one client so many nodes looked at", () => {
	const bench = new Bench({ capsRemembered: 2, capsInterests: 3 });
	const ana = bench.client("ana");
	const asks = (ver: string): boolean => {
		const peer = again(bench, "ana", "x");
		return show(peer, ver) !== undefined;
	};
	const kinds = ["a", "b", "c"].map((name) => clientInfo([name]));
	for (const { inside, ver } of kinds) {
		const question = show(ana, ver);
		assert.ok(question !== undefined);
		tell(ana, question, inside);
	}
	assert.deepEqual(
		kinds.map(({ ver }) => asks(ver)),
		[true, false, false],
	);
	interested(ana, "n1", "n2", "n3", "n4");
	for (const node of ["n1", "n2", "n3", "n4"]) {
		ana.receive(
			`<iq xmlns="jabber:client" type="set" id="${node}"><pubsub xmlns="http://jabber.org/protocol/pubsub">` +
				`<publish node="${node}"><item id="1">${entry("x")}</item></publish></pubsub></iq>`,
		);
	}
	assert.deepEqual(
		told(ana),
		["n1", "n2", "n3"].map((node) => `ana@localhost: ${node} item 1 x`),
	);
});
