import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, decode } from "@clowder/bytes";
import * as fc from "fast-check";
import { ENCRYPTED_MESSAGE_MAX_BYTES, MESSAGE_MAX_BYTES, REVEALED_MAC_KEYS_MAX } from "../../src/limits.ts";
import { readAuthIMessage } from "../../src/wire/auth-i-message.ts";
import { encodeDataMessage, encodeDataSections } from "../../src/wire/data-message.ts";
import { decodeMessage, encodeMessage, versionOf } from "../../src/wire/decode-message.ts";
import { readIdentityMessage } from "../../src/wire/identity-message.ts";
import type { DataMessage, OtrMessage, PrekeyMessage, RingSignature } from "../../src/wire/messages.ts";
import { bytes, check, clientProfile, damaged, mac, message, must, refused, u32 } from "./support.ts";

const P = (value: number): Bytes<"POINT"> => new Uint8Array(57).fill(value) as Bytes<"POINT">;
const N = (value: number): Bytes<"MPI"> => bytes(value) as Bytes<"MPI">;
const mpiBytes = (value: number): Uint8Array => bytes(0, 0, 0, 1, value);
const profile = fc.sample(clientProfile, { numRuns: 1, seed: 4 })[0] ?? assert.fail();
const tags = { senderTag: 0x1234_5678, receiverTag: 0xffff_ffff };
const TAGS = bytes(u32(tags.senderTag), u32(tags.receiverTag));

function sigma(): RingSignature {
	const [c1, r1, c2, r2, c3, r3] = [1, 2, 3, 4, 5, 6].map(
		(value) => bytes(value, new Uint8Array(56)) as Bytes<"SCALAR">,
	);
	return { c1, r1, c2, r2, c3, r3 } as RingSignature;
}
const SIGMA = bytes(...Object.values(sigma()));

const prekey: PrekeyMessage = { type: "prekey", identifier: 7, ownerTag: 0x100, y: P(1), b: N(2) };

function data(change: Partial<DataMessage> = {}): DataMessage {
	const fields = {
		...tags,
		flags: 1,
		previousChainMessages: 2,
		ratchetId: 3,
		messageId: 4,
		ecdh: P(5),
		dh: bytes() as Bytes<"MPI">,
		encryptedMessage: bytes(8, 9),
		...change,
	};
	const tail = { authenticator: new Uint8Array(64).fill(6) as Bytes<"MAC">, revealedMacKeys: bytes() };
	return { type: "data", ...tail, ...fields, sections: encodeDataSections(fields) };
}

/** Each message as its table in otrv4.md lays it out, written here a second time. */
const LAYOUTS: readonly (readonly [OtrMessage, Uint8Array])[] = [
	[
		{ type: "identity", ...tags, clientProfile: profile, y: P(1), b: N(2), firstEcdh: P(3), firstDh: N(4) },
		bytes(0, 4, 0x35, TAGS, profile.bytes, P(1), mpiBytes(2), P(3), mpiBytes(4)),
	],
	[
		{
			type: "auth-r",
			...tags,
			clientProfile: profile,
			x: P(1),
			a: N(2),
			sigma: sigma(),
			firstEcdh: P(3),
			firstDh: N(4),
		},
		bytes(0, 4, 0x36, TAGS, profile.bytes, P(1), mpiBytes(2), SIGMA, P(3), mpiBytes(4)),
	],
	[{ type: "auth-i", ...tags, sigma: sigma() }, bytes(0, 4, 0x37, TAGS, SIGMA)],
	[prekey, bytes(0, 4, 0x0f, u32(7), u32(0x100), P(1), mpiBytes(2))],
	[
		{
			type: "non-interactive-auth",
			...tags,
			clientProfile: profile,
			x: P(1),
			a: N(2),
			sigma: sigma(),
			prekeyIdentifier: 9,
			authMac: new Uint8Array(64).fill(6) as Bytes<"MAC">,
			firstEcdh: P(3),
			firstDh: N(4),
		},
		bytes(
			0,
			4,
			0x0d,
			TAGS,
			profile.bytes,
			P(1),
			mpiBytes(2),
			SIGMA,
			u32(9),
			new Uint8Array(64).fill(6),
			P(3),
			mpiBytes(4),
		),
	],
	[
		data({ revealedMacKeys: new Uint8Array(128).fill(7) }),
		bytes(
			0,
			4,
			3,
			TAGS,
			1,
			u32(2),
			u32(3),
			u32(4),
			P(5),
			u32(0),
			u32(2),
			8,
			9,
			new Uint8Array(64).fill(6),
			u32(128),
			new Uint8Array(128).fill(7),
		),
	],
];

test("each message is laid out as in its table", () => {
	for (const [value, encoded] of LAYOUTS) {
		assert.deepEqual(encodeMessage(value), encoded, value.type);
		assert.deepEqual(must(decodeMessage(encoded)), value, value.type);
	}
});

test("every message is read as it was written", () => {
	check(fc.property(message, (value) => assert.deepEqual(must(decodeMessage(encodeMessage(value))), value)));
});

test("of damaged messages the decoder takes those that the encoder writes", () => {
	let taken = 0;
	check(
		fc.property(damaged(message.map(encodeMessage)), (value) => {
			const read = decodeMessage(value);
			if (!read.ok) return;
			taken += 1;
			assert.deepEqual(encodeMessage(read.value), value);
		}),
		2000,
	);
	assert.ok(taken > 50, `${taken} of them were still messages`);
});

test("random bytes, with and without a header, never throw", () => {
	const header = fc.constantFrom(...[3, 0x0d, 0x0f, 0x35, 0x36, 0x37].map((type) => bytes(0, 4, type, TAGS)));
	check(
		fc.property(fc.oneof(header, fc.constant(bytes())), fc.uint8Array({ maxLength: 600 }), (start, rest) => {
			const value = bytes(start, rest);
			const read = decodeMessage(value);
			if (read.ok) assert.deepEqual(encodeMessage(read.value), value);
		}),
		1000,
	);
});

test("every truncation and every prolongation is refused", () => {
	for (const [, encoded] of LAYOUTS) {
		for (let length = 0; length < encoded.length; length++) {
			refused(decodeMessage(encoded.subarray(0, length)), "peer", "malformed");
		}
		refused(decodeMessage(bytes(encoded, 0)), "peer", "malformed");
	}
});

test("the sections of a data message are the bytes before its authenticator", () => {
	check(
		fc.property(message, (value) => {
			if (value.type !== "data") return;
			const encoded = encodeMessage(value);
			const read = must(decodeMessage(encoded)) as DataMessage;
			assert.deepEqual(read.sections, encoded.subarray(0, encoded.length - 64 - 4 - value.revealedMacKeys.length));
		}),
	);
});

test("another version is incompatible, and of a message of version 3 the version can be told", () => {
	const [, identity] = LAYOUTS[0] ?? assert.fail();
	for (const version of [0, 2, 3, 5, 0x0400]) {
		const other = bytes(version >> 8, version & 255, identity.subarray(2));
		assert.equal(versionOf(other), version);
		assert.equal(refused(decodeMessage(other), "incompatible", "version").got, `${version}`);
	}
	refused(decodeMessage(bytes(0, 3)), "incompatible", "version");
	assert.equal(versionOf(bytes(0)), undefined);
	assert.equal(versionOf(bytes()), undefined);
});

test("another type is refused", () => {
	const [, identity] = LAYOUTS[0] ?? assert.fail();
	const known = new Set([3, 0x0d, 0x0f, 0x35, 0x36, 0x37]);
	for (let type = 0; type < 256; type++) {
		if (known.has(type)) continue;
		const { expected } = refused(decodeMessage(bytes(0, 4, type, identity.subarray(3))), "peer", "malformed");
		assert.equal(expected, "a message type of version 4");
	}
});

test("a sender's tag is one that a client can have; a receiver's too, and 0 in an Identity message alone", () => {
	for (const [value, encoded] of LAYOUTS) {
		if (value.type === "prekey") continue;
		const withTags = (sender: number, receiver: number): Uint8Array =>
			bytes(encoded.subarray(0, 3), u32(sender), u32(receiver), encoded.subarray(11));
		for (const bad of [0, 1, 0xff]) refused(decodeMessage(withTags(bad, 0x100)), "peer", "instance-tag");
		for (const bad of [1, 0xff]) refused(decodeMessage(withTags(0x100, bad)), "peer", "instance-tag");
		if (value.type === "identity")
			assert.deepEqual(encodeMessage(must(decodeMessage(withTags(0x100, 0)))), withTags(0x100, 0));
		else refused(decodeMessage(withTags(0x100, 0)), "peer", "instance-tag");
	}
	refused(decodeMessage(bytes(0, 4, 0x0f, u32(7), u32(0xff), P(1), mpiBytes(2))), "peer", "instance-tag");
	assert.throws(() => encodeMessage({ ...prekey, ownerTag: 0xff }), RangeError);
	assert.throws(() => encodeMessage({ type: "auth-i", senderTag: 0x100, receiverTag: 0, sigma: sigma() }), RangeError);
});

test("a reader of one message takes no other, and no receiver that it may not have", () => {
	const [, identity] = LAYOUTS[0] ?? assert.fail();
	const [, authI] = LAYOUTS[2] ?? assert.fail();
	assert.equal(decode(authI, readAuthIMessage).ok, true);
	for (const type of [0x35, 0x36])
		assert.equal(decode(bytes(0, 4, type, authI.subarray(3)), readAuthIMessage).ok, false);
	assert.equal(decode(bytes(0, 3, authI.subarray(2)), readAuthIMessage).ok, false);
	const toAnyone = (encoded: Uint8Array): Uint8Array => bytes(encoded.subarray(0, 7), u32(0), encoded.subarray(11));
	assert.equal(decode(toAnyone(authI), readAuthIMessage).ok, false);
	assert.equal(decode(toAnyone(identity), readIdentityMessage).ok, true);
	const low = bytes(identity.subarray(0, 7), u32(0xff), identity.subarray(11));
	assert.equal(decode(low, readIdentityMessage).ok, false);
});

test("a scalar that is not reduced, a number with a leading zero, are refused in a message too", () => {
	const [, authI] = LAYOUTS[2] ?? assert.fail();
	refused(decodeMessage(bytes(authI.subarray(0, -1), 1)), "peer", "malformed");
	refused(decodeMessage(bytes(0, 4, 0x0f, u32(7), u32(0x100), P(1), 0, 0, 0, 2, 0, 2)), "peer", "malformed");
});

test("limits: the message, its ciphertext, its revealed keys, which are whole", () => {
	refused(decodeMessage(new Uint8Array(MESSAGE_MAX_BYTES + 1)), "peer", "limit");
	const largest = data({
		encryptedMessage: new Uint8Array(ENCRYPTED_MESSAGE_MAX_BYTES),
		dh: bytes(1, new Uint8Array(383)) as Bytes<"MPI">,
		revealedMacKeys: new Uint8Array(64 * REVEALED_MAC_KEYS_MAX),
	});
	const encoded = encodeMessage(largest);
	assert.ok(encoded.length <= MESSAGE_MAX_BYTES);
	assert.deepEqual(must(decodeMessage(encoded)), largest);
	const tail = bytes(new Uint8Array(64), u32(0));
	const sections = encodeDataSections(data());
	const empty = sections.subarray(0, sections.length - 6);
	const over = ENCRYPTED_MESSAGE_MAX_BYTES + 1;
	refused(decodeMessage(bytes(empty, u32(over), new Uint8Array(over), tail)), "peer", "malformed");
	for (const length of [1, 63, 65, 64 * REVEALED_MAC_KEYS_MAX + 64]) {
		const value = bytes(sections, new Uint8Array(64), u32(length), new Uint8Array(length));
		refused(decodeMessage(value), "peer", "malformed");
		assert.throws(() => encodeDataMessage({ ...data(), revealedMacKeys: new Uint8Array(length) }), RangeError);
	}
	assert.throws(() => encodeDataSections(data({ encryptedMessage: new Uint8Array(over) })), RangeError);
	refused(decodeMessage(bytes(empty, 255, 255, 255, 255)), "peer", "malformed");
});

test("a MAC of another length cannot be written", () => {
	const [short] = fc.sample(mac, { numRuns: 1, seed: 1 });
	const cut = (short ?? assert.fail()).subarray(1) as Bytes<"MAC">;
	assert.throws(() => encodeDataMessage({ ...data(), authenticator: cut }), RangeError);
});
