import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { createSuite, type Suite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import type { Sid } from "../src/labels.ts";
import { MAX_SKIPPED_MESSAGES } from "../src/limits.ts";
import { SenderChain } from "../src/session/chain.ts";
import type { Encrypted } from "../src/wire/messages.ts";
import { seeded } from "./support/place.ts";

const plainSuite = createSuite(1, nodePrimitives);
const random = seeded("chain");
const SK = random(64);
const SID = random(32) as Sid;
const CONTEXT = [random(32), random(32)];

function chain(suite: Suite = plainSuite, sender = 0): SenderChain {
	return new SenderChain(suite, SK, SID, sender);
}

function send(from: SenderChain, text: string): Encrypted {
	return from.encrypt(CONTEXT, random(16), Buffer.from(text));
}

function read(by: SenderChain, content: Encrypted, context: readonly Uint8Array[] = CONTEXT): string | undefined {
	const result = by.decrypt(context, content);
	if (!result.ok) {
		assert.equal(result.error.rule, "CONTENT-3");
		return undefined;
	}
	return Buffer.from(result.value).toString();
}

/** A suite that shows each key of the cipher, and can fail in it. */
function watched(fails: () => boolean): { readonly suite: Suite; readonly keys: string[] } {
	const keys: string[] = [];
	const primitives = {
		...nodePrimitives,
		aes256Ctr(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
			keys.push(hex(key));
			if (fails()) throw new Error("out of memory");
			return nodePrimitives.aes256Ctr(key, iv, data);
		},
	};
	return { suite: createSuite(1, primitives), keys };
}

describe("CONTENT-2: a key and an index are used once", () => {
	test("over many messages no key, index or MAC comes twice", () => {
		const { suite, keys } = watched(() => false);
		const sender = chain(suite);
		const sent = Array.from({ length: 200 }, () => send(sender, "the same text"));
		assert.deepEqual(
			sent.map((content) => content.index),
			Array.from({ length: 200 }, (_, i) => i),
		);
		assert.equal(new Set(keys).size, 200);
		assert.equal(new Set(sent.map((content) => hex(content.mac))).size, 200);
	});

	test("the same IV for two messages still gives two ciphertexts", () => {
		const sender = chain();
		const [first, second] = [1, 2].map(() => sender.encrypt(CONTEXT, new Uint8Array(16), Buffer.from("the same text")));
		assert.ok(first && second);
		assert.notEqual(hex(first.ciphertext), hex(second.ciphertext));
	});

	test("the chain has advanced before the bytes leave: a failed encryption burns its key", () => {
		let failing = true;
		const { suite, keys } = watched(() => failing);
		const sender = chain(suite);
		assert.throws(() => send(sender, "lost"), /out of memory/);
		failing = false;
		const next = send(sender, "sent");
		assert.equal(next.index, 1);
		assert.notEqual(keys[0], keys[1]);
		assert.equal(read(chain(), next), "sent");
	});

	test("two senders of one session share no key", () => {
		const { suite, keys } = watched(() => false);
		for (const sender of [0, 1, 2]) send(chain(suite, sender), "the same text");
		assert.equal(new Set(keys).size, 3);
	});
});

describe("CONTENT-3: what does not authenticate changes nothing", () => {
	/** Each way to spoil a content that keeps its form. */
	const spoiled = (content: Encrypted): Record<string, Encrypted> => {
		const flip = (bytes: Uint8Array, at: number): Uint8Array => {
			const out = bytes.slice();
			out[at] = (out[at] as number) ^ 1;
			return out;
		};
		return {
			"first bit of the ciphertext": { ...content, ciphertext: flip(content.ciphertext, 0) },
			"last bit of the ciphertext": { ...content, ciphertext: flip(content.ciphertext, content.ciphertext.length - 1) },
			"shorter ciphertext": { ...content, ciphertext: content.ciphertext.subarray(1) },
			IV: { ...content, iv: flip(content.iv, 15) },
			MAC: { ...content, mac: flip(content.mac, 31) as Encrypted["mac"] },
			"a later index": { ...content, index: content.index + 1 },
			"an index as late as is allowed": { ...content, index: content.index + MAX_SKIPPED_MESSAGES },
		};
	};

	test("after each of them the right one still reads, and once only", () => {
		const [sender, reader] = [chain(), chain()];
		for (let round = 0; round < 3; round++) {
			const content = send(sender, `text ${round}`);
			for (const [what, bad] of Object.entries(spoiled(content))) assert.equal(read(reader, bad), undefined, what);
			assert.equal(read(reader, content), `text ${round}`);
			assert.equal(read(reader, content), undefined, "a second time");
		}
	});

	test("content is bound to what it travels in, and to its sender", () => {
		const content = send(chain(), "bound");
		const [aid, v] = CONTEXT as [Uint8Array, Uint8Array];
		const join = random(32);
		const reader = chain();
		for (const context of [[], [aid], [v, aid], [aid, random(32)], [random(32), v], [aid, v, join]]) {
			assert.equal(read(reader, content, context), undefined);
		}
		assert.equal(read(chain(plainSuite, 1), content), undefined);
		assert.equal(read(new SenderChain(plainSuite, random(64), SID, 0), content), undefined);
		assert.equal(read(new SenderChain(plainSuite, SK, random(32) as Sid, 0), content), undefined);
		assert.equal(read(new SenderChain(createSuite(2, nodePrimitives), SK, SID, 0), content), undefined);
		assert.equal(read(reader, content), "bound");
	});

	test("missing contents are passed over, and cannot be read afterwards", () => {
		const [sender, reader] = [chain(), chain()];
		const sent = ["a", "b", "c", "d"].map((text) => send(sender, text)) as [Encrypted, Encrypted, Encrypted, Encrypted];
		assert.equal(read(reader, sent[2]), "c");
		assert.equal(read(reader, sent[0]), undefined);
		assert.equal(read(reader, sent[1]), undefined);
		assert.equal(read(reader, sent[3]), "d");
	});

	test(`at most ${MAX_SKIPPED_MESSAGES} may be missing`, () => {
		const sender = chain();
		const first = send(sender, "first");
		for (let i = 1; i < MAX_SKIPPED_MESSAGES; i++) send(sender, "lost");
		const last = send(sender, "last that is allowed");
		const beyond = send(sender, "one too many");
		assert.equal(last.index, MAX_SKIPPED_MESSAGES);
		const reader = chain();
		const refused = reader.decrypt(CONTEXT, beyond);
		assert.deepEqual(refused, {
			ok: false,
			error: { rule: "CONTENT-3", expected: `at most ${MAX_SKIPPED_MESSAGES} missing`, got: `${beyond.index}` },
		});
		assert.equal(read(reader, { ...first, index: 0xffff_ffff }), undefined);
		assert.equal(read(reader, last), "last that is allowed");
		assert.equal(read(reader, beyond), "one too many");
	});

	test("an index in the past is refused before anything is computed", () => {
		let used = 0;
		const primitives = {
			...nodePrimitives,
			hmacSha512(key: Uint8Array, ...parts: readonly Uint8Array[]): ReturnType<typeof nodePrimitives.hmacSha512> {
				used++;
				return nodePrimitives.hmacSha512(key, ...parts);
			},
		};
		const [sender, reader] = [chain(), chain(createSuite(1, primitives))];
		const sent = [send(sender, "a"), send(sender, "b")] as const;
		assert.equal(read(reader, sent[0]), "a");
		assert.equal(read(reader, sent[1]), "b");
		const before = used;
		assert.deepEqual(reader.decrypt(CONTEXT, sent[0]), {
			ok: false,
			error: { rule: "CONTENT-3", expected: "index 2 or later", got: "0" },
		});
		assert.equal(used, before);
	});

	test("an erased chain encrypts and decrypts nothing: two of them would share the key of zeros", () => {
		const erased = chain();
		const sent = send(chain(), "a");
		erased.erase();
		assert.throws(() => send(erased, "a"), /erased/);
		assert.throws(() => read(erased, sent), /erased/);
	});
});
