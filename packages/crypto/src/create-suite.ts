import type { Primitives, Suite, SuiteId } from "./suite.ts";

/** CRYPTO-14: the suites there are. `primitives` come from `@clowder/crypto/noble` or `@clowder/crypto/node`. */
export function createSuite(id: SuiteId, primitives: Primitives): Suite {
	switch (id) {
		case 1:
			return { id, name: "X25519_ED25519_AES256CTR_SHA512", primitives, kem: undefined };
		case 2:
			return { id, name: "X25519MLKEM768_ED25519_AES256CTR_SHA512", primitives, kem: primitives.kem };
		default:
			throw new RangeError(`there is no suite ${String(id)}`);
	}
}
