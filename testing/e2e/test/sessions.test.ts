import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertAccessible } from "../src/axe.ts";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";
import type { Line } from "../src/line.ts";
import type { Person } from "../src/person.ts";

const ROOM = "session street";
const ANA = "Annabelle";
const BO = "Bartholomew";
const CUN = "Cunegonde";

describe("sessions that end, and people who vanish", { skip: withoutChromium }, () => {
	let house: House;
	let ana: Person;
	let bo: Person;
	let cun: Person;
	let line: Line;

	before(async () => {
		house = await House.open();
		ana = await house.person({ bypassCSP: true });
		cun = await house.person({ viewport: { width: 390, height: 844 }, colorScheme: "dark", bypassCSP: true });
		({ person: bo, line } = await house.personOnLine());
		await ana.join(ROOM, ANA);
		await bo.join(ROOM, BO);
	});
	after(async () => {
		await house?.close();
	});

	it("new keys from the menu, after which nobody can prove what was said before", async () => {
		await ana.say("Deny this");
		await bo.message("Deny this").waitFor();
		await ana.page.getByRole("button", { name: "Menu" }).click();
		await ana.page.getByRole("dialog", { name: "Menu" }).waitFor();
		await assertAccessible(ana, "menu");
		await ana.screenshot("sessions-1-menu");
		await ana.page.keyboard.press("Escape");
		await ana.command("New keys now");
		for (const person of [ana, bo]) {
			await person.line("New keys for the same people.");
			await person.log
				.getByRole("button", { name: "deniable: Who can prove what stands above", exact: true })
				.waitFor();
		}
		await ana.log.getByRole("button", { name: /^deniable/ }).click();
		const published = ana.page.getByRole("dialog").getByRole("list", { name: "Published" });
		await published.waitFor();
		assert.deepEqual(
			(await published.getByRole("listitem").allTextContents()).map((name) => name.trim()),
			[`${ANA}, you`, BO],
		);
		await assertAccessible(ana, "who can prove it");
		await ana.screenshot("sessions-2-deniable");
		await ana.page.keyboard.press("Escape");
		await ana.page.getByRole("dialog").waitFor({ state: "detached" });
		await ana.say("And on it goes");
		await ana.marked("And on it goes", "with all");
	});

	it("a muted person's messages fold away on one screen only", async () => {
		await ana.other(BO).click();
		await ana.page.getByRole("dialog").getByRole("button", { name: "Mute" }).click();
		await assertAccessible(ana, "person");
		await ana.page.keyboard.press("Escape");
		await bo.say("Can you hear me?");
		await bo.say("Hello?");
		await ana.line(`${BO} is muted: 2 messages`);
		assert.equal(await ana.message("Can you hear me?").count(), 0);
		// Nothing was sent: to Bo they are read by all.
		await bo.marked("Hello?", "with all");
		assert.equal(await bo.log.getByText("muted").count(), 0);
		await assertAccessible(ana, "muted");
		await ana.screenshot("sessions-3-muted");
		await ana.page.getByRole("button", { name: `Unmute ${BO}` }).click();
		await ana.message("Can you hear me?").waitFor();
	});

	it("who loses the line is out, and is back under the same keys, not a stranger", async () => {
		const before = await ana.fingerprintOf(BO);
		await line.cut();
		await ana.line(`${BO} stopped answering and was taken out.`);
		await ana.readBy("Only you are here. Nobody else can read this.");
		await ana.say("Anybody?");
		await line.mend();
		await ana.line(`${BO} is back, with the same keys as before.`);
		await ana.readBy(`Only ${BO} and you can read this.`);
		await bo.readBy(`Only ${ANA} and you can read this.`);
		assert.deepEqual(await ana.fingerprintOf(BO), before);
		await bo.line(/^Connected anew\./);
		assert.equal(await bo.message("Anybody?").count(), 0);
		await ana.screenshot("sessions-4-back");
	});

	it("a killed tab leads to exclusion; who opens a new one is someone new", async () => {
		await cun.join(ROOM, CUN);
		await ana.readBy(`Only ${BO}, ${CUN} and you can read this.`);
		const killed = await ana.fingerprintOf(CUN);
		await cun.die();
		for (const person of [ana, bo]) await person.line(`${CUN} stopped answering and was taken out.`);
		await ana.readBy(`Only ${BO} and you can read this.`);
		await cun.reopen();
		await cun.join(ROOM, CUN);
		await ana.readBy(`Only ${BO}, ${CUN} and you can read this.`);
		assert.notDeepEqual(await ana.fingerprintOf(CUN), killed);
	});

	it("while someone comes in, each is shown what the other says, marked, until it is said in the session", async () => {
		await cun.page.getByRole("button", { name: "Leave" }).click();
		await cun.page.getByRole("button", { name: "Join" }).waitFor();
		await ana.readBy(`Only ${BO} and you can read this.`);
		await bo.freeze();
		await cun.knock(ROOM, CUN);
		const early = cun.page.getByRole("textbox", { name: "Say something already" });
		await early.waitFor();
		await ana.readBy(`Only ${BO} and you can read this, and already ${CUN}, who is joining.`);
		await ana.say("Come in, it is warm here");
		await cun.page.getByRole("article", { name: /^Early message: Annabelle/ }).waitFor();
		await early.fill("I can see the lights");
		await early.press("Enter");
		const preview = ana.log.getByRole("article", { name: /^Early message: Cunegonde/ });
		await preview.waitFor();
		await ana.screenshot("sessions-5-preview");
		await cun.screenshot("sessions-6-meanwhile");
		await assertAccessible(ana, "early message");
		await assertAccessible(cun, "meanwhile");
		await bo.thaw();
		await cun.readBy(`Only ${ANA}, ${BO} and you can read this.`);
		await preview.waitFor({ state: "detached" });
		await ana.message("I can see the lights").waitFor();
		await cun.log.getByRole("article", { name: /^Early message: Annabelle/ }).waitFor();
	});

	it("leaving waits for the others, who may stand still; one can go at once", async () => {
		await bo.freeze();
		await cun.page.getByRole("button", { name: "Leave" }).click();
		await cun.page.getByRole("heading", { name: `Leaving ${ROOM}` }).waitFor();
		await assertAccessible(cun, "leaving");
		await cun.screenshot("sessions-7-leaving");
		await cun.page.getByRole("button", { name: "Go at once" }).click();
		await cun.page.getByRole("button", { name: "Join" }).waitFor();
		await ana.line(`${CUN} is leaving. Making new keys.`);
		await ana.page.getByRole("button", { name: "Leave" }).click();
		await ana.page.getByRole("heading", { name: "You left, and your key could not be published" }).waitFor();
		await ana.screenshot("sessions-8-unpublished");
		await assertAccessible(ana, "left unpublished");
	});

	it("broke no policy and asked no other host; only the cut line was complained about", () => {
		const cut = /ERR_CONNECTION_REFUSED|WebSocket connection to/;
		const own = house.people.filter((person) => person !== bo).flatMap((person) => person.problems);
		assert.deepEqual([...own, ...bo.problems.filter((problem) => !cut.test(problem))], []);
	});
});
