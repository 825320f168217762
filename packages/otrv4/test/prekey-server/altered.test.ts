import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "@clowder/bytes";
import { type PrekeyClient, type PrekeyServer, MemoryPrekeyStorage } from "../../src/prekey-server/index.ts";
import { bytesOf } from "./by-hand.ts";
import {
	type Device,
	device,
	gist,
	must,
	newClient,
	newServer,
	NOW_MS,
	prekeys,
	primitives,
	refusalOf,
	seeded,
	textOf,
} from "./support.ts";

/** A field of a message: where it begins, from the end if negative, and what is put there. */
interface Change {
	readonly name: string;
	readonly at: number;
	/** Replaces as many bytes; without it the lowest bit of one byte is flipped. */
	readonly bytes?: Uint8Array;
	readonly refusal: string;
}

function changed(message: Uint8Array, { at, bytes }: Change): string {
	const out = message.slice();
	const start = at < 0 ? message.length + at : at;
	if (bytes !== undefined) out.set(bytes, start);
	else out[start] = (out[start] as number) ^ 1;
	return textOf(out);
}

const IDENTITY_POINT = Uint8Array.from({ length: 57 }, (_, i) => (i === 0 ? 1 : 0));
const ANOTHER_POINT = primitives.ed448.keyPair(seeded("another point")(57)).publicKey.bytes;
const TOO_LARGE_SCALAR = new Uint8Array(57).fill(0x3f);

interface Scene {
	readonly owner: Device;
	readonly server: PrekeyServer;
	readonly client: PrekeyClient;
}

function scene(): Scene {
	const server = newServer();
	const owner = device("bob@example.org");
	return { owner, server, client: newClient(owner, server) };
}

/** The texts of a publication as far as `until`, the last one not yet delivered. */
async function textsUntil(
	until: "dake-1" | "dake-2" | "dake-3" | "success",
	{ owner, server, client }: Scene,
): Promise<string> {
	const { clientProfile, prekeyProfile } = owner;
	const [dake1] = must(client.publish({ clientProfile, prekeyProfile, prekeyMessages: prekeys(owner, 2) }, NOW_MS));
	if (until === "dake-1") return dake1 as string;
	const [dake2] = (await server.receive(owner.identity, dake1 as string, NOW_MS)).texts;
	if (until === "dake-2") return dake2 as string;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	if (until === "dake-3") return dake3 as string;
	const [success] = (await server.receive(owner.identity, dake3 as string, NOW_MS)).texts;
	return success as string;
}

const TO_SERVER = "message to a prekey server";
const FROM_SERVER = "message of a prekey server";

const DAKE_1: readonly Change[] = [
	{ name: "version", at: 1, refusal: `incompatible version: ${TO_SERVER}` },
	{ name: "type", at: 2, refusal: `peer malformed: ${TO_SERVER}` },
	{ name: "sender tag", at: 6, refusal: "peer instance-tag: Client Profile" },
	{ name: "sender tag below 0x100", at: 3, bytes: new Uint8Array(4), refusal: "peer malformed: DAKE-1 message" },
	{ name: "number of profile fields", at: 10, refusal: "peer malformed: DAKE-1 message" },
	{ name: "instance tag in the profile", at: 16, refusal: "peer signature: Client Profile" },
	{ name: "long-term key", at: 21, bytes: ANOTHER_POINT, refusal: "peer signature: Client Profile" },
	{ name: "signature of the profile", at: -60, refusal: "peer signature: Client Profile" },
	{ name: "I, the identity", at: -57, bytes: IDENTITY_POINT, refusal: "peer key: DAKE-1 message, I" },
	{ name: "I, no point", at: -57, bytes: new Uint8Array(57).fill(0xff), refusal: "peer key: DAKE-1 message, I" },
];

for (const change of DAKE_1) {
	test(`DAKE-1, changed in ${change.name}, is refused and changes nothing`, async () => {
		const { owner, server, client } = scene();
		const text = await textsUntil("dake-1", { owner, server, client });
		const answer = await server.receive(owner.identity, changed(bytesOf(text), change), NOW_MS);
		assert.deepEqual([refusalOf(answer), answer.texts], [change.refusal, []]);
		assert.equal(server.deadlineMs, undefined);
		assert.equal(refusalOf(await server.receive(owner.identity, text, NOW_MS)), "none");
	});
}

test("DAKE-1 with the server's own key, or its own long-term key, as I is refused", async () => {
	const { owner, server, client } = scene();
	const text = bytesOf(await textsUntil("dake-1", { owner, server, client }));
	for (const bytes of [owner.key.publicKey.bytes, primitives.ed448.keyPair(seeded("server key")(57)).publicKey.bytes]) {
		const answer = await server.receive(
			owner.identity,
			changed(text, { name: "I", at: -57, bytes, refusal: "" }),
			NOW_MS,
		);
		assert.deepEqual([refusalOf(answer), answer.texts], ["peer key: DAKE-1 message", []]);
	}
});

const IDENTITY_AT = 7 + 4;
const KEY_TYPE_AT = IDENTITY_AT + "prekey.example.org".length;
const S_AT = KEY_TYPE_AT + 2 + 57;
const SIGMA_AT = S_AT + 57;

const DAKE_2: readonly Change[] = [
	{ name: "version", at: 1, refusal: `incompatible version: ${FROM_SERVER}` },
	{ name: "type", at: 2, refusal: `peer malformed: ${FROM_SERVER}` },
	{ name: "receiver tag", at: 6, refusal: "carrier instance-tag: DAKE-2 message" },
	{ name: "server identity", at: IDENTITY_AT, refusal: "peer key: DAKE-2 message" },
	{
		name: "server identity, not UTF-8",
		at: IDENTITY_AT,
		bytes: Uint8Array.of(0xff),
		refusal: "peer malformed: DAKE-2 message",
	},
	{ name: "key type", at: KEY_TYPE_AT, refusal: "peer malformed: DAKE-2 message" },
	{ name: "server key", at: KEY_TYPE_AT + 2, bytes: ANOTHER_POINT, refusal: "peer key: DAKE-2 message" },
	{
		name: "server key, the identity",
		at: KEY_TYPE_AT + 2,
		bytes: IDENTITY_POINT,
		refusal: "peer key: DAKE-2 message, Ed448 server public key",
	},
	{ name: "S", at: S_AT, bytes: ANOTHER_POINT, refusal: "peer ring-signature: DAKE-2 message" },
	{ name: "S, the identity", at: S_AT, bytes: IDENTITY_POINT, refusal: "peer key: DAKE-2 message, S" },
	...["c1", "r1", "c2", "r2", "c3", "r3"].flatMap((name, i) => [
		{ name, at: SIGMA_AT + 57 * i, refusal: "peer ring-signature: DAKE-2 message" },
		{
			name: `${name}, too large`,
			at: SIGMA_AT + 57 * i,
			bytes: TOO_LARGE_SCALAR,
			refusal: "peer malformed: DAKE-2 message",
		},
	]),
];

test("DAKE-2 with any field changed is refused and changes nothing", async () => {
	const { owner, server, client } = scene();
	const text = await textsUntil("dake-2", { owner, server, client });
	for (const change of DAKE_2) {
		const { refusal, texts, events } = client.receive(changed(bytesOf(text), change), NOW_MS);
		assert.ok(refusal, change.name);
		assert.deepEqual([gist(refusal), texts, events, client.state], [change.refusal, [], [], "IN_DAKE"], change.name);
	}
	assert.equal(client.receive(text, NOW_MS).texts.length, 1);
});

const ATTACHED_AT = 7 + 6 * 57 + 4;
const Y_AT = ATTACHED_AT + 4 + 11;
const PUBLICATION = "Prekey Publication message";

/** In DAKE-3 itself: nothing is sent. */
const DAKE_3: readonly Change[] = [
	{ name: "version", at: 1, refusal: `incompatible version: ${TO_SERVER}` },
	{ name: "sender tag", at: 6, refusal: "carrier state: DAKE-3 message" },
	...["c1", "r1", "c2", "r2", "c3", "r3"].map((name, i) => ({
		name,
		at: 7 + 57 * i,
		refusal: "peer ring-signature: DAKE-3 message",
	})),
	{ name: "c1, too large", at: 7, bytes: TOO_LARGE_SCALAR, refusal: "peer malformed: DAKE-3 message" },
	{ name: "length of what is attached", at: ATTACHED_AT - 1, refusal: "peer malformed: DAKE-3 message" },
];

/** In what is attached: the answer is a Failure message. */
const ATTACHED: readonly Change[] = [
	{
		name: "attached version",
		at: ATTACHED_AT + 1,
		refusal: "incompatible version: message attached to a DAKE-3 message",
	},
	{
		name: "attached type",
		at: ATTACHED_AT + 2,
		refusal: `peer malformed: ${PUBLICATION.replace("Prekey Publication", "Storage Information Request")}`,
	},
	{
		name: "attached type, none",
		at: ATTACHED_AT + 2,
		bytes: Uint8Array.of(0x77),
		refusal: "peer malformed: message attached to a DAKE-3 message",
	},
	{ name: "N", at: ATTACHED_AT + 3, refusal: `peer malformed: ${PUBLICATION}` },
	{ name: "identifier", at: ATTACHED_AT + 4 + 6, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "owner tag", at: ATTACHED_AT + 4 + 10, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "Y", at: Y_AT, bytes: ANOTHER_POINT, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "B", at: Y_AT + 57 + 4 + 200, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "V of the Prekey Profile proof", at: -64 - 57, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "C of the Prekey Profile proof", at: -64 - 57 - 64, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "signature of the Prekey Profile", at: -64 - 57 - 64 - 50, refusal: `peer mac: ${PUBLICATION}` },
	{ name: "Prekey MAC", at: -1, refusal: `peer mac: ${PUBLICATION}` },
];

for (const [changes, sent] of [
	[DAKE_3, "nothing"],
	[ATTACHED, "a Failure message"],
] as const) {
	for (const change of changes) {
		test(`DAKE-3, changed in ${change.name}, stores nothing and is answered with ${sent}`, async () => {
			const storage = new MemoryPrekeyStorage();
			const server = newServer({ storage });
			const owner = device("bob@example.org");
			const client = newClient(owner, server);
			const text = await textsUntil("dake-3", { owner, server, client });
			const answer = await server.receive(owner.identity, changed(bytesOf(text), change), NOW_MS);
			assert.equal(refusalOf(answer), change.refusal);
			const events = answer.texts.flatMap((each) => client.receive(each, NOW_MS).events);
			assert.deepEqual(events, sent === "nothing" ? [] : [{ type: "failed", request: "publication" }]);
			const request = { identity: owner.identity, requester: "", nowSeconds: NOW_MS / 1000 };
			assert.deepEqual(await storage.takeEnsembles(request), { ok: true, value: [] });
		});
	}
}

test("a Success message with any field changed is refused and changes nothing", async () => {
	const { owner, server, client } = scene();
	const text = await textsUntil("success", { owner, server, client });
	const changes: readonly Change[] = [
		{ name: "version", at: 1, refusal: `incompatible version: ${FROM_SERVER}` },
		{ name: "type, Failure", at: 2, bytes: Uint8Array.of(5), refusal: "peer mac: answer of a prekey server" },
		{ name: "receiver tag", at: 6, refusal: "carrier instance-tag: Success message" },
		{ name: "MAC", at: 7, refusal: "peer mac: answer of a prekey server" },
	];
	for (const change of changes) {
		const { refusal, events } = client.receive(changed(bytesOf(text), change), NOW_MS);
		assert.deepEqual([refusal && gist(refusal), events], [change.refusal, []], change.name);
	}
	assert.deepEqual(client.receive(text, NOW_MS).events, [{ type: "published" }]);
});

test("a Storage Status message with any field changed is refused and changes nothing", async () => {
	const { owner, server, client } = scene();
	const [dake1] = must(client.storageInformation(NOW_MS));
	const [dake2] = (await server.receive(owner.identity, dake1 as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	const [text] = (await server.receive(owner.identity, dake3 as string, NOW_MS)).texts;
	const changes: readonly Change[] = [
		{ name: "receiver tag", at: 6, refusal: "carrier instance-tag: Storage Status message" },
		{ name: "number", at: 10, refusal: "peer mac: answer of a prekey server" },
		{ name: "MAC", at: 74, refusal: "peer mac: answer of a prekey server" },
	];
	for (const change of changes) {
		const { refusal, events } = client.receive(changed(bytesOf(text), change), NOW_MS);
		assert.deepEqual([refusal && gist(refusal), events], [change.refusal, []], change.name);
	}
	assert.deepEqual(client.receive(text as string, NOW_MS).events, [{ type: "stored", count: 0 }]);
});

test("a Storage Information Request with another MAC is answered with a Failure message", async () => {
	const { owner, server, client } = scene();
	const [dake1] = must(client.storageInformation(NOW_MS));
	const [dake2] = (await server.receive(owner.identity, dake1 as string, NOW_MS)).texts;
	const [dake3] = client.receive(dake2 as string, NOW_MS).texts;
	const change = { name: "MAC", at: -1, refusal: "" };
	const answer = await server.receive(owner.identity, changed(bytesOf(dake3), change), NOW_MS);
	assert.equal(refusalOf(answer), "peer mac: Storage Information Request message");
	const { events } = client.receive(answer.texts[0] as string, NOW_MS);
	assert.deepEqual(events, [{ type: "failed", request: "storage-information" }]);
});

test("a byte too few and a byte too many are refused in every message", async () => {
	for (const step of ["dake-1", "dake-2", "dake-3", "success"] as const) {
		const { owner, server, client } = scene();
		const message = bytesOf(await textsUntil(step, { owner, server, client }));
		for (const wrong of [message.slice(0, -1), concat(message, Uint8Array.of(0)), message.slice(0, 2)]) {
			const toServer = step === "dake-1" || step === "dake-3";
			const refused = toServer
				? refusalOf(await server.receive(owner.identity, textOf(wrong), NOW_MS))
				: client.receive(textOf(wrong), NOW_MS).refusal?.reason;
			assert.match(refused ?? "none", /malformed/, `${step} of ${wrong.length} bytes`);
		}
	}
});
