import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "@clowder/bytes";
import type { OurPrekey } from "../../src/dake/non-interactive.ts";
import { MemoryPrekeyStorage, type PrekeyServerAnswer, type StoredEnsemble } from "../../src/prekey-server/index.ts";
import type { DhProof, EcdhProof, PublishedValues } from "../../src/prekey-server/messages.ts";
import type { OwnPublication } from "../../src/prekey-server/own-publication.ts";
import { begin, publishAltered } from "./by-hand.ts";
import {
	type Device,
	device,
	exchange,
	gist,
	must,
	newClient,
	newServer,
	NOW_MS,
	NOW_SECONDS,
	prekeys,
	primitives,
	publishAll,
	refusalOf,
	run,
	seeded,
} from "./support.ts";

const BOB = "bob@example.org";
const WHAT = "Prekey Publication message";

async function stored(storage: MemoryPrekeyStorage, owner: Device): Promise<number> {
	const { identity, instanceTag, key } = owner;
	const count = await storage.count({ identity, instanceTag, publicKey: hex(key.publicKey.bytes) });
	assert.ok(count.ok);
	return count.value;
}

function everything(owner: Device, count = 3): OwnPublication & { readonly prekeyMessages: readonly OurPrekey[] } {
	const { clientProfile, prekeyProfile } = owner;
	return { clientProfile, prekeyProfile, prekeyMessages: prekeys(owner, count) };
}

/** Publishes something altered, under a right MAC: the server answers with a Failure, keeps nothing, and says why. */
async function refusedWith(
	alter: (values: PublishedValues) => PublishedValues,
	publication: OwnPublication = everything(device(BOB)),
): Promise<string> {
	const storage = new MemoryPrekeyStorage();
	const owner = device(BOB);
	const answer = await publishAltered(owner, newServer({ storage }), publication, alter);
	assertFailure(answer);
	assert.equal(await stored(storage, owner), 0);
	return refusalOf(answer);
}

function assertFailure({ texts }: PrekeyServerAnswer): void {
	assert.deepEqual(
		texts.map((text) => text.slice(0, 4)),
		["AAQF"],
	);
}

function otherC<T extends EcdhProof | DhProof>(proof: T): T {
	return { ...proof, c: proof.c.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) };
}

function otherV(proof: EcdhProof): EcdhProof {
	return { ...proof, v: proof.v.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) as EcdhProof["v"] };
}

const PROOFS: readonly [string, (values: PublishedValues) => PublishedValues][] = [
	[
		"c of the ECDH proof of the Prekey Messages",
		(values) => withProofs(values, ({ ecdh, dh }) => ({ ecdh: otherC(ecdh), dh })),
	],
	[
		"v of the ECDH proof of the Prekey Messages",
		(values) => withProofs(values, ({ ecdh, dh }) => ({ ecdh: otherV(ecdh), dh })),
	],
	[
		"c of the DH proof of the Prekey Messages",
		(values) => withProofs(values, ({ ecdh, dh }) => ({ ecdh, dh: otherC(dh) })),
	],
	[
		"v of the DH proof of the Prekey Messages",
		(values) =>
			withProofs(values, ({ ecdh, dh }) => ({
				ecdh,
				dh: { ...dh, v: primitives.dh.exponentBytes(primitives.dh.exponent(Uint8Array.of(5))) as DhProof["v"] },
			})),
	],
	[
		"c of the proof of the Prekey Profile",
		(values) => ({ ...values, prekeyProfileProof: values.prekeyProfileProof && otherC(values.prekeyProfileProof) }),
	],
	[
		"v of the proof of the Prekey Profile",
		(values) => ({ ...values, prekeyProfileProof: values.prekeyProfileProof && otherV(values.prekeyProfileProof) }),
	],
	[
		"ECDH proofs that changed places",
		(values) => ({ ...values, prekeyProfileProof: values.prekeyMessageProofs?.ecdh }),
	],
	["Prekey Messages in another order", (values) => ({ ...values, prekeyMessages: values.prekeyMessages.toReversed() })],
	["a Prekey Message left out", (values) => ({ ...values, prekeyMessages: values.prekeyMessages.slice(1) })],
];

function withProofs(
	values: PublishedValues,
	change: (proofs: { readonly ecdh: EcdhProof; readonly dh: DhProof }) => {
		readonly ecdh: EcdhProof;
		readonly dh: DhProof;
	},
): PublishedValues {
	assert.ok(values.prekeyMessageProofs);
	return { ...values, prekeyMessageProofs: change(values.prekeyMessageProofs) };
}

for (const [name, alter] of PROOFS) {
	test(`a wrong proof under a right MAC is refused: ${name}`, async () => {
		assert.equal(await refusedWith(alter), `peer proof: ${WHAT}`);
	});
}

test("keys of somebody else are refused, for nobody here can prove to know their secrets", async () => {
	const [mine] = prekeys(device(BOB), 1);
	const [theirs] = prekeys(device("carol@example.org"), 1);
	for (const stolen of [{ y: theirs?.message.y }, { b: theirs?.message.b }]) {
		const alter = (values: PublishedValues): PublishedValues => ({
			...values,
			prekeyMessages: values.prekeyMessages.map((message) => ({ ...message, ...stolen }) as typeof message),
		});
		assert.equal(await refusedWith(alter, { prekeyMessages: [mine as OurPrekey] }), `peer proof: ${WHAT}`);
	}
});

test("a v of the DH proof that is not below dh_q is refused, though it is the same modulo dh_q", async () => {
	const { dh } = primitives;
	const alter = (values: PublishedValues): PublishedValues =>
		withProofs(values, (proofs) => {
			const v = BigInt(`0x${hex(proofs.dh.v)}`) + dh.order;
			const digits = v.toString(16);
			const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
			return { ...proofs, dh: { ...proofs.dh, v: new Uint8Array(bytes) as DhProof["v"] } };
		});
	assert.equal(await refusedWith(alter), `peer proof: ${WHAT}`);
});

test("proofs of another DAKE are refused", async () => {
	const owner = device(BOB);
	const server = newServer();
	const publication = everything(owner);
	let earlier: PublishedValues | undefined;
	const first = await publishAltered(owner, server, publication, (values) => {
		earlier = values;
		return values;
	});
	assert.equal(refusalOf(first), "none");
	assert.equal(
		refusalOf(await publishAltered(owner, server, publication, () => earlier as PublishedValues)),
		`peer proof: ${WHAT}`,
	);
});

test("a publication of nothing is refused", async () => {
	const nothing: PublishedValues = {
		prekeyMessages: [],
		clientProfile: undefined,
		prekeyProfile: undefined,
		prekeyMessageProofs: undefined,
		prekeyProfileProof: undefined,
	};
	assert.equal(await refusedWith(() => nothing), `peer malformed: ${WHAT}`);
});

test("profiles of another key, of another device or past their time are refused", async () => {
	const short = device(BOB, { expiresAtSeconds: NOW_SECONDS });
	const tablet = device(BOB, { instanceTag: 0x3000, keySeed: "one key" });
	const owner = device(BOB, { keySeed: "one key" });
	const refused = async (publication: OwnPublication): Promise<string> => {
		const storage = new MemoryPrekeyStorage();
		const dropped = await publishAltered(owner, newServer({ storage }), publication, (values) => values);
		assertFailure(dropped);
		return refusalOf(dropped);
	};
	assert.equal(await refused({ clientProfile: short.clientProfile }), "peer expired: Client Profile");
	assert.equal(await refused({ clientProfile: device(BOB).clientProfile }), `peer key: ${WHAT}`);
	assert.equal(await refused({ clientProfile: tablet.clientProfile }), "peer instance-tag: Client Profile");
	assert.equal(await refused({ prekeyProfile: device(BOB).prekeyProfile }), "peer signature: Prekey Profile");
	assert.equal(await refused({ prekeyProfile: tablet.prekeyProfile }), "peer instance-tag: Prekey Profile");
	const stale = device(BOB, { keySeed: "one key", prekeyProfileExpiresAtSeconds: NOW_SECONDS });
	assert.equal(await refused({ prekeyProfile: stale.prekeyProfile }), "peer expired: Prekey Profile");
});

test("Prekey Messages of another instance tag, and repeated ones, are discarded; the rest is kept", async () => {
	const storage = new MemoryPrekeyStorage();
	const owner = device(BOB);
	const [one, two, three] = prekeys(owner, 3) as [OurPrekey, OurPrekey, OurPrekey];
	const stranger = { ...two, message: { ...two.message, ownerTag: 0x3000 } };
	const sameIdentifier = { ...three, message: { ...three.message, identifier: one.message.identifier } };
	const sameKeys = { ...one, message: { ...one.message, identifier: 7 } };
	const prekeyMessages = [one, stranger, sameIdentifier, sameKeys, three];
	const answer = await publishAltered(owner, newServer({ storage }), { prekeyMessages }, (values) => values);
	assert.deepEqual(answer.outcome, {
		ok: true,
		value: { type: "published", instanceTag: owner.instanceTag, added: 2 },
	});
	assert.equal(await stored(storage, owner), 2);
});

test("Prekey Messages that were published before, or given away since, are not kept again", async () => {
	const storage = new MemoryPrekeyStorage();
	const server = newServer({ storage });
	const owner = device(BOB);
	const client = newClient(owner, server);
	const publication = everything(owner, 2);
	const publish = async (): Promise<unknown> =>
		(await exchange(client, server, BOB, client.publish(publication, NOW_MS))).answers.at(-1)?.outcome;
	const outcome = (added: number): unknown => ({
		ok: true,
		value: { type: "published", instanceTag: owner.instanceTag, added },
	});
	assert.deepEqual(await publish(), outcome(2));
	const taken = await storage.takeEnsembles({ identity: BOB, requester: "alice@example.org", nowSeconds: NOW_SECONDS });
	assert.ok(taken.ok && taken.value.length === 1);
	assert.deepEqual(await publish(), outcome(0));
	assert.equal(await stored(storage, owner), 1);
});

test("255 Prekey Messages go into one publication, in the smallest texts that a network may carry; 256 into none", {
	timeout: 120_000,
}, async () => {
	const storage = new MemoryPrekeyStorage();
	const server = newServer({ storage });
	const owner = device(BOB);
	const client = newClient(owner, server, { maxChars: 64 });
	const prekeyMessages = prekeys(owner, 256);
	const refused = client.publish({ prekeyMessages }, NOW_MS);
	assert.equal(refused.ok ? "none" : gist(refused.error), `caller limit: ${WHAT}`);
	const started = client.publish({ ...everything(owner), prekeyMessages: prekeyMessages.slice(0, 255) }, NOW_MS);
	assert.deepEqual(await run(client, server, BOB, started), [{ type: "published" }]);
	assert.equal(await stored(storage, owner), 255);
});

test("a client refuses to publish what no server could take", () => {
	const owner = device(BOB, { keySeed: "one key" });
	const client = newClient(owner, newServer());
	const refused = (publication: OwnPublication): string => {
		const result = client.publish(publication, NOW_MS);
		return result.ok ? "none" : gist(result.error);
	};
	const tablet = device(BOB, { instanceTag: 0x3000, keySeed: "one key" });
	const [one, other] = prekeys(owner, 2) as [OurPrekey, OurPrekey];
	assert.equal(refused({}), `caller malformed: ${WHAT}`);
	assert.equal(refused({ clientProfile: tablet.clientProfile }), `caller instance-tag: ${WHAT}`);
	assert.equal(refused({ prekeyProfile: tablet.prekeyProfile }), `caller instance-tag: ${WHAT}`);
	assert.equal(refused({ prekeyMessages: prekeys(tablet, 1) }), `caller instance-tag: ${WHAT}`);
	assert.equal(refused({ clientProfile: device(BOB).clientProfile }), `caller key: ${WHAT}`);
	assert.equal(
		refused({ prekeyMessages: [{ ...one, keys: { ...one.keys, ecdh: other.keys.ecdh } }] }),
		`caller key: ${WHAT}`,
	);
	assert.equal(
		refused({ prekeyMessages: [{ ...one, keys: { ...one.keys, dh: other.keys.dh } }] }),
		`caller key: ${WHAT}`,
	);
	const { profile } = owner.prekeyProfile;
	assert.equal(refused({ prekeyProfile: { profile, sharedPrekey: one.keys.ecdh } }), `caller key: ${WHAT}`);
	assert.equal(client.state, "NOT_IN_DAKE");
});

test("each kind of value can be published alone", async () => {
	for (const [n, publication] of [
		[0, { clientProfile: device(BOB).clientProfile }],
		[0, { prekeyProfile: device(BOB).prekeyProfile }],
		[2, { prekeyMessages: prekeys(device(BOB), 2) }],
		[2, { clientProfile: device(BOB).clientProfile, prekeyMessages: prekeys(device(BOB), 2) }],
		[2, { prekeyProfile: device(BOB).prekeyProfile, prekeyMessages: prekeys(device(BOB), 2) }],
	] as const) {
		const storage = new MemoryPrekeyStorage();
		const server = newServer({ storage });
		const owner = device(BOB);
		const client = newClient(owner, server);
		assert.deepEqual(await run(client, server, BOB, client.publish(publication, NOW_MS)), [{ type: "published" }]);
		assert.equal(await stored(storage, owner), n);
	}
});

test("what is published under a new long-term key takes the place of all that was published under the old one", async () => {
	const storage = new MemoryPrekeyStorage();
	const server = newServer({ storage });
	const before = device(BOB);
	const after = device(BOB, { keySeed: "a new key" });
	await publishAll(before, server, 2);
	await publishAll(after, server, 1);
	assert.deepEqual([await stored(storage, before), await stored(storage, after)], [0, 1]);
	const request = { identity: BOB, requester: "alice@example.org", nowSeconds: NOW_SECONDS };
	const taken = await storage.takeEnsembles(request);
	const [ensemble, ...more] = (taken.ok ? taken.value : []) as readonly StoredEnsemble[];
	assert.deepEqual(more, []);
	assert.deepEqual(ensemble?.clientProfile, after.clientProfile.profile.bytes);
});

test("a DAKE-3 message is taken once, and from its publisher alone", async () => {
	const server = newServer();
	const owner = device(BOB);
	const { keys, dake3 } = await begin(owner, server);
	assert.equal(keys.macKey.length, 64);
	const text = dake3(new Uint8Array(3));
	const stranger = await server.receive("mallory@example.org", text, NOW_MS);
	assert.deepEqual([refusalOf(stranger), stranger.texts], ["carrier state: DAKE-3 message", []]);
	assertFailure(await server.receive(BOB, text, NOW_MS));
	const again = await server.receive(BOB, text, NOW_MS);
	assert.deepEqual([refusalOf(again), again.texts], ["carrier state: DAKE-3 message", []]);
});

test("a DAKE-3 message that another long-term key signed is refused", async () => {
	const server = newServer();
	const { dake3 } = await begin(device(BOB), server);
	const text = dake3(new Uint8Array(3), primitives.ed448.keyPair(seeded("mallory")(57)));
	const answer = await server.receive(BOB, text, NOW_MS);
	assert.deepEqual([refusalOf(answer), answer.texts], ["peer ring-signature: DAKE-3 message", []]);
	assert.equal(must(newClient(device(BOB), server).storageInformation(NOW_MS)).length, 1);
});
