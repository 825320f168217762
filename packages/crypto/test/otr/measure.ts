import { cpuUsage } from "node:process";
import type { OtrPrimitives, Scalar } from "@clowder/crypto/otr";
import { otrNoblePrimitives } from "@clowder/crypto/otr-noble";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { valueOf } from "../conformance-keys.ts";

/**
 * Prints the table of README.md, "The primitives of OTRv4": medians of CPU time in milliseconds, and what they are of a
 * multiplication of the base point by noble. `npm run measure:otr -w @clowder/crypto` after a build.
 */
const ROUNDS = 60;

/** Made afresh for each round, so that nothing is measured that was kept from the last one. */
type Prepare = (round: number) => () => unknown;

function median(prepare: Prepare): number {
	const times: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const run = prepare(round);
		const before = cpuUsage();
		run();
		const { user, system } = cpuUsage(before);
		times.push((user + system) / 1000);
	}
	return times.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}

/** Bytes that no other round and no other purpose has. */
function bytesOf(p: OtrPrimitives, round: number, purpose: number, length: number): Uint8Array {
	return p.shake256([Uint8Array.of(round, purpose)], length);
}

function ed448Operations(p: OtrPrimitives): Readonly<Record<string, Prepare>> {
	const { ed448 } = p;
	const seed = (round: number, purpose: number): Uint8Array => bytesOf(p, round, purpose, 57);
	const secret = (round: number, purpose: number) => ed448.hashedScalar(seed(round, purpose));
	const scalar = (round: number, purpose: number): Scalar => ed448.scalar(seed(round, purpose));
	const point = (round: number, purpose: number) => ed448.multiplyBase(secret(round, purpose));
	const message = new Uint8Array(300);
	const pair = ed448.keyPair(seed(0, 1));
	const signature = ed448.sign(pair, message);
	const proof = (round: number, bases: number) => {
		const terms = Array.from({ length: bases }, (_, i) => ({ point: point(round, 30 + i), scalar: scalar(round, i) }));
		return [{ point: ed448.base, scalar: scalar(round, 29) }, ...terms];
	};
	return {
		"`multiplyBase`, and `bytes`": (round) => {
			const factor = secret(round, 2);
			return () => ed448.multiplyBase(factor).bytes;
		},
		"`multiply`, and `bytes`": (round) => {
			const [base, factor] = [point(round, 3), secret(round, 4)];
			return () => ed448.multiply(base, factor).bytes;
		},
		"the same with a scalar used before": (round) => {
			const [base, factor] = [point(round, 3), secret(round, 4)];
			ed448.multiplyBase(factor);
			return () => ed448.multiply(base, factor).bytes;
		},
		"`multiplyBlinded`, and `bytes`": (round) => {
			const [base, factor, random] = [point(round, 5), secret(round, 6), seed(round, 7)];
			return () => ed448.multiplyBlinded(base, factor, random).bytes;
		},
		"`sum` of two, one of `G`, and `bytes`": (round) => {
			const terms = proof(round, 1);
			return () => ed448.sum(terms).bytes;
		},
		"`sum` of 21": (round) => {
			const terms = proof(round, 20);
			return () => ed448.sum(terms);
		},
		"`parsePoint`": (round) => {
			const { bytes } = point(round, 8);
			return () => valueOf(ed448.parsePoint(bytes));
		},
		"`keyPair`": (round) => () => ed448.keyPair(seed(round, 9)),
		"`sign` 300 bytes": () => () => ed448.sign(pair, message),
		"`verify` 300 bytes": () => () => ed448.verify(pair.publicKey, message, signature),
	};
}

function otherOperations(p: OtrPrimitives): Readonly<Record<string, Prepare>> {
	const { dh } = p;
	const pair = dh.keyPair(bytesOf(p, 0, 10, 80));
	const terms = Array.from({ length: 10 }, (_, i) => ({
		base: dh.keyPair(bytesOf(p, i, 11, 80)).publicKey,
		exponent: dh.exponent(bytesOf(p, i, 12, 44)),
	}));
	const data = new Uint8Array(300);
	return {
		"DH key pair": (round) => () => dh.keyPair(bytesOf(p, round, 13, 80)),
		"DH public key parsed": (round) => {
			const { bytes } = dh.keyPair(bytesOf(p, round, 14, 80)).publicKey;
			return () => valueOf(dh.parsePublicKey(bytes));
		},
		"DH agreement": () => () => dh.agree(pair, pair.publicKey),
		"DH commitment to 10 keys": (round) => {
			const v = dh.exponent(bytesOf(p, round, 15, 384));
			return () => dh.commitment(v, terms);
		},
		"SHAKE256, 300 bytes to 64": () => () => p.shake256([data], 64),
		"ChaCha20, 300 bytes": (round) => () => p.chacha20(bytesOf(p, round, 16, 32), new Uint8Array(12), data),
	};
}

const rows = [otrNoblePrimitives, otrNodePrimitives].map((p) => {
	const operations = { ...ed448Operations(p), ...otherOperations(p) };
	return Object.entries(operations).map(([name, prepare]) => ({ name, milliseconds: median(prepare) }));
});
const [noble = [], node = []] = rows;
const unit = noble[0]?.milliseconds as number;
console.log("| | noble | of its base | node | of noble's base |\n| --- | --- | --- | --- | --- |");
for (const [i, { name, milliseconds }] of noble.entries()) {
	const other = node[i]?.milliseconds as number;
	const figures = [milliseconds, milliseconds / unit, other, other / unit].map((figure) => figure.toPrecision(2));
	console.log(`| ${name} | ${figures.join(" | ")} |`);
}
