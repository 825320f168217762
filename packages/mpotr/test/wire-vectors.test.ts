import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { base64, hex } from "@clowder/bytes";
import { createSuite, type Suite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import { parseMessage, signMessage, verifyMessage } from "../src/wire/envelope.ts";
import { seeded } from "./support/place.ts";
import { bytes, readVectors } from "./vectors/files.ts";
import { SECOND_BODIES } from "./vectors/second-encoder.ts";
import { number, publicOf, SecondMethod, signHex, textHex, verifies } from "./vectors/second-method.ts";
import { bytesOfText, plain, type WireCase, type WireCases } from "./vectors/wire.ts";

const BACKENDS = [nodePrimitives, noblePrimitives];

/** How often each text is flipped, cut and made longer. */
const CHANGES = 2;

function secondWire(second: SecondMethod, suiteId: number, stated: WireCase): void {
	const [tag, code, body] = SECOND_BODIES[stated.type] ?? assert.fail(stated.type);
	assert.equal(code, stated.code);
	assert.equal(stated.fields.type, stated.type);
	assert.equal(body(stated.fields), stated.body);
	assert.equal(publicOf("Ed25519", stated.signerSeed), stated.v);
	const kind = number(1, 1) + number(suiteId, 1) + number(code, 1);
	const [binding, count] = [textHex(stated.binding), number(stated.number, 4)];
	const signed = second.hash("sig", kind, binding, stated.context, stated.v, count, stated.body);
	assert.equal(signHex(stated.signerSeed, signed), stated.signature);
	assert.ok(verifies(stated.v, signed, stated.signature));
	const whole = kind + stated.context + stated.v + count + stated.body + stated.signature;
	assert.equal(second.name("message", whole), stated.hash);
	assert.equal(`:3mpCAT:3${tag}:3${Buffer.from(whole, "hex").toString("base64")}:3`, stated.text);
}

function libraryWire(suite: Suite, stated: WireCase): void {
	const parsed = parseMessage(suite, stated.text);
	assert.ok(parsed.ok);
	const { header, message, body, signature, hash } = parsed.value;
	assert.deepEqual(plain(message), stated.fields);
	assert.deepEqual(
		[hex(header.context), hex(header.v), header.number, hex(body), hex(signature), hex(hash)],
		[stated.context, stated.v, stated.number, stated.body, stated.signature, stated.hash],
	);
	const key = suite.primitives.signingKey(bytes(stated.signerSeed));
	assert.ok(verifyMessage(suite, stated.binding, key.verifyKey, parsed.value).ok);
	assert.equal(signMessage(suite, stated.binding, key, header.context, header.number, message).text, stated.text);
}

/** True only for a text that reads and whose signature fits. */
function passes(suite: Suite, stated: WireCase, text: string): boolean {
	const parsed = parseMessage(suite, text);
	if (!parsed.ok) return false;
	const key = suite.primitives.parseVerifyKey(bytes(stated.v));
	return key.ok && verifyMessage(suite, stated.binding, key.value, parsed.value).ok;
}

/** Texts that differ from a good one: in a bit, a character, by what is missing or too much. */
function changed(stated: WireCase, seed: string): string[] {
	const random = seeded(seed);
	const below = (limit: number): number => {
		const [a = 0, b = 0, c = 0] = random(3);
		return (a * 65_536 + b * 256 + c) % limit;
	};
	const whole = bytesOfText(stated.text);
	const head = stated.text.slice(0, stated.text.indexOf(":3", 9) + 2);
	const armour = (content: Uint8Array): string => `${head}${base64(content)}:3`;
	const out: string[] = [];
	for (let i = 0; i < CHANGES; i++) {
		const flipped = whole.slice();
		const at = below(whole.length);
		flipped[at] = (flipped[at] as number) ^ (1 << below(8));
		const [cut, place] = [below(whole.length), below(stated.text.length)];
		const character = stated.text[place] === "A" ? "B" : "A";
		out.push(
			armour(flipped),
			armour(whole.subarray(0, cut)),
			armour(whole.subarray(1 + below(whole.length))),
			armour(Uint8Array.from([...whole, ...random(1 + below(80))])),
			armour(Uint8Array.from([...whole.subarray(0, cut), 0, ...whole.subarray(cut)])),
			stated.text.slice(0, place) + character + stated.text.slice(place + 1),
			stated.text.slice(0, place),
			stated.text + stated.text.slice(0, place + 1),
		);
	}
	return out;
}

describe("vectors/mpotr/wire.json", () => {
	for (const { suite: id, suiteName, messages } of readVectors<WireCases>("wire.json").suites) {
		test(`suite ${id} has every type`, () => {
			const types = Object.keys(SECOND_BODIES).filter((type) => id === 2 || type !== "EK");
			assert.deepEqual([...new Set(messages.map((message) => message.type))].sort(), types.sort());
		});
		for (const stated of messages) {
			test(`suite ${id}, ${stated.type}: second method`, () => {
				secondWire(new SecondMethod(suiteName), id, stated);
			});
			for (const primitives of BACKENDS) {
				const suite = createSuite(id, primitives);
				test(`suite ${id}, ${stated.type}: library over ${primitives.backend}`, () => libraryWire(suite, stated));
				test(`suite ${id}, ${stated.type}: changed texts do not pass over ${primitives.backend} (WIRE-1, WIRE-2, WIRE-6)`, () => {
					assert.ok(passes(suite, stated, stated.text));
					for (const text of changed(stated, `${id}/${stated.type}`)) {
						assert.notEqual(text, stated.text);
						assert.ok(!passes(suite, stated, text), text);
					}
				});
			}
		}
	}
});
