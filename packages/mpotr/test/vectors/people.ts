import { createHash } from "node:crypto";
import { concat, decode, encode, hex } from "@clowder/bytes";
import type { IdentitySecretKey, Suite } from "@clowder/crypto";
import { encodeIdentity, type Identity } from "../../src/identity.ts";
import {
	generateKeySet,
	type OwnKeySet,
	type PublicKeySet,
	readKeySetByHash,
	writeKeySetByHash,
} from "../../src/key-set.ts";
import { parseNickname } from "../../src/nickname.ts";
import type { OwnSide } from "../../src/session/pairwise.ts";
import { bytes } from "./files.ts";

/** Bytes that anyone can make again: SHA-512 of a counter and a name. The files state what came of it. */
export function fixed(name: string, length: number): Uint8Array {
	const blocks: Uint8Array[] = [];
	for (let i = 0; i * 64 < length; i++) {
		blocks.push(createHash("sha512").update(`clowder mpotr vectors/${i}/${name}`).digest());
	}
	return concat(...blocks).slice(0, length);
}

/** Gives out bytes that stand in a file, in their order and of their length, as a source of randomness. */
export function randomOf(...texts: readonly string[]): (length: number) => Uint8Array {
	const left = [...texts];
	return (length) => {
		const next = bytes(left.shift() ?? "");
		if (next.length !== length) throw new Error(`${length} random bytes were asked for, ${next.length} are due`);
		return next;
	};
}

/** The seeds of a key set, in the order in which they are drawn; the last two are not there in suite 1. */
export interface KeySeeds {
	readonly x: string;
	readonly s: string;
	readonly e: string;
	readonly kem: string | null;
	readonly boxKem: string | null;
}

export function keySeeds(suite: Suite, name: string): KeySeeds {
	const seed = (key: string, length: number): string => hex(fixed(`${name}/${key}`, length));
	const withKem = suite.kem !== undefined;
	return {
		x: seed("x", 32),
		s: seed("s", 32),
		e: seed("e", 32),
		kem: withKem ? seed("kem", 64) : null,
		boxKem: withKem ? seed("boxKem", 64) : null,
	};
}

export function ownKeySet(suite: Suite, seeds: KeySeeds): OwnKeySet {
	return generateKeySet(suite, randomOf(seeds.x, seeds.s, seeds.e, seeds.kem ?? "", seeds.boxKem ?? ""));
}

export function keySetByHash(keys: PublicKeySet): Uint8Array {
	return encode((w) => writeKeySetByHash(w, keys));
}

/** A key set as those know it who got its KEM keys as hashes. */
export function readByHash(suite: Suite, text: string): PublicKeySet {
	const read = decode(bytes(text), (r) => readKeySetByHash(suite, r));
	if (!read.ok) throw new Error(read.error.expected);
	return read.value;
}

/** Someone of a list: every secret, stated. */
export interface PersonCase {
	readonly identitySeed: string;
	readonly lpk: string;
	readonly nickname: string;
	readonly salt: string;
	readonly keySeeds: KeySeeds;
	/** `P_i` as it is hashed: the identity, then the key set with KEM keys as hashes. */
	readonly identity: string;
	readonly keySet: string;
}

/** The library's objects of someone who stands in a file. */
export interface PersonKeys extends OwnSide {
	readonly identity: IdentitySecretKey;
}

export function identityOf(suite: Suite, stated: Pick<PersonCase, "identitySeed" | "nickname" | "salt">): Identity {
	const nickname = parseNickname(stated.nickname);
	if (!nickname.ok) throw new Error(nickname.error.kind);
	const { publicKey } = suite.primitives.identityKey(bytes(stated.identitySeed));
	return { lpk: publicKey, nickname: nickname.value, salt: bytes(stated.salt) };
}

export function personKeys(suite: Suite, stated: PersonCase): PersonKeys {
	const keys = ownKeySet(suite, stated.keySeeds);
	const participant = { identity: identityOf(suite, stated), keySet: keys.public };
	return { identity: suite.primitives.identityKey(bytes(stated.identitySeed)), keys, participant };
}

const NICKNAMES: readonly string[] = ["Ana", "Bo", "Chloé", "Dag"];

export function makePerson(suite: Suite, index: number): PersonCase {
	const nickname = NICKNAMES[index % NICKNAMES.length] as string;
	const secrets = {
		identitySeed: hex(fixed(`${nickname}/identity`, 32)),
		nickname,
		salt: hex(fixed(`${nickname}/salt`, 32)),
		keySeeds: keySeeds(suite, `${nickname}/keys`),
	};
	const identity = identityOf(suite, secrets);
	return {
		...secrets,
		lpk: hex(identity.lpk.bytes),
		identity: hex(encodeIdentity(identity)),
		keySet: hex(keySetByHash(ownKeySet(suite, secrets.keySeeds).public)),
	};
}

/** People in the order of a list: sorted by `v`, which follows `y` and `b` in a key set. */
export function makeList(suite: Suite, size: number): PersonCase[] {
	const v = (person: PersonCase): string => person.keySet.slice(128, 192);
	return Array.from({ length: size }, (_, i) => makePerson(suite, i)).sort((a, b) => (v(a) < v(b) ? -1 : 1));
}
