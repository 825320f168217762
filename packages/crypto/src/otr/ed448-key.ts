import { readSecret, SecretBytes } from "../secret.ts";
import { requireLength } from "../sizes.ts";
import type { OtrBackend } from "./backend.ts";
import { Ed448PointImpl } from "./point.ts";
import type { Ed448KeyPair } from "./primitives.ts";
import { hashedScalar, type SecretScalarImpl } from "./scalar.ts";
import { ED448_SEED_BYTES } from "./sizes.ts";

/** The secret is `sym_key`; the scalar that comes of it is erased with it. */
export class Ed448KeyPairImpl extends SecretBytes implements Ed448KeyPair {
	readonly kind = "ed448-key-pair";
	readonly scalar: SecretScalarImpl;
	readonly publicKey: Ed448PointImpl;

	constructor(backend: OtrBackend, symmetricKey: Uint8Array) {
		super(symmetricKey);
		this.scalar = hashedScalar(backend, symmetricKey);
		this.publicKey = new Ed448PointImpl(backend.multiplyBase(this.scalar));
	}

	reveal(): Uint8Array {
		return readSecret(this).slice();
	}

	override erase(): void {
		this.scalar.erase();
		super.erase();
	}
}

/** "Public keys, Shared Prekeys", and `generateECDH`, which are one. */
export function ed448KeyPair(backend: OtrBackend, symmetricKey: Uint8Array): Ed448KeyPairImpl {
	requireLength("symmetric key of an Ed448 key pair", symmetricKey, ED448_SEED_BYTES);
	return new Ed448KeyPairImpl(backend, symmetricKey);
}
