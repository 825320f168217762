import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReceiver, checkTags, isInstanceTag, newInstanceTag, tagText } from "../../src/wire/instance-tag.ts";
import { must, refused, u32 } from "./support.ts";

test("a tag is from 0x100 to 2^32 - 1", () => {
	for (const tag of [0x100, 0x101, 2 ** 31, 2 ** 32 - 1]) assert.ok(isInstanceTag(tag), `${tag}`);
	for (const tag of [0, 1, 0xff, -1, 2 ** 32, 256.5, Number.NaN]) assert.ok(!isInstanceTag(tag), `${tag}`);
	assert.equal(tagText(0x100), "0x00000100");
});

test("a new tag is the first random one that is large enough", () => {
	const numbers = [0, 0xff, 0x8000_0000, 5];
	const asked: number[] = [];
	const tag = newInstanceTag((length) => {
		asked.push(length);
		return Uint8Array.from(u32(numbers.shift() ?? assert.fail()));
	});
	assert.equal(tag, 0x8000_0000);
	assert.deepEqual(asked, [4, 4, 4]);
	// Random bytes may be a view into a larger buffer.
	const pool = Uint8Array.from([9, 9, 0, 0, 1, 0, 9]);
	assert.equal(
		newInstanceTag(() => pool.subarray(2, 6)),
		0x100,
	);
});

test("the tags of a message", () => {
	must(checkTags("m", { senderTag: 0x100, receiverTag: 0x100 }, false));
	must(checkTags("m", { senderTag: 0x100, receiverTag: 0 }, true));
	refused(checkTags("m", { senderTag: 0xff, receiverTag: 0x100 }, true), "peer", "instance-tag");
	refused(checkTags("m", { senderTag: 0x100, receiverTag: 0 }, false), "peer", "instance-tag");
	refused(checkTags("m", { senderTag: 0x100, receiverTag: 0xff }, true), "peer", "instance-tag");
});

test("what is for another client is nobody's fault", () => {
	must(checkReceiver("m", 0x100, 0x100));
	must(checkReceiver("m", 0, 0x100));
	refused(checkReceiver("m", 0x101, 0x100), "carrier", "instance-tag");
});
