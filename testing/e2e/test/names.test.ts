import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";
import type { Person } from "../src/person.ts";

const ROOM = "naming of cats";
const TAKEN = "Someone in the room has this nickname, or one that looks like it. Choose another.";

describe("names that cannot be used", { skip: withoutChromium }, () => {
	let house: House;
	let owner: Person;
	let other: Person;

	before(async () => {
		house = await House.open();
		[owner, other] = await Promise.all([house.person(), house.person()]);
		await owner.join(ROOM, "Macavity");
	});
	after(async () => {
		await house?.close();
	});

	for (const [what, room, nickname, field, message] of [
		["an empty room", "", "Rum", "Room", "Type the room’s name."],
		["an empty nickname", ROOM, "", "Nickname", "Type a nickname."],
		["a nickname of spaces", ROOM, "   ", "Nickname", "Type a nickname."],
		["an over-long nickname", ROOM, "x".repeat(65), "Nickname", "This nickname is too long. Choose a shorter one."],
		[
			"a nickname that turns the line around",
			ROOM,
			"Rum\u202etac",
			"Nickname",
			"This nickname contains a character that cannot be used (U+202E). Type it anew.",
		],
	] as const) {
		it(`${what}: a message at the field, which gets the focus`, async () => {
			await other.knock(room, nickname);
			await other.page.getByText(message, { exact: true }).waitFor();
			const input = other.page.getByRole("textbox", { name: field });
			assert.equal(await input.getAttribute("aria-invalid"), "true");
			assert.ok(await input.evaluate((element) => element === document.activeElement));
		});
	}

	for (const [what, nickname] of [
		["the same name", "Macavity"],
		["the name in other letter case", "macavity"],
		["a name that looks like it (Cyrillic а)", "M\u0430c\u0430vity"],
		["a name that looks like it (full width)", "Ｍacavity"],
	] as const) {
		it(`${what} is refused by those inside, who see nobody come in`, async () => {
			await other.knock(ROOM, nickname);
			await other.page.getByText(TAKEN, { exact: true }).waitFor();
			await owner.readBy("Only you are here. Nobody else can read this.");
		});
	}

	it("another name then gets in", async () => {
		await other.join(ROOM, "Mungojerrie");
		await owner.readBy("Only Mungojerrie and you can read this.");
	});

	it("no window broke its policy, asked another host or complained", () => assert.deepEqual(house.problems, []));
});
