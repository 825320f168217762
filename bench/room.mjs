// A room of participants on the in-memory carrier, with the time that each spends computing.

import { cpuUsage } from "node:process";
import { parseRoomName } from "@clowder/carrier";
import { MemoryNetwork } from "@clowder/carrier/memory";
import { createSuite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, parseNickname } from "@clowder/mpotr";
import { randomBytes } from "node:crypto";
import { sharingVerdicts } from "./memo.mjs";

/** @typedef {import("@clowder/carrier").CarrierEvent} CarrierEvent */
/** @typedef {import("@clowder/mpotr").RoomEvent} RoomEvent */

/** With ML-KEM-768. */
export const SUITE_HYBRID = 2;
/** Without. */
export const SUITE_CLASSICAL = 1;

/** @template T @param {{ ok: true, value: T } | { ok: false, error: unknown }} result @returns {T} */
function value(result) {
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
}

/** The backend whose primitives the room uses; the baseline of the figures. */
export const primitives = nodePrimitives;
const memo = sharingVerdicts(primitives);
/** So many of those who are there first compute everything by themselves; so does who comes with `join(1)`. */
const MEASURED_FIRST = 3;
const ROOM = value(parseRoomName("bench"));

/** Milliseconds that this process has computed: what else the machine does then does not count. */
export function cpuMs() {
	const { user, system } = cpuUsage();
	return (user + system) / 1000;
}

/** @param {number} length */
const random = (length) => new Uint8Array(randomBytes(length));

/** One person: a participant, its place in the room, and the milliseconds it has computed. */
class Member {
	/** @type {MemoryNetwork} */ #network;
	/** @type {import("@clowder/carrier").Place} */ #place;
	/** @type {number | undefined} */ #alarm;
	computedMs = 0;
	messages = 0;
	/** Sessions that it was in. */
	sessions = 0;
	/** In the present session. */
	people = 0;

	/** @param {MemoryNetwork} network @param {1 | 2} suiteId @param {string} nickname @param {boolean} isMeasured */
	constructor(network, suiteId, nickname, isMeasured) {
		this.#network = network;
		this.isMeasured = isMeasured;
		this.participant = createParticipant({
			suite: createSuite(suiteId, isMeasured ? primitives : memo),
			identity: primitives.identityKey(random(32)),
			nickname: value(parseNickname(nickname)),
			random,
		});
		this.#place = network.enter({ room: ROOM, onEvent: (event) => this.#receive(event) });
	}

	/** @param {string} text */
	send(text) {
		this.#act(() => value(this.participant.send(text, this.#network.now)));
	}

	/** @param {CarrierEvent} event */
	#receive(event) {
		if (event.type === "refused") throw new Error(`the carrier refused a text: ${event.reason}`);
		this.#act(() => this.participant.receive(event, this.#network.now));
	}

	/** @param {() => void} action */
	#act(action) {
		const start = cpuMs();
		action();
		const texts = this.participant.takeTexts();
		const events = this.participant.takeEvents();
		this.computedMs += cpuMs() - start;
		for (const event of events) this.#see(event);
		for (const text of texts) value(this.#place.send(text));
		this.#setAlarm();
	}

	/** @param {RoomEvent} event */
	#see(event) {
		if (event.type === "message") this.messages += 1;
		if (event.type === "session") {
			this.people = event.session.people.length;
			this.sessions += 1;
		}
		if (event.type === "refused" || event.type === "divergence") {
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
			this.#act(() => this.participant.wake(this.#network.now));
		});
	}
}

/** A room that grows. */
export class Room {
	network = new MemoryNetwork({ seed: 1 });
	/** @type {Member[]} */
	members = [];
	/** @type {1 | 2} */ #suiteId;

	/** @param {1 | 2} suiteId */
	constructor(suiteId = SUITE_HYBRID) {
		this.#suiteId = suiteId;
	}

	/** Lets so many come in, at the same time, and runs until all are in one session. @param {number} count */
	join(count) {
		for (let i = 0; i < count; i++) {
			const isMeasured = count === 1 || this.members.length < MEASURED_FIRST;
			this.members.push(new Member(this.network, this.#suiteId, `member ${this.members.length + 1}`, isMeasured));
		}
		const size = this.members.length;
		const isJoined = this.network.run(() => this.members.every((member) => member.people === size));
		if (!isJoined) throw new Error(`the room never came to ${size} people`);
	}

	/** Runs until everyone has seen so many messages. @param {number} count */
	untilSeen(count) {
		if (!this.network.run(() => this.members.every((member) => member.messages >= count))) {
			throw new Error(`not everyone saw ${count} messages`);
		}
	}
}
