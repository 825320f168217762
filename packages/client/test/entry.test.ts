import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEntry, type EntryDraft, passphraseProblem } from "../src/entry.ts";
import { roomFromFragment, roomLink } from "../src/room-link.ts";

function draft(room: string, nickname: string, more: Partial<EntryDraft> = {}): EntryDraft {
	return { room, nickname, policy: "open", passphrase: "", ...more };
}

test("a good room and name pass; what is wrong is told by field, for all at once", () => {
	assert.deepEqual(checkEntry(draft("Den", "Ana", { policy: "any" })), {
		ok: true,
		value: { room: "den", nickname: "Ana", policy: "any", passphrase: undefined },
	});
	const both = checkEntry(draft(" ", ""));
	assert.ok(!both.ok);
	assert.deepEqual([both.error.room?.kind, both.error.nickname?.kind], ["room-name-empty", "nickname-empty"]);
	const one = checkEntry(draft("Den", "x".repeat(100)));
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

test("a passphrase is normalised, never printed, and what is wrong with it is told as one types", () => {
	const entry = checkEntry(draft("Den", "Ana", { passphrase: "  open  sesame " }));
	assert.ok(entry.ok);
	assert.equal(JSON.stringify(entry.value.passphrase), '"[secret]"');
	const wrong = checkEntry(draft("Den", "Ana", { passphrase: " " }));
	assert.ok(!wrong.ok);
	assert.equal(wrong.error.passphrase?.kind, "passphrase-empty");
	assert.equal(passphraseProblem(""), undefined);
	assert.equal(passphraseProblem("open"), undefined);
	assert.equal(passphraseProblem("o\u0007pen")?.kind, "passphrase-characters");
	assert.equal(passphraseProblem("x".repeat(300))?.kind, "passphrase-too-long");
});
