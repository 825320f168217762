import { createSuite, type Suite, type SuiteId } from "@clowder/crypto";
import { createHash } from "node:crypto";
import { fastPrimitives } from "./fast-keys.ts";

const suites: ReadonlyMap<SuiteId, Suite> = new Map([
	[1, createSuite(1, fastPrimitives)],
	[2, createSuite(2, fastPrimitives)],
]);

/** The suites of all people of a room in one process. */
export function simulatedSuite(id: SuiteId): Suite {
	return suites.get(id) as Suite;
}

export function sha512(bytes: Uint8Array): Uint8Array {
	return createHash("sha512").update(bytes).digest();
}

/** Random bytes from a text: the same every time. For simulated people alone. */
export function bytesFrom(seed: string): (length: number) => Uint8Array {
	let counter = 0;
	return (length) => {
		const out = new Uint8Array(length);
		for (let at = 0; at < length; at += 64) {
			const block = createHash("sha512").update(`${seed}/${counter++}`).digest();
			out.set(block.subarray(0, Math.min(64, length - at)), at);
		}
		return out;
	};
}
