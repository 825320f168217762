import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { base64, fromBase64, hex } from "@clowder/bytes";
import fc from "fast-check";
import type { Refusal } from "../src/api.ts";
import type { MessageHash } from "../src/labels.ts";
import { MAX_MESSAGE_BYTES, MAX_PENDING } from "../src/limits.ts";
import { type ParsedMessage, parseMessage, signMessage, verifyMessage } from "../src/wire/envelope.ts";
import type { Message } from "../src/wire/messages.ts";
import { seeded, suiteOf } from "./support/place.ts";

const suite = suiteOf(2);
const random = seeded("envelope");
const key = suite.primitives.signingKey(random(32));
const context = random(32);
const BINDING = "memory:room";
const OPEN: Message = { type: "OPEN", k: 3, joins: [random(32) as MessageHash], rekey: false };
const text = signMessage(suite, BINDING, key, context, 7, OPEN).text;

function bytesOf(armoured: string): Uint8Array {
	const read = fromBase64(armoured.split(":3")[3] ?? "");
	return read.ok ? read.value : assert.fail(read.error);
}

function armour(bytes: Uint8Array, tag = "Open"): string {
	return `:3mpCAT:3${tag}:3${base64(bytes)}:3`;
}

function refusal(armoured: string): Refusal {
	const parsed = parseMessage(suite, armoured);
	return parsed.ok ? assert.fail("it reads") : parsed.error;
}

/** The rule that a text breaks, by whose fault. */
function ruleOf(armoured: string): string {
	const refused = refusal(armoured);
	return refused.blame === "foreign" ? `foreign ${refused.what}` : `${refused.blame} ${refused.rule}`;
}

function parsed(armoured: string): ParsedMessage {
	const read = parseMessage(suite, armoured);
	return read.ok ? read.value : assert.fail(JSON.stringify(read.error));
}

/** The good message with other bytes put in at a place. */
function withBytes(at: number, ...bytes: readonly number[]): Uint8Array {
	const whole = bytesOf(text);
	whole.set(bytes, at);
	return whole;
}

/** Any well-formed text. The library's own arbitrary for that takes a second to set up. */
const anyText = (maxLength: number): fc.Arbitrary<string> =>
	fc
		.array(fc.integer({ min: 0, max: 0x10_f7ff }), { maxLength })
		.map((points) => String.fromCodePoint(...points.map((point) => (point < 0xd800 ? point : point + 0x800))));

describe("WIRE-1: the form of a text", () => {
	test("people's plain chat is foreign, not a fault", () => {
		for (const plain of ["", "hello", ":3", ":3mpCAT", ":3mpcat:3Open:3", ` ${text}`, `\ufeff${text}`, `?OTRv4`]) {
			assert.equal(ruleOf(plain), "foreign plain-text", plain);
		}
	});

	test("type and base64 between :3, and nothing else", () => {
		const body = base64(bytesOf(text));
		const other = [
			":3mpCAT:3",
			":3mpCAT:3:3",
			":3mpCAT:3Open",
			":3mpCAT:3Open:3",
			":3mpCAT:3Open:3:3",
			text.slice(0, -1),
			text.slice(0, -2),
			`${text} `,
			`${text}\n`,
			`${text}:3`,
			text + text,
			`:3mpCAT:3Open:3 ${body}:3`,
			`:3mpCAT:3Open:3${body.slice(0, 40)}\n${body.slice(40)}:3`,
			`:3mpCAT:3Open:3${body.replace(/=+$/, "")}A:3`,
		];
		for (const bad of other) assert.equal(ruleOf(bad), "sender WIRE-1", JSON.stringify(bad));
	});

	test("a header and a signature at least", () => {
		const whole = bytesOf(text);
		for (const length of [0, 1, 2, 3, 70, 71, 134]) {
			assert.equal(ruleOf(armour(whole.subarray(0, length))), "sender WIRE-1", `${length} bytes`);
		}
	});

	test("base64 in one form: the same bytes in other letters do not read", () => {
		const gone = signMessage(suite, BINDING, key, context, 7, { type: "GONE", v: random(32) }).text;
		const at = gone.lastIndexOf(":3");
		assert.ok(gone.slice(0, at).endsWith("="), "a text with unused bits");
		const letters = gone.slice(0, at).replace(/=+$/, "");
		const padding = gone.slice(letters.length, at);
		const last = letters.charCodeAt(letters.length - 1);
		const twin = `${letters.slice(0, -1)}${String.fromCharCode(last + 1)}${padding}:3`;
		assert.deepEqual(Buffer.from(twin.split(":3")[3] ?? "", "base64"), Buffer.from(bytesOf(gone)));
		assert.equal(ruleOf(twin), "sender WIRE-1");
	});
});

describe("WIRE-2: a decoder accepts what the encoder writes, and nothing else", () => {
	test("what is missing, left over, or out of bounds is refused, and the refusal says where", () => {
		const whole = bytesOf(text);
		const [head, body, signature] = [whole.subarray(0, 71), whole.subarray(71, -64), whole.subarray(-64)];
		const spliced = (...parts: readonly Uint8Array[]): string => armour(Uint8Array.from(parts.flatMap((p) => [...p])));
		assert.equal(spliced(head, body, signature), text);
		for (let cut = 0; cut < body.length; cut++) {
			assert.equal(ruleOf(spliced(head, body.subarray(0, cut), signature)), "sender WIRE-2");
		}
		assert.equal(ruleOf(spliced(head, body, Uint8Array.of(0), signature)), "sender WIRE-2");
		const many = Uint8Array.of(0, 3, 0, MAX_PENDING + 1);
		const over = refusal(spliced(head, many, new Uint8Array(32 * (MAX_PENDING + 1)), signature));
		assert.deepEqual(over, {
			blame: "sender",
			rule: "WIRE-2",
			expected: `OPEN: at most ${MAX_PENDING} items at byte 4`,
			got: `${MAX_PENDING + 1}`,
		});
	});

	test("any text reads into one that is written the same again, or is refused: never an exception", () => {
		const whole = bytesOf(text);
		const bodies = fc.uint8Array({ maxLength: 120 });
		const header = fc.constant(whole.subarray(0, 71));
		const tags = [
			"Found",
			"Knock",
			"State",
			"Join",
			"Introduce",
			"Deny",
			"Open",
			"Roster",
			"Key",
			"Offer",
			"Share",
			"Ok",
		];
		fc.assert(
			fc.property(header, fc.integer({ min: 0, max: 19 }), bodies, (head, code, body) => {
				const bytes = Uint8Array.from([...head, ...body, ...whole.subarray(-64)]);
				bytes[2] = code;
				const read = parseMessage(suite, armour(bytes, tags[code - 1] ?? "Confirm"));
				if (!read.ok) return;
				const again = signMessage(suite, BINDING, key, read.value.header.context, 7, read.value.message);
				assert.equal(hex(parsed(again.text).body), hex(body));
			}),
			{ numRuns: 400 },
		);
	});

	test("any text at all: never an exception", () => {
		fc.assert(
			fc.property(anyText(40), fc.boolean(), (content, prefixed) => {
				const read = parseMessage(suite, prefixed ? `:3mpCAT:3${content}:3` : content);
				assert.ok(!read.ok);
			}),
			{ numRuns: 400 },
		);
	});
});

describe("WIRE-3: the type in the text is the type in the bytes", () => {
	test("another tag is refused, in whatever letters", () => {
		const whole = bytesOf(text);
		for (const tag of ["", "open", "OPEN", "Open ", "Leave", "Ope", "Opens", "x".repeat(1000)]) {
			const refused = refusal(armour(whole, tag));
			assert.ok(refused.blame === "sender" && refused.rule === "WIRE-3", tag);
			assert.ok(refused.got.length <= 32);
		}
		assert.equal(ruleOf(armour(withBytes(2, 12))), "sender WIRE-3");
	});

	test("a type that we do not know is foreign", () => {
		for (const code of [0, 31, 255]) assert.equal(ruleOf(armour(withBytes(2, code))), "foreign unknown-type");
	});
});

describe("WIRE-4: a text over the limit is refused before anything is made of it", () => {
	test("whatever is in it", () => {
		const over = `:3mpCAT:3Open:3${"A".repeat(Math.ceil((MAX_MESSAGE_BYTES * 4) / 3) + 100)}:3`;
		assert.equal(ruleOf(over), "limits WIRE-4");
		assert.equal(ruleOf(`:3mpCAT:3${"x".repeat(400_000)}`), "limits WIRE-4");
		assert.equal(ruleOf("x".repeat(400_000)), "foreign plain-text");
	});

	test("one of the greatest size is looked at", () => {
		const largest = new Uint8Array(MAX_MESSAGE_BYTES);
		largest.set(bytesOf(text).subarray(0, 71));
		assert.equal(ruleOf(armour(largest)), "sender WIRE-2");
	});
});

describe("WIRE-5: version and suite are ours", () => {
	test("another suite is a limit of ours, another version is foreign", () => {
		assert.equal(ruleOf(armour(withBytes(1, 1))), "limits WIRE-5");
		assert.equal(ruleOf(armour(withBytes(1, 0))), "limits WIRE-5");
		for (const version of [0, 2, 255]) assert.equal(ruleOf(armour(withBytes(0, version))), "foreign unknown-version");
		assert.deepEqual(parseMessage(suiteOf(1), text), {
			ok: false,
			error: { blame: "limits", rule: "WIRE-5", expected: "suite 1", got: "2" },
		});
	});
});

describe("WIRE-6: the signature covers the message and where it stands", () => {
	const fits = (armoured: string, binding = BINDING, by = key.verifyKey): boolean => {
		const verified = verifyMessage(suite, binding, by, parsed(armoured));
		if (!verified.ok) assert.ok(verified.error.blame === "sender" && verified.error.rule === "WIRE-6");
		return verified.ok;
	};

	test("it fits as it was sent", () => {
		assert.ok(fits(text));
		assert.equal(hex(parsed(text).header.v), hex(key.verifyKey.bytes));
	});

	test("not at another place, and not by another", () => {
		for (const binding of ["", "memory:room2", "memory:roo", "Memory:room", "memory:room\0"]) {
			assert.ok(!fits(text, binding), binding);
		}
		assert.ok(!fits(text, BINDING, suite.primitives.signingKey(random(32)).verifyKey));
	});

	test("not with another type, context, author, number or body", () => {
		assert.ok(!fits(armour(withBytes(3, 0xff, 0xff))), "context");
		assert.ok(!fits(armour(withBytes(35, 0xff, 0xff))), "v");
		assert.ok(!fits(armour(withBytes(67, 0, 0, 0, 8))), "number");
		assert.ok(!fits(armour(withBytes(71, 0, 4))), "body");
		const leave = bytesOf(
			signMessage(suite, BINDING, key, context, 7, { type: "LEAVE", entries: 1, digest: context as never }).text,
		);
		assert.ok(fits(armour(leave, "Leave")));
		leave[2] = 17;
		assert.ok(!fits(armour(leave, "Close")), "LEAVE as CLOSE, whose bodies have one form");
	});

	test("not with any bit of it flipped", () => {
		const whole = bytesOf(text);
		for (let bit = 0; bit < 512; bit += 5) {
			const at = whole.length - 64 + (bit >> 3);
			assert.ok(!fits(armour(withBytes(at, (whole[at] as number) ^ (1 << (bit & 7))))), `bit ${bit}`);
		}
	});

	test("nor the signature of the same message in another suite", () => {
		const one = suiteOf(1);
		const other = signMessage(one, BINDING, key, context, 7, OPEN).text;
		const moved = bytesOf(other);
		moved[1] = 2;
		assert.ok(!fits(armour(moved)));
	});
});
