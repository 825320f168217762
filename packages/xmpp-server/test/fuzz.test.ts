import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Framing, TCP_FRAMING, WEBSOCKET_FRAMING } from "../src/framing.ts";
import { DEFAULT_LIMITS } from "../src/limits.ts";
import { NS } from "../src/namespaces.ts";
import { XmlStreamParser } from "../src/xml-parser.ts";
import { Bench, type Peer } from "./support/core.ts";
import { toBase64 } from "./support/scram.ts";

const RUNS = 3000;
const NO_RATES = {
	authFailuresPerStream: 100,
	registrationsPerAddressPerMinute: 0,
	authFailuresPerAddressPerMinute: 1e9,
	stanzasPerSecond: 1e9,
	bytesPerSecond: 1e9,
	burstStanzas: 1e9,
	burstBytes: 1e9,
};

const HEADER = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="${NS.streams}" to="localhost" version="1.0">`;
const BEFORE_LOGIN = [
	`<open xmlns="${NS.framing}" to="localhost" version="1.0"/>`,
	`<close xmlns="${NS.framing}"/>`,
	HEADER,
	`<iq xmlns="jabber:client" type="set" id="1"><query xmlns="${NS.register}"><username>a</username><password>b</password></query></iq>`,
	`<auth xmlns="${NS.sasl}" mechanism="SCRAM-SHA-1">${toBase64("n,,n=a,r=clientnonce")}</auth>`,
	`<response xmlns="${NS.sasl}">${toBase64("c=biws,r=clientnonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=")}</response>`,
	`<abort xmlns="${NS.sasl}"/>`,
	`<resume xmlns="${NS.streamManagement}" previd="x" h="0"/>`,
];
const ROOM = "den@conference.localhost";
const BOUND = [
	`<presence xmlns="jabber:client" to="${ROOM}/A"><x xmlns="${NS.muc}"/></presence>`,
	`<presence xmlns="jabber:client" to="${ROOM}/B" type="unavailable"/>`,
	'<presence xmlns="jabber:client"><priority>5</priority></presence>',
	`<message xmlns="jabber:client" to="${ROOM}" type="groupchat"><body>x</body></message>`,
	`<message xmlns="jabber:client" to="${ROOM}" type="groupchat"><subject>x</subject></message>`,
	`<message xmlns="jabber:client" to="${ROOM}/A" type="chat"><body>x</body></message>`,
	'<message xmlns="jabber:client" to="watcher@localhost" type="chat"><body>x</body></message>',
	`<iq xmlns="jabber:client" id="1" type="get" to="${ROOM}"><query xmlns="${NS.discoInfo}"/></iq>`,
	`<iq xmlns="jabber:client" id="1" type="set" to="${ROOM}"><query xmlns="${NS.mucOwner}"><x xmlns="${NS.dataForm}" type="submit"/></query></iq>`,
	`<iq xmlns="jabber:client" id="1" type="set"><query xmlns="${NS.register}"><username>fuzz1</username><password>b</password></query></iq>`,
	`<iq xmlns="jabber:client" id="1" type="get" to="localhost"><query xmlns="${NS.discoItems}"/></iq>`,
	`<enable xmlns="${NS.streamManagement}" resume="true" max="60"/>`,
	`<r xmlns="${NS.streamManagement}"/>`,
	`<a xmlns="${NS.streamManagement}" h="1"/>`,
];
const INSERTS = [
	"<",
	">",
	"/",
	"&",
	'"',
	"'",
	"\u0000",
	"]]>",
	"<!--",
	"<![CDATA[",
	"<?x?>",
	"<!DOCTYPE x [",
	"xmlns=",
	"&#x0;",
	"é",
	"🐈",
	"\ud800",
	"\r\n",
	"error",
	"x".repeat(70_000),
	"<a>".repeat(40),
	" a='1'",
];

/** One mutation: cut out, doubled, swapped for a piece that matters, or a character changed. */
const mutation = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	length: fc.nat(12),
	how: fc.constantFrom("cut", "double", "insert", "swap", "none"),
	piece: fc.constantFrom(...INSERTS),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(text: string, { at, length, how, piece }: Mutation): string {
	const from = Math.floor(at * text.length);
	const [before, part, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
	switch (how) {
		case "cut":
			return before + after;
		case "double":
			return before + part + part + after;
		case "insert":
			return before + piece + part + after;
		case "swap":
			return before + piece + after;
		default:
			return text;
	}
}

function step(texts: readonly string[]): fc.Arbitrary<string> {
	return fc
		.tuple(fc.constantFrom(...texts), fc.array(mutation, { maxLength: 2 }))
		.map(([text, mutations]) => mutations.reduce(mutated, text));
}

/** Everything the server writes to a WebSocket client parses; `take` throws if not. */
function assertSane(bench: Bench, peer: Peer, watcher: Peer): void {
	peer.take();
	watcher.take();
	assert.equal(watcher.ended, false);
	assert.ok(bench.core.counts.connections <= 2);
}

function watched(): { bench: Bench; watcher: Peer } {
	const bench = new Bench({ ...NO_RATES, connections: 10 });
	return { bench, watcher: bench.connect() };
}

for (const framing of [WEBSOCKET_FRAMING, TCP_FRAMING] as readonly Framing[]) {
	test(`whatever comes before login over ${framing.kind}, the server goes on and answers well-formed`, () => {
		const { bench, watcher } = watched();
		fc.assert(
			fc.property(fc.array(step(BEFORE_LOGIN), { minLength: 1, maxLength: 6 }), (steps) => {
				const peer = bench.connect(framing);
				for (const text of steps) peer.receive(text);
				if (framing.kind === "websocket") assertSane(bench, peer, watcher);
				else assertStream(peer.texts.join(""));
				peer.lose();
			}),
			{ seed: 6, numRuns: RUNS / 2, endOnFailure: true },
		);
	});
}

/** What was written to a TCP client is a stream that parses from its header to its end. */
function assertStream(text: string): void {
	if (text === "") return;
	const parser = new XmlStreamParser({ ...DEFAULT_LIMITS, stanzaBytes: 1 << 20 });
	const read = parser.write(text, () => "continue");
	assert.deepEqual(read.ok ? "well-formed" : read.error, "well-formed");
}

test("whatever a client that is logged in says, the others get well-formed stanzas and the server goes on", () => {
	const bench = new Bench({ ...NO_RATES, registrationsPerAddressPerMinute: 1e9 });
	const watcher = bench.client("watcher");
	watcher.join("den", "W");
	let accounts = 0;
	const fuzzing = (): Peer => {
		const peer = bench.connect();
		peer.open();
		// A mutation may have changed the password: then under another name.
		if (peer.authenticate(`fuzz${accounts}`, "a password").name !== "success") {
			peer.register(`fuzz${++accounts}`, "a password");
			return peer.logIn(`fuzz${accounts}`, "a password");
		}
		peer.open();
		peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`);
		return peer;
	};
	let peer = fuzzing();
	fc.assert(
		fc.property(step(BOUND), (text) => {
			if (peer.ended) {
				peer.lose();
				peer = fuzzing();
			}
			peer.receive(text);
			assertSane(bench, peer, watcher);
		}),
		{ seed: 7, numRuns: RUNS, endOnFailure: true },
	);
	assert.ok(bench.core.counts.rooms >= 1, "the watcher's room stands");
});
