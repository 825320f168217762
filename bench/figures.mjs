// What is measured. Each figure comes with one that machines agree on: a ratio to the first row, or to the number of
// signature checks of the same backend that take as long.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cpuMs, primitives, Room } from "./room.mjs";

const SIZES = [2, 10, 50, 100];
const ROOM_SIZE = 10;
const ARRIVING = 50;
const MESSAGES = 200;
const VERIFICATIONS = 2000;

/** @typedef {readonly (string | number)[]} Row */

/** @returns {number} milliseconds of one signature check with a known key */
export function verificationMs() {
	const key = primitives.signingKey(new Uint8Array(32).fill(7));
	const message = new Uint8Array(200);
	const signature = primitives.sign(key, message);
	const parsed = primitives.parseVerifyKey(key.verifyKey.bytes);
	if (!parsed.ok) throw new Error("the baseline's key is refused");
	const once = () => {
		const start = cpuMs();
		for (let i = 0; i < VERIFICATIONS; i++) {
			if (!primitives.verify(parsed.value, message, signature)) throw new Error("the baseline's signature is wrong");
		}
		return (cpuMs() - start) / VERIFICATIONS;
	};
	once();
	return Math.min(once(), once(), once());
}

/**
 * The n-th join: a room of n - 1 is there, one more comes in.
 *
 * @param {number} verifyMs
 * @param {1 | 2} suiteId
 * @yields {Row}
 */
export function* joins(verifyMs, suiteId) {
	// The compiler of the engine learns from the first room, which therefore does not count.
	const warming = new Room(suiteId);
	for (let i = 0; i < ROOM_SIZE; i++) warming.join(1);
	/** @type {{ bytes: number, newcomerMs: number, memberMs: number } | undefined} */
	let first;
	for (const size of SIZES) {
		const room = new Room(suiteId);
		room.join(1);
		if (size > 2) room.join(size - 2);
		for (const member of room.members) member.computedMs = 0;
		const before = room.network.traffic;
		const began = room.network.now;
		room.join(1);
		const after = room.network.traffic;
		const [newcomerMs, ...others] = room.members
			.filter((member) => member.isMeasured)
			.map((member) => member.computedMs)
			.reverse();
		if (newcomerMs === undefined) throw new Error("nobody came");
		const memberMs = others.reduce((sum, ms) => sum + ms, 0) / others.length;
		const bytes = after.bytes - before.bytes;
		first ??= { bytes, newcomerMs, memberMs };
		yield [
			size,
			after.texts - before.texts,
			bytes,
			ratio(bytes, first.bytes),
			newcomerMs.toFixed(1),
			ratio(newcomerMs, first.newcomerMs),
			memberMs.toFixed(1),
			ratio(memberMs, first.memberMs),
			ratio(memberMs, verifyMs),
			Math.round(room.network.now - began),
		];
	}
}

/**
 * So many people who come to a founded room at the same moment.
 *
 * @param {number} verifyMs
 * @param {1 | 2} suiteId
 * @returns {Row}
 */
export function arrivals(verifyMs, suiteId) {
	const room = new Room(suiteId);
	room.join(1);
	for (const member of room.members) member.computedMs = 0;
	const before = room.network.traffic;
	room.join(ARRIVING);
	const after = room.network.traffic;
	const measured = room.members.filter((member) => member.isMeasured).map((member) => member.computedMs);
	const each = measured.reduce((sum, ms) => sum + ms, 0) / measured.length;
	const sessions = room.members[0]?.sessions ?? 0;
	return [suiteId, ARRIVING, sessions, after.bytes - before.bytes, each.toFixed(1), ratio(each, verifyMs)];
}

/**
 * Messages in a room of ten, of which those who are measured write in turn. A message counts as received once for each
 * participant, its author (by its echo) included.
 *
 * @param {number} verifyMs
 * @returns {Row[]}
 */
export function messages(verifyMs) {
	const room = new Room();
	room.join(1);
	room.join(ROOM_SIZE - 1);
	const measured = room.members.filter((member) => member.isMeasured);
	for (const member of room.members) member.computedMs = 0;
	const before = room.network.traffic;
	let sendingMs = 0;
	for (let i = 0; i < MESSAGES; i++) {
		const sender = measured[i % measured.length];
		if (sender === undefined) throw new Error("nobody is there");
		const had = sender.computedMs;
		sender.send(`message number ${i}, as long as people write them`);
		sendingMs += sender.computedMs - had;
		room.untilSeen(i + 1);
	}
	const allMs = measured.reduce((sum, member) => sum + member.computedMs, 0);
	const receivingMs = (allMs - sendingMs) / (MESSAGES * measured.length);
	const sendMs = sendingMs / MESSAGES;
	const bytes = (room.network.traffic.bytes - before.bytes) / MESSAGES;
	return [
		["sent by one participant", Math.round(1000 / sendMs), ratio(sendMs, verifyMs)],
		[
			"received by one participant, acknowledgements included",
			Math.round(1000 / receivingMs),
			ratio(receivingMs, verifyMs),
		],
		["bytes on the carrier for one message, acknowledgements included", Math.round(bytes), ""],
	];
}

/**
 * The web client as browsers load it.
 *
 * @param {string} folder
 * @returns {Row[]}
 */
export function bundle(folder) {
	if (!existsSync(folder)) return [];
	/** @type {Row[]} */
	const rows = [];
	let sum = { raw: 0, packed: 0 };
	for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
		if (!/\.(?:js|css|html|svg)$/.test(name)) continue;
		const content = readFileSync(join(folder, name));
		const packed = gzipSync(content, { level: 9 }).length;
		rows.push([name.replace(/-[\w-]{8}\./, "-*."), content.length, packed]);
		sum = { raw: sum.raw + content.length, packed: sum.packed + packed };
	}
	return [...rows, ["all", sum.raw, sum.packed]];
}

/** @param {number} part @param {number} whole */
function ratio(part, whole) {
	return (part / whole).toFixed(1);
}
