import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertAccessible } from "../src/axe.ts";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";

const PHONE = { width: 390, height: 844 };
const ANA = "Annabelle";
const BO = "Bartholomew";
const CUN = "Cunegonde";
const OUT = `${BO} was silent for too long and is out.`;

describe("a tab that stands still with its connection open", { skip: withoutChromium }, () => {
	let house: House;

	before(async () => {
		house = await House.open();
	});
	after(async () => {
		await house?.close();
	});

	it("is out by the vote of the others, who say why, and go on", async () => {
		const ana = await house.person({ clock: true });
		const cun = await house.person({ clock: true, viewport: PHONE, colorScheme: "dark" });
		const bo = await house.person();
		await ana.join("still life", ANA);
		await bo.join("still life", BO);
		await cun.join("still life", CUN);
		await ana.readBy(`Only ${BO}, ${CUN} and you can read this.`);
		await bo.freeze();
		await Promise.all([ana.skip(45), cun.skip(45)]);
		await ana.line(`${CUN} would go on without ${BO}: no answer comes from there.`);
		for (const person of [ana, cun]) await person.line(new RegExp(`^${OUT}`));
		await ana.readBy(`Only ${CUN} and you can read this.`);
		await ana.say("Just us two");
		await ana.marked("Just us two", "with all");
		await ana.screenshot("silence-1-out");
		await cun.screenshot("silence-2-out-phone");
	});

	it("stops a conversation of two before anything could be forged, in words; what was written goes out later", async () => {
		const ana = await house.person({ clock: true, bypassCSP: true });
		const bo = await house.person();
		await ana.join("tete a tete", ANA);
		await bo.join("tete a tete", BO);
		await ana.readBy(`Only ${BO} and you can read this.`);
		await ana.say("With you");
		await ana.marked("With you", "with all");
		await bo.freeze();
		await ana.say("Are you there?");
		await ana.marked("Are you there?", "sent");
		await ana.skip(55);
		await ana.readBy("The others have not answered for a while. What you write waits until they do, or for new keys.");
		await ana.say("Nobody hears this yet");
		await ana.marked("Nobody hears this yet", "waiting");
		await ana.screenshot("silence-3-unheard");
		await ana.skip(25);
		const stopped = `Stopped for your safety: nothing shows that ${BO} still sees what you write. New keys are being made.`;
		await ana.readBy(stopped);
		await assertAccessible(ana, "frozen");
		await ana.screenshot("silence-4-frozen");
		await ana.skip(30);
		await ana.line(new RegExp(`^${OUT}`));
		await ana.marked("Nobody hears this yet", "only you");
		await ana.screenshot("silence-5-alone");
	});

	it("broke no policy, asked no other host and did not complain", () => assert.deepEqual(house.problems, []));
});
