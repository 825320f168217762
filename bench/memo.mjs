// Primitives that remember what they found out about public data, shared by many people in one process.
//
// In a room of a hundred, each key is parsed and each signature checked a hundred times, once on everyone's machine. The
// bench has one machine for all. So most people in it share one memory of those verdicts, which are the same for all, and
// only the few who are measured compute everything by themselves, as they would at home.

/** @typedef {import("@clowder/crypto").Primitives} Primitives */

/** @param {readonly Uint8Array[]} parts */
function keyOf(...parts) {
	return parts.map((part) => Buffer.from(part).toString("latin1")).join("|");
}

/**
 * @template {(bytes: Uint8Array) => unknown} F
 * @param {F} parse
 * @returns {F}
 */
function remembered(parse) {
	const known = new Map();
	// @ts-expect-error: the same arguments and results as F
	return (bytes) => {
		const key = keyOf(bytes);
		if (!known.has(key)) known.set(key, parse(bytes));
		return known.get(key);
	};
}

/**
 * @param {Primitives} primitives
 * @returns {Primitives}
 */
export function sharingVerdicts(primitives) {
	/** @type {Map<string, boolean>} */
	const verdicts = new Map();
	const { kem } = primitives;
	return {
		backend: primitives.backend,
		sha512: (...parts) => primitives.sha512(...parts),
		hmacSha512: (key, ...parts) => primitives.hmacSha512(key, ...parts),
		aes256Ctr: (key, iv, data) => primitives.aes256Ctr(key, iv, data),
		dhKeyPair: (seed) => primitives.dhKeyPair(seed),
		parseDhPublicKey: remembered((bytes) => primitives.parseDhPublicKey(bytes)),
		dh: (secret, peer) => primitives.dh(secret, peer),
		signingKey: (seed) => primitives.signingKey(seed),
		parseVerifyKey: remembered((bytes) => primitives.parseVerifyKey(bytes)),
		sign: (key, message) => primitives.sign(key, message),
		verify: (key, message, signature) => {
			const name = keyOf(key.bytes, message, signature);
			const verdict = verdicts.get(name) ?? primitives.verify(key, message, signature);
			verdicts.set(name, verdict);
			return verdict;
		},
		identityKey: (seed) => primitives.identityKey(seed),
		parseIdentityKey: remembered((bytes) => primitives.parseIdentityKey(bytes)),
		dhFromIdentity: (secret, peer) => primitives.dhFromIdentity(secret, peer),
		dhToIdentity: (secret, peer) => primitives.dhToIdentity(secret, peer),
		revealedSigningKey: (seed, key) => primitives.revealedSigningKey(seed, key),
		revealedDhKey: (seed, key) => primitives.revealedDhKey(seed, key),
		cpace: (inputs, seed) => primitives.cpace(inputs, seed),
		kem: {
			keyPair: (seed) => kem.keyPair(seed),
			parsePublicKey: remembered((bytes) => kem.parsePublicKey(bytes)),
			encapsulate: (key, coins) => kem.encapsulate(key, coins),
			decapsulate: (key, ciphertext) => kem.decapsulate(key, ciphertext),
			revealedKey: (seed, key) => kem.revealedKey(seed, key),
		},
	};
}
