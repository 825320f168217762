import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { PUBSUB } from "../src/pubsub/names.ts";
import { NodeStore } from "../src/pubsub/node-store.ts";
import { DEFAULT_CONFIG } from "../src/pubsub/node-config.ts";
import { EXPIRE_ACCOUNTS_MS } from "../src/limits.ts";
import { DEFAULT_PUBSUB_LIMITS } from "../src/pubsub/limits.ts";
import { MemoryStorage } from "../src/storage/memory-storage.ts";
import { child, childElements, type Element, element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { configure, entry, items, options, owning, publish, pubsub, subscribe } from "./support/pubsub.ts";

const NODE = "urn:example:devices";

function errorOf(answer: Element): readonly string[] {
	const error = child(answer, "error", NS.client);
	return error === undefined ? [] : childElements(error).map(({ name }) => name);
}

function fieldsOf(form: Element | undefined): Readonly<Record<string, string>> {
	const fields = form === undefined ? [] : childElements(form).filter(({ name }) => name === "field");
	return Object.fromEntries(
		fields.map((field) => [field.attrs["var"], textOf(child(field, "value", NS.dataForm) as Element)]),
	);
}

function configOf(peer: Peer, node: string): Readonly<Record<string, string>> {
	const answer = owning(peer, "get", `<configure node="${node}"/>`);
	const asked = child(child(answer, "pubsub", PUBSUB.owner) as Element, "configure", PUBSUB.owner);
	return fieldsOf(child(asked as Element, "x", NS.dataForm));
}

function nodesOf(peer: Peer, to?: string): readonly (string | undefined)[] | string | undefined {
	const answer = peer.iq("get", to, `<query xmlns="${NS.discoItems}"/>`);
	const query = child(answer, "query", NS.discoItems);
	return query === undefined ? conditionOf(answer) : childElements(query).map(({ attrs }) => attrs["node"]);
}

test("a device publishes; its node is made by that, and another device of the account reads it", () => {
	const bench = new Bench();
	const ana = bench.client("ana", "one");
	const answer = publish(ana, NODE, "d1", "first");
	assert.equal(answer.attrs["type"], "result");
	const published = child(child(answer, "pubsub", PUBSUB.pubsub) as Element, "publish", PUBSUB.pubsub) as Element;
	assert.equal(published.attrs["node"], NODE);
	assert.equal(childElements(published)[0]?.attrs["id"], "d1");
	assert.deepEqual(items(ana, undefined, NODE), ["d1 first"]);
	assert.deepEqual(items(ana, "ana@localhost", NODE), ["d1 first"]);
	publish(ana, NODE, "d2", "second");
	assert.deepEqual(items(ana, undefined, NODE), ["d2 second"], "one item is kept where nothing else is said");
	assert.deepEqual(nodesOf(ana), [NODE]);
	const unnamed = pubsub(ana, "set", undefined, `<publish node="b"><item>${entry("x")}</item></publish>`);
	const given = childElements(childElements(childElements(unnamed)[0] as Element)[0] as Element)[0]?.attrs["id"];
	assert.deepEqual(items(ana, undefined, "b"), [`${given} x`]);
});

test("several devices keep an item each in one node: by id, the newest, all; retracted, purged, deleted", () => {
	const ana = new Bench().client("ana");
	const all = options({ max_items: "max", access_model: "open", persist_items: "true" });
	for (const device of ["a", "b", "c"]) {
		assert.equal(publish(ana, NODE, device, `profile ${device}`, all).attrs["type"], "result");
	}
	assert.deepEqual(items(ana, undefined, NODE), ["a profile a", "b profile b", "c profile c"]);
	assert.deepEqual(items(ana, undefined, NODE, '<item id="b"/>'), ["b profile b"]);
	assert.deepEqual(items(ana, undefined, NODE, '<item id="z"/>'), ["item-not-found"]);
	assert.deepEqual(items(ana, undefined, NODE, "", 'max_items="2"'), ["b profile b", "c profile c"]);
	assert.deepEqual(items(ana, undefined, NODE, "", 'max_items="0"'), ["bad-request"]);
	publish(ana, NODE, "a", "again", all);
	assert.deepEqual(items(ana, undefined, NODE), ["b profile b", "c profile c", "a again"]);
	const retract = `<retract node="${NODE}"><item id="b"/></retract>`;
	assert.equal(pubsub(ana, "set", undefined, retract).attrs["type"], "result");
	assert.equal(conditionOf(pubsub(ana, "set", undefined, retract)), "item-not-found");
	assert.deepEqual(items(ana, undefined, NODE), ["c profile c", "a again"]);
	assert.equal(owning(ana, "set", `<purge node="${NODE}"/>`).attrs["type"], "result");
	assert.deepEqual(items(ana, undefined, NODE), []);
	assert.equal(owning(ana, "set", `<delete node="${NODE}"/>`).attrs["type"], "result");
	assert.deepEqual(items(ana, undefined, NODE), ["item-not-found"]);
	assert.equal(conditionOf(owning(ana, "set", `<delete node="${NODE}"/>`)), "item-not-found");
	assert.deepEqual(nodesOf(ana), []);
});

test("a node is made and set up by form, within what there is to choose", () => {
	const ana = new Bench().client("ana");
	assert.equal(pubsub(ana, "set", undefined, `<create node="${NODE}"/><configure/>`).attrs["type"], "result");
	assert.deepEqual(errorOf(pubsub(ana, "set", undefined, `<create node="${NODE}"/>`)), ["conflict"]);
	const defaults = owning(ana, "get", "<default/>");
	const asDefault = child(child(defaults, "pubsub", PUBSUB.owner) as Element, "default", PUBSUB.owner) as Element;
	assert.deepEqual(fieldsOf(child(asDefault, "x", NS.dataForm)), configOf(ana, NODE));
	const wishes = { access_model: "open", max_items: "3", notify_retract: "false", publish_model: "publishers" };
	assert.equal(configure(ana, NODE, wishes).attrs["type"], "result");
	assert.equal(configOf(ana, NODE)["pubsub#access_model"], "open");
	assert.equal(configOf(ana, NODE)["pubsub#notify_retract"], "0");
	for (const text of ["1", "2", "3"]) publish(ana, NODE, text, text);
	assert.equal(configure(ana, NODE, { max_items: "2" }).attrs["type"], "result");
	assert.deepEqual(items(ana, undefined, NODE), ["2 2", "3 3"]);
	for (const impossible of [
		{ access_model: "roster" },
		{ max_items: "0" },
		{ max_items: "257" },
		{ persist_items: "maybe" },
		{ publish_model: "open" },
		{ unknown: "1" },
		{ constructor: "1" },
	]) {
		assert.equal(conditionOf(configure(ana, NODE, impossible)), "not-acceptable", JSON.stringify(impossible));
	}
	assert.equal(configure(ana, NODE, { persist_items: "0" }).attrs["type"], "result");
	assert.equal(publish(ana, NODE, "4", "4").attrs["type"], "result");
	assert.deepEqual(items(ana, undefined, NODE), []);
	const made = pubsub(ana, "set", undefined, "<create/>");
	const name = childElements(childElements(made)[0] as Element)[0]?.attrs["node"] ?? "";
	assert.deepEqual(items(ana, undefined, name), []);
});

test("PEP-3: publish-options make a node so, and refuse to publish at one that is otherwise", () => {
	const ana = new Bench().client("ana");
	const open = options({ access_model: "open", max_items: "5" });
	assert.equal(publish(ana, NODE, "1", "x", open).attrs["type"], "result");
	assert.equal(configOf(ana, NODE)["pubsub#access_model"], "open");
	assert.equal(configOf(ana, NODE)["pubsub#max_items"], "5");
	assert.equal(publish(ana, NODE, "2", "y", options({ access_model: "open" })).attrs["type"], "result");
	for (const other of [{ access_model: "whitelist" }, { max_items: "6" }, { unknown: "1" }, { access_model: "" }]) {
		const answer = publish(ana, NODE, "3", "z", options(other));
		assert.deepEqual(errorOf(answer), ["conflict", "precondition-not-met"], JSON.stringify(other));
	}
	assert.deepEqual(items(ana, undefined, NODE), ["1 x", "2 y"]);
	assert.equal(conditionOf(publish(ana, "new", "1", "x", options({ access_model: "roster" }))), "not-acceptable");
	assert.equal(conditionOf(publish(ana, "new", "1", "x", "<publish-options><x/></publish-options>")), "bad-request");
	assert.deepEqual(nodesOf(ana), [NODE]);
});

test("what is not a request as XEP-0060 has it is refused by name", () => {
	const ana = new Bench().client("ana");
	const inside: readonly (readonly [string, readonly string[]])[] = [
		["", ["bad-request"]],
		[`<publish node="${NODE}"/>`, ["bad-request", "item-required"]],
		[`<publish node="${NODE}"><item id="1"/></publish>`, ["bad-request", "payload-required"]],
		[`<publish node="${NODE}"><item><a/><b/></item></publish>`, ["bad-request", "invalid-payload"]],
		[`<publish node="${NODE}"><item><a/></item><item><a/></item></publish>`, ["bad-request", "max-items-exceeded"]],
		["<publish><item><a/></item></publish>", ["bad-request", "nodeid-required"]],
		['<publish node=""><item><a/></item></publish>', ["bad-request", "nodeid-required"]],
		[`<publish node="${"n".repeat(1024)}"><item><a/></item></publish>`, ["bad-request", "nodeid-required"]],
		["<retract/>", ["bad-request", "nodeid-required"]],
		[`<retract node="${NODE}"/>`, ["bad-request", "item-required"]],
		[`<subscribe node="${NODE}" jid="${ana.jid}"/>`, ["feature-not-implemented", "unsupported"]],
	];
	for (const [text, error] of inside) assert.deepEqual(errorOf(pubsub(ana, "set", undefined, text)), error, text);
	assert.deepEqual(errorOf(pubsub(ana, "get", undefined, "<items/>")), ["bad-request", "nodeid-required"]);
	assert.deepEqual(errorOf(pubsub(ana, "get", undefined, "<subscriptions/>")), [
		"feature-not-implemented",
		"unsupported",
	]);
	assert.deepEqual(errorOf(owning(ana, "get", "<configure/>")), ["bad-request", "nodeid-required"]);
	assert.equal(conditionOf(pubsub(ana, "get", "localhost", `<items node="${NODE}"/>`)), "service-unavailable");
	assert.deepEqual(nodesOf(ana), []);
});

/** All answers that a stranger gets from an account. */
function probe(peer: Peer, to: string, node: string): readonly string[] {
	const answers = [
		pubsub(peer, "get", to, `<items node="${node}"/>`),
		pubsub(peer, "get", to, `<items node="${node}"><item id="1"/></items>`),
		pubsub(peer, "get", to, "<affiliations/>"),
		pubsub(peer, "set", to, `<publish node="${node}"><item id="1">${entry("mine")}</item></publish>`),
		pubsub(peer, "set", to, `<create node="${node}"/>`),
		peer.iq("get", to, `<pubsub xmlns="${PUBSUB.owner}"><configure node="${node}"/></pubsub>`),
		peer.iq("set", to, `<pubsub xmlns="${PUBSUB.owner}"><delete node="${node}"/></pubsub>`),
		peer.iq("get", to, `<query xmlns="${NS.discoInfo}"/>`),
		peer.iq("get", to, `<query xmlns="${NS.discoInfo}" node="${node}"/>`),
		peer.iq("get", to, `<query xmlns="${NS.discoItems}"/>`),
		peer.iq("get", to, `<query xmlns="${NS.discoItems}" node="${node}"/>`),
		peer.iq("get", to, `<ping xmlns="${NS.ping}"/>`),
		peer.iq("get", to, `<query xmlns="${NS.roster}"/>`),
		peer.iq("get", to, `<query xmlns="${NS.register}"/>`),
	];
	return answers.map((answer) => errorOf(answer).join(" "));
}

test("PEP-1: to who may not read, a node is as one that is not there, and an account too", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	bench.client("bare");
	const eve = bench.client("eve");
	publish(ana, "for-contacts", "1", "x");
	publish(ana, "for-some", "1", "x", options({ access_model: "whitelist" }));
	const nobody = probe(eve, "nobody@localhost", "for-some");
	assert.ok(nobody.every((error) => error !== ""));
	assert.deepEqual(probe(eve, "ana@localhost", "for-contacts"), nobody);
	assert.deepEqual(probe(eve, "ana@localhost", "for-some"), nobody);
	assert.deepEqual(probe(eve, "ana@localhost", "for-none"), nobody);
	assert.deepEqual(probe(eve, "bare@localhost", "for-some"), nobody);
	// Whoever keeps something open to all says so, and no more than that.
	publish(ana, "for-all", "1", "shown", options({ access_model: "open" }));
	assert.deepEqual(items(eve, "ana@localhost", "for-all"), ["1 shown"]);
	assert.deepEqual(nodesOf(eve, "ana@localhost"), ["for-all"]);
	assert.deepEqual(items(eve, "ana@localhost", "for-some"), ["item-not-found"]);
	assert.deepEqual(items(ana, undefined, "for-all"), ["1 shown"]);
});

test("PEP-2: only its owner changes a node", () => {
	const bench = new Bench();
	const ana = bench.client("ana");
	const bo = bench.client("bo");
	subscribe(bo, ana);
	publish(ana, NODE, "1", "x", options({ access_model: "open" }));
	const node = `node="${NODE}"`;
	for (const inside of [
		`<publish ${node}><item id="1">${entry("mine")}</item></publish>`,
		`<retract ${node}><item id="1"/></retract>`,
		'<create node="other"/>',
	]) {
		assert.equal(conditionOf(pubsub(bo, "set", "ana@localhost", inside)), "forbidden", inside);
	}
	for (const inside of [`<delete ${node}/>`, `<purge ${node}/>`, `<configure ${node}/>`, `<affiliations ${node}/>`]) {
		const payload = `<pubsub xmlns="${PUBSUB.owner}">${inside}</pubsub>`;
		assert.equal(conditionOf(bo.iq("set", "ana@localhost", payload)), "forbidden", inside);
	}
	assert.deepEqual(items(ana, undefined, NODE), ["1 x"]);
	assert.deepEqual(nodesOf(ana), [NODE]);
});

test("PEP-4: contacts read what is for presence, those on the whitelist what is for them, others neither", () => {
	const bench = new Bench();
	const [ana, bo, cy] = [bench.client("ana"), bench.client("bo"), bench.client("cy")];
	subscribe(bo, ana);
	publish(ana, "p", "1", "for contacts");
	publish(ana, "w", "1", "for some", options({ access_model: "whitelist" }));
	assert.deepEqual(items(bo, "ana@localhost", "p"), ["1 for contacts"]);
	assert.deepEqual(items(cy, "ana@localhost", "p"), ["item-not-found"]);
	assert.deepEqual(items(bo, "ana@localhost", "w"), ["item-not-found"]);
	const affiliate = (jid: string, affiliation: string): Element =>
		owning(
			ana,
			"set",
			`<affiliations node="w"><affiliation jid="${jid}" affiliation="${affiliation}"/></affiliations>`,
		);
	for (const jid of ["cy@localhost", "nobody@localhost"]) {
		assert.equal(affiliate(jid, "member").attrs["type"], "result", jid);
	}
	assert.deepEqual(items(cy, "ana@localhost", "w"), ["1 for some"]);
	const listed = owning(ana, "get", '<affiliations node="w"/>');
	const entries = childElements(childElements(childElements(listed)[0] as Element)[0] as Element);
	assert.deepEqual(
		entries.map(({ attrs }) => `${attrs["jid"]} ${attrs["affiliation"]}`),
		["ana@localhost owner", "cy@localhost member", "nobody@localhost member"],
	);
	assert.equal(affiliate("cy@localhost", "none").attrs["type"], "result");
	assert.deepEqual(items(cy, "ana@localhost", "w"), ["item-not-found"]);
	for (const [jid, affiliation, condition] of [
		["cy@elsewhere.example", "member", "not-acceptable"],
		["ana@localhost", "none", "not-acceptable"],
		["cy@localhost", "owner", "not-acceptable"],
		["cy@localhost", "outcast", "not-acceptable"],
		["not a jid@localhost", "member", "bad-request"],
	] as const) {
		assert.equal(conditionOf(affiliate(jid, affiliation)), condition, `${jid} ${affiliation}`);
	}
	const info = bo.iq("get", "ana@localhost", `<query xmlns="${NS.discoInfo}"/>`);
	assert.ok(childElements(childElements(info)[0] as Element).some(({ attrs }) => attrs["type"] === "pep"));
	assert.deepEqual(nodesOf(bo, "ana@localhost"), ["p"]);
});

test("an account says that it is a place to publish at, and nodes say what they are", () => {
	const ana = new Bench().client("ana");
	publish(ana, NODE, "1", "x", options({ max_items: "7" }));
	for (const to of [undefined, "ana@localhost"]) {
		const info = childElements(ana.iq("get", to, `<query xmlns="${NS.discoInfo}"/>`))[0] as Element;
		const of = (name: string, key: string): readonly (string | undefined)[] =>
			childElements(info)
				.filter((each) => each.name === name)
				.map(({ attrs }) => attrs[key]);
		assert.deepEqual(of("identity", "type"), ["registered", "pep"]);
		assert.ok(of("feature", "var").includes(`${PUBSUB.pubsub}#publish-options`));
	}
	const node = childElements(ana.iq("get", undefined, `<query xmlns="${NS.discoInfo}" node="${NODE}"/>`))[0] as Element;
	assert.deepEqual(child(node, "identity", NS.discoInfo)?.attrs["type"], "leaf");
	assert.equal(fieldsOf(child(node, "x", NS.dataForm))["pubsub#max_items"], "7");
	const listed = childElements(ana.iq("get", undefined, `<query xmlns="${NS.discoItems}" node="${NODE}"/>`))[0];
	assert.deepEqual(
		childElements(listed as Element).map(({ attrs }) => attrs["name"]),
		["1"],
	);
});

test("PEP-5: an item is made to last before its publisher is told", () => {
	const done: string[] = [];
	class Watched extends MemoryStorage {
		override put(owner: string, collection: string, key: string, document: string): void {
			done.push("put");
			super.put(owner, collection, key, document);
		}
		override delete(owner: string, collection: string, key: string): void {
			done.push("delete");
			super.delete(owner, collection, key);
		}
		override commit(): boolean {
			done.push("commit");
			return true;
		}
	}
	const store = new NodeStore(new Watched(), DEFAULT_PUBSUB_LIMITS);
	const node = { config: DEFAULT_CONFIG, members: [], items: [] };
	assert.ok(store.publish("ana", NODE, node, "1", element("a", "urn:example:a")).ok);
	assert.deepEqual([done.at(-1), done.filter((each) => each === "commit").length], ["commit", 1]);
	store.remove("ana", NODE);
	assert.deepEqual([done.at(-1), done.filter((each) => each === "commit").length], ["commit", 2]);
});

test("a server that starts with nodes on its storage counts them, and answers from them", () => {
	const storage = new MemoryStorage();
	const limits = { ...DEFAULT_PUBSUB_LIMITS, pubsubBytes: 60 };
	const node = { config: DEFAULT_CONFIG, members: [], items: [] };
	const payload = element("a", "urn:example:a", {}, ["twenty characters ..."]);
	assert.ok(new NodeStore(storage, limits).publish("ana", "n", node, "1", payload).ok);
	const store = new NodeStore(storage, limits);
	assert.equal(store.publish("bo", "n", node, "1", payload).ok, false);
	assert.deepEqual(store.payload("ana", "n", "1"), payload);
	store.forget("ana");
	assert.ok(store.publish("bo", "n", node, "1", payload).ok);
	assert.equal(store.payload("ana", "n", "1"), undefined);
});

test("PEP-8: nodes, items, payloads, bytes of an account and of all, members, and an answer have an end", () => {
	const bench = new Bench({
		pubsubNodes: 2,
		pubsubItemBytes: 200,
		pubsubBytesPerAccount: 700,
		pubsubBytes: 900,
		pubsubMembersPerNode: 1,
		pubsubItemsPerNode: 4,
		pubsubAnswerBytes: 300,
	});
	const [ana, bo] = [bench.client("ana"), bench.client("bo")];
	const many = options({ max_items: "max" });
	assert.deepEqual(errorOf(publish(ana, "a", "1", "x".repeat(200), many)), ["not-acceptable", "payload-too-big"]);
	const big = "x".repeat(100);
	for (const id of ["1", "2", "3", "4"]) assert.equal(publish(ana, "a", id, big, many).attrs["type"], "result", id);
	assert.deepEqual(items(ana, undefined, "a"), [`3 ${big}`, `4 ${big}`], "the newest that fit an answer");
	assert.deepEqual(items(ana, undefined, "a", '<item id="1"/>'), [`1 ${big}`]);
	assert.equal(conditionOf(publish(ana, "b", "1", big)), "resource-constraint");
	assert.equal(publish(ana, "a", "5", big, many).attrs["type"], "result", "the oldest gave way");
	assert.deepEqual(items(ana, undefined, "a", '<item id="1"/>'), ["item-not-found"]);
	for (const id of ["1", "2"]) assert.equal(publish(bo, "a", id, big, many).attrs["type"], "result");
	assert.equal(conditionOf(publish(bo, "a", "3", big, many)), "resource-constraint", "all accounts together");
	assert.equal(publish(ana, "b", "1", "x").attrs["type"], "result");
	assert.deepEqual(errorOf(publish(ana, "c", "1", "x")), ["resource-constraint", "max-nodes-exceeded"]);
	assert.deepEqual(errorOf(pubsub(ana, "set", undefined, '<create node="c"/>')), [
		"resource-constraint",
		"max-nodes-exceeded",
	]);
	const members = ["x", "y"].map((name) => `<affiliation jid="${name}@localhost" affiliation="member"/>`).join("");
	const affiliations = `<affiliations node="b">${members}</affiliations>`;
	assert.equal(conditionOf(owning(ana, "set", affiliations)), "resource-constraint");
	assert.equal(owning(ana, "set", '<delete node="a"/>').attrs["type"], "result");
	assert.equal(publish(bo, "a", "3", big, many).attrs["type"], "result", "there is room again");
});

test("PEP-9: who takes the name of an account that is gone finds nothing of it", () => {
	const bench = new Bench({ keptAccountIdleMs: 1_000 });
	const ana = bench.client("ana");
	publish(ana, NODE, "1", "x", options({ access_model: "open" }));
	ana.receive(`<iq xmlns="jabber:client" type="set" id="r"><query xmlns="${NS.register}"><remove/></query></iq>`);
	const next = bench.client("ana");
	assert.deepEqual(items(next, undefined, NODE), ["item-not-found"]);
	publish(next, NODE, "1", "x", options({ access_model: "open" }));
	next.lose();
	bench.pass(2 * EXPIRE_ACCOUNTS_MS);
	const bo = bench.client("bo");
	assert.deepEqual(items(bo, "ana@localhost", NODE), ["item-not-found"], "it was idle for too long");
});
