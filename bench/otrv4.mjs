// What a conversation over OTRv4 costs each side: conversations between two are written down, then what one side got and
// did is computed again by a process of its own (`otrv4-replay.mjs`), where nothing of the other side counts.

import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { openConversation, SIDES } from "./otrv4-side.mjs";

/** @typedef {import("./otrv4-side.mjs").Step} Step */
/** @typedef {import("./otrv4-side.mjs").Side} Side */
/** @typedef {import("./otrv4-replay.mjs").Part} Part */
/** @typedef {{ side: Side, seed: string, steps: Step[], said: string }} Recording */
/** @typedef {{ parts: Record<string, Part>, verifyMs: number }} Measured */

/** Conversations, each between accounts of its own; and those before them, for the compiler of the engine. */
const CONVERSATIONS = 24;
const WARM_CONVERSATIONS = 8;
/** Turns of the ratchet: of each three, one renews the brace key. */
const RATCHETS = 12;
const TEXT = "a message of a hundred bytes, as long as people write them when they have something to say. So it is.";
const MAX_JOB_BYTES = 2 ** 28;
const REPLAY = fileURLToPath(new URL("otrv4-replay.mjs", import.meta.url));

/** One conversation from its beginning to its end. @param {string} seed @returns {readonly [Recording, Recording]} */
function record(seed) {
	const sides = SIDES.map((side) => {
		const conversation = openConversation(otrNodePrimitives, side, seed);
		/** @type {Step[]} */
		const steps = [];
		return { side, conversation, steps, digest: createHash("sha256") };
	});
	/** @param {0 | 1} from @param {Step} first @param {string} receiving the part that what follows counts as */
	const exchange = (from, first, receiving) => {
		const todo = [{ to: from, step: first }];
		for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
			const side = sides[next.to];
			if (side === undefined) throw new Error("there are two sides");
			side.steps.push(next.step);
			for (const text of side.conversation(next.step)) {
				side.digest.update(text);
				todo.push({ to: next.to === 0 ? 1 : 0, step: { part: receiving, call: "receive", text } });
			}
		}
	};
	exchange(0, { part: "dake", call: "start" }, "dake");
	for (let ratchet = 0; ratchet < RATCHETS; ratchet++) {
		// Who answered the exchange has the first chain; who began it turns the ratchet first.
		const from = ratchet % 2 === 0 ? 0 : 1;
		const part = ratchet % 3 === 0 ? "brace" : "ratchet";
		exchange(from, { part: `${part}, send`, call: "send", text: TEXT }, `${part}, receive`);
		exchange(from, { part: "plain, send", call: "send", text: TEXT }, "plain, receive");
	}
	exchange(0, { part: "smp", call: "ask", text: "the miller's" }, "smp");
	exchange(1, { part: "smp", call: "answer", text: "the miller's" }, "smp");
	exchange(0, { part: "end", call: "end" }, "end");
	const [one, other] = sides.map(({ side, steps, digest }) => ({ side, seed, steps, said: digest.digest("hex") }));
	if (one === undefined || other === undefined) throw new Error("there are two sides");
	return [one, other];
}

/** @param {"node" | "noble"} backend @param {readonly Recording[]} warming @param {readonly Recording[]} measured */
function alone(backend, warming, measured) {
	const input = JSON.stringify({ backend, warming, measured });
	const { status, stdout, stderr } = spawnSync(process.execPath, [REPLAY], { input, maxBuffer: MAX_JOB_BYTES });
	if (status !== 0) throw new Error(stderr.toString());
	return /** @type {Measured} */ (JSON.parse(stdout.toString()));
}

/** What is shown of which part: all of its calls in one conversation together, or each call by itself. */
const TABLE = /** @type {const} */ ([
	["interactive DAKE", "dake", "sumMs"],
	["message without a ratchet step, sent", "plain, send", "callMs"],
	["the same, received", "plain, receive", "callMs"],
	["message with a new ECDH key, sent", "ratchet, send", "callMs"],
	["the same, received", "ratchet, receive", "callMs"],
	["message that renews the brace key, sent", "brace, send", "callMs"],
	["the same, received", "brace, receive", "callMs"],
	["SMP", "smp", "sumMs"],
]);

/**
 * Medians, of the side that began and of the one that answered, on one backend.
 *
 * @param {"node" | "noble"} backend
 * @returns {(string | number)[][]}
 */
export function conversations(backend) {
	const recordings = Array.from({ length: WARM_CONVERSATIONS + CONVERSATIONS }, (_, i) => record(`otrv4 ${i}`));
	const sides = SIDES.map((_, side) => {
		const own = recordings.flatMap((both) => both[side] ?? []);
		return alone(backend, own.slice(0, WARM_CONVERSATIONS), own.slice(WARM_CONVERSATIONS));
	});
	console.error(`OTRv4, ${backend}: measured`);
	return TABLE.map(([what, part, measure]) => {
		const cells = sides.flatMap(({ parts, verifyMs }) => {
			const ms = parts[part]?.[measure] ?? 0;
			return [rounded(ms), rounded(ms / verifyMs)];
		});
		return [what, ...cells, rounded(Math.max(...sides.map(({ parts }) => parts[part]?.longestCallMs ?? 0)))];
	});
}

export const HEADS = ["", "who began, ms", "= verif.", "who answered, ms", "= verif.", "longest call, ms"];

/** @param {number} value */
function rounded(value) {
	return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
