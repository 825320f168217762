import assert from "node:assert/strict";
import { normalisePassphrase, type Suite } from "@clowder/crypto";
import type { ParticipantOptions } from "../src/index.ts";
import { type ParsedMessage, parseMessage, wholeMessage } from "../src/wire/envelope.ts";
import { change, type Cheater, enterCheater, flipped } from "./support/cheat.ts";
import { eventsOf, names, type Person, TestPlace } from "./support/place.ts";

const MINUTE = 60_000;

/** A text that passed through a real room, and what it is. */
export interface Passed {
	readonly from: string;
	readonly text: string;
	readonly parsed: ParsedMessage;
}

/** What passed so far. */
export function passed(place: TestPlace): readonly Passed[] {
	return place.log.flatMap((item) => {
		if (item.type !== "text") return [];
		const parsed = parseMessage(place.suite, item.text);
		return parsed.ok ? [{ from: item.from, text: item.text, parsed: parsed.value }] : [];
	});
}

/** Asked after every delivery: nothing is parsed. */
function rosters(place: TestPlace): number {
	return place.log.filter((item) => item.type === "text" && item.text.includes(":3Roster:3")).length;
}

/** A room that asks for a passphrase and asks its people too, so that every way of coming in is gone. */
class Scene {
	readonly place: TestPlace;
	readonly ana: Person;
	readonly options: Partial<ParticipantOptions>;

	constructor(suite: Suite) {
		const passphrase = normalisePassphrase("open sesame");
		assert.ok(passphrase.ok);
		this.options = { passphrase: passphrase.value, terms: { policy: "any" } };
		this.place = new TestPlace(suite);
		this.ana = this.place.enter("Ana", this.options);
		this.place.run(MINUTE, () => names(this.ana).length === 1);
	}

	/** Someone comes, and Ana says yes. */
	come<P extends Person>(person: P, done: () => boolean = () => names(person).includes(person.name)): P {
		const { place, ana } = this;
		const asked = eventsOf(ana, "asking").length;
		place.run(MINUTE, () => eventsOf(ana, "asking").length > asked);
		const asking = eventsOf(ana, "asking").at(-1) ?? assert.fail("nobody asks");
		place.act(ana, (one) => one.approve(asking.person.id, place.now));
		place.run(MINUTE, done);
		return person;
	}

	enter(name: string): Person {
		return this.come(this.place.enter(name, this.options));
	}

	rekey(): void {
		this.place.act(this.ana, (one) => one.rekey(this.place.now));
		this.place.run(MINUTE);
	}
}

/** Someone comes in while others write, and writes themselves. */
function chatOnTheWay(scene: Scene): Person {
	const { place, ana } = scene;
	const before = rosters(place);
	const di = scene.come(place.enter("Di", scene.options), () => rosters(place) > before);
	place.say(ana, "Di is coming");
	place.say(di, "I am coming");
	place.run(MINUTE);
	return di;
}

/** Asking for what is missing, and an answer. */
function ask(scene: Scene, cheater: Cheater): void {
	const { place } = scene;
	const own = passed(place).findLast(
		({ from, parsed }) => from === cheater.handle && parsed.message.type === "MESSAGE",
	);
	const { v, context } = (own ?? assert.fail("the cheater said nothing")).parsed.header;
	place.inject(cheater.handle, cheater.sign(v, context, 0, { type: "ASK", have: 0 }));
	place.run(1000);
	const asked = passed(place).findLast(({ parsed }) => parsed.message.type === "ASK") ?? assert.fail("not asked");
	const texts = passed(place).filter(({ parsed }) => parsed.message.type === "MESSAGE");
	const messages = texts
		.slice(-2)
		.map(({ from, parsed }) => ({ handle: from, whole: wholeMessage(place.suite, parsed) }));
	place.inject(
		cheater.handle,
		cheater.sign(v, context, 0, { type: "REPLY", ask: asked.parsed.hash, have: 0, more: false, messages }),
	);
	place.run(1000);
}

/** Each way of breaking a key agreement, one cheater after another. */
function cheatAll(scene: Scene): void {
	const { place, options } = scene;
	const link = change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, cL: flipped(m.ring.cL) } }));
	const share = change("SHARE", (m) => ({ ...m, ring: m.ring && { ...m.ring, z: flipped(m.ring.z) } }));
	const confirmation = change("SHARE", (m) => ({ ...m, confirmations: m.confirmations.map(flipped) }));
	for (const [name, how] of [
		["Link", link],
		["Share", share],
	] as const) {
		const cheater = enterCheater(place, name, how, options);
		cheater.cheating = false;
		scene.come(cheater);
		place.say(cheater, "I mean no harm");
		place.run(5000);
		if (name === "Link") ask(scene, cheater);
		cheater.cheating = true;
		scene.rekey();
		place.vanish(cheater);
	}
	const newcomer = enterCheater(place, "Confirmation", confirmation, options);
	scene.come(newcomer, () => newcomer.participant.view().phase === "over");
	place.vanish(newcomer);
	place.run(MINUTE);
}

/**
 * One room in which everything happens that the protocol has a message for: people come, are let in, turned away, write,
 * write on the way in, cheat in each way, fall silent, vanish, come back and go.
 */
export function eventfulRoom(suite: Suite): TestPlace {
	const scene = new Scene(suite);
	const { place, ana } = scene;
	const bo = scene.enter("Bo");
	place.say(bo, "hello");
	place.run(5000);
	const twin = place.enter("Ana", scene.options);
	place.run(MINUTE, () => twin.participant.view().phase === "over");
	place.vanish(twin);
	const di = chatOnTheWay(scene);
	cheatAll(scene);
	place.vanish(bo);
	place.run(1000);
	scene.come(place.reenter(bo));
	place.asleep.add(di);
	place.say(ana, "where is Di?");
	place.run(5 * MINUTE);
	place.vanish(di);
	place.run(MINUTE);
	const cy = scene.enter("Cy");
	place.vanish(cy);
	place.run(MINUTE);
	const eve = scene.enter("Eve");
	place.say(eve, "I have to go");
	place.run(5000);
	place.act(eve, (one) => one.leave(place.now));
	place.run(MINUTE);
	place.vanish(eve);
	place.run(MINUTE);
	return place;
}
