import { performance } from "node:perf_hooks";
import { concat } from "@clowder/bytes";
import { type CpaceInputs, normalisePassphrase, type Primitives } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import { valueOf } from "./conformance-keys.ts";

/** Prints the table of README.md: medians in milliseconds. `npm run measure -w @clowder/crypto` after a build. */
const ROUNDS = 200;

/** What is measured, made afresh for each round so that nothing is measured that was kept from the last one. */
type Prepare = (round: number) => () => unknown;

function median(prepare: Prepare): number {
	const times: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const run = prepare(round);
		const start = performance.now();
		run();
		times.push(performance.now() - start);
	}
	return times.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}

/** The seed of one round: 32 bytes that no other round has. */
function seedOf(round: number, purpose: number): Uint8Array {
	const seed = new Uint8Array(32).fill(purpose);
	new DataView(seed.buffer).setUint32(0, round);
	return seed;
}

function operations(p: Primitives): Readonly<Record<string, Prepare>> {
	const message = new Uint8Array(300);
	const signing = p.signingKey(seedOf(0, 1));
	const signature = p.sign(signing, message);
	const dh = p.dhKeyPair(seedOf(0, 2));
	const kem = p.kem.keyPair(concat(seedOf(0, 3), seedOf(0, 4)));
	const sealed = p.kem.encapsulate(kem.publicKey, seedOf(0, 5));
	const peer = p.dhKeyPair(seedOf(0, 6)).publicKey;
	const passphrase = valueOf(normalisePassphrase("correct horse battery staple"));
	const side = (role: CpaceInputs["role"], round: number) =>
		p.cpace({ role, passphrase, channel: message, sid: seedOf(round, 7), data: message }, seedOf(round, 8));
	const otherShare = p.cpace(
		{ role: "responder", passphrase, channel: message, sid: seedOf(0, 7), data: message },
		seedOf(0, 9),
	).share;
	return {
		"signing key of a seed": (round) => () => p.signingKey(seedOf(round, 10)),
		"published seed, checked": (round) => {
			const { verifyKey } = p.signingKey(seedOf(round, 11));
			return () => p.revealedSigningKey(seedOf(round, 11), verifyKey);
		},
		"verify key parsed": (round) => {
			// Backends share what they remember of parsed keys, so each has keys of its own.
			const { bytes } = p.signingKey(seedOf(round, p === nodePrimitives ? 112 : 12)).verifyKey;
			return () => p.parseVerifyKey(bytes);
		},
		"sign 300 bytes": () => () => p.sign(signing, message),
		"verify 300 bytes, key in use": () => () => p.verify(signing.verifyKey, message, signature),
		"X25519 key of a seed": (round) => () => p.dhKeyPair(seedOf(round, 13)),
		"X25519 agreement": () => () => p.dh(dh, peer),
		"ML-KEM-768 key of a seed": (round) => () => p.kem.keyPair(concat(seedOf(round, 14), seedOf(round, 15))),
		"ML-KEM-768 encapsulation": (round) => () => p.kem.encapsulate(kem.publicKey, seedOf(round, 16)),
		"ML-KEM-768 decapsulation": () => () => p.kem.decapsulate(kem, sealed.ciphertext),
		"CPace, start": (round) => () => side("initiator", round),
		"CPace, finish": (round) => {
			const party = side("initiator", round);
			return () => party.finish(otherShare, message);
		},
		"AES-256-CTR, 300 bytes": () => () => p.aes256Ctr(seedOf(0, 17), new Uint8Array(16), message),
		"SHA-512, 300 bytes": () => () => p.sha512(message),
		"HMAC-SHA-512, 300 bytes": () => () => p.hmacSha512(seedOf(0, 18), message),
	};
}

const [noble, node] = [operations(noblePrimitives), operations(nodePrimitives)];
console.log("| | noble | node |\n| --- | --- | --- |");
for (const name of Object.keys(noble)) {
	const figures = [noble, node].map((all) => median(all[name] as Prepare).toPrecision(2));
	console.log(`| ${name} | ${figures.join(" | ")} |`);
}
