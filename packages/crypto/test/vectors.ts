import { readFileSync, writeFileSync } from "node:fs";
import { fromHex } from "@clowder/bytes";

/** `vectors/crypto/` of the repository, seen from `packages/crypto/dist/test/`. */
const FOLDER = new URL("../../../../vectors/crypto/", import.meta.url);

/** The shape is the file's; the tests fail on a field that is not there. */
export function readVectors<T>(name: string): T {
	return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as T;
}

export function readVectorText(name: string): string {
	return readFileSync(new URL(name, FOLDER), "utf8");
}

export function writeVectorText(name: string, text: string): void {
	writeFileSync(new URL(name, FOLDER), text);
}

/** Bytes of hexadecimal text that a vector file, or a test, holds. */
export function bytes(text: string): Uint8Array {
	const result = fromHex(text);
	if (!result.ok) throw new Error(`not hexadecimal: ${text}`);
	return result.value;
}
