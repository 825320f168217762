// What is measured. Each figure comes with one that machines agree on: the number of signature checks of the same backend
// that take as long, measured in the same process, before and after.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { Room } from "./room.mjs";

/** @typedef {readonly (string | number)[]} Row */
/** @typedef {import("./room.mjs").Recording} Recording */
/** @typedef {import("./replay.mjs").Cost} Cost */
/** @typedef {{ costs: Record<string, Cost>, verifyMs: number }} Measured */

const SIZES = [2, 10, 50];
/** Of the room that the compiler of the engine learns from. */
const WARM_SIZE = 40;
const ARRIVING = 50;
const MESSAGES = 200;
/** Before these, for the compiler of the engine; new keys, which are due after 500 texts, are in this part. */
const WARM_MESSAGES = 600;
const TEXT =
	"a message of a hundred bytes, as long as people write them when they have something to say. So it is.".slice(0, 100);
/** Virtual time in which what an activation leaves to do is done: CLOSE, PUBLISH, RECEIVED. */
const CLOSING_MS = 10_000;
/** Virtual time between two messages. */
const PAUSE_MS = 200;
/** Texts of the greatest job for a process. */
const MAX_JOB_BYTES = 2 ** 30;

const REPLAY = fileURLToPath(new URL("replay.mjs", import.meta.url));

/**
 * What one person computed, in a process of its own.
 *
 * @param {readonly Recording[]} warming
 * @param {Recording} measured
 * @returns {Measured}
 */
function alone(warming, measured) {
	const input = JSON.stringify({ warming, measured });
	const { status, stdout, stderr } = spawnSync(process.execPath, [REPLAY], { input, maxBuffer: MAX_JOB_BYTES });
	if (status !== 0) throw new Error(stderr.toString());
	return JSON.parse(stdout.toString());
}

/** @param {1 | 2} suiteId @returns {readonly Recording[]} of a member, and of a newcomer */
function warmUp(suiteId) {
	const room = new Room(suiteId, "warming up");
	room.join(1);
	room.join(WARM_SIZE - 2);
	room.join(1);
	room.rest(CLOSING_MS);
	return [1, WARM_SIZE - 1].flatMap((i) => room.members[i]?.recording ?? []);
}

/** @param {readonly Measured[]} all @param {string} part */
function mean(all, part) {
	const ms = all.map(({ costs }) => costs[part]?.ms ?? 0);
	const checks = all.map(({ costs, verifyMs }) => (costs[part]?.ms ?? 0) / verifyMs);
	const average = (/** @type {number[]} */ values) => values.reduce((sum, one) => sum + one, 0) / values.length;
	return { ms: average(ms), checks: average(checks) };
}

/**
 * The n-th join: a room of n - 1 is there, one more comes in.
 *
 * @param {1 | 2} suiteId
 * @returns {{ rows: Row[], types: Row[] }} by size, and what the largest one's texts are
 */
export function joins(suiteId) {
	const warming = warmUp(suiteId);
	/** @type {Row[]} */
	const rows = [];
	/** @type {Row[]} */
	let types = [];
	for (const size of SIZES) {
		const room = new Room(suiteId, `a room of ${size}`);
		room.join(1);
		if (size > 2) room.join(size - 2);
		room.rest(CLOSING_MS);
		room.mark("join");
		const began = room.network.now;
		room.join(1);
		const virtualMs = room.network.now - began;
		const joined = room.sum;
		types = [...room.traffic].map(([type, { texts, bytes }]) => [type, texts, bytes]);
		room.mark("close");
		room.rest(CLOSING_MS);
		const closed = room.sum;
		types.push(...[...room.traffic].map(([type, { texts, bytes }]) => [type, texts, bytes]));
		room.mark("end");
		// Those who were there first, and in the middle, and last; the newcomer.
		const seats = [...new Set([0, Math.floor((size - 2) / 2), size - 2])];
		const members = seats.flatMap((i) => room.members[i]?.recording ?? []).map((one) => alone(warming, one));
		const newcomer = room.members.at(-1);
		if (newcomer === undefined) throw new Error("nobody came");
		const [join, close] = [mean(members, "join"), mean(members, "close")];
		const entering = mean([alone(warming, newcomer.recording)], "start");
		rows.push([
			size,
			joined.texts,
			joined.bytes,
			Math.round(join.ms),
			Math.round(join.checks),
			Math.round(entering.ms),
			Math.round(entering.checks),
			closed.texts,
			closed.bytes,
			Math.round(close.ms),
			Math.round(close.checks),
			Math.round(virtualMs),
		]);
		console.error(`suite ${suiteId}: measured the join of number ${size}`);
	}
	return { rows, types: sumByType(types) };
}

/** @param {readonly Row[]} parts @returns {Row[]} the most bytes first */
function sumByType(parts) {
	/** @type {Map<string, { texts: number, bytes: number }>} */
	const sums = new Map();
	for (const [type = "", texts, bytes] of parts) {
		const sum = sums.get(`${type}`) ?? { texts: 0, bytes: 0 };
		sums.set(`${type}`, { texts: sum.texts + Number(texts), bytes: sum.bytes + Number(bytes) });
	}
	return [...sums]
		.sort(([, a], [, b]) => b.bytes - a.bytes)
		.map(([type, { texts, bytes }]) => [type, texts, bytes, Math.round(bytes / texts)]);
}

/**
 * So many people who come to a founded room at the same moment, until all are in one session.
 *
 * @param {1 | 2} suiteId
 * @returns {Row}
 */
export function arrivals(suiteId) {
	const warming = warmUp(suiteId);
	const room = new Room(suiteId, "arrivals");
	room.join(1);
	room.mark("arrive");
	const before = room.members[0]?.sessions ?? 0;
	const began = room.network.now;
	room.join(ARRIVING);
	const { texts, bytes } = room.sum;
	const virtualMs = Math.round(room.network.now - began);
	const sessions = (room.members[0]?.sessions ?? 0) - before;
	room.mark("end");
	const founder = room.members.slice(0, 1).map(({ recording }) => alone(warming, recording));
	const others = [1, Math.floor(ARRIVING / 2), ARRIVING].flatMap((i) => room.members[i]?.recording ?? []);
	const came = others.map((recording) => alone(warming, recording));
	// What a newcomer does before it is in the place is nothing.
	const [first, each] = [mean(founder, "arrive"), mean(came, "start")];
	const all = Math.round(first.ms + ARRIVING * each.ms);
	return [
		suiteId,
		ARRIVING,
		sessions,
		texts,
		bytes,
		Math.round(first.ms),
		Math.round(each.ms),
		Math.round(each.checks),
		all,
		virtualMs,
	];
}

/**
 * Messages of a hundred bytes, all by one person, in rooms of two sizes: what one costs its author, and each who reads it;
 * acknowledgements are read like any other message.
 *
 * @param {1 | 2} suiteId
 * @param {number} people
 * @returns {Row}
 */
export function messages(suiteId, people) {
	const warming = warmUp(suiteId);
	const room = new Room(suiteId, `messages in a room of ${people}`);
	room.join(1);
	room.join(people - 1);
	room.rest(CLOSING_MS);
	const [author, reader] = room.members;
	if (author === undefined || reader === undefined) throw new Error("nobody is there");
	for (const [part, count] of /** @type {const} */ ([
		["warm", WARM_MESSAGES],
		["messages", MESSAGES],
	])) {
		room.mark(part);
		for (let i = 0; i < count; i++) {
			author.send(TEXT);
			room.rest(PAUSE_MS);
		}
	}
	room.untilSeen(WARM_MESSAGES + MESSAGES);
	const { texts, bytes } = room.sum;
	room.mark("end");
	const [sent, read] = [alone(warming, author.recording), alone(warming, reader.recording)];
	const [a, r] = [sent.costs.messages, read.costs.messages];
	if (a === undefined || r === undefined) throw new Error("nothing was measured");
	const [sendMs, readMs] = [a.sendMs / a.sends, r.ms / r.received];
	return [
		people,
		sendMs.toFixed(3),
		(sendMs / sent.verifyMs).toFixed(2),
		readMs.toFixed(3),
		(readMs / read.verifyMs).toFixed(2),
		Math.round(bytes / texts),
		(texts / MESSAGES).toFixed(2),
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
