// Random bytes from a seed: a participant that is fed the same computes the same again.

import { createHash } from "node:crypto";

/** @param {string} seed @returns {(length: number) => Uint8Array} */
export function seeded(seed) {
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
