import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, hex, type Result } from "@clowder/bytes";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { hashToScalar, kdf, USAGE } from "../../src/kdf.ts";
import { decodeClientProfile, verifyClientProfile } from "../../src/profile/client-profile.ts";
import { fingerprintOf, formatFingerprint } from "../../src/profile/fingerprint.ts";
import type { Refusal } from "../../src/refusal.ts";
import { Assembler, split } from "../../src/wire/fragment.ts";
import { parseFragment } from "../../src/wire/fragment-format.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/decode-message.ts";
import {
	type ChainKey,
	encryptionKey,
	extraSymmetricKey,
	macKey,
	nextChainKey,
} from "../../src/ratchet/message-keys.ts";
import * as reference from "../reference/bytes.ts";
import { dhPublic, dhShared } from "../reference/dh.ts";
import { dsaVerify } from "../reference/dsa.ts";
import { ORDER, pointOf, verify } from "../reference/ed448.ts";
import { fingerprint, parseProfile } from "../reference/profiles.ts";
import { bytes, must, readVectors } from "./support.ts";

interface FingerprintCase {
	readonly publicKey: string;
	readonly forgingKey: string;
	readonly fingerprint: string;
}

interface Published {
	readonly kdf: readonly {
		readonly usage: number;
		readonly values: string;
		readonly size: number;
		readonly output: string;
	}[];
	readonly hashToScalar: readonly { readonly usage: number; readonly values: string; readonly scalar: string }[];
	readonly fingerprints: readonly FingerprintCase[];
	readonly fingerprintTexts: readonly { readonly fingerprint: string; readonly text: string }[];
	readonly diffieHellman: readonly { readonly secret: string; readonly publicKey: string; readonly kDh: string }[];
	readonly clientProfiles: readonly {
		readonly source: string;
		readonly profile: string;
		/** Why it is not taken here, where that is so. */
		readonly refused?: string;
	}[];
	readonly messages: readonly {
		readonly source: string;
		readonly type: string;
		readonly message: string;
		readonly refused?: string;
	}[];
	readonly fragments: readonly {
		readonly text: string;
		readonly identifier: number;
		readonly senderTag: number;
		readonly receiverTag: number;
		readonly fragments: readonly string[];
	}[];
}

interface Recorded {
	readonly values: string;
	readonly usages: readonly { readonly name: string; readonly usage: number; readonly output: string }[];
	readonly dh: Readonly<Record<"a" | "b" | "A" | "B" | "kDh" | "braceKey" | "nextBraceKey", string>>;
	readonly chain: Readonly<Record<"chainKey" | "messageKey" | "macKey" | "extraSymmetricKey" | "nextChainKey", string>>;
	readonly fingerprints: readonly FingerprintCase[];
}

const published = readVectors<Published>("published.json");
const recorded = readVectors<Recorded>("kdf.json");
/** Before the profiles of these test suites expired. */
const LONG_AGO_SECONDS = 1_000_000_000;

const TOO_LATE = /^a date within 2\^53 seconds of 1970/;

/** What a refusal expected. */
function expectationOf(result: Result<unknown, Refusal>): string {
	return result.ok ? "nothing else" : result.error.expected;
}

describe("vectors/otrv4/kdf.json and published.json, by the second computation", () => {
	test("derivations", () => {
		for (const { usage, output } of recorded.usages) {
			assert.equal(hex(reference.kdf(usage, 64, bytes(recorded.values))), output);
		}
		for (const { usage, values, size, output } of published.kdf) {
			assert.equal(hex(reference.kdf(usage, size, bytes(values))), output);
		}
		for (const { usage, values, scalar } of published.hashToScalar) {
			const number = reference.little(reference.kdf(usage, 57, bytes(values))) % ORDER;
			assert.equal(number, reference.little(bytes(scalar)) % ORDER);
		}
	});
	test("Diffie-Hellman keys, and a shared key with a leading zero byte that is not written", () => {
		const { a, b, A, B, kDh, braceKey, nextBraceKey } = recorded.dh;
		assert.deepEqual([dhPublic(bytes(a)), dhPublic(bytes(b))].map(hex), [A, B]);
		assert.equal(hex(dhShared(bytes(a), bytes(B))), kDh);
		const brace = reference.kdf(USAGE.thirdBraceKey, 32, bytes(kDh));
		assert.equal(hex(brace), braceKey);
		assert.equal(hex(reference.kdf(USAGE.braceKey, 32, brace)), nextBraceKey);
		for (const { secret, publicKey, kDh: shared } of published.diffieHellman) {
			assert.equal(hex(dhShared(bytes(secret), bytes(publicKey))), shared);
			assert.equal(shared.length, 2 * 383);
		}
	});
	test("fingerprints", () => {
		for (const one of [...recorded.fingerprints, ...published.fingerprints]) {
			assert.equal(hex(fingerprint(bytes(one.publicKey), bytes(one.forgingKey))), one.fingerprint);
		}
	});
	for (const { source, profile } of published.clientProfiles) {
		test(`the profile of ${source} is signed over its fields without their number`, () => {
			const { signed, signature, publicKey, forgingKey, transitional, length } = parseProfile(bytes(profile));
			assert.equal(2 * length, profile.length);
			assert.ok(verify(publicKey, signed, signature));
			pointOf(forgingKey);
			if (transitional !== undefined) {
				assert.ok(dsaVerify(transitional.key, transitional.signed, transitional.signature));
			}
		});
	}
});

for (const primitives of [otrNodePrimitives, otrNoblePrimitives]) {
	describe(`vectors/otrv4/kdf.json and published.json, by the library over ${primitives.backend}`, () => {
		test("every usage id, under its name", () => {
			const names = Object.keys(USAGE).map((name) => name.toLowerCase());
			const spoken = recorded.usages.map(({ name }) => name.replaceAll("_", "").slice("usage".length).toLowerCase());
			assert.deepEqual(
				names,
				spoken.map((name) => name.replace("extrasymmkey", "extrasymmetrickey")),
			);
			assert.deepEqual(
				Object.values(USAGE),
				recorded.usages.map(({ usage }) => usage),
			);
			for (const { usage, output } of recorded.usages) {
				assert.equal(hex(kdf(primitives, usage, [bytes(recorded.values)], 64)), output);
			}
		});
		test("derivations that other test suites have", () => {
			for (const { usage, values, size, output } of published.kdf) {
				assert.equal(hex(kdf(primitives, usage, [bytes(values)], size)), output);
			}
			for (const { usage, values, scalar } of published.hashToScalar) {
				assert.equal(hashToScalar(primitives, usage, [bytes(values)]), primitives.ed448.scalar(bytes(scalar)));
			}
		});
		test("what follows from a chain key", () => {
			const { chain } = recorded;
			const chainKey = bytes(chain.chainKey) as ChainKey;
			const messageKey = encryptionKey(primitives, chainKey);
			assert.equal(hex(messageKey), chain.messageKey);
			assert.equal(hex(macKey(primitives, messageKey)), chain.macKey);
			assert.equal(hex(extraSymmetricKey(primitives, chainKey)), chain.extraSymmetricKey);
			assert.equal(hex(nextChainKey(primitives, chainKey)), chain.nextChainKey);
		});
		test("Diffie-Hellman keys", () => {
			const { a, A, B, kDh } = recorded.dh;
			const pair = primitives.dh.keyPair(bytes(a));
			assert.equal(hex(pair.publicKey.bytes), A);
			assert.equal(hex(primitives.dh.agree(pair, must(primitives.dh.parsePublicKey(bytes(B))))), kDh);
			for (const one of published.diffieHellman) {
				const theirs = must(primitives.dh.parsePublicKey(bytes(one.publicKey)));
				assert.equal(hex(primitives.dh.agree(primitives.dh.keyPair(bytes(one.secret)), theirs)), one.kDh);
			}
		});
		test("fingerprints, and how they are shown", () => {
			for (const one of [...recorded.fingerprints, ...published.fingerprints]) {
				const keys = [one.publicKey, one.forgingKey].map((key) => bytes(key) as Bytes<"POINT">) as [
					Bytes<"POINT">,
					Bytes<"POINT">,
				];
				assert.equal(hex(fingerprintOf(primitives, ...keys)), one.fingerprint);
			}
			for (const one of published.fingerprintTexts) {
				assert.equal(formatFingerprint(bytes(one.fingerprint) as Bytes<"Fingerprint">), one.text);
			}
		});
		test("client profiles verify, the transitional signature too", () => {
			for (const { profile, refused } of published.clientProfiles) {
				if (refused !== undefined) {
					assert.match(expectationOf(decodeClientProfile(bytes(profile))), TOO_LATE);
					continue;
				}
				const parsed = must(decodeClientProfile(bytes(profile)));
				const expectation = { senderTag: parsed.instanceTag, nowSeconds: LONG_AGO_SECONDS, graceSeconds: 0 };
				must(verifyClientProfile(primitives, parsed, { ...expectation, mode: "otrv3-compatible" }));
			}
		});
	});
}

describe("vectors/otrv4/published.json, messages and fragments", () => {
	for (const { source, type, message, refused } of published.messages) {
		if (refused !== undefined) {
			test(`${type} of ${source} is refused: its profile never expires`, () => {
				assert.match(expectationOf(decodeMessage(bytes(message))), TOO_LATE);
			});
			continue;
		}
		test(`${type} of ${source} is read, and written again as it was`, () => {
			const read = must(decodeMessage(bytes(message)));
			assert.equal(read.type, type);
			assert.equal(hex(encodeMessage(read)), message);
		});
	}
	test("the specification's example of fragments, in any order", () => {
		for (const { text, identifier, senderTag, receiverTag, fragments } of published.fragments) {
			const maxChars = Math.max(...fragments.map(({ length }) => length));
			assert.deepEqual(must(split(text, { maxChars, identifier, senderTag, receiverTag })), fragments);
			const assembler = new Assembler(receiverTag);
			const results = fragments.toReversed().map((one) => must(assembler.receive(must(parseFragment(one)), 0)));
			assert.deepEqual(results, [undefined, undefined, text]);
		}
	});
});
