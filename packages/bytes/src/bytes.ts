/** Joins byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
	let length = 0;
	for (const part of parts) length += part.length;
	const out = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

/**
 * Compares in time that depends on the lengths alone; lengths are public. For MACs, digests and keys.
 * JavaScript engines give no guarantee, but there is no data-dependent branch or index here.
 */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	let difference = 0;
	for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
	return difference === 0;
}

/** Orders byte strings as unsigned, then by length. Not constant-time: for public values. */
export function compare(a: Uint8Array, b: Uint8Array): number {
	const common = Math.min(a.length, b.length);
	for (let i = 0; i < common; i++) {
		const difference = (a[i] as number) - (b[i] as number);
		if (difference !== 0) return difference;
	}
	return a.length - b.length;
}

/** `a XOR b`; both of one length, else a RangeError (a bug of the caller's). */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
	if (a.length !== b.length) throw new RangeError(`xor of ${a.length} and ${b.length} bytes`);
	const out = new Uint8Array(a.length);
	for (let i = 0; i < a.length; i++) out[i] = (a[i] as number) ^ (b[i] as number);
	return out;
}

/** Overwrites secrets with zeros. Best effort: the engine may have made copies. */
export function erase(...secrets: readonly (Uint8Array | undefined)[]): void {
	for (const secret of secrets) secret?.fill(0);
}
