import assert from "node:assert/strict";
import { test } from "node:test";
import { NS } from "../src/namespaces.ts";
import { child, childElements, type Element } from "../src/xml.ts";
import { bodyOf } from "./support/client.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { again, present } from "./support/house.ts";

function withCarbons(peer: Peer, priority = 0): Peer {
	assert.equal(peer.iq("set", undefined, `<enable xmlns="${NS.carbons}"/>`).attrs["type"], "result");
	present(peer, priority).take();
	return peer;
}

function say(peer: Peer, to: string, inside = "", type = "chat"): void {
	peer.receive(`<message xmlns="jabber:client" type="${type}" to="${to}"><body>hi</body>${inside}</message>`);
}

/** What came: `message`, or the kind of copy with the addresses inside. */
function got(peer: Peer): string[] {
	return peer.take().flatMap((stanza) => {
		if (stanza.name !== "message") return [];
		for (const kind of ["sent", "received"]) {
			const copy = child(stanza, kind, NS.carbons);
			// A copy is from one's own account; anything else only says that it is one.
			if (copy === undefined || stanza.attrs["from"] !== stanza.attrs["to"]?.replace(/\/.*/, "")) continue;
			const forwarded = child(copy, "forwarded", NS.forward) as Element;
			const message = childElements(forwarded)[0] as Element;
			assert.equal(message.ns, NS.client);
			assert.equal(bodyOf(message), "hi");
			return [`${kind}: ${message.attrs["from"]} to ${message.attrs["to"]}`];
		}
		return ["message"];
	});
}

test("the other devices get copies of what one sends and receives, each once (CARBON-1)", () => {
	const bench = new Bench();
	const ana = withCarbons(bench.client("ana", "a"));
	const tablet = withCarbons(again(bench, "ana", "tablet"));
	const plain = present(again(bench, "ana", "plain"));
	const bo = withCarbons(bench.client("bo", "b"));
	const phone = withCarbons(again(bench, "bo", "phone"), -1);
	for (const peer of [ana, tablet, plain, bo, phone]) peer.take();
	say(ana, "bo@localhost/b");
	assert.deepEqual([got(ana), got(tablet), got(plain)], [[], ["sent: ana@localhost/a to bo@localhost/b"], []]);
	assert.deepEqual([got(bo), got(phone)], [["message"], ["received: ana@localhost/a to bo@localhost/b"]]);
	say(bo, "ana@localhost");
	assert.deepEqual([got(ana), got(tablet), got(plain)], [["message"], ["message"], ["message"]]);
	assert.deepEqual([got(bo), got(phone)], [[], ["sent: bo@localhost/b to ana@localhost"]]);
	// To nobody who is there: the own devices know of it all the same.
	say(ana, "nobody@localhost");
	assert.deepEqual([got(ana), got(tablet)], [[], ["sent: ana@localhost/a to nobody@localhost"]]);
	say(ana, "ana@localhost/tablet");
	assert.deepEqual([got(ana), got(tablet)], [[], ["message"]], "no copy of what one got oneself");
	assert.equal(tablet.iq("set", undefined, `<disable xmlns="${NS.carbons}"/>`).attrs["type"], "result");
	say(ana, "bo@localhost/b");
	assert.deepEqual(got(tablet), []);
	assert.equal(conditionOf(ana.iq("get", undefined, `<enable xmlns="${NS.carbons}"/>`)), "bad-request");
});

test("what is private, of a room, a copy itself or no chat is not copied (CARBON-2)", () => {
	const bench = new Bench();
	const ana = withCarbons(bench.client("ana", "a"));
	const tablet = withCarbons(again(bench, "ana", "tablet"));
	const bo = present(bench.client("bo", "b"));
	for (const peer of [ana, tablet, bo]) peer.take();
	for (const [inside, type] of [
		[`<private xmlns="${NS.carbons}"/>`, "chat"],
		[`<no-copy xmlns="${NS.hints}"/>`, "chat"],
		[`<x xmlns="${NS.mucUser}"/>`, "chat"],
		[`<received xmlns="${NS.carbons}"/>`, "chat"],
		["", "headline"],
		["", "error"],
	] as const) {
		say(ana, "bo@localhost/b", inside, type);
		say(bo, "ana@localhost/a", inside, type);
		assert.deepEqual([got(ana), got(bo), got(tablet)], [["message"], ["message"], []], inside + type);
	}
	say(ana, "bo@localhost/b", "", "normal");
	assert.equal(got(tablet).length, 1);
	bo.take();
	ana.join("den", "Ana");
	tablet.take();
	ana.say("den", "hi");
	assert.deepEqual(got(tablet), []);
});
