import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fromHex, hex } from "@clowder/bytes";
import { fingerprintOf } from "@clowder/client";
import { noblePrimitives } from "@clowder/crypto/noble";
import { withoutChromium } from "../src/chromium.ts";
import { House } from "../src/house.ts";
import type { Person } from "../src/person.ts";
import { findLeaks, type Secret } from "../src/server-eye.ts";
import { messageSizes } from "../src/wire.ts";

const ROOM = "Beneath the old clock tower";
const ANA = "Annabelle";
const BO = "Bartholomew";
const CUN = "Cunegonde";

/** From one letter to nearly all that the least padding holds. */
const TEXTS = [
	"Zanzibar!",
	"Wherever quicksilver flows, nightjars follow",
	"Mjölnir ⚡ thunderstruck gargoyles; 'quotes' & <angles>",
	"Perpendicular hummingbirds juxtapose xylophones beside bewildered kaleidoscopes. ".repeat(2).trim(),
];

describe("three windows", { skip: withoutChromium }, () => {
	let house: House;
	let ana: Person;
	let bo: Person;
	let cun: Person;
	const said: string[] = [];

	before(async () => {
		house = await House.open();
		[ana, bo, cun] = await Promise.all([house.person(), house.person(), house.person()]);
	});
	after(async () => {
		await house?.close();
	});

	async function say(person: Person, text: string): Promise<void> {
		said.push(text);
		await person.say(text);
	}

	it("nobody can write before there is a session, and the steps on the way have names", async () => {
		await ana.screenshot("1-enter");
		assert.equal(await ana.composer.count(), 0);
		await ana.page.evaluate(recordSteps);
		await ana.join(ROOM, ANA);
		await ana.readBy("Only you are here. Nobody else can read this.");
		const steps = await ana.page.evaluate(() => (globalThis as unknown as { steps: string[] }).steps);
		assert.ok(
			steps.some((step) => step.includes("Making your keys")),
			steps.join("; "),
		);
	});

	it("two meet and talk, and each message ends with all", async () => {
		await bo.knock(ROOM, BO);
		await bo.page.getByRole("list", { name: "Steps" }).waitFor();
		await bo.screenshot("2-joining");
		if (await bo.page.getByRole("list", { name: "Steps" }).isVisible()) assert.equal(await bo.composer.count(), 0);
		await bo.composer.waitFor();
		await ana.readBy(`Only ${BO} and you can read this.`);
		await bo.readBy(`Only ${ANA} and you can read this.`);
		for (const [index, text] of TEXTS.entries()) {
			const [sender, receiver] = index % 2 === 0 ? [ana, bo] : [bo, ana];
			await say(sender, text);
			await receiver.message(text).waitFor();
			await sender.marked(text, "with all");
		}
		assert.deepEqual(await ana.order(TEXTS), TEXTS);
		assert.deepEqual(await bo.order(TEXTS), TEXTS);
	});

	it("a third joins while the others write, and all agree on the order", async () => {
		const during = Array.from({ length: 6 }, (_, i) => `Marginalia during admission, verse ${i + 1}`);
		const joined = cun.join(ROOM, CUN);
		for (const [index, text] of during.entries()) await say(index % 2 === 0 ? ana : bo, text);
		await joined;
		await cun.readBy(`Only ${ANA}, ${BO} and you can read this.`);
		const last = "Triumvirate assembled at midnight";
		await say(cun, last);
		for (const person of [ana, bo]) {
			await person.message(last).waitFor();
			for (const text of during) await person.message(text).waitFor();
			await person.line(`${CUN} joined.`);
		}
		await cun.marked(last, "with all");
		const [seenByAna, seenByBo, seenByCun] = await Promise.all([
			ana.order([...during, last]),
			bo.order([...during, last]),
			cun.order([...during, last]),
		]);
		assert.equal(seenByAna.length, during.length + 1);
		assert.deepEqual(seenByBo, seenByAna);
		// Who came later sees the end of the same conversation.
		assert.deepEqual(seenByCun, seenByAna.slice(-seenByCun.length));
		await ana.screenshot("3-room");
	});

	it("everyone's fingerprint is the same on all three screens", async () => {
		const [onOwn, onAnas, onBos] = [
			await cun.fingerprintOf(CUN),
			await ana.fingerprintOf(CUN),
			await bo.fingerprintOf(CUN),
		];
		assert.equal(onOwn.words.length, 12);
		assert.equal(onOwn.digits.length, 32);
		assert.deepEqual(onAnas, onOwn);
		assert.deepEqual(onBos, onOwn);
		assert.notDeepEqual(await cun.fingerprintOf(ANA), onOwn);
		await cun.other(ANA).click();
		await cun.page.getByRole("dialog").waitFor();
		await cun.screenshot("4-person");
		await cun.page.keyboard.press("Escape");
	});

	it("who closes the tab is seen to leave, and comes back", async () => {
		await cun.page.close();
		for (const person of [ana, bo])
			await person.line(new RegExp(`${CUN} (left|stopped answering and was taken out)\\.`));
		await ana.readBy(`Only ${BO} and you can read this.`);
		await say(ana, "Departed chanteuse remembered");
		await ana.marked("Departed chanteuse remembered", "with all");
		await cun.reopen();
		await cun.join(ROOM, CUN);
		await cun.readBy(`Only ${ANA}, ${BO} and you can read this.`);
		await say(cun, "Returned chanteuse rejoicing");
		await bo.message("Returned chanteuse rejoicing").waitFor();
		assert.equal(await cun.message("Departed chanteuse remembered").count(), 0);
	});

	it("no window broke its policy, asked another host or complained", () => {
		assert.deepEqual(house.problems, []);
	});

	describe("the server's eye", () => {
		it("sees no nickname, no long-term key and no text", async () => {
			const secrets: Secret[] = [
				...[ANA, BO, CUN].map((value) => ({ name: `nickname ${value}`, value })),
				...said.map((value) => ({ name: `text "${value.slice(0, 20)}"`, value })),
			];
			for (const [name, person] of [
				[ANA, ana],
				[BO, bo],
				[CUN, cun],
			] as const) {
				const shown = await person.fingerprintOf(name);
				const identity = await identityOf(person, shown.digits);
				secrets.push(
					{ name: `long-term key of ${name}`, value: identity.publicKey },
					{ name: `long-term secret of ${name}`, value: identity.seed },
					{ name: `fingerprint of ${name}`, value: fromHexOrThrow(shown.digits) },
					...wordPairs(shown.words).map(
						(value): Secret => ({ name: `fingerprint of ${name} in words`, value, whole: true }),
					),
				);
			}
			const seen = Buffer.from(house.passed.map(({ text }) => text).join("\n"));
			assert.ok(seen.length > 50_000, `only ${seen.length} bytes passed the server`);
			assert.deepEqual(findLeaks(seen, secrets), []);
		});

		it("would have seen them, had one client leaked them once", async () => {
			const honest = house.passed.map(({ text }) => text);
			const leaking = [...honest];
			leaking[leaking.length >> 1] += `<body>${Buffer.from(`.. ${TEXTS[1]}`).toString("base64")}</body>`;
			const secret = { name: "text", value: TEXTS[1] ?? "" };
			assert.notDeepEqual(findLeaks(Buffer.from(leaking.join("\n")), [secret]), []);
		});

		it("sees one size for messages of all these lengths", () => {
			assert.ok(new Set(said.map((text) => Buffer.byteLength(text))).size > 4);
			const sizes = messageSizes(house.passed);
			assert.ok(sizes.length >= said.length, `${sizes.length} messages for ${said.length} texts`);
			assert.equal(new Set(sizes).size, 1, [...new Set(sizes)].join(", "));
		});
	});
});

/**
 * Two words in a row. One word alone shows nothing: XMPP itself says `response` and `message`, which are in the dictionary.
 */
function wordPairs(words: readonly string[]): string[] {
	return words.slice(1).map((word, i) => `${words[i]} ${word}`);
}

/** Which of what the page drew is the seed of the identity that the screen shows. */
async function identityOf(person: Person, digits: string): Promise<{ seed: Uint8Array; publicKey: Uint8Array }> {
	for (const drawn of await person.drawn()) {
		const seed = fromHexOrThrow(drawn);
		const publicKey = noblePrimitives.identityKey(seed).publicKey.bytes;
		if (fingerprintOf(publicKey, noblePrimitives).hexGroups.join("") === digits) return { seed, publicKey };
	}
	throw new Error("the page drew no seed whose key has the fingerprint it shows");
}

function fromHexOrThrow(text: string): Uint8Array {
	const bytes = fromHex(text);
	assert.ok(bytes.ok && hex(bytes.value) === text);
	return bytes.value;
}

/** Runs in the page: keeps every text that the list of steps has had, since they pass quickly. */
function recordSteps(): void {
	const steps: string[] = [];
	const look = (): void => {
		for (const item of document.querySelectorAll("li")) {
			const text = item.textContent ?? "";
			if (!steps.includes(text)) steps.push(text);
		}
	};
	new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
	Object.assign(globalThis, { steps });
}
