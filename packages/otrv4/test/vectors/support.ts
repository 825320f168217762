import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fromHex, type Result } from "@clowder/bytes";
import type { Random } from "../../src/random.ts";

/** `vectors/otrv4/` of the repository, seen from `packages/otrv4/dist/test/vectors/`. */
const FOLDER = new URL("../../../../../vectors/otrv4/", import.meta.url);

/** What every file that the script writes says about itself. */
export interface VectorFile<Case> {
	readonly description: string;
	/** File and section of the specification. */
	readonly spec: string;
	readonly cases: readonly Case[];
}

export function vectorText(name: string): string | undefined {
	const file = new URL(name, FOLDER);
	return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

export function writeVectorText(name: string, text: string): void {
	mkdirSync(FOLDER, { recursive: true });
	writeFileSync(new URL(name, FOLDER), text);
}

/** A file of the shape that its reader says. */
export function readVectors<Shape>(name: string): Shape {
	const text = vectorText(name);
	if (text === undefined) throw new Error(`vectors/otrv4/${name} is not there`);
	return JSON.parse(text) as Shape;
}

/** Bytes of hexadecimal text in a vector file. */
export function bytes(text: string): Uint8Array {
	const result = fromHex(text);
	if (!result.ok) throw new Error(`not hexadecimal: ${text}`);
	return result.value;
}

/** Random bytes from a seed, the same every time: SHAKE-256 of "seed/0", "seed/1" and so on. */
export function seeded(seed: string): Random {
	let counter = 0;
	return (length) =>
		new Uint8Array(createHash("shake256", { outputLength: length }).update(`${seed}/${counter++}`).digest());
}

/** The same, and what was drawn since the last call of `taken`. */
export function recorded(random: Random): { readonly random: Random; readonly taken: () => string[] } {
	let drawn: string[] = [];
	return {
		random: (length) => {
			const bytes = random(length);
			drawn.push(Buffer.from(bytes).toString("hex"));
			return bytes;
		},
		taken: () => {
			const all = drawn;
			drawn = [];
			return all;
		},
	};
}

export function must<T>(result: Result<T, unknown>): T {
	if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
	return result.value;
}
