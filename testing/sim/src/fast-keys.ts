import { equal, err, ok, type Result } from "@clowder/bytes";
import type {
	DhPublicKey,
	DhSecretKey,
	IdentityPublicKey,
	KeyError,
	Primitives,
	Secret,
	SharedSecret,
	Signature,
	SigningKey,
	VerifyKey,
} from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, sign, verify } from "node:crypto";

/**
 * The same curves as in `nodePrimitives`, for people who have no secrets: keys go in as JWK, ten times as fast as the DER
 * that the product uses (where a secret must not become a string), and what was computed once is remembered for all: a
 * room asks the same of the same bytes on every machine, and a story is played again and again. A test holds this to the product's primitives.
 */

type Curve = "X25519" | "Ed25519";

/** Verdicts that are remembered; with more it forgets them all and starts anew. */
const REMEMBERED_MAX_COUNT = 20_000;
const FIELD_PRIME = 2n ** 255n - 19n;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** A pure function, computed once for the same arguments. */
function remembering<A extends readonly Uint8Array[], R>(
	compute: (...args: A) => R,
): {
	readonly get: (...args: A) => R;
	readonly put: (result: R, ...args: A) => void;
} {
	const known = new Map<string, R>();
	const put = (result: R, ...args: A): void => {
		if (known.size >= REMEMBERED_MAX_COUNT) known.clear();
		known.set(args.map(text).join("|"), result);
	};
	const get = (...args: A): R => {
		const before = known.get(args.map(text).join("|"));
		if (before !== undefined) return before;
		const result = compute(...args);
		put(result, ...args);
		return result;
	};
	return { get, put };
}

function importPrivate(crv: Curve, seed: Uint8Array): KeyObject {
	const d = Buffer.from(seed).toString("base64url");
	// Node wants an `x` and takes the key from `d` alone.
	return createPrivateKey({ key: { kty: "OKP", crv, d, x: d }, format: "jwk" });
}

function publicBytes(key: KeyObject): Uint8Array {
	return new Uint8Array(Buffer.from(createPublicKey(key).export({ format: "jwk" }).x as string, "base64url"));
}

const privateObject = {
	X25519: remembering((seed: Uint8Array) => importPrivate("X25519", seed)),
	Ed25519: remembering((seed: Uint8Array) => importPrivate("Ed25519", seed)),
};

const importPublic = {
	X25519: remembering((x: Uint8Array) => publicObject("X25519", x)),
	Ed25519: remembering((x: Uint8Array) => publicObject("Ed25519", x)),
};

function publicObject(crv: Curve, x: Uint8Array): KeyObject {
	return createPublicKey({ key: { kty: "OKP", crv, x: Buffer.from(x).toString("base64url") }, format: "jwk" });
}

const parsedVerifyKeys = remembering((bytes: Uint8Array) => nodePrimitives.parseVerifyKey(bytes));
const parsedIdentityKeys = remembering((bytes: Uint8Array) => nodePrimitives.parseIdentityKey(bytes));
const parsedDhKeys = remembering((bytes: Uint8Array) => nodePrimitives.parseDhPublicKey(bytes));
const verdicts = remembering((key: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
	verify(null, message, importPublic.Ed25519.get(key), signature),
);

const publicOf = {
	X25519: remembering((seed: Uint8Array) => publicBytes(privateObject.X25519.get(seed))),
	Ed25519: remembering((seed: Uint8Array) => publicBytes(privateObject.Ed25519.get(seed))),
};
const signatures = remembering(
	(seed: Uint8Array, message: Uint8Array) => new Uint8Array(sign(null, message, privateObject.Ed25519.get(seed))),
);
const agreements = remembering((seed: Uint8Array, peer: Uint8Array) => {
	const [privateKey, publicKey] = [privateObject.X25519.get(seed), importPublic.X25519.get(peer)];
	return new Uint8Array(diffieHellman({ privateKey, publicKey }));
});

class FastSecret implements Secret {
	#seed: Uint8Array | undefined;

	constructor(seed: Uint8Array) {
		if (seed.length !== 32) throw new RangeError(`expected a seed of 32 bytes, got ${seed.length}`);
		this.#seed = seed.slice();
	}

	/** Throws once it is erased: a bug of whoever uses it then. */
	reveal(): Uint8Array {
		if (this.#seed === undefined) throw new Error("a secret was used after it was erased");
		return this.#seed.slice();
	}

	erase(): void {
		this.#seed?.fill(0);
		this.#seed = undefined;
	}

	toString(): string {
		return "[secret]";
	}

	toJSON(): string {
		return "[secret]";
	}
}

class FastDhSecret extends FastSecret implements DhSecretKey {
	readonly kind = "dh-secret";
	readonly publicKey: DhPublicKey;

	constructor(seed: Uint8Array) {
		super(seed);
		const parsed = parsedDhKeys.get(publicOf.X25519.get(seed));
		if (!parsed.ok) throw new Error("X25519 gave no key");
		this.publicKey = parsed.value;
	}
}

class FastSigningKey extends FastSecret implements SigningKey {
	readonly kind = "signing";
	readonly verifyKey: VerifyKey;

	constructor(seed: Uint8Array) {
		super(seed);
		this.verifyKey = { kind: "verify", bytes: publicOf.Ed25519.get(seed) };
		parsedVerifyKeys.put(ok(this.verifyKey), this.verifyKey.bytes);
	}
}

function agree(secret: FastSecret, peer: Uint8Array): SharedSecret {
	return agreements.get(secret.reveal(), peer).slice() as SharedSecret;
}

function lowOrder(): Result<never, KeyError> {
	return err({ kind: "key", key: "x25519", expected: "a point of large order", got: "a point of low order" });
}

function power(base: bigint, exponent: bigint): bigint {
	let [result, square] = [1n, base];
	for (let e = exponent; e > 0n; e >>= 1n) {
		if (e & 1n) result = (result * square) % FIELD_PRIME;
		square = (square * square) % FIELD_PRIME;
	}
	return result;
}

/** `u = (1 + y) / (1 - y)`: the birational map of RFC 7748 section 4.1. */
const montgomery = remembering((edwards: Uint8Array): Uint8Array => {
	const bytes = edwards.slice();
	bytes[31] = (bytes[31] as number) & 0x7f;
	const y = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
	const u = ((1n + y) * power((1n - y + FIELD_PRIME) % FIELD_PRIME, FIELD_PRIME - 2n)) % FIELD_PRIME;
	return new Uint8Array(Buffer.from(u.toString(16).padStart(64, "0"), "hex").reverse());
});

function revealed<T extends FastSecret>(
	algorithm: "x25519" | "ed25519",
	secret: T,
	its: Uint8Array,
	expected: Uint8Array,
): Result<T, KeyError> {
	if (equal(its, expected)) return ok(secret);
	secret.erase();
	return err({ kind: "key", key: algorithm, expected: "the seed of the public key", got: "another" });
}

const notSeed = (key: "x25519" | "ed25519", seed: Uint8Array): Result<never, KeyError> =>
	err({ kind: "key", key, expected: "32 bytes", got: `${seed.length} bytes` });

export const fastPrimitives: Primitives = {
	...nodePrimitives,
	dhKeyPair: (seed) => new FastDhSecret(seed),
	revealedDhKey: (seed, publicKey) => {
		if (seed.length !== 32) return notSeed("x25519", seed);
		const secret = new FastDhSecret(seed);
		return revealed("x25519", secret, secret.publicKey.bytes, publicKey.bytes);
	},
	parseDhPublicKey: (bytes) => parsedDhKeys.get(bytes),
	dh: (secret, peer) => (peer.lowOrder ? lowOrder() : ok(agree(secret as FastDhSecret, peer.bytes))),
	dhToIdentity: (secret: DhSecretKey, peer: IdentityPublicKey) =>
		ok(agree(secret as FastDhSecret, montgomery.get(peer.bytes))),
	signingKey: (seed) => new FastSigningKey(seed),
	revealedSigningKey: (seed, verifyKey) => {
		if (seed.length !== 32) return notSeed("ed25519", seed);
		const key = new FastSigningKey(seed);
		return revealed("ed25519", key, key.verifyKey.bytes, verifyKey.bytes);
	},
	parseVerifyKey: (bytes) => parsedVerifyKeys.get(bytes),
	parseIdentityKey: (bytes) => parsedIdentityKeys.get(bytes),
	sign: (key, message) => signatures.get((key as FastSigningKey).reveal(), message).slice() as Signature,
	verify: (key, message, signature) => signature.length === 64 && verdicts.get(key.bytes, message, signature),
};
