import assert from "node:assert/strict";
import { type Bytes, concat, encode, hex } from "@clowder/bytes";
import type { Ed448Point } from "@clowder/crypto/otr";
import { type DakeContext, ringContext } from "../../src/dake/context.ts";
import { verifyAuthR, verifyIdentity } from "../../src/dake/interactive.ts";
import { ringVerify } from "../../src/dake/ring-signature.ts";
import { type ForgedText, isMacKeyOf, type Parsed, parseAll, revealedMacKeys } from "../../src/forge/index.ts";
import { type VerifiedClientProfile, verifyClientProfile } from "../../src/profile/client-profile.ts";
import type { AuthIMessage, AuthRMessage, DataMessage, IdentityMessage } from "../../src/wire/messages.ts";
import { encodeText } from "../../src/wire/encoding.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import { ALICE, BOB, NOW_MS } from "../support/endpoint.ts";
import { must } from "../support/expect.ts";
import { seeded } from "../support/random.ts";
import { alice, bob, primitives } from "./support.ts";

// A judge who has a whole transcript and both Client Profiles, and no secret: accepts what follows the specification in
// everything that can be seen, and knows nothing else.

const NOW_SECONDS = NOW_MS / 1000;
const BRACE_KEY_PERIOD = 3;

interface Said<Message> {
	readonly sender: string;
	readonly message: Message;
}

/** Throws what is wrong. Returns how many of the data messages have their MAC keys revealed. */
export function judge(transcript: readonly ForgedText[], paddingTo: number): number {
	const messages = readMessages(transcript);
	const [identity, authR, authI, ...rest] = messages.map(({ message }) => message);
	assert.deepEqual([identity?.type, authR?.type, authI?.type], ["identity", "auth-r", "auth-i"]);
	assert.deepEqual(
		messages.slice(0, 3).map(({ sender }) => sender),
		[BOB, ALICE, BOB],
	);
	judgeDake(identity as IdentityMessage, authR as AuthRMessage, authI as AuthIMessage);
	assert.ok(rest.every(({ type }) => type === "data"));
	const data = messages.slice(3) as Said<DataMessage>[];
	judgeRatchets(data, paddingTo);
	return judgeRevealed(data);
}

function readMessages(
	transcript: readonly ForgedText[],
): Said<IdentityMessage | AuthRMessage | AuthIMessage | DataMessage>[] {
	return transcript.flatMap(({ sender }, i) => {
		const before = transcript.slice(0, i + 1).filter((each) => each.sender === sender);
		// What the last of these texts completes, if anything.
		const parsed: readonly Parsed[] = parseAll(before.map(({ text }) => text)).map(must);
		const last = parsed.at(-1);
		if (last?.kind === "fragment") return [];
		if (last?.kind !== "encoded") assert.fail(last?.kind);
		const { message } = last;
		if (message.type === "prekey" || message.type === "non-interactive-auth") assert.fail(message.type);
		return [{ sender, message }];
	});
}

function judgeDake(identity: IdentityMessage, authR: AuthRMessage, authI: AuthIMessage): void {
	const context = (ourAddress: string, theirAddress: string): DakeContext => ({
		...{ primitives, random: seeded("judge"), mode: "standalone", reading: "specification", agreed: [] },
		...{ ourAddress, theirAddress },
	});
	const [bobs, alices] = [verified(identity), verified(authR)];
	assert.deepEqual(bobs.profile.bytes, bob.person.profile);
	assert.deepEqual(alices.profile.bytes, alice.person.profile);
	// Nobody's key signs here.
	const asBob = { keyPair: bob.longTerm, profile: bobs };
	must(verifyIdentity(context(ALICE, BOB), identity, NOW_SECONDS));
	must(verifyAuthR(context(BOB, ALICE), { message: identity, ourselves: asBob }, authR, NOW_SECONDS));
	assert.deepEqual([identity.receiverTag, authR.receiverTag], [0, identity.senderTag]);
	assert.deepEqual([authI.senderTag, authI.receiverTag], [identity.senderTag, authR.senderTag]);
	const ring = [bobs.publicKey, alices.forgingKey, point(authR.x)] as const;
	const t = transcriptOfAuthI(identity, authR);
	assert.ok(ringVerify(ringContext(context(ALICE, BOB)), ring, authI.sigma, t), "sigma of Auth-I");
}

function verified(message: IdentityMessage | AuthRMessage): VerifiedClientProfile {
	const expected = { senderTag: message.senderTag, nowSeconds: NOW_SECONDS, graceSeconds: 0 };
	return must(verifyClientProfile(primitives, message.clientProfile, { ...expected, mode: "standalone" }));
}

function point(bytes: Bytes<"POINT">): Ed448Point {
	const parsed = primitives.ed448.parsePoint(bytes);
	if (!parsed.ok) assert.fail(parsed.error.expected);
	return parsed.value;
}

/** `t` of "Auth-I Message", a second time. */
function transcriptOfAuthI(identity: IdentityMessage, authR: AuthRMessage): Uint8Array {
	const hwc = (usage: number, ...values: Uint8Array[]): Uint8Array =>
		primitives.shake256([Buffer.from("OTRv4"), Uint8Array.of(usage), ...values], 64);
	const tags = [identity.senderTag, authR.senderTag].sort((a, b) => a - b);
	const phi = encode((w) => {
		for (const tag of tags) w.u32(tag);
		w.fixed(identity.firstEcdh, 57).variable(identity.firstDh).fixed(authR.firstEcdh, 57).variable(authR.firstDh);
		for (const address of [ALICE, BOB].sort()) w.variable(Buffer.from(address));
	});
	return concat(
		Uint8Array.of(1),
		hwc(0x08, identity.clientProfile.bytes),
		hwc(0x09, authR.clientProfile.bytes),
		...[identity.y, authR.x],
		encode((w) => w.variable(identity.b).variable(authR.a)),
		hwc(0x0a, phi),
	);
}

/**
 * Ids, keys and lengths. Each turn is a ratchet: the responder's first comes out of the DAKE, the initiator's first after it,
 * and both have id 0.
 */
function judgeRatchets(data: readonly Said<DataMessage>[], paddingTo: number): void {
	const keys = new Map<number, string>();
	const counts = new Map<number, number>();
	let turn = 0;
	for (const { sender, message } of data) {
		// Even turns are the responder's.
		if ((turn % 2 === 0) !== (sender === ALICE)) turn += 1;
		const id = Math.max(0, turn - 1);
		assert.equal(message.ratchetId, id);
		const messageId = counts.get(turn) ?? 0;
		assert.equal(message.messageId, messageId);
		counts.set(turn, messageId + 1);
		assert.equal(message.previousChainMessages, counts.get(turn - 2) ?? 0);
		const key = keys.get(turn) ?? hex(message.ecdh);
		assert.equal(hex(message.ecdh), key);
		assert.ok(![...keys].some(([other, used]) => other !== turn && used === key), "an ECDH key in two ratchets");
		keys.set(turn, key);
		assert.equal(message.dh.length > 0, id % BRACE_KEY_PERIOD === 0);
		assert.ok(primitives.ed448.parsePoint(message.ecdh).ok);
		if (message.dh.length > 0) assert.ok(primitives.dh.parsePublicKey(message.dh).ok);
		const ends = message.flags === 1;
		assert.equal(message.flags, ends ? 1 : 0);
		// NUL, and a record without a value: Disconnected.
		if (ends) assert.equal(message.encryptedMessage.length, 5);
		else assert.equal(message.encryptedMessage.length % paddingTo, 0);
	}
}

/** Each revealed key is that of one message, which the one who reveals it had received before, and is revealed once. */
function judgeRevealed(data: readonly Said<DataMessage>[]): number {
	const open = new Map<string, Said<DataMessage>>();
	let revealed = 0;
	for (const said of data) {
		const text = encodeText(encodeMessage(said.message));
		for (const key of must(revealedMacKeys(text))) {
			const fitting = [...open].find(
				([other, { sender }]) => sender !== said.sender && must(isMacKeyOf(primitives, other, key)),
			);
			assert.ok(fitting !== undefined, "a revealed MAC key that is of no message of the peer's before it");
			open.delete(fitting[0]);
			revealed += 1;
		}
		if (said.message.messageId > 0 && said.message.flags === 0) {
			assert.equal(said.message.revealedMacKeys.length, 0, "only the first message of a ratchet reveals");
		}
		open.set(text, said);
	}
	return revealed;
}
