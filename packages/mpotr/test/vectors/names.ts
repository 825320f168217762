import { encode, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import { attemptId, type FoldState, stateHash } from "../../src/fold/state.ts";
import { encodeIdentity, identityCommitment, nextSalt } from "../../src/identity.ts";
import { writeKeySetInFull } from "../../src/key-set.ts";
import { type Aid, hash, LABELS, mac, name } from "../../src/labels.ts";
import { encodeParameters, type RoomParameters } from "../../src/parameters.ts";
import { computeSessionId, listHash, sessionFingerprint } from "../../src/session/session-id.ts";
import { bytes, hexes, vectorFile, type VectorFile } from "./files.ts";
import {
	fixed,
	identityOf,
	type KeySeeds,
	keySeeds,
	keySetByHash,
	makeList,
	ownKeySet,
	type PersonCase,
	personKeys,
} from "./people.ts";

export interface HashCases {
	readonly protocolTag: string;
	readonly hashes: readonly { label: string; parts: readonly string[]; hash: string; name: string }[];
	readonly macs: readonly { key: string; label: string; parts: readonly string[]; mac: string }[];
}

/** The same bytes cut at other places, to show that the lengths are hashed. */
const PARTS: readonly (readonly Uint8Array[])[] = [
	[],
	[new Uint8Array(0)],
	[bytes("00")],
	[bytes("0001"), bytes("02")],
	[bytes("00"), bytes("0102")],
	[fixed("long part", 300)],
];

export function hashVectors(): VectorFile<HashCases> {
	return vectorFile(
		"H(label, parts) and MAC(key, label, parts): each part after its length as 4 bytes, big-endian, behind protocol " +
			"tag, suite name and label, which are encoded likewise. `name` is H cut to 32 bytes. One case for each label.",
		"section 2, Notation",
		(suite) => ({
			protocolTag: "mpCAT/1",
			hashes: Object.values(LABELS).flatMap((label, i) =>
				(i === 0 ? PARTS : [PARTS[i % PARTS.length] as readonly Uint8Array[]]).map((parts) => ({
					label,
					parts: hexes(parts),
					hash: hex(hash(suite, label, ...parts)),
					name: hex(name(suite, label, ...parts)),
				})),
			),
			macs: Object.values(LABELS).map((label, i) => {
				const parts = PARTS[i % PARTS.length] as readonly Uint8Array[];
				const key = fixed(`mac/${label}`, i % 2 === 0 ? 32 : 64);
				return { key: hex(key), label, parts: hexes(parts), mac: hex(mac(suite, key, label, ...parts)) };
			}),
		}),
	);
}

export interface KeySetCases {
	readonly keySets: readonly {
		seeds: KeySeeds;
		y: string;
		b: string;
		v: string;
		ek: string | null;
		bek: string | null;
		ekHash: string | null;
		bekHash: string | null;
		byHash: string;
		inFull: string;
	}[];
}

export function keySetVectors(): VectorFile<KeySetCases> {
	return vectorFile(
		"Key sets from their seeds: x of y, s of b (X25519), e of v (Ed25519), and in suite 2 the ML-KEM-768 seeds of ek and " +
			"bek. `byHash` is the encoding in KNOCK, STATE and under every hash, `inFull` the one in FOUND, JOIN and SHARE.",
		"section 3, Keys and people",
		(suite) => ({
			keySets: ["first", "second"].map((which) => {
				const seeds = keySeeds(suite, `key set/${which}`);
				const keys = ownKeySet(suite, seeds).public;
				return {
					seeds,
					y: hex(keys.y.bytes),
					b: hex(keys.b.bytes),
					v: hex(keys.v.bytes),
					ek: keys.ek?.key ? hex(keys.ek.key.bytes) : null,
					bek: keys.bek?.key ? hex(keys.bek.key.bytes) : null,
					ekHash: keys.ek ? hex(keys.ek.hash) : null,
					bekHash: keys.bek ? hex(keys.bek.hash) : null,
					byHash: hex(keySetByHash(keys)),
					inFull: hex(encode((w) => writeKeySetInFull(w, keys))),
				};
			}),
		}),
	);
}

export interface IdentityCases {
	readonly identities: readonly {
		identitySeed: string;
		lpk: string;
		nickname: string;
		salt: string;
		encoding: string;
		commitment: string;
		/** The salts of the key sets that follow. */
		chain: readonly string[];
	}[];
}

const EDGE_NICKNAMES: readonly string[] = ["A", "Chloé", "日本語", "n".repeat(64)];

export function identityVectors(): VectorFile<IdentityCases> {
	return vectorFile(
		"Identities: their encoding (always 129 bytes), the commitment in JOIN, and the salt that goes on with each next key set.",
		"section 3, Keys and people",
		(suite) => ({
			identities: EDGE_NICKNAMES.map((nickname, i) => {
				const stated = { identitySeed: hex(fixed(`identity/${i}`, 32)), nickname, salt: hex(fixed(`salt/${i}`, 32)) };
				const identity = identityOf(suite, stated);
				let { salt } = identity;
				const chain = [1, 2].map(() => {
					salt = nextSalt(suite, salt);
					return hex(salt);
				});
				return {
					...stated,
					lpk: hex(identity.lpk.bytes),
					encoding: hex(encodeIdentity(identity)),
					commitment: hex(identityCommitment(suite, identity)),
					chain,
				};
			}),
		}),
	);
}

export interface SessionNameCases {
	readonly parameters: { policy: string; passphrase: boolean; timeoutSeconds: number; binding: string };
	readonly parametersEncoding: string;
	readonly sessions: readonly {
		k: number;
		/** In the order of the list: sorted by `v`. */
		participants: readonly PersonCase[];
		aid: string;
		sid: string;
		listHash: string;
		fingerprint: string;
	}[];
	readonly state: { baseAid: string; nextKeySets: readonly string[]; stateHash: string };
	readonly rank: { seed: string; ranks: readonly { v: string; rank: string }[] };
}

function namesOf(
	suite: Suite,
	parameters: RoomParameters,
	k: number,
	size: number,
): SessionNameCases["sessions"][number] {
	const participants = makeList(suite, size);
	const plist = participants.map((person) => personKeys(suite, person).participant);
	const slots = plist.map(({ keySet }) => ({ keySet, member: undefined, join: undefined }));
	const aid = attemptId(suite, k, parameters, slots);
	const sid = computeSessionId(suite, aid, plist);
	return {
		k,
		participants,
		aid: hex(aid),
		sid: hex(sid),
		listHash: hex(listHash(suite, sid)),
		fingerprint: sessionFingerprint(suite, sid),
	};
}

/** A fold state of which only what the state hash covers is looked at. */
function stateWith(suite: Suite, aid: Aid, parameters: RoomParameters, people: readonly PersonCase[]): FoldState {
	const members = people.map((person, i) => ({
		v: personKeys(suite, person).participant.keySet.v,
		next: ownKeySet(suite, keySeeds(suite, `next/${i}`)).public,
	}));
	return {
		parameters,
		base: { aid, members },
		previous: [],
		k: 0,
		pending: [],
		removed: new Map(),
		votes: new Map(),
		failures: 0,
		rekeys: new Map(),
		attempt: undefined,
		dead: [],
		authors: new Map(),
		knocks: [],
	};
}

export function sessionNameVectors(): VectorFile<SessionNameCases> {
	return vectorFile(
		"Parameters, the public name of an attempt (aid), the secret name of its session (sid), what is shown of it, the " +
			"hash of the state that a JOIN answers to, and the ranks in which members do what all of them could.",
		"section 2.1, Labels",
		(suite) => {
			const parameters: RoomParameters = {
				suite: suite.id,
				policy: "open",
				passphrase: false,
				timeoutSeconds: 60,
				binding: "memory:room",
			};
			const sessions = [1, 2, 3].map((size) => namesOf(suite, parameters, size - 1, size));
			const people = makeList(suite, 3);
			const aid = fixed("base aid", 32) as Aid;
			const state = stateWith(suite, aid, parameters, people);
			const seed = fixed("rank seed", 32);
			const { policy, passphrase, timeoutSeconds, binding } = parameters;
			return {
				parameters: { policy, passphrase, timeoutSeconds, binding },
				parametersEncoding: hex(encodeParameters(parameters)),
				sessions,
				state: {
					baseAid: hex(aid),
					nextKeySets: (state.base?.members ?? []).map((member) => hex(keySetByHash(member.next))),
					stateHash: hex(stateHash(suite, state) ?? new Uint8Array()),
				},
				rank: {
					seed: hex(seed),
					ranks: people.map((person) => {
						const { v } = personKeys(suite, person).participant.keySet;
						return { v: hex(v.bytes), rank: hex(name(suite, LABELS.rank, seed, v.bytes)) };
					}),
				},
			};
		},
	);
}
