import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hex } from "@clowder/bytes";
import { createSuite, type KemCiphertext, type Suite } from "@clowder/crypto";
import { noblePrimitives } from "@clowder/crypto/noble";
import { nodePrimitives } from "@clowder/crypto/node";
import { identityCommitment } from "../src/identity.ts";
import type { Aid, Mac, StateHash } from "../src/labels.ts";
import { joinAuthenticator, joinCore } from "../src/participant/join.ts";
import { keyConfirmation, pairwiseKey } from "../src/session/pairwise.ts";
import { confirmMac, contributionsHash, makeRingShare, ringSecret, sessionKey, walkRing } from "../src/session/ring.ts";
import { decryptOnce, encryptOnce, openBox, seal } from "../src/session/sealed-box.ts";
import { computeSessionId } from "../src/session/session-id.ts";
import type { SealedBox } from "../src/wire/messages.ts";
import { type AgreementCases, linksBetween, type PairCase, type RingCase } from "./vectors/agreement.ts";
import type { BoxCase, BoxCases, JoinCases } from "./vectors/boxes.ts";
import { bytes, hexes, readVectors } from "./vectors/files.ts";
import { identityOf, ownKeySet, type PersonCase, personKeys, randomOf } from "./vectors/people.ts";
import {
	aes256Ctr,
	dh,
	identityEncoding,
	identityScalar,
	montgomery,
	number,
	publicOf,
	SecondMethod,
	xor,
} from "./vectors/second-method.ts";

const BACKENDS = [nodePrimitives, noblePrimitives];
const ZERO_IV = "00".repeat(16);

/** `y`, KEM hash and the rest of a key set with KEM keys as hashes. */
const yOf = (person: PersonCase): string => person.keySet.slice(0, 64);
const vOf = (person: PersonCase): string => person.keySet.slice(128, 192);
const ekHashOf = (person: PersonCase): string => person.keySet.slice(192, 256);

/** `k_ij` by its formula, with the secrets of whoever is asked. */
function secondPairKey(second: SecondMethod, ring: RingCase, pair: PairCase, asLow: boolean): string {
	const [lo, hi] = [ring.participants[pair.low], ring.participants[pair.high]] as [PersonCase, PersonCase];
	const lowIdentity = asLow ? dh(identityScalar(lo.identitySeed), yOf(hi)) : dh(hi.keySeeds.x, montgomery(lo.lpk));
	const highIdentity = asLow ? dh(lo.keySeeds.x, montgomery(hi.lpk)) : dh(identityScalar(hi.identitySeed), yOf(lo));
	const ephemeral = asLow ? dh(lo.keySeeds.x, yOf(hi)) : dh(hi.keySeeds.x, yOf(lo));
	const kem = pair.links.map((i) => (ring.links[i]?.secret ?? "") + (ring.links[i]?.ciphertext ?? "")).join("");
	const publicParts = [lo.lpk, hi.lpk, yOf(lo), yOf(hi), ekHashOf(lo), ekHashOf(hi)];
	return second.hash("p2p", lowIdentity, highIdentity, ephemeral, kem, ...publicParts);
}

function secondRing(second: SecondMethod, ring: RingCase): void {
	const { sid, participants, pairs, ringSecrets, shares, links } = ring;
	const size = participants.length;
	assert.deepEqual(participants.map(vOf), [...participants.map(vOf)].sort());
	const plist = participants.map(({ lpk, nickname, salt, keySet }) => identityEncoding(lpk, nickname, salt) + keySet);
	assert.equal(second.name("sid", ring.aid, ...plist), sid);
	assert.equal(pairs.length, (size * (size - 1)) / 2);
	for (const pair of pairs) {
		const [low, high] = [participants[pair.low], participants[pair.high]] as [PersonCase, PersonCase];
		assert.deepEqual(pair.links, links.length === 0 ? [] : linksBetween(size, pair.low, pair.high));
		assert.equal(secondPairKey(second, ring, pair, true), pair.key);
		assert.equal(secondPairKey(second, ring, pair, false), pair.key);
		assert.equal(second.mac(pair.key, "confirmation", sid, vOf(low), vOf(high)), pair.confirmationLowToHigh);
		assert.equal(second.mac(pair.key, "confirmation", sid, vOf(high), vOf(low)), pair.confirmationHighToLow);
	}
	for (let i = 0; i < size; i++) {
		const next = (i + 1) % size;
		const before = (i + size - 1) % size;
		const pair = pairs.find(({ low, high }) => low === Math.min(i, next) && high === Math.max(i, next));
		const [left, right] = [ringSecrets[before] ?? "", ringSecrets[i] ?? ""];
		assert.equal(second.name("share", pair?.key ?? "", sid, number(i, 4)), right);
		assert.equal(xor(left, right), shares[i]?.z);
		assert.equal(second.name("link", sid, number(before, 4), left), shares[i]?.cL);
		assert.equal(second.name("link", sid, number(i, 4), right), shares[i]?.cR);
	}
	assert.equal(second.hash("session-key", sid, ...ringSecrets), ring.sessionKey);
	assert.equal(second.name("contributions", ...ring.contributions), ring.contributionsHash);
	for (const [i, confirm] of ring.confirms.entries()) {
		assert.equal(second.mac(ring.sessionKey, "confirm", sid, number(i, 4), ring.contributionsHash), confirm);
	}
}

function libraryLinks(suite: Suite, ring: RingCase): void {
	assert.equal(ring.links.length, suite.kem === undefined ? 0 : ring.participants.length);
	for (const { from, to, coins, ciphertext, secret } of ring.links) {
		assert.equal(to, (from + 1) % ring.participants.length);
		const right = personKeys(suite, ring.participants[to] as PersonCase).keys;
		assert.ok(suite.kem && right.kem && right.public.ek?.key);
		const made = suite.kem.encapsulate(right.public.ek.key, bytes(coins));
		assert.deepEqual([hex(made.ciphertext), hex(made.secret)], [ciphertext, secret]);
		assert.equal(hex(suite.kem.decapsulate(right.kem, bytes(ciphertext) as KemCiphertext)), secret);
	}
}

function libraryRing(suite: Suite, ring: RingCase): void {
	const people = ring.participants.map((person) => personKeys(suite, person));
	const plist = people.map((person) => person.participant);
	const sid = computeSessionId(suite, bytes(ring.aid) as Aid, plist);
	assert.equal(hex(sid), ring.sid);
	for (const { low, high, links, key, ...confirmations } of ring.pairs) {
		const kems = links.map((i) => ({
			secret: bytes(ring.links[i]?.secret ?? ""),
			ciphertext: bytes(ring.links[i]?.ciphertext ?? ""),
		})) as unknown as Parameters<typeof pairwiseKey>[3];
		const [a, b] = [people[low], people[high]] as [(typeof people)[number], (typeof people)[number]];
		for (const [own, peer] of [[a, b] as const, [b, a] as const]) {
			const made = pairwiseKey(suite, own, peer.participant, kems);
			assert.ok(made.ok);
			assert.equal(hex(made.value), key);
		}
		const confirm = (from: typeof a, to: typeof a): string =>
			hex(keyConfirmation(suite, bytes(key), sid, from.participant, to.participant));
		assert.deepEqual(
			[confirm(a, b), confirm(b, a)],
			[confirmations.confirmationLowToHigh, confirmations.confirmationHighToLow],
		);
	}
	const size = people.length;
	const shares = ring.shares.map(({ z, cL, cR }) => ({ z: bytes(z), cL: bytes(cL), cR: bytes(cR) }));
	for (let i = 0; i < size; i++) {
		const next = (i + 1) % size;
		const pair = ring.pairs.find(({ low, high }) => low === Math.min(i, next) && high === Math.max(i, next));
		const right = ringSecret(suite, bytes(pair?.key ?? ""), sid, i);
		assert.equal(hex(right), ring.ringSecrets[i]);
		const left = bytes(ring.ringSecrets[(i + size - 1) % size] ?? "");
		assert.deepEqual(makeRingShare(suite, sid, i, size, left, right), shares[i]);
		const walked = walkRing(suite, sid, shares, i, right);
		assert.ok(walked.ok);
		assert.deepEqual(hexes(walked.value), ring.ringSecrets);
		assert.equal(hex(sessionKey(suite, sid, walked.value)), ring.sessionKey);
	}
	const contributions = contributionsHash(suite, ring.contributions.map(bytes));
	assert.equal(hex(contributions), ring.contributionsHash);
	const confirms = people.map((_, i) => hex(confirmMac(suite, bytes(ring.sessionKey), sid, i, contributions)));
	assert.deepEqual(confirms, ring.confirms);
}

describe("vectors/mpotr/agreement.json", () => {
	for (const { suite: id, suiteName, rings } of readVectors<AgreementCases>("agreement.json").suites) {
		for (const ring of rings) {
			const title = `suite ${id}, ${ring.participants.length} people`;
			test(`${title}, second method`, () => secondRing(new SecondMethod(suiteName), ring));
			for (const primitives of BACKENDS) {
				const suite = createSuite(id, primitives);
				test(`${title}, library over ${primitives.backend}`, () => {
					libraryLinks(suite, ring);
					libraryRing(suite, ring);
				});
			}
		}
	}
});

/** Key and MAC key of a box, by the formula. The secret of its KEM is the library's to find. */
function secondBoxKeys(second: SecondMethod, suite: Suite, stated: BoxCase): string {
	const { recipient, ephemeral, kemCiphertext, context } = stated;
	const keys = ownKeySet(suite, recipient);
	const kemSecret =
		suite.kem && keys.boxKem && kemCiphertext
			? hex(suite.kem.decapsulate(keys.boxKem, bytes(kemCiphertext) as KemCiphertext))
			: "";
	const b = publicOf("X25519", recipient.s);
	const bekHash = keys.public.bek?.key ? second.name("kem-key", hex(keys.public.bek.key.bytes)) : "";
	const shared = dh(recipient.s, ephemeral);
	return second.hash("seal", shared, kemSecret, ephemeral, kemCiphertext ?? "", b, bekHash, ...context);
}

function boxOf(suite: Suite, stated: BoxCase | JoinCases["sealed"]): SealedBox {
	const ephemeral = suite.primitives.parseDhPublicKey(bytes(stated.ephemeral));
	if (!ephemeral.ok) throw new Error(ephemeral.error.expected);
	return {
		ephemeral: ephemeral.value,
		kemCiphertext: stated.kemCiphertext === null ? undefined : (bytes(stated.kemCiphertext) as KemCiphertext),
		ciphertext: bytes(stated.ciphertext),
		mac: bytes(stated.mac) as Mac,
	};
}

describe("vectors/mpotr/sealed-boxes.json", () => {
	for (const { suite: id, suiteName, boxes, once } of readVectors<BoxCases>("sealed-boxes.json").suites) {
		test(`suite ${id}, second method`, () => {
			const second = new SecondMethod(suiteName);
			for (const stated of boxes) {
				assert.equal(publicOf("X25519", stated.ephemeralSeed), stated.ephemeral);
				const keys = secondBoxKeys(second, createSuite(id, nodePrimitives), stated);
				assert.equal(aes256Ctr(keys.slice(0, 64), ZERO_IV, stated.plaintext), stated.ciphertext);
				assert.equal(second.mac(keys.slice(64), "seal-box", stated.ciphertext), stated.mac);
			}
			const keys = second.hash("seal", once.key, ...once.context);
			assert.equal(aes256Ctr(keys.slice(0, 64), ZERO_IV, once.plaintext), once.ciphertext);
			assert.equal(second.mac(keys.slice(64), "seal-box", once.ciphertext), once.mac);
		});
		for (const primitives of BACKENDS) {
			const suite = createSuite(id, primitives);
			test(`suite ${id}, library over ${primitives.backend}`, () => {
				for (const stated of boxes) {
					const own = ownKeySet(suite, stated.recipient);
					const context = stated.context.map(bytes);
					const random = randomOf(stated.ephemeralSeed, stated.coins ?? "");
					const made = seal(suite, own.public, context, bytes(stated.plaintext), random);
					const box = boxOf(suite, stated);
					assert.ok(made.ok);
					assert.equal(hex(made.value.ephemeral.bytes), stated.ephemeral);
					assert.deepEqual({ ...made.value, ephemeral: undefined }, { ...box, ephemeral: undefined });
					const opened = openBox(suite, own, context, box);
					assert.ok(opened.ok);
					assert.equal(hex(opened.value), stated.plaintext);
				}
				const context = once.context.map(bytes);
				const sealed = encryptOnce(suite, bytes(once.key), context, bytes(once.plaintext));
				assert.deepEqual([hex(sealed.ciphertext), hex(sealed.mac)], [once.ciphertext, once.mac]);
				const opened = decryptOnce(suite, bytes(once.key), context, sealed);
				assert.ok(opened.ok);
				assert.equal(hex(opened.value), once.plaintext);
			});
		}
	}
});

function secondJoin(second: SecondMethod, stated: JoinCases, withKem: boolean): void {
	const { newcomer, state, sponsor, commitment, sealed, core, members } = stated;
	const bare = newcomer.keySet.slice(0, 192);
	assert.ok(core.startsWith(bare));
	const kem = sealed.kemCiphertext === null ? "00" : `01${sealed.kemCiphertext}`;
	const tail = commitment + sponsor + sealed.ephemeral + kem + number(129, 4) + sealed.ciphertext + sealed.mac;
	assert.ok(core.endsWith(tail));
	assert.equal(core.length, bare.length + (withKem ? 2 * 2 * 1184 : 0) + tail.length);
	for (const { next, identitySecret, ephemeralSecret, authenticator } of members) {
		const y = publicOf("X25519", next.x);
		// From the newcomer's secrets, and from the member's.
		assert.equal(dh(identityScalar(newcomer.identitySeed), y), identitySecret);
		assert.equal(dh(next.x, montgomery(newcomer.lpk)), identitySecret);
		assert.equal(dh(newcomer.keySeeds.x, y), ephemeralSecret);
		assert.equal(dh(next.x, yOf(newcomer)), ephemeralSecret);
		const key = second.hash("join-auth", identitySecret, ephemeralSecret, newcomer.lpk, newcomer.salt);
		assert.equal(second.mac(key, "join-auth", core, state), authenticator);
	}
}

function libraryJoin(suite: Suite, stated: JoinCases): void {
	const person = personKeys(suite, stated.newcomer);
	const identity = identityOf(suite, stated.newcomer);
	const commitment = identityCommitment(suite, identity);
	const sealed = boxOf(suite, stated.sealed);
	const keySet = person.keys.public;
	const core = joinCore({ type: "JOIN", keySet, commitment, sponsor: bytes(stated.sponsor), sealed });
	assert.equal(hex(core), stated.core);
	for (const { next, authenticator } of stated.members) {
		const { x } = ownKeySet(suite, next);
		const [fromIdentity, ephemeral] = [
			suite.primitives.dhToIdentity(x, identity.lpk),
			suite.primitives.dh(x, keySet.y),
		];
		assert.ok(fromIdentity.ok && ephemeral.ok);
		const secrets = { identity: fromIdentity.value, ephemeral: ephemeral.value };
		const made = joinAuthenticator({ suite }, secrets, identity, core, bytes(stated.state) as StateHash);
		assert.equal(hex(made), authenticator);
	}
}

describe("vectors/mpotr/join.json", () => {
	for (const stated of readVectors<JoinCases>("join.json").suites) {
		const { suite: id, suiteName } = stated;
		test(`suite ${id}, second method`, () => secondJoin(new SecondMethod(suiteName), stated, id === 2));
		for (const primitives of BACKENDS) {
			test(`suite ${id}, library over ${primitives.backend}`, () => libraryJoin(createSuite(id, primitives), stated));
		}
	}
});
