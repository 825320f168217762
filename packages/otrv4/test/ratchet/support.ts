import assert from "node:assert/strict";
import { type Bytes, hex, utf8 } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { newKeys } from "../../src/dake/ephemeral-keys.ts";
import { type BraceKey, braceKeyFromDh, type MixedSharedSecret } from "../../src/dake/shared-secret.ts";
import type { Random } from "../../src/random.ts";
import type { DoubleRatchet } from "../../src/ratchet/double-ratchet.ts";
import { afterInteractiveDake, afterNonInteractiveDake } from "../../src/ratchet/first-ratchet.ts";
import { encodeDataSections } from "../../src/wire/data-message.ts";
import type { DataMessage } from "../../src/wire/messages.ts";
import { NOW_MS } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { fastPrimitives } from "../support/fast-group.ts";
import { seeded } from "../support/random.ts";

const TAGS = { alice: 0x1000, bob: 0x2000 } as const;

/** One side of a conversation, with nothing around its ratchet. */
export interface Side {
	readonly name: keyof typeof TAGS;
	readonly ratchet: DoubleRatchet;
	readonly random: Random;
}

export interface Sides {
	readonly alice: Side;
	readonly bob: Side;
}

/** After an interactive DAKE in which Bob sent Identity and Auth-I: Alice can send at once. */
export function interactive(primitives: OtrPrimitives = fastPrimitives, bobs: OtrPrimitives = primitives): Sides {
	const [a, b] = [seeded("ratchet alice"), seeded("ratchet bob")];
	const [alices, bobsKeys] = [newKeys(primitives, a), newKeys(bobs, b)];
	const k = seeded("ratchet K");
	const shared = k(64);
	const secret = (): MixedSharedSecret => shared.slice() as MixedSharedSecret;
	const theirs = { alice: publicOf(alices), bob: publicOf(bobsKeys) };
	const hers = afterInteractiveDake(primitives, "sent-auth-r", secret(), alices, theirs.bob);
	const his = afterInteractiveDake(bobs, "sent-auth-i", secret(), bobsKeys, theirs.alice);
	return { alice: { name: "alice", ratchet: hers, random: a }, bob: { name: "bob", ratchet: his, random: b } };
}

/** After a non-interactive DAKE in which Alice wrote to Bob. */
export function nonInteractive(primitives: OtrPrimitives = fastPrimitives): Sides {
	const [a, b] = [seeded("offline alice"), seeded("offline bob")];
	const [dake, first, prekey] = [newKeys(primitives, a), newKeys(primitives, a), newKeys(primitives, b)];
	const shared = seeded("offline K")(64);
	const k = (): MixedSharedSecret => shared.slice() as MixedSharedSecret;
	const brace = (): BraceKey => braceKeyFromDh(primitives, dake.dh, prekey.dh.publicKey);
	const hers = afterNonInteractiveDake(primitives, k(), brace(), first, publicOf(prekey));
	const his = afterNonInteractiveDake(primitives, k(), brace(), undefined, publicOf(first));
	return { alice: { name: "alice", ratchet: hers, random: a }, bob: { name: "bob", ratchet: his, random: b } };
}

function publicOf({ ecdh, dh }: ReturnType<typeof newKeys>) {
	return { ecdh: ecdh.publicKey, dh: dh.publicKey };
}

/** The same two, the other way round. */
export function swapped({ alice, bob }: Sides): Sides {
	return { alice: bob, bob: alice };
}

export function seal(from: Side, text: string): DataMessage {
	const to = from.name === "alice" ? TAGS.bob : TAGS.alice;
	return from.ratchet.seal(from.random, utf8(text), 0, TAGS[from.name], to).message;
}

export function opens(to: Side, message: DataMessage, text: string, nowMs: number = NOW_MS): void {
	const { plaintext } = must(to.ratchet.open(message, nowMs));
	assert.equal(Buffer.from(plaintext).toString(), text);
}

/** A text each way and back, through so many ratchets of both. */
export function turns({ alice, bob }: Sides, count: number): void {
	for (let turn = 0; turn < count; turn++) {
		opens(bob, seal(alice, `a${turn}`), `a${turn}`);
		opens(alice, seal(bob, `b${turn}`), `b${turn}`);
	}
}

/** All of a ratchet that decides what it does next. */
export function snapshot({ ratchet }: Side): unknown {
	const content = ratchet.content();
	const chain = (of: typeof content.sending): unknown => of && { ...of, key: hex(of.key) };
	return {
		i: content.i,
		pn: content.pn,
		ecdh: content.ecdh && hex(content.ecdh.publicKey.bytes),
		dh: content.dh && hex(content.dh.publicKey.bytes),
		theirs: [hex(content.theirs.ecdh.bytes), hex(content.theirs.dh.bytes)],
		brace: hex(content.brace),
		root: hex(content.root),
		sending: chain(content.sending),
		receiving: chain(content.receiving),
		verified: content.verified.map((key) => hex(key)),
		toReveal: content.toReveal.map((key) => hex(key)),
		skipped: content.skipped.map(({ ecdh, messageId, key }) => [
			hex(ecdh),
			messageId,
			hex(key.encryption),
			hex(key.extra),
			key.storedAtMs,
		]),
	};
}

/** A message with other fields, and sections that say so; its authenticator is the old one. */
export function forged(message: DataMessage, fields: Partial<DataMessage>): DataMessage {
	const whole = { ...message, ...fields };
	return { ...whole, sections: encodeDataSections(whole) };
}

/** The MAC keys that a message reveals. */
export function revealed({ revealedMacKeys }: DataMessage): Bytes<"MKmac">[] {
	const keys: Bytes<"MKmac">[] = [];
	for (let at = 0; at < revealedMacKeys.length; at += 64) {
		keys.push(revealedMacKeys.slice(at, at + 64) as Bytes<"MKmac">);
	}
	return keys;
}
