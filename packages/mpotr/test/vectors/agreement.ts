import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Aid, Sid } from "../../src/labels.ts";
import { keyConfirmation, type LinkKem, type PairwiseKey, pairwiseKey } from "../../src/session/pairwise.ts";
import { confirmMac, contributionsHash, makeRingShare, ringSecret, sessionKey } from "../../src/session/ring.ts";
import { computeSessionId } from "../../src/session/session-id.ts";
import { hexes, vectorFile, type VectorFile } from "./files.ts";
import { fixed, makeList, type PersonCase, type PersonKeys, personKeys } from "./people.ts";

/** What the participant at `from` encapsulates to its right neighbour; link `i` is between i and i + 1. */
export interface LinkCase {
	readonly from: number;
	readonly to: number;
	readonly coins: string;
	readonly ciphertext: string;
	readonly secret: string;
}

export interface PairCase {
	/** Places in the list; `low` has the smaller `v`. */
	readonly low: number;
	readonly high: number;
	/** The links between the two, whose KEM secrets and ciphertexts go in, in this order. */
	readonly links: readonly number[];
	readonly key: string;
	readonly confirmationLowToHigh: string;
	readonly confirmationHighToLow: string;
}

export interface RingCase {
	readonly aid: string;
	readonly sid: string;
	/** Sorted by `v`. */
	readonly participants: readonly PersonCase[];
	/** None in suite 1. */
	readonly links: readonly LinkCase[];
	readonly pairs: readonly PairCase[];
	/** `d_i`, and the ring fields of each SHARE. */
	readonly ringSecrets: readonly string[];
	readonly shares: readonly { z: string; cL: string; cR: string }[];
	readonly sessionKey: string;
	/** Names of the OFFERs in the order of the list, then of the SHAREs. */
	readonly contributions: readonly string[];
	readonly contributionsHash: string;
	readonly confirms: readonly string[];
}

export interface AgreementCases {
	readonly rings: readonly RingCase[];
}

/** Indices of the ring links between two places. */
export function linksBetween(size: number, low: number, high: number): number[] {
	const links: number[] = [];
	for (const i of [low, high]) {
		const right = (i + 1) % size;
		if ((i === low && right === high) || (i === high && right === low)) links.push(i);
	}
	return links;
}

interface Link extends LinkKem {
	readonly stated: LinkCase;
}

function makeLinks(suite: Suite, people: readonly PersonKeys[]): Link[] {
	const { kem } = suite;
	if (kem === undefined) return [];
	return people.map((_, from) => {
		const to = (from + 1) % people.length;
		const key = people[to]?.keys.public.ek?.key;
		if (key === undefined) throw new Error("a KEM key in full is due");
		const coins = fixed(`coins/${people.length}/${from}`, 32);
		const made = kem.encapsulate(key, coins);
		const [ciphertext, secret] = [hex(made.ciphertext), hex(made.secret)];
		return { ...made, stated: { from, to, coins: hex(coins), ciphertext, secret } };
	});
}

interface Pair {
	readonly key: PairwiseKey;
	readonly stated: PairCase;
}

function makePair(
	suite: Suite,
	people: readonly PersonKeys[],
	links: readonly Link[],
	sid: Sid,
	low: number,
	high: number,
): Pair {
	const [a, b] = [people[low], people[high]] as [PersonKeys, PersonKeys];
	const between = linksBetween(people.length, low, high);
	const made = pairwiseKey(
		suite,
		a,
		b.participant,
		between.flatMap((i) => links[i] ?? []),
	);
	if (!made.ok) throw new Error(made.error.expected);
	const stated = {
		low,
		high,
		links: suite.kem === undefined ? [] : between,
		key: hex(made.value),
		confirmationLowToHigh: hex(keyConfirmation(suite, made.value, sid, a.participant, b.participant)),
		confirmationHighToLow: hex(keyConfirmation(suite, made.value, sid, b.participant, a.participant)),
	};
	return { key: made.value, stated };
}

function makePairs(suite: Suite, people: readonly PersonKeys[], links: readonly Link[], sid: Sid): Pair[] {
	return people.flatMap((_, low) =>
		people.slice(low + 1).map((_peer, i) => makePair(suite, people, links, sid, low, low + 1 + i)),
	);
}

function makeRing(suite: Suite, size: number): RingCase {
	const participants = makeList(suite, size);
	const people = participants.map((person) => personKeys(suite, person));
	const aid = fixed(`aid/${size}`, 32) as Aid;
	const sid = computeSessionId(
		suite,
		aid,
		people.map((person) => person.participant),
	);
	const links = makeLinks(suite, people);
	const pairs = makePairs(suite, people, links, sid);
	const pairOf = (i: number): Pair | undefined => {
		const [low, high] = [Math.min(i, (i + 1) % size), Math.max(i, (i + 1) % size)];
		return pairs.find(({ stated }) => stated.low === low && stated.high === high);
	};
	const secrets = people.map((_, i) => ringSecret(suite, pairOf(i)?.key ?? new Uint8Array(), sid, i));
	const shares = secrets.map((right, i) =>
		makeRingShare(suite, sid, i, size, secrets[(i + size - 1) % size] ?? new Uint8Array(), right),
	);
	const sk = sessionKey(suite, sid, secrets);
	const names = ["offer", "share"].flatMap((kind) => people.map((_, i) => fixed(`${kind}/${size}/${i}`, 32)));
	const contributions = contributionsHash(suite, names);
	return {
		aid: hex(aid),
		sid: hex(sid),
		participants,
		links: links.map((link) => link.stated),
		pairs: pairs.map((pair) => pair.stated),
		ringSecrets: hexes(secrets),
		shares: shares.map(({ z, cL, cR }) => ({ z: hex(z), cL: hex(cL), cR: hex(cR) })),
		sessionKey: hex(sk),
		contributions: hexes(names),
		contributionsHash: hex(contributions),
		confirms: people.map((_, i) => hex(confirmMac(suite, sk, sid, i, contributions))),
	};
}

export function agreementVectors(): VectorFile<AgreementCases> {
	return vectorFile(
		"Key agreement in rings of two, three and four: what each encapsulates to its right neighbour, the key of each pair " +
			"with its confirmations, ring secrets, the ring fields of each SHARE, the session key and each CONFIRM. In a ring " +
			"of four, those opposite have no link in common. aid and the names of the messages are arbitrary.",
		"section 6, Agreeing on the key",
		(suite) => ({ rings: [2, 3, 4].map((size) => makeRing(suite, size)) }),
	);
}
