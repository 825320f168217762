import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, utf8 } from "@clowder/bytes";
import { type PhiSide, sharedSessionState } from "../../src/dake/session-state.ts";
import { someNumber, somePoint } from "./support.ts";

// "Shared Session State", written out a second time.

function u32(value: number): Uint8Array {
	return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function data(bytes: Uint8Array): Uint8Array {
	return concat(u32(bytes.length), bytes);
}

const otherPoint = somePoint.slice().reverse() as typeof somePoint;
const otherNumber = someNumber.slice(0, 300) as typeof someNumber;
const high: PhiSide = { instanceTag: 0xfffffffe, firstEcdh: somePoint, firstDh: someNumber, address: "b\u00e4r@x" };
const low: PhiSide = { instanceTag: 0x101, firstEcdh: otherPoint, firstDh: otherNumber, address: "zo\u00eb@x" };

test("phi: tags in numerical order, keys the sender's first, addresses in the order of their bytes, then what was agreed", () => {
	const agreed = [utf8("one"), utf8("")];
	const keysOf = (side: PhiSide): Uint8Array => concat(side.firstEcdh, data(side.firstDh));
	const expected = (sender: PhiSide, receiver: PhiSide): Uint8Array =>
		concat(
			u32(0x101),
			u32(0xfffffffe),
			keysOf(sender),
			keysOf(receiver),
			data(utf8("b\u00e4r@x")),
			data(utf8("zo\u00eb@x")),
			data(utf8("one")),
			data(utf8("")),
		);
	assert.deepEqual(sharedSessionState("specification", high, low, agreed), expected(high, low));
	assert.deepEqual(sharedSessionState("specification", low, high, agreed), expected(low, high));
});

test("phi as otr4j has it: the sender first in everything", () => {
	const expected = (sender: PhiSide, receiver: PhiSide): Uint8Array =>
		concat(
			...[sender, receiver].map(({ instanceTag }) => u32(instanceTag)),
			...[sender, receiver].flatMap((side) => [side.firstEcdh, data(side.firstDh)]),
			...[sender, receiver].map(({ address }) => data(utf8(address))),
		);
	assert.deepEqual(sharedSessionState("otr4j", high, low), expected(high, low));
	assert.deepEqual(sharedSessionState("otr4j", low, high), expected(low, high));
});

test("addresses are ordered as bytes of UTF-8, not as JavaScript compares strings", () => {
	// U+FF5E is below U+1F63A, but above the surrogates that stand for it in UTF-16.
	const sides = ["\u{1f63a}", "\uff5e"].map((address): PhiSide => ({ ...low, address }));
	const [cat, tilde] = sides as [PhiSide, PhiSide];
	const end = concat(data(utf8("\uff5e")), data(utf8("\u{1f63a}")));
	const phi = sharedSessionState("specification", cat, tilde);
	assert.deepEqual(phi.slice(-end.length), end);
});
