import { hex, utf8 } from "@clowder/bytes";
import { outcome } from "./cpace-reference.ts";
import * as ref from "./reference.ts";

/** A whole run; the password is a passphrase in its normal form. */
export interface CpaceCase {
	readonly name: string;
	readonly password: string;
	readonly channel: string;
	readonly sid: string;
	readonly initiator: { readonly scalar: string; readonly data: string; readonly share: string };
	readonly responder: { readonly scalar: string; readonly data: string; readonly share: string };
	readonly isk: string;
}

/** Name, then the lengths of the password, the channel, the sid, and the data of either side. */
const LENGTHS: readonly (readonly [string, number, number, number, number, number])[] = [
	["all as short as can be", 1, 0, 16, 0, 0],
	["one zero fills the block", 116, 20, 64, 64, 64],
	["a password that fills the block by itself", 117, 20, 64, 64, 64],
	["a password longer than the block, its length still one byte", 127, 20, 64, 64, 64],
	["a password whose length takes two bytes", 128, 20, 64, 64, 64],
	["all lengths of two bytes", 256, 128, 128, 128, 129],
	["all as long as can be", 256, 4096, 4096, 4096, 4096],
];

function bytesOf(name: string, length: number): Uint8Array {
	const out = new Uint8Array(length);
	for (let at = 0; at < length; at += 64) {
		out.set(ref.sha512(utf8(`clowder vectors, ${name}, ${at}`)).subarray(0, Math.min(64, length - at)), at);
	}
	return out;
}

/** CRYPTO-18, at the edges of the lengths, where the draft has no vector. */
export function cpaceCases(): CpaceCase[] {
	return LENGTHS.map(([name, password, channel, sid, dataA, dataB], i) => {
		const run = {
			password: utf8("a".repeat(password)),
			channel: bytesOf(`channel ${i}`, channel),
			sid: bytesOf(`sid ${i}`, sid),
			initiator: { scalar: bytesOf(`initiator ${i}`, 32), data: bytesOf(`data A ${i}`, dataA) },
			responder: { scalar: bytesOf(`responder ${i}`, 32), data: bytesOf(`data B ${i}`, dataB) },
		};
		const { ya, yb, isk } = outcome(run);
		return {
			name,
			password: hex(run.password),
			channel: hex(run.channel),
			sid: hex(run.sid),
			initiator: { scalar: hex(run.initiator.scalar), data: hex(run.initiator.data), share: hex(ya) },
			responder: { scalar: hex(run.responder.scalar), data: hex(run.responder.data), share: hex(yb) },
			isk: hex(isk),
		};
	});
}
