import assert from "node:assert/strict";
import { test } from "node:test";
import { TCP_FRAMING } from "../src/framing.ts";
import { NS } from "../src/namespaces.ts";
import { childElements, type Element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { toBase64 } from "./support/scram.ts";

const PING = `<iq xmlns="jabber:client" type="get" id="p"><ping xmlns="urn:xmpp:ping"/></iq>`;

/** A stream error comes after a header of the server's, and is followed by its close and the end of the transport. */
function assertFails(peer: Peer, answers: readonly Element[], condition: string): void {
	const [error, close] = answers.slice(-2);
	assert.equal(error?.name, "error");
	assert.equal(error?.ns, NS.streams);
	assert.equal(conditionOf(error), condition);
	assert.deepEqual([close?.name, close?.ns], ["close", NS.framing]);
	assert.equal(peer.ended, true);
	assert.deepEqual(peer.ask(PING), [], "nothing is heard after the end");
}

test("before login the stream offers login by key, SCRAM, the strongest first and none with channel binding, and registration", () => {
	const [open, features] = new Bench().connect().open();
	assert.equal(open?.attrs["from"], "localhost");
	assert.equal(open?.attrs["version"], "1.0");
	assert.notEqual(open?.attrs["id"], undefined);
	const [mechanisms, register] = childElements(features as Element);
	assert.deepEqual(childElements(mechanisms as Element).map(textOf), ["CLOWDER-DH-1", "SCRAM-SHA-256", "SCRAM-SHA-1"]);
	assert.equal(register?.ns, NS.registerFeature);
});

test("each bad opening gets the stream error RFC 6120 names for it", () => {
	const cases: [string, string][] = [
		[`<open xmlns="${NS.framing}" to="elsewhere" version="1.0"/>`, "host-unknown"],
		[`<open xmlns="${NS.framing}" to="user@localhost" version="1.0"/>`, "host-unknown"],
		[`<open xmlns="${NS.framing}" version="1.0"/>`, "host-unknown"],
		[`<open xmlns="${NS.framing}" to="localhost"/>`, "unsupported-version"],
		[`<open xmlns="${NS.framing}" to="localhost" version="0.9"/>`, "unsupported-version"],
		['<open xmlns="jabber:client" to="localhost" version="1.0"/>', "invalid-namespace"],
		[PING, "bad-format"],
		["<open", "not-well-formed"],
		["<!DOCTYPE x><x/>", "restricted-xml"],
		[`<a>${"x".repeat(65_536)}</a>`, "policy-violation"],
		[`${"<a>".repeat(33)}${"</a>".repeat(33)}`, "policy-violation"],
	];
	for (const [text, condition] of cases) {
		const peer = new Bench().connect();
		const answers = peer.ask(text);
		assert.equal(answers[0]?.name, "open", "the server's header comes first");
		assertFails(peer, answers, condition);
	}
});

test("SERVER-2: before login only SASL and registration are heard", () => {
	const cases: [string, string][] = [
		[PING, "not-authorized"],
		['<message xmlns="jabber:client"><body>x</body></message>', "not-authorized"],
		['<presence xmlns="jabber:client"/>', "not-authorized"],
		['<other xmlns="jabber:client"/>', "unsupported-stanza-type"],
		["<message><body/></message>", "invalid-namespace"],
		['<iq xmlns="jabber:client" type="set"><query xmlns="jabber:iq:register"/></iq>', "not-authorized"],
		['<iq xmlns="jabber:client" type="result" id="1"><query xmlns="jabber:iq:register"/></iq>', "not-authorized"],
	];
	for (const [text, condition] of cases) {
		const peer = new Bench().connect();
		peer.open();
		assertFails(peer, peer.ask(text), condition);
	}
});

test("SERVER-2: between login and binding a resource nothing else is heard", () => {
	const bench = new Bench();
	const peer = bench.connect();
	peer.open();
	peer.register("ana", "a password");
	peer.authenticate("ana", "a password");
	peer.open();
	assertFails(peer, peer.ask(PING), "not-authorized");
});

test("SERVER-5: a bound stream refuses foreign namespaces, foreign senders and a second opening", () => {
	const cases: [string, string][] = [
		['<message xmlns="jabber:server"/>', "invalid-namespace"],
		['<other xmlns="jabber:client"/>', "unsupported-stanza-type"],
		['<message xmlns="jabber:client" from="bo@localhost"/>', "invalid-from"],
		['<message xmlns="jabber:client" from="ana@localhost/other"/>', "invalid-from"],
		[`<open xmlns="${NS.framing}" to="localhost" version="1.0"/>`, "policy-violation"],
		[`<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-1"/>`, "invalid-namespace"],
	];
	for (const [text, condition] of cases) {
		const peer = new Bench().client("ana", "r");
		assertFails(peer, peer.ask(text), condition);
	}
	const peer = new Bench().client("ana", "r");
	for (const own of ["ana@localhost", "ana@localhost/r"]) {
		const [answer] = peer.ask(PING.replace("<iq ", `<iq from="${own}" `));
		assert.equal(answer?.attrs["type"], "result");
	}
});

test("a client that closes its stream is answered, and gone", () => {
	const bench = new Bench();
	const peer = bench.client("ana");
	const answers = peer.ask(`<close xmlns="${NS.framing}"/>`);
	assert.deepEqual(
		answers.map(({ name }) => name),
		["close"],
	);
	assert.equal(peer.ended, true);
	assert.equal(bench.core.counts.sessions, 0);
});

test("both mechanisms log in, with an authzid of one's own only", () => {
	const bench = new Bench();
	for (const mechanism of ["SCRAM-SHA-1", "SCRAM-SHA-256"] as const) {
		const peer = bench.connect();
		peer.open();
		peer.register("ana", "a password");
		assert.equal(peer.authenticate("ANA", "a password", mechanism).name, "success");
	}
	const peer = bench.connect();
	peer.open();
	const auth = (message: string): Element =>
		peer.sasl(`<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-1">${toBase64(message)}</auth>`);
	assert.equal(auth("n,a=ana@localhost,n=ana,r=clientnonce").name, "challenge");
	assert.equal(conditionOf(auth("n,a=bo@localhost,n=ana,r=clientnonce")), "invalid-authzid");
});

test("each failed authentication says why, and the third ends the stream", () => {
	const cases: [string, string][] = [
		['mechanism="PLAIN">AGEAYg==', "invalid-mechanism"],
		['mechanism="SCRAM-SHA-256-PLUS">biwsbj1hLHI9YQ==', "invalid-mechanism"],
		['mechanism="SCRAM-SHA-1">not base64', "incorrect-encoding"],
		['mechanism="SCRAM-SHA-1">=', "malformed-request"],
		[`mechanism="SCRAM-SHA-1">${"A".repeat(4100)}`, "malformed-request"],
		[`mechanism="SCRAM-SHA-1">${toBase64("p=tls-unique,,n=a,r=clientnonce")}`, "malformed-request"],
	];
	for (const [rest, condition] of cases) {
		const peer = new Bench().connect();
		peer.open();
		assert.equal(conditionOf(peer.sasl(`<auth xmlns="${NS.sasl}" ${rest}</auth>`)), condition);
	}
	const peer = new Bench().connect();
	peer.open();
	assert.equal(conditionOf(peer.sasl(`<abort xmlns="${NS.sasl}"/>`)), "aborted");
	assert.equal(conditionOf(peer.sasl(`<response xmlns="${NS.sasl}">biws</response>`)), "malformed-request");
	const last = peer.ask(`<abort xmlns="${NS.sasl}"/>`);
	assert.equal(conditionOf(last[0]), "aborted");
	assertFails(peer, last, "policy-violation");
});

test("a client may ask for the mechanism first and send its message after an empty challenge", () => {
	const peer = new Bench().connect();
	peer.open();
	const empty = peer.sasl(`<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-1"/>`);
	assert.deepEqual([empty.name, textOf(empty)], ["challenge", ""]);
	const first = peer.sasl(`<response xmlns="${NS.sasl}">${toBase64("n,,n=ana,r=clientnonce")}</response>`);
	assert.match(Buffer.from(textOf(first), "base64").toString(), /^r=clientnonce.{24},s=[^,]+,i=4096$/);
});

test("SERVER-3: an unknown user and a wrong password look the same, twice", () => {
	const bench = new Bench();
	const peer = bench.connect();
	peer.open();
	peer.register("ana", "a password");
	const salts = ["ana", "nobody"].map((name) => {
		const seen = [0, 1].map(() => {
			const asking = bench.connect();
			asking.open();
			const bare = `n=${name},r=clientnonce`;
			const challenge = asking.sasl(
				`<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-256">${toBase64(`n,,${bare}`)}</auth>`,
			);
			return /s=([^,]+),i=4096$/.exec(Buffer.from(textOf(challenge), "base64").toString())?.[1];
		});
		assert.equal(seen[0], seen[1], "the salt of a name does not change");
		return seen[0];
	});
	assert.equal(salts[0]?.length, salts[1]?.length);
	for (const name of ["ana", "nobody", "not a name"]) {
		const guessing = bench.connect();
		guessing.open();
		assert.equal(conditionOf(guessing.authenticate(name, "a guess")), "not-authorized");
	}
});

test("a resource is given or taken as asked, and a newer session takes it over", () => {
	const bench = new Bench();
	const first = bench.client("ana", "r");
	assert.equal(first.jid, "ana@localhost/r");
	const second = bench.connect();
	second.open();
	second.logIn("ana", "a password", "r");
	assert.equal(second.jid, "ana@localhost/r");
	assertFails(first, first.take(), "conflict");
	assert.equal(bench.core.counts.sessions, 1);
	const third = bench.connect();
	third.open();
	third.logIn("ana", "a password");
	assert.match(third.jid, /^ana@localhost\/[\w-]{20}$/);
});

test("over TCP a stream restarts after login, even when the client does not wait for white space", () => {
	const bench = new Bench();
	bench.client("ana");
	const peer = bench.connect(TCP_FRAMING);
	const header = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;
	peer.receive(header);
	assert.match(peer.texts[0] ?? "", /^<\?xml version="1.0"\?><stream:stream .*xmlns="jabber:client"/);
	assert.match(peer.texts[1] ?? "", /^<stream:features xmlns:stream=/);
	assert.equal(peer.authenticate("ana", "a password").name, "success");
	peer.texts.length = 0;
	peer.receive(`\n${header}<iq type="set" id="b"><bind xmlns="${NS.bind}"/></iq>${PING.replace("</iq>", "")}`);
	assert.match(peer.texts[2] ?? "", /<jid>ana@localhost\/[^<]+<\/jid>/);
	assert.equal(peer.texts.length, 3);
	peer.receive("</iq>");
	assert.match(peer.texts[3] ?? "", /^<iq .*type="result" id="p"/);
	peer.receive("</stream:stream>");
	assert.equal(peer.texts.at(-1), "</stream:stream>");
	assert.equal(peer.ended, true);
});

test("over TCP bad XML gets its error inside a stream of the server's", () => {
	for (const [text, condition] of [
		["<stream:stream", undefined],
		["GET / HTTP/1.1\r\n\r\n", "not-well-formed"],
		["<?xml version='1.0'?><x/>", "bad-format"],
		["<?xml version='1.0' encoding='utf-16'?><x/>", "unsupported-encoding"],
		["\u0000", "not-well-formed"],
	] as const) {
		const peer = new Bench().connect(TCP_FRAMING);
		peer.receive(text);
		const said = peer.texts.join("");
		if (condition === undefined) assert.equal(said, "");
		else assert.match(said, new RegExp(`^<\\?xml.*<stream:error .*<${condition} .*</stream:error></stream:stream>$`));
	}
});
