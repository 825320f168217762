import { requireLength } from "../sizes.ts";
import type { OtrBackend } from "./backend.ts";
import { dh3072Of } from "./dh-3072.ts";
import { dsa } from "./dsa.ts";
import { ed448Of } from "./ed448.ts";
import type { OtrPrimitives } from "./primitives.ts";
import { CHACHA20_KEY_BYTES, CHACHA20_NONCE_BYTES } from "./sizes.ts";

/** Puts the checks that every backend shares in front of what one backend computes (CRYPTO-1). */
export function otrPrimitivesOf(backend: OtrBackend): OtrPrimitives {
	return {
		backend: backend.name,
		shake256: (parts, length) => backend.shake256(parts, length),
		chacha20(key, nonce, data) {
			requireLength("ChaCha20 key", key, CHACHA20_KEY_BYTES);
			requireLength("ChaCha20 nonce", nonce, CHACHA20_NONCE_BYTES);
			return backend.chacha20(key, nonce, data);
		},
		ed448: ed448Of(backend),
		dh: dh3072Of(backend),
		dsa,
	};
}
