import { hex } from "@clowder/bytes";
import type { StateHash } from "../../src/labels.ts";
import { identityCommitment } from "../../src/identity.ts";
import { joinAuthenticator, joinCore } from "../../src/participant/join.ts";
import { encryptOnce, seal } from "../../src/session/sealed-box.ts";
import { bytes, hexes, vectorFile, type VectorFile } from "./files.ts";
import {
	fixed,
	identityOf,
	type KeySeeds,
	keySeeds,
	makePerson,
	ownKeySet,
	type PersonCase,
	personKeys,
	randomOf,
} from "./people.ts";

export interface BoxCase {
	readonly recipient: KeySeeds;
	readonly ephemeralSeed: string;
	/** Of the encapsulation; null in suite 1. */
	readonly coins: string | null;
	readonly context: readonly string[];
	readonly plaintext: string;
	readonly ephemeral: string;
	readonly kemCiphertext: string | null;
	readonly ciphertext: string;
	readonly mac: string;
}

export interface BoxCases {
	readonly boxes: readonly BoxCase[];
	/** Under a key that is used once: the list of a ROSTER. */
	readonly once: { key: string; context: readonly string[]; plaintext: string; ciphertext: string; mac: string };
}

export function boxVectors(): VectorFile<BoxCases> {
	return vectorFile(
		"Boxes sealed to b (and bek in suite 2) for a context, from a given ephemeral seed and given coins; and content " +
			"under a key that is used once.",
		"section 2.1, Labels",
		(suite) => {
			const boxes = [32, 129].map((size, i) => {
				const recipient = keySeeds(suite, `box/${i}`);
				const ephemeralSeed = hex(fixed(`box/${i}/ephemeral`, 32));
				const coins = suite.kem === undefined ? null : hex(fixed(`box/${i}/coins`, 32));
				const context = [fixed(`box/${i}/context`, 32), fixed(`box/${i}/v`, 32)];
				const plaintext = fixed(`box/${i}/plaintext`, size);
				const to = ownKeySet(suite, recipient).public;
				const box = seal(suite, to, context, plaintext, randomOf(ephemeralSeed, coins ?? ""));
				if (!box.ok) throw new Error(box.error);
				return {
					recipient,
					ephemeralSeed,
					coins,
					context: hexes(context),
					plaintext: hex(plaintext),
					ephemeral: hex(box.value.ephemeral.bytes),
					kemCiphertext: box.value.kemCiphertext ? hex(box.value.kemCiphertext) : null,
					ciphertext: hex(box.value.ciphertext),
					mac: hex(box.value.mac),
				};
			});
			const [key, plaintext] = [fixed("once/key", 32), fixed("once/plaintext", 258)];
			const context = [fixed("once/aid", 32)];
			const { ciphertext, mac } = encryptOnce(suite, key, context, plaintext);
			const shown = { key: hex(key), context: hexes(context), plaintext: hex(plaintext) };
			return { boxes, once: { ...shown, ciphertext: hex(ciphertext), mac: hex(mac) } };
		},
	);
}

export interface JoinCases {
	readonly newcomer: PersonCase;
	readonly state: string;
	readonly sponsor: string;
	readonly commitment: string;
	readonly sealed: { ephemeral: string; kemCiphertext: string | null; ciphertext: string; mac: string };
	/** What the authenticators cover: the JOIN's body without them. */
	readonly core: string;
	/** For each member: the seeds of its next key set, the two shared secrets, and `a_i`. */
	readonly members: readonly {
		next: KeySeeds;
		identitySecret: string;
		ephemeralSecret: string;
		authenticator: string;
	}[];
}

export function joinVectors(): VectorFile<JoinCases> {
	return vectorFile(
		"The authenticators of a JOIN: for each member a MAC under DH(LSK of the newcomer, y of the member) and DH(x of the " +
			"newcomer, y), over the JOIN's body without the authenticators, and the state it answers to.",
		"section 2.1, Labels",
		(suite) => {
			const newcomer = makePerson(suite, 2);
			const person = personKeys(suite, newcomer);
			const identity = identityOf(suite, newcomer);
			const state = fixed("join/state", 32) as StateHash;
			const sponsor = ownKeySet(suite, keySeeds(suite, "join/sponsor")).public;
			const context = [state, person.keys.public.v.bytes];
			const random = randomOf(hex(fixed("join/ephemeral", 32)), hex(fixed("join/coins", 32)));
			const box = seal(suite, sponsor, context, bytes(newcomer.identity), random);
			if (!box.ok) throw new Error(box.error);
			const commitment = identityCommitment(suite, identity);
			const core = joinCore({
				type: "JOIN",
				keySet: person.keys.public,
				commitment,
				sponsor: sponsor.v.bytes,
				sealed: box.value,
			});
			const members = [0, 1].map((i) => {
				const next = keySeeds(suite, `join/member/${i}`);
				const { y } = ownKeySet(suite, next).public;
				const fromIdentity = suite.primitives.dhFromIdentity(person.identity, y);
				const ephemeral = suite.primitives.dh(person.keys.x, y);
				if (!fromIdentity.ok || !ephemeral.ok) throw new Error("keys of no use");
				const secrets = { identity: fromIdentity.value, ephemeral: ephemeral.value };
				const authenticator = hex(joinAuthenticator({ suite }, secrets, identity, core, state));
				return { next, identitySecret: hex(secrets.identity), ephemeralSecret: hex(secrets.ephemeral), authenticator };
			});
			const { ephemeral, kemCiphertext, ciphertext, mac } = box.value;
			return {
				newcomer,
				state: hex(state),
				sponsor: hex(sponsor.v.bytes),
				commitment: hex(commitment),
				sealed: {
					ephemeral: hex(ephemeral.bytes),
					kemCiphertext: kemCiphertext ? hex(kemCiphertext) : null,
					ciphertext: hex(ciphertext),
					mac: hex(mac),
				},
				core: hex(core),
				members,
			};
		},
	);
}
