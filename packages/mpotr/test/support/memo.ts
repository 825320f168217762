import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";

/** Remembers what a function of bytes gave, which is the same every time. */
export function remembered<A, T>(name: (argument: A) => string, make: (argument: A) => T): (argument: A) => T {
	const known = new Map<string, T>();
	return (argument) => {
		const key = name(argument);
		const before = known.get(key);
		if (before !== undefined) return before;
		const made = make(argument);
		known.set(key, made);
		return made;
	};
}

/**
 * The same suite, faster where the same texts are read again and again: keys are parsed and signatures verified once for each
 * input. Every input still gets the verdict of the suite.
 */
export function remembering(suite: Suite): Suite {
	const { primitives, kem } = suite;
	const verify = remembered<Parameters<typeof primitives.verify>, boolean>(
		([key, message, signature]) => `${hex(key.bytes)}/${hex(message)}/${hex(signature)}`,
		(all) => primitives.verify(...all),
	);
	const parsePublicKey = kem && remembered(hex, (bytes: Uint8Array) => kem.parsePublicKey(bytes));
	const rememberedKem = kem && parsePublicKey && { ...kem, parsePublicKey };
	return {
		...suite,
		primitives: {
			...primitives,
			parseVerifyKey: remembered(hex, (bytes: Uint8Array) => primitives.parseVerifyKey(bytes)),
			parseIdentityKey: remembered(hex, (bytes: Uint8Array) => primitives.parseIdentityKey(bytes)),
			verify: (...all) => verify(all),
		},
		kem: rememberedKem,
	};
}
