import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { hex } from "@clowder/bytes";
import type { Ed448KeyPair, OtrPrimitives } from "@clowder/crypto/otr";
import { DEFAULT_SERVER_LIMITS } from "../../src/prekey-server/index.ts";
import { device, must, newClient, newServer, NOW_MS, prekeys, primitives } from "./support.ts";

const BOB = "bob@example.org";
/** `SK`, `prekey_mac_k` and the context of the proofs. */
const SECRET_USAGES = new Set([0x01, 0x08, 0x12]);
const USAGE_AT = "OTR-Prekey-Server".length;

interface Watched {
	readonly primitives: OtrPrimitives;
	/** The secrets that were derived, as they were and as they are. */
	readonly derived: { readonly before: string; readonly bytes: Uint8Array }[];
	readonly ephemerals: Ed448KeyPair[];
}

/** Primitives that remember which secrets they gave. */
function watched(): Watched {
	const derived: Watched["derived"] = [];
	const ephemerals: Ed448KeyPair[] = [];
	const { ed448 } = primitives;
	return {
		derived,
		ephemerals,
		primitives: {
			...primitives,
			shake256(parts, length) {
				const bytes = primitives.shake256(parts, length);
				const [prefix, usage] = parts;
				if (prefix?.length === USAGE_AT && SECRET_USAGES.has(usage?.[0] ?? 0)) {
					derived.push({ before: hex(bytes), bytes });
				}
				return bytes;
			},
			ed448: {
				...ed448,
				keyPair(seed) {
					const pair = ed448.keyPair(seed);
					ephemerals.push(pair);
					return pair;
				},
			},
		},
	};
}

function assertErased({ derived, ephemerals }: Watched): void {
	assert.ok(ephemerals.length > 0);
	for (const { bytes } of derived) assert.ok(bytes.every((byte) => byte === 0));
	for (const pair of ephemerals) assert.throws(() => pair.reveal(), /erased/);
}

test("what a DAKE derives never prints, and is erased on both sides when it is over", async () => {
	const [ours, theirs] = [watched(), watched()];
	const owner = device(BOB);
	const server = newServer({ primitives: theirs.primitives });
	const client = newClient(owner, server, { primitives: ours.primitives });
	const [dake1] = must(client.publish({ ...owner, prekeyMessages: prekeys(owner, 1) }, NOW_MS));
	const answer = await server.receive(BOB, dake1 as string, NOW_MS);
	assert.equal(theirs.derived.length, 3);
	const [dake3] = client.receive(answer.texts[0] as string, NOW_MS).texts;
	assert.equal(ours.derived.length, 3);
	assert.deepEqual(
		ours.derived.map(({ before }) => before),
		theirs.derived.map(({ before }) => before),
		"both sides derive the same",
	);
	const printed = [client, server, answer].map((each) => inspect(each, { depth: 9 }) + JSON.stringify(each)).join();
	for (const { before } of ours.derived) {
		const bytes = Buffer.from(before, "hex");
		for (const form of [before, bytes.toString("base64"), [...bytes].join(", "), [...bytes].join(",")]) {
			assert.equal(printed.includes(form.slice(0, 40)), false);
		}
	}
	const success = await server.receive(BOB, dake3 as string, NOW_MS);
	assertErased(theirs);
	assert.deepEqual(client.receive(success.texts[0] as string, NOW_MS).events, [{ type: "published" }]);
	assertErased(ours);
});

test("what was made for a request is erased when it is given up", async () => {
	const owner = device(BOB);
	for (const end of [
		(client: ReturnType<typeof newClient>) => client.close(),
		(client: ReturnType<typeof newClient>) => void client.expire(NOW_MS + 60_000),
	]) {
		for (const received of [false, true]) {
			const ours = watched();
			const server = newServer();
			const client = newClient(owner, server, { primitives: ours.primitives });
			const [dake1] = must(client.storageInformation(NOW_MS));
			const [dake2] = (await server.receive(BOB, dake1 as string, NOW_MS)).texts;
			if (received) client.receive(dake2 as string, NOW_MS);
			end(client);
			assertErased(ours);
		}
	}
});

test("a server erases what it derived for a DAKE that is refused, forgotten or begun again", async () => {
	const owner = device(BOB);
	const theirs = watched();
	const server = newServer({ primitives: theirs.primitives });
	const client = newClient(owner, server);
	const [dake1] = must(client.storageInformation(NOW_MS));
	await server.receive(BOB, dake1 as string, NOW_MS);
	await server.receive(BOB, dake1 as string, NOW_MS);
	const [first, again] = [theirs.derived.slice(0, 3), theirs.derived.slice(3)];
	assert.ok(first.every(({ bytes }) => bytes.every((byte) => byte === 0)));
	assert.ok(again.length === 3 && again[1]?.bytes.some((byte) => byte !== 0));
	server.expire(NOW_MS + DEFAULT_SERVER_LIMITS.dakeTimeoutMs);
	assertErased(theirs);
});
