import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fromHex, hex } from "@clowder/bytes";
import { createSuite, type Suite, type SuiteId } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";

/** `vectors/mpotr/` of the repository, seen from `packages/mpotr/dist/test/vectors/`. */
const FOLDER = new URL("../../../../../vectors/mpotr/", import.meta.url);

/** What every file says about itself. */
export interface VectorFile<Case> {
	readonly description: string;
	/** File and section of the specification. */
	readonly spec: string;
	readonly suites: readonly (Case & SuiteCase)[];
}

export interface SuiteCase {
	readonly suite: SuiteId;
	readonly suiteName: string;
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
export function readVectors<Case>(name: string): VectorFile<Case> {
	const text = vectorText(name);
	if (text === undefined) throw new Error(`vectors/mpotr/${name} is not there`);
	return JSON.parse(text) as VectorFile<Case>;
}

/** One file with a case for each suite, made by the backend of Node. */
export function vectorFile<Case extends object>(
	description: string,
	section: string,
	make: (suite: Suite) => Case,
): VectorFile<Case> {
	const ids: readonly SuiteId[] = [1, 2];
	return {
		description,
		spec: `spec/protocol.md, ${section}`,
		suites: ids.map((id) => {
			const suite = createSuite(id, nodePrimitives);
			return { suite: id, suiteName: suite.name, ...make(suite) };
		}),
	};
}

/** Bytes of hexadecimal text in a vector file. */
export function bytes(text: string): Uint8Array {
	const result = fromHex(text);
	if (!result.ok) throw new Error(`not hexadecimal: ${text}`);
	return result.value;
}

export function hexes(parts: readonly Uint8Array[]): string[] {
	return parts.map(hex);
}
