import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertAccessible } from "../src/axe.ts";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";

const PHONE = { width: 390, height: 844 };
const ANA = "Annabelle";
const BO = "Bartholomew";

describe("who may come in", { skip: withoutChromium }, () => {
	let house: House;

	before(async () => {
		house = await House.open();
	});
	after(async () => {
		await house?.close();
	});

	it("someone inside lets a newcomer in, after seeing the words of their key", async () => {
		const ana = await house.person({ bypassCSP: true });
		const bo = await house.person({ viewport: PHONE, colorScheme: "dark", bypassCSP: true });
		await ana.chooseWhoMayComeIn("Whom one person inside lets in");
		await assertAccessible(ana, "more");
		await ana.join("knockers", ANA);
		await bo.knock("knockers", BO);
		const request = ana.request(BO);
		await request.waitFor();
		await ana.readBy(`${BO} asks to come in.`);
		await bo.page.getByText("those inside decide whether you come in").waitFor();
		await ana.screenshot("admission-1-request");
		await bo.screenshot("admission-2-waiting");
		await assertAccessible(ana, "request");
		await assertAccessible(bo, "waiting to be let in");
		const asked = (await request.textContent()) ?? "";
		await request.getByRole("button", { name: "Let in", exact: true }).focus();
		await ana.page.keyboard.press("Enter");
		await ana.readBy(`Only ${BO} and you can read this.`);
		await ana.line(`You said yes to ${BO}.`);
		assert.equal(await request.count(), 0);
		const { words } = await ana.fingerprintOf(BO);
		assert.equal(words.length, 12);
		assert.ok(asked.includes(words.join(" ")), asked);
	});

	it("a no is told, on both sides, and can be asked again", async () => {
		const ana = await house.person();
		const bo = await house.person();
		await ana.chooseWhoMayComeIn("Whom everyone inside lets in");
		await ana.join("closed circle", ANA);
		await bo.knock("closed circle", BO);
		await ana.request(BO).getByRole("button", { name: "Do not let in" }).click();
		await bo.page.getByRole("heading", { name: "You were not let in" }).waitFor();
		await bo.screenshot("admission-3-refused");
		await ana.line(`${BO} was not let in.`);
		await bo.page.getByRole("button", { name: "Ask again" }).click();
		await ana.request(BO).getByRole("button", { name: "Let in", exact: true }).click();
		await bo.readBy(`Only ${ANA} and you can read this.`);
	});

	it("a passphrase: asked for, wrong, right; and not given away to a room that asks for none", async () => {
		const ana = await house.person();
		const bo = await house.person({ viewport: PHONE, bypassCSP: true });
		await ana.page.getByRole("button", { name: "More" }).click();
		await ana.page.getByRole("textbox", { name: "Passphrase" }).fill("mischief \u0000 managed");
		await ana.page.getByText("This passphrase contains a character that cannot be used. Type it anew.").waitFor();
		await ana.page.getByRole("textbox", { name: "Passphrase" }).fill("mischief managed");
		await ana.join("vault", ANA);
		await bo.knock("vault", BO);
		await bo.page.getByText("This room asks for a passphrase.").waitFor();
		assert.equal(await bo.composer.count(), 0);
		await assertAccessible(bo, "asked for a passphrase");
		await bo.screenshot("admission-4-passphrase");
		await bo.tryPassphrase("mischief muddled");
		await bo.page.getByText("This passphrase is wrong.").waitFor();
		await assertAccessible(bo, "wrong passphrase");
		await bo.screenshot("admission-5-wrong");
		await bo.tryPassphrase("  mischief   managed ");
		await bo.readBy(`Only ${ANA} and you can read this.`);
		await bo.say("Nothing to see here");
		await ana.message("Nothing to see here").waitFor();

		const open = await house.person();
		await open.join("open house", ANA);
		const lost = await house.person();
		await lost.page.getByRole("button", { name: "More" }).click();
		await lost.page.getByRole("textbox", { name: "Passphrase" }).fill("mischief managed");
		await lost.knock("open house", BO);
		await lost.page.getByRole("heading", { name: "This room asks for no passphrase" }).waitFor();
		await open.readBy("Only you are here. Nobody else can read this.");
	});

	it("shows no passphrase to the server, and no nickname of those who were not let in", () => {
		const seen = house.passed.map(({ text }) => text).join("\n");
		assert.ok(seen.length > 10_000);
		for (const secret of ["mischief", "muddled", "managed", ANA, BO]) assert.ok(!seen.includes(secret), secret);
	});

	it("broke no policy, asked no other host and did not complain", () => assert.deepEqual(house.problems, []));
});
