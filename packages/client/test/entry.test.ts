import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEntry } from "../src/entry.ts";
import { roomFromFragment, roomLink } from "../src/room-link.ts";

test("a good room and name pass; what is wrong is told by field, for both at once", () => {
	assert.deepEqual(checkEntry("Den", "Ana"), { ok: true, value: { room: "den", nickname: "Ana" } });
	const both = checkEntry(" ", "");
	assert.ok(!both.ok);
	assert.deepEqual([both.error.room?.kind, both.error.nickname?.kind], ["room-name-empty", "nickname-empty"]);
	const one = checkEntry("Den", "x".repeat(100));
	assert.ok(!one.ok);
	assert.deepEqual([one.error.room, one.error.nickname?.kind], [undefined, "nickname-too-long"]);
});

test("a link carries the room behind the # and gives it back", () => {
	for (const room of ["den", "a b", "ä&=#%", "日本"]) {
		const link = roomLink("https://chat.example/path?x=1#old", room);
		assert.ok(link.startsWith("https://chat.example/path?x=1#room="));
		assert.equal(roomFromFragment(new URL(link).hash), room);
	}
	assert.equal(roomFromFragment(""), "");
	assert.equal(roomFromFragment("#other=1"), "");
});
