// Computes what one side of conversations over OTRv4 computed, alone in this process: reads a job from standard input,
// writes what its parts took of the processor.

import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { createHash } from "node:crypto";
import { openConversation } from "./otrv4-side.mjs";
import { cpuMs, verificationMs } from "./replay.mjs";

/** @typedef {import("./otrv4.mjs").Recording} Recording */
/**
 * Medians in milliseconds of the processor: of what the calls of a part took together in one conversation, of what the
 * longest of them took there, and of all calls.
 *
 * @typedef {{ sumMs: number, longestCallMs: number, callMs: number }} Part
 */

/**
 * @param {"node" | "noble"} backend
 * @param {Recording} recording
 * @returns {ReadonlyMap<string, readonly number[]>} of each part, what each of its calls took
 */
function replay(backend, { side, seed, steps, said }) {
	const primitives = backend === "node" ? otrNodePrimitives : otrNoblePrimitives;
	const step = openConversation(primitives, side, seed);
	/** @type {Map<string, number[]>} */
	const parts = new Map();
	const digest = createHash("sha256");
	for (const one of steps) {
		const before = cpuMs();
		const texts = step(one);
		const took = cpuMs() - before;
		parts.set(one.part, [...(parts.get(one.part) ?? []), took]);
		for (const text of texts) digest.update(text);
	}
	if (digest.digest("hex") !== said) throw new Error("something else was said than before: it was not the same");
	return parts;
}

/** @param {readonly number[]} values */
function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? 0;
}

/** @param {readonly ReadonlyMap<string, readonly number[]>[]} runs @param {string} name @returns {Part} */
function partOf(runs, name) {
	const calls = runs.map((run) => run.get(name) ?? []);
	return {
		sumMs: median(calls.map((times) => times.reduce((sum, one) => sum + one, 0))),
		longestCallMs: median(calls.map((times) => Math.max(...times))),
		callMs: median(calls.flat()),
	};
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
/** @type {{ backend: "node" | "noble", warming: Recording[], measured: Recording[] }} */
const { backend, warming, measured } = JSON.parse(Buffer.concat(chunks).toString());
// What the compiler of the engine learns from others does not count.
for (const recording of warming) replay(backend, recording);
const before = verificationMs();
const runs = measured.map((recording) => replay(backend, recording));
const verifyMs = (before + verificationMs()) / 2;
const names = new Set(runs.flatMap((run) => [...run.keys()]));
console.log(
	JSON.stringify({ parts: Object.fromEntries([...names].map((name) => [name, partOf(runs, name)])), verifyMs }),
);
