import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { accessibilityViolations } from "../src/axe.ts";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";
import type { Person } from "../src/person.ts";

const TAB_PRESSES_MAX = 40;
const PHONE = { width: 390, height: 844 };

describe("the web client", { skip: withoutChromium }, () => {
	let house: House;

	before(async () => {
		house = await House.open();
	});
	after(async () => {
		await house?.close();
	});

	it("fits a phone, with people and details behind buttons", async () => {
		const person = await house.person({ viewport: PHONE, colorScheme: "dark" });
		assert.equal(await person.overflows(), false);
		await person.screenshot("phone-1-enter");
		await person.join("pocket", "Bustopher Jones, at his club in St James's");
		await person.say("Supercalifragilistic".repeat(8));
		await person.marked("Supercalifragilistic", "only you");
		assert.equal(await person.overflows(), false);
		await person.screenshot("phone-2-room");
		await person.page.getByRole("button", { name: "People (1)" }).click();
		await person.page.getByRole("dialog", { name: "People" }).waitFor();
		await person.screenshot("phone-3-people");
		assert.equal(await person.overflows(), false);
		await person.page.keyboard.press("Escape");
		await person.page.getByRole("button", { name: "Details" }).click();
		await person.page.getByRole("dialog", { name: "Details" }).waitFor();
		await person.screenshot("phone-4-details");
	});

	it("speaks German where the browser does, and either language by choice", async () => {
		const person = await house.person({ locale: "de-DE" });
		const { page } = person;
		await page.getByRole("button", { name: "Beitreten" }).waitFor();
		assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
		await person.screenshot("german-1-enter");
		await page.getByRole("radio", { name: "English" }).check({ force: true });
		await page.getByRole("button", { name: "Join" }).waitFor();
		assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
	});

	it("can be used from the first screen to leaving without a pointer", async () => {
		const { page } = await house.person();
		const type = async (name: string, text: string): Promise<void> => {
			await focusByTab(page, "textbox", name);
			await page.keyboard.type(text);
		};
		await type("Room", "keys only");
		await type("Nickname", "Skimbleshanks");
		await page.keyboard.press("Enter");
		await page.getByRole("textbox", { name: "Message" }).waitFor();
		await type("Message", "All aboard the night mail");
		await page.keyboard.press("Enter");
		await page.getByRole("article").filter({ hasText: "All aboard" }).waitFor();
		await focusByTab(page, "button", "Skimbleshanks, you, in the session");
		await page.keyboard.press("Enter");
		await page.getByRole("dialog", { name: "Skimbleshanks" }).waitFor();
		await page.keyboard.press("Escape");
		await page.getByRole("dialog").waitFor({ state: "detached" });
		await page.keyboard.press("?");
		await page.getByRole("dialog", { name: "Keys" }).waitFor();
		await page.keyboard.press("Escape");
		await focusByTab(page, "button", "Leave");
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Join" }).waitFor();
	});

	it("breaks no rule of axe-core on any screen, in either appearance", async () => {
		for (const colorScheme of ["light", "dark"] as const) {
			const person = await house.person({ colorScheme, bypassCSP: true });
			const { page } = person;
			const found: string[] = [];
			const look = async (screen: string): Promise<void> => {
				for (const line of await accessibilityViolations(person)) found.push(`${screen}, ${colorScheme}: ${line}`);
			};
			await look("enter");
			await page.getByRole("button", { name: "How it protects you" }).click();
			await page.getByRole("dialog").waitFor();
			await look("protection");
			await page.keyboard.press("Escape");
			await person.knock("axe", "");
			await look("enter with an error");
			await person.join(`axe ${colorScheme}`, "Growltiger");
			await person.say("Hold fast");
			await person.marked("Hold fast", "only you");
			await look("room");
			await person
				.message("Hold fast")
				.getByRole("button", { name: /Who has this message/ })
				.click();
			await page.getByRole("dialog").waitFor();
			await look("who has this message");
			await page.keyboard.press("Escape");
			await person.other("Growltiger").click();
			await page.getByRole("dialog").waitFor();
			await look("person");
			await page.keyboard.press("Escape");
			assert.deepEqual(found, []);
		}
	});

	it("broke no policy, asked no other host and did not complain", () => assert.deepEqual(house.problems, []));
});

/** Presses Tab until the focus is there; fails when it has been everywhere else. */
async function focusByTab(page: Person["page"], role: "textbox" | "button", name: string): Promise<void> {
	const target = page.getByRole(role, { name, exact: true });
	await target.waitFor();
	for (let presses = 0; presses < TAB_PRESSES_MAX; presses++) {
		if (await target.evaluate((element) => element === document.activeElement)) return;
		await page.keyboard.press("Tab");
	}
	assert.fail(`Tab never comes to the ${role} "${name}"`);
}
