import {
	createCipheriv,
	createHash,
	createHmac,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	type KeyObject,
	sign,
	verify,
} from "node:crypto";

/**
 * The protocol's primitives and encodings a second time, from the specification, over `node:crypto` alone: nothing here
 * is the library's. All values are hexadecimal text.
 */
export type Hex = string;

const P = 2n ** 255n - 19n;

const raw = (value: Hex): Buffer => Buffer.from(value, "hex");
const text = (value: string): Hex => Buffer.from(value, "utf8").toString("hex");

/** A number of `width` bytes, big-endian. */
export function number(value: number, width: number): Hex {
	return value.toString(16).padStart(2 * width, "0");
}

/** Bytes after their length. */
export function counted(value: Hex): Hex {
	return number(value.length / 2, 4) + value;
}

export function countedText(value: string): Hex {
	return counted(text(value));
}

/** `H(label, parts)` and `MAC(key, label, parts)` of one suite. */
export class SecondMethod {
	readonly #suiteName: string;

	constructor(suiteName: string) {
		this.#suiteName = suiteName;
	}

	#input(label: string, parts: readonly Hex[]): Buffer {
		const head = ["mpCAT/1", this.#suiteName, label].map(text);
		return raw([...head, ...parts].map(counted).join(""));
	}

	hash(label: string, ...parts: readonly Hex[]): Hex {
		return createHash("sha512").update(this.#input(label, parts)).digest("hex");
	}

	/** Cut to 32 bytes. */
	name(label: string, ...parts: readonly Hex[]): Hex {
		return this.hash(label, ...parts).slice(0, 64);
	}

	mac(key: Hex, label: string, ...parts: readonly Hex[]): Hex {
		return createHmac("sha512", raw(key)).update(this.#input(label, parts)).digest("hex").slice(0, 64);
	}
}

export function aes256Ctr(key: Hex, iv: Hex, data: Hex): Hex {
	const cipher = createCipheriv("aes-256-ctr", raw(key), raw(iv));
	return cipher.update(data, "hex", "hex") + cipher.final("hex");
}

type Curve = "X25519" | "Ed25519";

/** RFC 8410: what stands before the 32 bytes of a private key in PKCS #8. */
const PKCS8: Readonly<Record<Curve, Hex>> = {
	X25519: "302e020100300506032b656e04220420",
	Ed25519: "302e020100300506032b657004220420",
};

function privateKey(curve: Curve, seed: Hex): KeyObject {
	return createPrivateKey({ key: raw(PKCS8[curve] + seed), format: "der", type: "pkcs8" });
}

function publicKey(curve: Curve, key: Hex): KeyObject {
	return createPublicKey({ key: { kty: "OKP", crv: curve, x: raw(key).toString("base64url") }, format: "jwk" });
}

export function publicOf(curve: Curve, seed: Hex): Hex {
	const { x } = createPublicKey(privateKey(curve, seed)).export({ format: "jwk" });
	return Buffer.from(x ?? "", "base64url").toString("hex");
}

export function dh(secret: Hex, peer: Hex): Hex {
	return diffieHellman({ privateKey: privateKey("X25519", secret), publicKey: publicKey("X25519", peer) }).toString(
		"hex",
	);
}

/** The X25519 scalar of an Ed25519 seed (RFC 8032 section 5.1.5). */
export function identityScalar(seed: Hex): Hex {
	return createHash("sha512").update(raw(seed)).digest("hex").slice(0, 64);
}

function power(base: bigint, exponent: bigint): bigint {
	let [result, square] = [1n, base % P];
	for (let e = exponent; e > 0n; e >>= 1n) {
		if ((e & 1n) === 1n) result = (result * square) % P;
		square = (square * square) % P;
	}
	return result;
}

/** `u = (1 + y) / (1 - y)` of an Edwards point (RFC 7748 section 4.1). */
export function montgomery(edwards: Hex): Hex {
	const littleEndian = raw(edwards).reverse();
	const y = BigInt(`0x${littleEndian.toString("hex")}`) & (2n ** 255n - 1n);
	const u = ((1n + y) * power(P + 1n - y, P - 2n)) % P;
	return Buffer.from(u.toString(16).padStart(64, "0"), "hex").reverse().toString("hex");
}

export function xor(a: Hex, b: Hex): Hex {
	const [left, right] = [raw(a), raw(b)];
	return Buffer.from(left.map((byte, i) => byte ^ (right[i] as number))).toString("hex");
}

export function signHex(seed: Hex, message: Hex): Hex {
	return sign(null, raw(message), privateKey("Ed25519", seed)).toString("hex");
}

export function verifies(key: Hex, message: Hex, signature: Hex): boolean {
	return verify(null, raw(message), publicKey("Ed25519", key), raw(signature));
}

/** `(LPK, nickname, r)`: the nickname after its length in a field of 64 bytes. */
export function identityEncoding(lpk: Hex, nickname: string, salt: Hex): Hex {
	const name = text(nickname);
	return lpk + number(name.length / 2, 1) + name.padEnd(128, "0") + salt;
}

export function textHex(value: string): Hex {
	return text(value);
}

/** Power of two from 256 that holds so many bytes. */
export function paddedSize(size: number): number {
	return Math.max(256, 2 ** Math.ceil(Math.log2(Math.max(size, 1))));
}
