import assert from "node:assert/strict";
import { decode, fromBase64 } from "@clowder/bytes";
import type { Ed448KeyPair } from "@clowder/crypto/otr";
import { type DakeKeys, dakeKeys, newEphemeral, signDake } from "../../src/prekey-server/dake.ts";
import { encodeDake1Message, encodeDake3Message, readDake2Message } from "../../src/prekey-server/dake-messages.ts";
import type { PrekeyServer, PrekeyServerAnswer } from "../../src/prekey-server/index.ts";
import { publicationMac } from "../../src/prekey-server/macs.ts";
import type { Dake2Message, PublishedValues } from "../../src/prekey-server/messages.ts";
import { type OwnPublication, publicationMessage } from "../../src/prekey-server/own-publication.ts";
import { encodePublicationMessage } from "../../src/prekey-server/publication-message.ts";
import { type Device, NOW_MS, primitives, SERVER_IDENTITY, serverKey, textOf } from "./support.ts";

/** The bytes of a text on the wire. */
export function bytesOf(text: string | undefined): Uint8Array {
	assert.ok(text !== undefined && text.endsWith("."), "an encoded message");
	const bytes = fromBase64(text.slice(0, -1));
	assert.ok(bytes.ok);
	return bytes.value;
}

/** A DAKE that a test makes step by step, so that it can do wrong what `PrekeyClient` does right. */
export interface DakeByHand {
	readonly owner: Device;
	readonly dake2: Dake2Message;
	readonly keys: DakeKeys;
	/** The DAKE-3 message with this attached; signed by `signer` if it is not the owner. */
	readonly dake3: (attached: Uint8Array, signer?: Ed448KeyPair) => string;
}

/** DAKE-1 and the server's DAKE-2. */
export async function begin(
	owner: Device,
	server: PrekeyServer,
	ephemeral: Ed448KeyPair = newEphemeral(primitives, owner.random),
): Promise<DakeByHand> {
	const { clientProfile, instanceTag: senderTag, random } = owner;
	const i = ephemeral.publicKey.bytes;
	const dake1 = encodeDake1Message({ type: "dake-1", senderTag, clientProfile: clientProfile.profile, i });
	const answer = await server.receive(owner.identity, textOf(dake1), NOW_MS);
	assert.ok(answer.outcome.ok);
	const dake2 = decode(bytesOf(answer.texts[0]), readDake2Message);
	assert.ok(dake2.ok);
	const s = primitives.ed448.parsePoint(dake2.value.s);
	assert.ok(s.ok);
	const ring = { publisherKey: clientProfile.publicKey, serverKey: serverKey.publicKey, ephemeral: s.value };
	const transcript = {
		publisher: owner.identity,
		clientProfile: clientProfile.profile,
		server: { identity: SERVER_IDENTITY, publicKey: serverKey.publicKey.bytes },
		i,
		s: dake2.value.s,
	};
	const dake3 = (attached: Uint8Array, signer = owner.key): string => {
		const own = signer === owner.key ? ring : { ...ring, publisherKey: signer.publicKey };
		const sigma = signDake(primitives, random, "publisher", signer, own, transcript);
		return textOf(encodeDake3Message({ type: "dake-3", senderTag, sigma, attached }));
	};
	return { owner, dake2: dake2.value, keys: dakeKeys(primitives, ephemeral, s.value), dake3 };
}

/** Publishes what `alter` makes of an honest publication, under a Prekey MAC that is right for it. */
export async function publishAltered(
	owner: Device,
	server: PrekeyServer,
	publication: OwnPublication,
	alter: (values: PublishedValues) => PublishedValues,
): Promise<PrekeyServerAnswer> {
	const dake = await begin(owner, server);
	const values = alter(publicationMessage(primitives, owner.random, publication, dake.keys));
	const mac = publicationMac(primitives, dake.keys.macKey, values);
	const attached = encodePublicationMessage({ ...values, type: "publication", mac });
	return server.receive(owner.identity, dake.dake3(attached), NOW_MS);
}
