import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { nodePrimitives } from "@clowder/crypto/node";
import { type ClientAnswer, type LoginKey, loginHost, startLogin, throwawayLoginKey } from "@clowder/login";
import { NS } from "../src/namespaces.ts";
import { child, type Element, textOf } from "../src/xml.ts";
import { Bench, conditionOf, type Peer } from "./support/core.ts";
import { fromBase64Text, toBase64 } from "./support/scram.ts";

const MECHANISMS = ["CLOWDER-DH-1", "SCRAM-SHA-256", "SCRAM-SHA-1"];

function bytesOf(name: string): Uint8Array {
	return new Uint8Array(createHash("sha256").update(name).digest());
}

function keyOf(name: string): LoginKey {
	return throwawayLoginKey(nodePrimitives, bytesOf(name));
}

function auth(text: string): string {
	return `<auth xmlns="${NS.sasl}" mechanism="CLOWDER-DH-1">${text === "" ? "" : toBase64(text)}</auth>`;
}

function response(text: string): string {
	return `<response xmlns="${NS.sasl}">${toBase64(text)}</response>`;
}

/** A connection with an open exchange, and the client's answer to it. */
function begin(
	bench: Bench,
	key: LoginKey,
	{ domain = "localhost", mechanisms = MECHANISMS, address = "127.0.0.1" } = {},
): { readonly peer: Peer; readonly answer: ClientAnswer } {
	const peer = bench.connect(undefined, address);
	peer.open();
	return { peer, answer: answerTo(peer, key, domain, mechanisms) };
}

function answerTo(peer: Peer, key: LoginKey, domain = "localhost", mechanisms = MECHANISMS): ClientAnswer {
	const host = loginHost(domain);
	assert.ok(host.ok);
	const inputs = { key, host: host.value, mechanisms, channels: {} };
	const hello = startLogin(nodePrimitives, inputs, bytesOf("client nonce"));
	assert.ok(hello.ok);
	const challenge = peer.sasl(auth(hello.value.message));
	assert.equal(challenge.name, "challenge", conditionOf(challenge));
	const answer = hello.value.answer(fromBase64Text(textOf(challenge)));
	assert.ok(answer.ok, JSON.stringify(answer));
	return answer.value;
}

/** The account's name, of the address that is bound. */
function bound(peer: Peer): string {
	peer.open();
	const answer = peer.iq("set", undefined, `<bind xmlns="${NS.bind}"/>`);
	const jid = child(child(answer, "bind", NS.bind) as Element, "jid", NS.bind);
	return textOf(jid as Element).split("@")[0] ?? "";
}

function logIn(bench: Bench, key: LoginKey, address = "127.0.0.1"): Peer {
	const { peer, answer } = begin(bench, key, { address });
	const success = peer.sasl(response(answer.message));
	assert.equal(success.name, "success", conditionOf(success));
	assert.ok(answer.verify(fromBase64Text(textOf(success))).ok, "the server's proof");
	return peer;
}

test("LOGIN-10: a key logs in without registration; the account is made once, and is the key's again next time", () => {
	const bench = new Bench();
	const first = bound(logIn(bench, keyOf("ana")));
	assert.match(first, /^k1-[a-z2-7]{32}$/);
	assert.equal(bench.core.counts.accounts, 1);
	assert.equal(bound(logIn(bench, keyOf("ana"))), first);
	assert.equal(bench.core.counts.accounts, 1);
	assert.notEqual(bound(logIn(bench, keyOf("ben"))), first);
});

test("an exchange without an initial response begins with an empty challenge", () => {
	const bench = new Bench();
	const peer = bench.connect();
	peer.open();
	const empty = peer.sasl(auth(""));
	assert.deepEqual([empty.name, textOf(empty)], ["challenge", ""]);
	const challenge = peer.sasl(response(`r=${Buffer.from(bytesOf("n")).toString("base64")}`));
	assert.match(fromBase64Text(textOf(challenge)), /^e=.{44},r=.{44},b=none$/);
});

test("LOGIN-10: every challenge has another key and nonce, on one connection and on two", () => {
	const bench = new Bench();
	const seen = new Set<string>();
	for (let i = 0; i < 2; i++) {
		const peer = bench.connect();
		peer.open();
		for (let j = 0; j < 3; j++) {
			const text = fromBase64Text(textOf(peer.sasl(auth(`r=${Buffer.from(bytesOf("n")).toString("base64")}`))));
			for (const field of text.split(",").slice(0, 2)) seen.add(field);
		}
	}
	assert.equal(seen.size, 12);
});

test("LOGIN-10: a challenge that is left for another one counts as a failure, so that they cannot be had without end", () => {
	const bench = new Bench({ authFailuresPerAddressPerMinute: 3 });
	const first = auth(`r=${Buffer.from(bytesOf("n")).toString("base64")}`);
	const peer = bench.connect();
	peer.open();
	for (let i = 0; i < 3; i++) assert.equal(peer.sasl(first).name, "challenge");
	assert.equal(conditionOf(peer.sasl(first)), "policy-violation");
	const next = bench.connect();
	next.open();
	assert.equal(conditionOf(next.sasl(first)), "policy-violation", "of the address too");
});

test("LOGIN-10: a response is good for its own challenge and once; another host's or another offer's is refused", () => {
	const bench = new Bench();
	const key = keyOf("ana");
	const { peer, answer } = begin(bench, key);
	answerTo(peer, key);
	assert.equal(conditionOf(peer.sasl(response(answer.message))), "not-authorized", "the challenge before the last");
	assert.equal(conditionOf(peer.sasl(response(answer.message))), "malformed-request", "no challenge is open");
	const elsewhere = begin(bench, key, { domain: "example.org" });
	assert.equal(conditionOf(elsewhere.peer.sasl(response(elsewhere.answer.message))), "not-authorized");
	const lessOffered = begin(bench, key, { mechanisms: ["CLOWDER-DH-1"] });
	assert.equal(conditionOf(lessOffered.peer.sasl(response(lessOffered.answer.message))), "not-authorized");
	assert.equal(bench.core.counts.accounts, 0);
});

test("what is no message of the exchange is a failure that RFC 6120 names, and the third one ends the stream", () => {
	const bench = new Bench();
	const peer = bench.connect();
	peer.open();
	assert.equal(conditionOf(peer.sasl(auth("r=short"))), "malformed-request");
	assert.equal(
		conditionOf(peer.sasl(`<auth xmlns="${NS.sasl}" mechanism="CLOWDER-DH-1">/w==</auth>`)),
		"malformed-request",
	);
	const { peer: other } = begin(bench, keyOf("ana"));
	assert.equal(conditionOf(other.sasl(`<response xmlns="${NS.sasl}">!</response>`)), "incorrect-encoding");
	assert.equal(conditionOf(other.sasl(`<abort xmlns="${NS.sasl}"/>`)), "aborted");
	const last = peer.ask(auth("r=short"));
	assert.deepEqual([conditionOf(last[0]), conditionOf(last[1])], ["malformed-request", "policy-violation"]);
});

test("LOGIN-10: first logins are limited by address as registrations are, known keys are not, nor other addresses", () => {
	const bench = new Bench({ registrationsPerAddressPerMinute: 2 });
	logIn(bench, keyOf("a"));
	logIn(bench, keyOf("b"));
	const { peer, answer } = begin(bench, keyOf("c"));
	assert.equal(conditionOf(peer.sasl(response(answer.message))), "temporary-auth-failure");
	assert.equal(bench.core.counts.accounts, 2);
	logIn(bench, keyOf("a"));
	logIn(bench, keyOf("c"), "192.0.2.1");
	bench.pass(60_000);
	logIn(bench, keyOf("d"));
});

test("LOGIN-10: failed proofs count as failures of the address, and full accounts refuse new keys only", () => {
	const failing = new Bench({ authFailuresPerAddressPerMinute: 1 });
	const { peer, answer } = begin(failing, keyOf("ana"));
	assert.equal(conditionOf(peer.sasl(response(answer.message.replace(/p=..../, "p=AAAA")))), "not-authorized");
	const next = failing.connect();
	next.open();
	assert.equal(conditionOf(next.ask(auth("r="))[0]), "policy-violation");

	const full = new Bench({ accounts: 1 });
	logIn(full, keyOf("ana"));
	const late = begin(full, keyOf("ben"));
	assert.equal(conditionOf(late.peer.sasl(response(late.answer.message))), "temporary-auth-failure");
	logIn(full, keyOf("ana"));
});

test("LOGIN-9: the name of a key cannot be registered, neither before nor after its first login, and gets no password", () => {
	const bench = new Bench();
	const scout = new Bench();
	const name = bound(logIn(scout, keyOf("ana")));
	const squatter = bench.connect();
	squatter.open();
	assert.equal(conditionOf(squatter.register(name, "a password")), "conflict");
	assert.equal(conditionOf(squatter.register(name.toUpperCase(), "a password")), "conflict");
	const peer = logIn(bench, keyOf("ana"));
	assert.equal(bound(peer), name);
	const query = `<query xmlns="${NS.register}"><username>${name}</username><password>x</password></query>`;
	assert.equal(conditionOf(peer.iq("set", undefined, query)), "not-acceptable");
	assert.equal(squatter.authenticate(name, "a password").name, "failure");
	assert.equal(squatter.authenticate(name, "x").name, "failure");
});

test("an account of a key can be removed by its holder, and is made again at the next login", () => {
	const bench = new Bench();
	const peer = logIn(bench, keyOf("ana"));
	const name = bound(peer);
	peer.iq("set", undefined, `<query xmlns="${NS.register}"><remove/></query>`);
	assert.equal(bench.core.counts.accounts, 0);
	assert.equal(bound(logIn(bench, keyOf("ana"))), name);
});
