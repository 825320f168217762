import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertAccessible } from "../src/axe.ts";
import { type Change, flipped } from "../src/cheater.ts";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";
import type { Person } from "../src/person.ts";

const PHONE = { width: 390, height: 844 };
const ANA = "Annabelle";
const CUN = "Cunegonde";
const MAL = "Malvolio";
const CHECKED = "Everyone’s device here has checked that. Making new keys.";

interface Case {
	readonly what: string;
	readonly how: Change;
	/** What brings it about: new keys for all three, or that the third comes in. */
	readonly when: "new-keys" | "joining";
	/** The message that convicts, as it stands on the wire. */
	readonly evidence: "Fault" | "Complain" | undefined;
	readonly said: string;
	readonly rule: string;
}

const CASES: readonly Case[] = [
	{
		what: "a bad share",
		how: (m) => (m.type === "SHARE" && m.ring ? { ...m, ring: { ...m.ring, z: flipped(m.ring.z) } } : m),
		when: "new-keys",
		evidence: "Fault",
		said: "what they gave for the new keys, or said about it, is wrong",
		rule: "BLAME-5",
	},
	{
		what: "a bad key confirmation to a newcomer",
		how: (m) => (m.type === "SHARE" ? { ...m, confirmations: m.confirmations.map(flipped) } : m),
		when: "joining",
		evidence: "Complain",
		said: "what they gave for the new keys, or said about it, is wrong",
		rule: "BLAME-4",
	},
	{
		what: "a confirmation of another key",
		how: (m) => (m.type === "CONFIRM" ? { ...m, mac: flipped(m.mac) } : m),
		when: "new-keys",
		evidence: undefined,
		said: "they confirmed another key than the one agreed on",
		rule: "CONFIRM-2",
	},
];

describe("somebody who cheats with their own keys", { skip: withoutChromium }, () => {
	let house: House;

	before(async () => {
		house = await House.open();
	});
	after(async () => {
		await house?.close();
	});

	async function sound(person: Person, screen: string): Promise<void> {
		await assertAccessible(person, screen);
		assert.equal(await person.overflows(), false, `${screen} is wider than the window`);
	}

	for (const [i, { what, how, when, evidence, said, rule }] of CASES.entries()) {
		it(`${what}: the others are told who is out and why, and go on`, async () => {
			const room = `court ${i + 1}`;
			const before = house.passed.length;
			const ana = await house.person({ bypassCSP: true });
			const cun = await house.person({ bypassCSP: true, viewport: PHONE, colorScheme: "dark" });
			await ana.join(room, ANA);
			const mal = await house.cheater(room, MAL);
			await ana.readBy(`Only ${MAL} and you can read this.`);
			if (when === "joining") mal.how = how;
			await cun.join(room, CUN);
			if (when === "new-keys") {
				await ana.readBy(`Only ${CUN}, ${MAL} and you can read this.`);
				await cun.readBy(`Only ${ANA}, ${MAL} and you can read this.`);
				await ana.say("All three of us");
				await ana.marked("All three of us", "with all");
				mal.how = how;
				await ana.command("New keys now");
			}
			const verdict = `${MAL} broke the rules of the protocol and is out: ${said}. ${CHECKED}`;
			await ana.line(verdict);
			await ana.readBy(`Only ${CUN} and you can read this.`);
			await cun.readBy(`Only ${ANA} and you can read this.`);
			// Also where she was on the way in: by her own device.
			await cun.line(verdict);
			for (const person of [ana, cun]) assert.equal(await person.log.getByText(`${MAL} broke the rules`).count(), 1);
			assert.ok(mal.changed > 0, "there was something to find");
			if (evidence !== undefined) {
				const placed = house.passed.slice(before).some(({ text }) => text.includes(`:3${evidence}:3`));
				assert.ok(placed, `${evidence} convicted`);
			}
			await ana.say("Just us two");
			await cun.message("Just us two").waitFor();
			await ana.marked("Just us two", "with all");
			await cun.say("And good so");
			await ana.message("And good so").waitFor();
			await sound(ana, `${what}, desktop`);
			await sound(cun, `${what}, phone`);
			await ana.page.emulateMedia({ colorScheme: "light" });
			await cun.page.emulateMedia({ colorScheme: "dark" });
			await ana.screenshot(`blame-${i + 1}-desktop`);
			await cun.screenshot(`blame-${i + 1}-phone`);
			await cun.page.getByRole("button", { name: "Details" }).click();
			const details = cun.page.getByRole("dialog", { name: "Details" });
			await details.getByText(`${MAL}: rule ${rule}`).waitFor();
			await cun.screenshot(`blame-${i + 1}-phone-details`);
		});
	}

	it("broke no policy, asked no other host and did not complain", () => assert.deepEqual(house.problems, []));
});
