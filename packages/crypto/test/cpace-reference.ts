import * as ref from "./reference.ts";

/** CPACE-X25519-SHA512 straight from the formulas of draft-irtf-cfrg-cpace-21, with no code of the package. */
export interface CpaceRun {
	readonly password: Uint8Array;
	readonly channel: Uint8Array;
	readonly sid: Uint8Array;
	readonly initiator: { readonly scalar: Uint8Array; readonly data: Uint8Array };
	readonly responder: { readonly scalar: Uint8Array; readonly data: Uint8Array };
}

/** The `A` of Curve25519, RFC 7748 section 4.1. */
const A = 486662n;

/** The appendix "Elligator 2 reference implementation", with Z = 2. */
export function elligator2(bytes: Uint8Array): Uint8Array {
	const r = ref.mod(ref.fromLittleEndian(bytes) & (2n ** 255n - 1n));
	const v = ref.mod(-A * ref.invert(ref.mod(1n + 2n * r * r)));
	const square = ref.power(v ** 3n + A * v ** 2n + v, (ref.P - 1n) / 2n) === 1n;
	return ref.toLittleEndian(square ? v : ref.mod(-v - A));
}

function leb128(n: number): number[] {
	return n < 128 ? [n] : [(n % 128) + 128, ...leb128(Math.floor(n / 128))];
}

const lvCat = (...parts: readonly Uint8Array[]): Uint8Array =>
	Uint8Array.from(parts.flatMap((part) => [...leb128(part.length), ...part]));

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "ascii"));

export function generator(run: CpaceRun): Uint8Array {
	const dsi = ascii("CPace255");
	const used = lvCat(dsi, run.password).length + 1;
	const zeros = new Uint8Array(used < 128 ? 128 - used : 0);
	return elligator2(ref.sha512(lvCat(dsi, run.password, zeros, run.channel, run.sid)).slice(0, 32));
}

/** Both shares, and `ISK` with `transcript_ir`. */
export function outcome(run: CpaceRun): { ya: Uint8Array; yb: Uint8Array; k: Uint8Array; isk: Uint8Array } {
	const g = generator(run);
	const ya = ref.x25519(run.initiator.scalar, g);
	const yb = ref.x25519(run.responder.scalar, g);
	const k = ref.x25519(run.initiator.scalar, yb);
	const transcript = lvCat(ya, run.initiator.data, yb, run.responder.data);
	return { ya, yb, k, isk: ref.sha512(lvCat(ascii("CPace255_ISK"), run.sid, k), transcript) };
}
