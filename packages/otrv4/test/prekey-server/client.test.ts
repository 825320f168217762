import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "@clowder/bytes";
import { dakeKeys } from "../../src/prekey-server/dake.ts";
import { encodeDake2Message, readDake2Message } from "../../src/prekey-server/dake-messages.ts";
import { encodeNoEnsembles } from "../../src/prekey-server/ensemble-messages.ts";
import { formatServerFingerprint, parseServerFingerprint, PrekeyClient } from "../../src/prekey-server/index.ts";
import { acknowledgmentMac, statusMac } from "../../src/prekey-server/macs.ts";
import { encodeAcknowledgment, encodeStorageStatus } from "../../src/prekey-server/storage-messages.ts";
import { bytesOf } from "./by-hand.ts";
import {
	device,
	gist,
	must,
	newClient,
	newServer,
	NOW_MS,
	NOW_SECONDS,
	prekeys,
	primitives,
	publishAll,
	run,
	seeded,
	textOf,
} from "./support.ts";

const BOB = "bob@example.org";
const TIMEOUT_MS = 60_000;

/** The refusal of a text, which brought nothing else. */
function refused(client: PrekeyClient, text: string, nowMs = NOW_MS): string {
	const { refusal, texts, events } = client.receive(text, nowMs);
	assert.deepEqual([texts, events], [[], []]);
	return refusal === undefined ? "none" : gist(refusal);
}

test("the states are those of the specification", async () => {
	const server = newServer();
	const owner = device(BOB);
	const client = newClient(owner, server);
	assert.deepEqual([client.state, client.deadlineMs], ["NOT_IN_DAKE", undefined]);
	const [dake1] = must(client.storageInformation(NOW_MS));
	assert.deepEqual([client.state, client.deadlineMs], ["IN_DAKE", NOW_MS + TIMEOUT_MS]);
	const [dake2] = (await server.receive(BOB, dake1 as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS + 10).texts;
	assert.deepEqual([client.state, client.deadlineMs], ["NOT_IN_DAKE", NOW_MS + 10 + TIMEOUT_MS]);
	const [status] = (await server.receive(BOB, dake3 as string, NOW_MS)).texts;
	assert.deepEqual(client.receive(status as string, NOW_MS).events, [{ type: "stored", count: 0 }]);
	assert.deepEqual([client.state, client.deadlineMs], ["NOT_IN_DAKE", undefined]);
});

test("there is one request at a time", async () => {
	const server = newServer();
	const owner = device(BOB);
	const requests = [
		(client: PrekeyClient) => client.publish({ prekeyMessages: prekeys(owner, 1) }, NOW_MS),
		(client: PrekeyClient) => client.storageInformation(NOW_MS),
		(client: PrekeyClient) => client.retrieve("alice@example.org", "4", NOW_MS),
	];
	for (const first of requests) {
		for (const second of requests) {
			const client = newClient(owner, server);
			must(first(client));
			const result = second(client);
			assert.match(result.ok ? "none" : gist(result.error), /^caller state: /);
		}
	}
});

test("every message out of turn is refused, and changes nothing", async () => {
	const server = newServer();
	const owner = device(BOB);
	const recorder = newClient(owner, server);
	await publishAll(owner, server, 2);
	const [dake1] = must(recorder.publish({ prekeyMessages: prekeys(owner, 1) }, NOW_MS));
	const [dake2] = (await server.receive(BOB, dake1 as string, NOW_MS)).texts;
	const [dake3] = recorder.receive(dake2 as string, NOW_MS).texts;
	const [success] = (await server.receive(BOB, dake3 as string, NOW_MS)).texts;
	recorder.close();
	const [query] = must(recorder.retrieve(BOB, "4", NOW_MS));
	const [ensembles] = (await server.receive(BOB, query as string, NOW_MS)).texts;
	const none = textOf(
		encodeNoEnsembles({ type: "no-ensembles", receiverTag: owner.instanceTag, identity: BOB, note: "" }),
	);
	const texts = { dake2, success, ensembles, none } as Record<string, string>;
	const idle = newClient(owner, server);
	for (const [name, text] of Object.entries(texts)) assert.match(refused(idle, text), /^carrier state: /, name);
	const inDake = newClient(owner, server);
	must(inDake.storageInformation(NOW_MS));
	for (const name of ["success", "ensembles", "none"]) {
		assert.match(refused(inDake, texts[name] as string), /^carrier state: /, name);
		assert.equal(inDake.state, "IN_DAKE");
	}
	assert.equal(refused(inDake, dake2 as string), "peer ring-signature: DAKE-2 message", "of another DAKE");
	const asking = newClient(owner, server);
	must(asking.retrieve(BOB, "4", NOW_MS));
	for (const name of ["dake2", "success"]) {
		assert.match(refused(asking, texts[name] as string), /^carrier state: /, name);
	}
	assert.equal(asking.receive(none, NOW_MS).events[0]?.type, "none");
	assert.match(refused(asking, none), /^carrier state: /, "once more");
});

test("a server of another key, or of another name, is refused", async () => {
	const owner = device(BOB);
	const expected = newServer();
	for (const [forged, refusal] of [
		[newServer({ key: primitives.ed448.keyPair(seeded("forged server")(57)) }), "peer key: DAKE-2 message"],
		[newServer({ identity: "prekey.example.net" }), "peer key: DAKE-2 message"],
	] as const) {
		const client = newClient(owner, expected);
		const [dake1] = must(client.storageInformation(NOW_MS));
		const [dake2] = (await forged.receive(BOB, dake1 as string, NOW_MS)).texts;
		assert.equal(refused(client, dake2 as string), refusal);
		const [honest] = (await expected.receive(BOB, dake1 as string, NOW_MS)).texts;
		assert.equal(client.receive(honest as string, NOW_MS).texts.length, 1);
	}
});

test("a server that says that the publisher is somebody else is refused", async () => {
	const server = newServer();
	const owner = device(BOB);
	const client = newClient(owner, server);
	const [dake1] = must(client.storageInformation(NOW_MS));
	const [dake2] = (await server.receive("alice@example.org", dake1 as string, NOW_MS)).texts;
	assert.equal(refused(client, dake2 as string), "peer ring-signature: DAKE-2 message");
});

test("a DAKE-2 message that gives back a key of ours, or the server's own, as S is refused", async () => {
	const server = newServer();
	const owner = device(BOB);
	const client = newClient(owner, server);
	const [dake1] = must(client.storageInformation(NOW_MS));
	const i = bytesOf(dake1).slice(-57);
	const [dake2] = (await server.receive(BOB, dake1 as string, NOW_MS)).texts;
	const message = decode(bytesOf(dake2), readDake2Message);
	assert.ok(message.ok);
	for (const key of [i, owner.key.publicKey.bytes, message.value.server.publicKey]) {
		const s = key as typeof message.value.s;
		assert.equal(refused(client, textOf(encodeDake2Message({ ...message.value, s }))), "peer key: DAKE-2 message");
	}
});

test("an answer of the wrong kind is refused though its MAC is right", async () => {
	const server = newServer();
	const owner = device(BOB);
	const receiverTag = owner.instanceTag;
	for (const request of ["publication", "storage-information"] as const) {
		const serverEphemeral = primitives.ed448.keyPair(seeded("s")(57));
		const copy = primitives.ed448.keyPair(seeded("s")(57));
		const client = new PrekeyClient({
			primitives,
			random: (length) => (length === 57 ? seeded("i")(57) : owner.random(length)),
			identity: BOB,
			key: owner.key,
			clientProfile: owner.clientProfile,
			server: { identity: "prekey.example.org", fingerprint: server.fingerprint },
			mode: "standalone",
		});
		const started =
			request === "publication"
				? client.publish({ prekeyMessages: prekeys(owner, 1) }, NOW_MS)
				: client.storageInformation(NOW_MS);
		const [dake1] = must(started);
		const i = primitives.ed448.parsePoint(bytesOf(dake1).slice(-57));
		assert.ok(i.ok);
		const fixed = newServer({
			random: (length) => (length === 57 ? serverEphemeral.reveal() : seeded("other")(length)),
		});
		const [dake2] = (await fixed.receive(BOB, dake1 as string, NOW_MS)).texts;
		const received = client.receive(dake2 as string, NOW_MS);
		assert.equal(received.refusal, undefined);
		const { macKey } = dakeKeys(primitives, copy, i.value);
		const count = 5;
		const status = encodeStorageStatus({
			type: "storage-status",
			receiverTag,
			count,
			mac: statusMac(primitives, macKey, receiverTag, count),
		});
		const success = encodeAcknowledgment({
			type: "success",
			receiverTag,
			mac: acknowledgmentMac(primitives, macKey, "success", receiverTag),
		});
		const [wrong, right] = request === "publication" ? [status, success] : [success, status];
		assert.equal(refused(client, textOf(wrong)), "peer state: answer of a prekey server");
		const { events } = client.receive(textOf(right), NOW_MS);
		assert.deepEqual(events, [request === "publication" ? { type: "published" } : { type: "stored", count }]);
	}
});

test("a request that nobody answers ends in time, and the next one can be made", async () => {
	const server = newServer();
	const owner = device(BOB);
	const client = newClient(owner, server);
	must(client.retrieve("alice@example.org", "4", NOW_MS));
	assert.deepEqual(client.expire(NOW_MS + TIMEOUT_MS - 1), []);
	assert.deepEqual(client.expire(NOW_MS + TIMEOUT_MS), [{ type: "timed-out", request: "retrieval" }]);
	assert.deepEqual(client.expire(NOW_MS + TIMEOUT_MS), []);
	const [dake1] = must(client.publish({ prekeyMessages: prekeys(owner, 1) }, NOW_MS));
	const [dake2] = (await server.receive(BOB, dake1 as string, NOW_MS)).texts;
	const late = client.receive(dake2 as string, NOW_MS + TIMEOUT_MS);
	assert.deepEqual(late.events, [{ type: "timed-out", request: "publication" }]);
	assert.equal(late.refusal?.reason, "state");
	must(client.storageInformation(NOW_MS));
	client.close();
	assert.equal(client.state, "NOT_IN_DAKE");
	const events = await run(client, server, BOB, client.storageInformation(NOW_MS));
	assert.deepEqual(events, [{ type: "stored", count: 0 }]);
	const [again] = must(client.storageInformation(NOW_MS));
	const [second] = (await server.receive(BOB, again as string, NOW_MS)).texts;
	assert.equal(client.receive(second as string, NOW_MS).texts.length, 1);
	assert.deepEqual(client.expire(NOW_MS + TIMEOUT_MS), [{ type: "timed-out", request: "storage-information" }]);
});

test("how long an answer may take is for the caller to say", () => {
	const client = newClient(device(BOB), newServer(), { answerTimeoutMs: 5 });
	must(client.storageInformation(NOW_MS));
	assert.equal(client.deadlineMs, NOW_MS + 5);
	assert.deepEqual(client.expire(NOW_MS + 5), [{ type: "timed-out", request: "storage-information" }]);
});

test("a query must be one that somebody could answer", () => {
	const client = newClient(device(BOB), newServer());
	for (const [identity, versions, refusal] of [
		["", "4", "caller malformed"],
		["a".repeat(2048), "4", "caller malformed"],
		["\ud800", "4", "caller malformed"],
		["alice@example.org", "", "caller version"],
		["alice@example.org", "5", "caller version"],
		["alice@example.org", "4x", "caller version"],
		["alice@example.org", "4".repeat(17), "caller version"],
	] as const) {
		const result = client.retrieve(identity, versions, NOW_MS);
		assert.equal(result.ok ? "none" : gist(result.error), `${refusal}: Prekey Ensemble Query Retrieval message`);
	}
	assert.equal(client.deadlineMs, undefined);
});

test("an answer about somebody else is refused", () => {
	const owner = device(BOB);
	const client = newClient(owner, newServer());
	must(client.retrieve("alice@example.org", "4", NOW_MS));
	const answer = { type: "no-ensembles", receiverTag: owner.instanceTag, note: "no" } as const;
	const other = textOf(encodeNoEnsembles({ ...answer, identity: "carol@example.org" }));
	assert.equal(refused(client, other), "peer state: No Prekey Ensembles in Storage message");
	const { events } = client.receive(textOf(encodeNoEnsembles({ ...answer, identity: "alice@example.org" })), NOW_MS);
	assert.deepEqual(events, [{ type: "none", identity: "alice@example.org", note: "no" }]);
});

test("an answer that claims more ensembles than there may be is refused before they are read", () => {
	const owner = device(BOB);
	const client = newClient(owner, newServer());
	must(client.retrieve("alice@example.org", "4", NOW_MS));
	for (const count of [0, 65, 0xffff_ffff]) {
		const message = encode((w) => {
			w.u16(4).u8(0x13).u32(owner.instanceTag).variable(new TextEncoder().encode("alice@example.org")).u32(count);
		});
		assert.equal(refused(client, textOf(message)), "peer malformed: Prekey Ensemble Retrieval message");
	}
});

test("a DAKE is not begun with a Client Profile of ours that has expired", () => {
	const client = newClient(device(BOB, { expiresAtSeconds: NOW_SECONDS }), newServer());
	must(client.storageInformation(NOW_MS - 1));
	client.close();
	const result = client.storageInformation(NOW_MS);
	assert.equal(result.ok ? "none" : gist(result.error), "caller expired: DAKE-1 message");
	assert.equal(client.state, "NOT_IN_DAKE");
});

test("a client that could not work is a bug", () => {
	const [owner, server] = [device(BOB), newServer()];
	const { fingerprint } = server;
	for (const options of [
		{ maxChars: 63 },
		{ maxChars: Number.NaN },
		{ identity: "" },
		{ server: { identity: "", fingerprint } },
		{ key: device("alice@example.org").key },
	]) {
		assert.throws(() => newClient(owner, server, options), RangeError);
	}
});

test("a server's fingerprint is written in 112 upper-case digits, and read in either case", () => {
	const { fingerprint } = newServer();
	const text = formatServerFingerprint(fingerprint);
	assert.match(text, /^[0-9A-F]{112}$/);
	for (const read of [text, text.toLowerCase()]) assert.deepEqual(parseServerFingerprint(read), fingerprint);
	for (const wrong of ["", text.slice(2), `${text}00`, `${text.slice(1)}g`, ` ${text}`]) {
		assert.equal(parseServerFingerprint(wrong), undefined);
	}
});
