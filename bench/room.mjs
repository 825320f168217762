// A room of participants on the in-memory carrier, which writes down what some of them got, so that `replay.mjs` can
// measure each of these alone.

import { parseRoomName } from "@clowder/carrier";
import { MemoryNetwork } from "@clowder/carrier/memory";
import { createSuite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, parseNickname } from "@clowder/mpotr";
import { createHash } from "node:crypto";
import { sharingVerdicts } from "./memo.mjs";
import { seeded } from "./seeded.mjs";

/** @typedef {import("@clowder/carrier").CarrierEvent} CarrierEvent */
/** @typedef {import("@clowder/mpotr").RoomEvent} RoomEvent */
/** @typedef {import("@clowder/mpotr").CarrierInput} CarrierInput */

/**
 * What one person got and did, in order.
 *
 * @typedef {{ type: "receive", at: number, input: CarrierInput } | { type: "wake", at: number }
 *   | { type: "send", at: number, text: string } | { type: "mark", name: string }} Step
 */

/**
 * One person's part of a room: all that it takes to compute the same again. `said` is the SHA-256 of all that it sent.
 *
 * @typedef {{ suiteId: 1 | 2, seed: string, nickname: string, steps: Step[], said: string }} Recording
 */

/** With ML-KEM-768. */
export const SUITE_HYBRID = 2;
/** Without. */
export const SUITE_CLASSICAL = 1;

/** @template T @param {{ ok: true, value: T } | { ok: false, error: unknown }} result @returns {T} */
export function value(result) {
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
}

const memo = sharingVerdicts(nodePrimitives);
const ROOM = value(parseRoomName("bench"));

/** One person: a participant, its place in the room, and what it got there. */
class Member {
	/** @type {MemoryNetwork} */ #network;
	/** @type {import("@clowder/carrier").Place} */ #place;
	/** @type {number | undefined} */ #alarm;
	/** @type {Pick<Recording, "suiteId" | "seed" | "nickname">} */ #who;
	/** @type {Step[]} */ #steps = [];
	#said = createHash("sha256");
	messages = 0;
	/** Sessions that it was in. */
	sessions = 0;
	/** In the present session. */
	people = 0;

	/** @param {MemoryNetwork} network @param {1 | 2} suiteId @param {string} seed @param {string} nickname @param {(text: string) => void} onText */
	constructor(network, suiteId, seed, nickname, onText) {
		this.#network = network;
		this.onText = onText;
		this.#who = { suiteId, seed, nickname };
		const random = seeded(seed);
		this.participant = createParticipant({
			suite: createSuite(suiteId, memo),
			identity: memo.identityKey(random(32)),
			nickname: value(parseNickname(nickname)),
			random,
		});
		this.#place = network.enter({ room: ROOM, onEvent: (event) => this.#receive(event) });
	}

	/** What it got and did so far. @returns {Recording} */
	get recording() {
		return { ...this.#who, steps: [...this.#steps], said: this.#said.copy().digest("hex") };
	}

	/** @param {string} text */
	send(text) {
		this.#steps.push({ type: "send", at: this.#network.now, text });
		value(this.participant.send(text, this.#network.now));
		this.#collect();
	}

	/** From here on it is another part of what is measured. @param {string} name */
	mark(name) {
		this.#steps.push({ type: "mark", name });
	}

	/** @param {CarrierEvent} event */
	#receive(event) {
		if (event.type === "refused") throw new Error(`the carrier refused a text: ${event.reason}`);
		this.#steps.push({ type: "receive", at: this.#network.now, input: event });
		this.participant.receive(event, this.#network.now);
		this.#collect();
	}

	#collect() {
		for (const event of this.participant.takeEvents()) this.#see(event);
		for (const text of this.participant.takeTexts()) {
			this.#said.update(text);
			this.onText(text);
			value(this.#place.send(text));
		}
		this.#setAlarm();
	}

	/** @param {RoomEvent} event */
	#see(event) {
		if (event.type === "message") this.messages += 1;
		if (event.type === "session") {
			this.people = event.session.people.length;
			this.sessions += 1;
		}
		// What crosses an activation on its way is overtaken, and sent anew.
		const isOvertaken = event.type === "refused" && event.refusal.blame === "timing";
		if ((event.type === "refused" && !isOvertaken) || event.type === "divergence") {
			throw new Error(`unexpected in an honest room: ${JSON.stringify(event)}`);
		}
	}

	#setAlarm() {
		const at = this.participant.nextWake();
		if (at === undefined || at === this.#alarm) return;
		this.#alarm = at;
		this.#network.at(at, () => {
			if (this.#alarm !== at) return;
			this.#alarm = undefined;
			this.#steps.push({ type: "wake", at: this.#network.now });
			this.participant.wake(this.#network.now);
			this.#collect();
		});
	}
}

/** A room that grows. Rooms of one name are the same, to the last byte. */
export class Room {
	network = new MemoryNetwork({ seed: 1 });
	/** @type {Member[]} */
	members = [];
	/** What is on the carrier since the last `count`, by type of message. @type {Map<string, { texts: number, bytes: number }>} */
	traffic = new Map();
	/** @type {1 | 2} */ #suiteId;
	/** @type {string} */ #name;

	/** @param {1 | 2} suiteId @param {string} name */
	constructor(suiteId, name) {
		this.#suiteId = suiteId;
		this.#name = name;
	}

	/** Lets so many come in, at the same time, and runs until all are in one session. @param {number} count */
	join(count) {
		for (let i = 0; i < count; i++) {
			const number = this.members.length + 1;
			const seed = `${this.#name}/${number}`;
			const onText = (/** @type {string} */ text) => this.#count(text);
			this.members.push(new Member(this.network, this.#suiteId, seed, `member ${number}`, onText));
		}
		const size = this.members.length;
		const isJoined = this.network.run(() => this.members.every((member) => member.people === size));
		if (!isJoined) throw new Error(`the room never came to ${size} people`);
	}

	/** Runs on for some virtual time: sessions that are over are closed, and their keys published. @param {number} ms */
	rest(ms) {
		this.network.run(this.network.now + ms);
	}

	/** Runs until everyone has seen so many messages. @param {number} count */
	untilSeen(count) {
		if (!this.network.run(() => this.members.every((member) => member.messages >= count))) {
			throw new Error(`not everyone saw ${count} messages`);
		}
	}

	/** From here on it is another part of what is measured. @param {string} name */
	mark(name) {
		this.traffic.clear();
		for (const member of this.members) member.mark(name);
	}

	/** @param {string} text */
	#count(text) {
		const type = /^:3mpCAT:3(.+?):3/.exec(text)?.[1] ?? "?";
		const { texts, bytes } = this.traffic.get(type) ?? { texts: 0, bytes: 0 };
		this.traffic.set(type, { texts: texts + 1, bytes: bytes + text.length });
	}

	/** All that is on the carrier since the last mark. */
	get sum() {
		const all = [...this.traffic.values()];
		return {
			texts: all.reduce((sum, { texts }) => sum + texts, 0),
			bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
		};
	}
}
