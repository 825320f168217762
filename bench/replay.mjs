// Computes what one person computed in a room, alone in this process, as at home: reads a job from standard input,
// writes the milliseconds of the processor between the marks.

import { createSuite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, parseNickname } from "@clowder/mpotr";
import { createHash } from "node:crypto";
import { cpuUsage } from "node:process";
import { pathToFileURL } from "node:url";
import { seeded } from "./seeded.mjs";

/** @typedef {import("./room.mjs").Recording} Recording */

/** Milliseconds that this process has computed: what else the machine does then does not count. */
export function cpuMs() {
	const { user, system } = cpuUsage();
	return (user + system) / 1000;
}

const VERIFICATIONS = 500;
const WARM_ROUNDS = 3;

/** @returns {number} milliseconds of one signature check with a known key: what all figures are compared with */
export function verificationMs() {
	const key = nodePrimitives.signingKey(new Uint8Array(32).fill(7));
	const message = new Uint8Array(64);
	const signature = nodePrimitives.sign(key, message);
	const parsed = nodePrimitives.parseVerifyKey(key.verifyKey.bytes);
	if (!parsed.ok) throw new Error("the baseline's key is refused");
	const once = () => {
		const start = cpuMs();
		for (let i = 0; i < VERIFICATIONS; i++) {
			if (!nodePrimitives.verify(parsed.value, message, signature))
				throw new Error("the baseline's signature is wrong");
		}
		return (cpuMs() - start) / VERIFICATIONS;
	};
	once();
	return Math.min(once(), once(), once());
}

/**
 * What a part of a room cost one person: all of it, and of that its own texts.
 *
 * @typedef {{ ms: number, sends: number, sendMs: number, received: number }} Cost
 */

/**
 * @param {Recording} recording
 * @returns {Record<string, Cost>} by mark
 */
export function replay({ suiteId, seed, nickname, steps, said }) {
	const random = seeded(seed);
	const name = parseNickname(nickname);
	if (!name.ok) throw new Error(`${nickname} is no nickname`);
	const participant = createParticipant({
		suite: createSuite(suiteId, nodePrimitives),
		identity: nodePrimitives.identityKey(random(32)),
		nickname: name.value,
		random,
	});
	/** @type {Record<string, Cost>} */
	const costs = {};
	let cost = { ms: 0, sends: 0, sendMs: 0, received: 0 };
	let since = cpuMs();
	const digest = createHash("sha256");
	const begin = (/** @type {string} */ part) => {
		const now = cpuMs();
		cost.ms += now - since;
		since = now;
		cost = costs[part] ?? { ms: 0, sends: 0, sendMs: 0, received: 0 };
		costs[part] = cost;
	};
	begin("start");
	for (const step of steps) {
		if (step.type === "mark") begin(step.name);
		else if (step.type === "send") {
			const before = cpuMs();
			participant.send(step.text, step.at);
			cost.sendMs += cpuMs() - before;
			cost.sends += 1;
		} else if (step.type === "receive") {
			participant.receive(step.input, step.at);
			if (step.input.type === "text") cost.received += 1;
		} else participant.wake(step.at);
		for (const text of participant.takeTexts()) digest.update(text);
		participant.takeEvents();
	}
	begin("end");
	if (digest.digest("hex") !== said) throw new Error("something else was said than in the room: it was not the same");
	return costs;
}

async function main() {
	const chunks = [];
	for await (const chunk of process.stdin) chunks.push(chunk);
	/** @type {{ warming: Recording[], measured: Recording }} */
	const { warming, measured } = JSON.parse(Buffer.concat(chunks).toString());
	// What the compiler of the engine learns from others does not count.
	for (let round = 0; round < WARM_ROUNDS; round++) for (const recording of warming) replay(recording);
	const before = verificationMs();
	const costs = replay(measured);
	console.log(JSON.stringify({ costs, verifyMs: (before + verificationMs()) / 2 }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
