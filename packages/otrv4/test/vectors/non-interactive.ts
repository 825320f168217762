import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { DakeContext } from "../../src/dake/context.ts";
import { newKeys } from "../../src/dake/ephemeral-keys.ts";
import { acceptOffline, authenticateOffline, type OurPrekey } from "../../src/dake/non-interactive.ts";
import type { VerifiedEnsemble } from "../../src/prekey-server/ensemble.ts";
import { createPrekeyProfile } from "../../src/profile/prekey-profile.ts";
import { encodeMessage } from "../../src/wire/decode-message.ts";
import type { PrekeyMessage } from "../../src/wire/messages.ts";
import { type EphemeralDraws, type NonInteractiveInputs, nonInteractiveRun, type Reading } from "../reference/dake.ts";
import { afterNonInteractive, converse } from "../reference/ratchet.ts";
import { keysOf, type MessageCase, type RatchetCase, ratchetCase, saidOf, talk } from "./conversation.ts";
import { carried, inputOf, type MessageInput } from "./interactive.ts";
import { NOW_SECONDS, ourselves, partyOf, type PersonCase, person } from "./people.ts";
import { bytes, must, recorded, seeded, type VectorFile } from "./support.ts";

/** What goes into one non-interactive DAKE. */
export interface NonInteractiveGiven {
	readonly name: string;
	readonly reading: Reading;
	readonly agreed: readonly string[];
	/** Who published. */
	readonly bob: PersonCase;
	/** `sym_d`. */
	readonly sharedPrekey: string;
	readonly prekeyIdentifier: number;
	/** Of `Y` and `B`: 57 and 80 bytes. */
	readonly prekeyDraws: readonly string[];
	/** Who writes to him. */
	readonly alice: PersonCase;
	/** Of `X`, `A` and her first keys: 57, 80, 57, 80 bytes. */
	readonly aliceDraws: readonly string[];
	/** t, c and r for each of the three places of the ring. */
	readonly aliceRing: readonly string[];
}

export interface NonInteractiveCase extends NonInteractiveGiven {
	readonly bobProfile: string;
	readonly aliceProfile: string;
	readonly prekeyMessage: string;
	readonly braceKey: string;
	readonly tmpK: string;
	readonly authMacKey: string;
	readonly phi: string;
	readonly t: string;
	readonly authMac: string;
	readonly nonInteractiveAuth: string;
	readonly k: string;
	readonly ssid: string;
	readonly ratchets: readonly RatchetCase[];
	readonly messages: readonly MessageCase[];
}

function inputs(given: NonInteractiveGiven): NonInteractiveInputs {
	return {
		reading: given.reading,
		agreed: given.agreed.map(bytes),
		bob: partyOf(given.bob),
		sharedPrekey: bytes(given.sharedPrekey),
		prekeyIdentifier: given.prekeyIdentifier,
		prekeyDraws: given.prekeyDraws.map(bytes) as unknown as readonly [Uint8Array, Uint8Array],
		alice: partyOf(given.alice),
		aliceDraws: given.aliceDraws.map(bytes) as unknown as EphemeralDraws,
		aliceRing: given.aliceRing.map(bytes),
	};
}

/** The whole case from what goes into it, by the second computation alone. */
export function nonInteractiveReference(given: NonInteractiveGiven, said: readonly MessageInput[]): NonInteractiveCase {
	const run = nonInteractiveRun(inputs(given));
	const tags = { alice: given.alice.instanceTag, bob: given.bob.instanceTag };
	const { ratchets, messages } = converse(afterNonInteractive(run, tags), saidOf(said));
	return {
		...given,
		bobProfile: hex(run.bobProfile),
		aliceProfile: hex(run.aliceProfile),
		prekeyMessage: hex(run.prekeyMessage),
		braceKey: hex(run.braceKey),
		tmpK: hex(run.tmpK),
		authMacKey: hex(run.authMacKey),
		phi: hex(run.phi),
		t: hex(run.t),
		authMac: hex(run.authMac),
		nonInteractiveAuth: hex(run.message),
		k: hex(run.k),
		ssid: hex(run.ssid),
		ratchets: ratchets.map(ratchetCase),
		messages: messages.map((message, i) => ({ ...inputOf(said[i] as MessageInput), ...keysOf(message) })),
	};
}

interface LibraryRun {
	readonly given: NonInteractiveGiven;
	readonly said: readonly (MessageInput & Pick<MessageCase, "message">)[];
	readonly wire: Pick<NonInteractiveCase, "prekeyMessage" | "nonInteractiveAuth" | "ssid">;
}

function libraryRun(primitives: OtrPrimitives, name: string, reading: Reading): LibraryRun {
	const bob = person(primitives, "bob@example.org", 0x2000, 0x30);
	const alice = person(primitives, "alice@example.org", 0x1000, 0x40);
	const agreed: readonly string[] = [];
	const [ofBob, ofAlice] = [recorded(seeded(`${name}/bob`)), recorded(seeded(`${name}/alice`))];
	const context = (one: PersonCase, other: PersonCase, random: typeof ofBob.random): DakeContext => ({
		...{ primitives, random, reading, agreed: [] },
		mode: "standalone",
		ourAddress: one.address,
		theirAddress: other.address,
	});
	const sharedPrekey = new Uint8Array(57).fill(0x50);
	const shared = primitives.ed448.keyPair(sharedPrekey);
	const published = ourselves(primitives, bob);
	const prekeyProfile = must(
		createPrekeyProfile(primitives, {
			instanceTag: bob.instanceTag,
			keyPair: published.keyPair,
			sharedPrekey: shared.publicKey,
			expiresAtSeconds: bob.expires,
		}),
	);
	const keys = newKeys(primitives, ofBob.random);
	const prekeyDraws = ofBob.taken();
	const prekeyIdentifier = 0x89abcdef;
	const [y, b] = [keys.ecdh.publicKey.bytes, keys.dh.publicKey.bytes];
	const prekey: PrekeyMessage = carried({
		...{ type: "prekey", identifier: prekeyIdentifier, ownerTag: bob.instanceTag, y, b },
	});
	const ensemble = {
		clientProfile: published.profile,
		prekeyProfile,
		prekeyMessage: { message: prekey, y: keys.ecdh.publicKey, b: keys.dh.publicKey },
	} as VerifiedEnsemble;
	const sent = authenticateOffline(context(alice, bob, ofAlice.random), ourselves(primitives, alice), ensemble);
	const drawn = ofAlice.taken();
	const ours: OurPrekey = { message: prekey, keys };
	const pairs = [{ ourselves: published, sharedPrekey: shared }];
	const accepted = must(
		acceptOffline(context(bob, alice, ofBob.random), carried(sent.message), ours, pairs, NOW_SECONDS),
	);
	if (hex(accepted.ssid) !== hex(sent.established.ssid)) throw new Error("two SSIDs of one DAKE");
	const [aliceDraws, aliceRing] = [drawn.slice(0, 4), drawn.slice(4)];
	const ratchets = { alice: sent.established.ratchet, bob: accepted.ratchet };
	return {
		given: {
			...{ name, reading, agreed, bob, sharedPrekey: hex(sharedPrekey), prekeyIdentifier, prekeyDraws, alice },
			...{ aliceDraws, aliceRing },
		},
		said: talk(name, ratchets, { alice: alice.instanceTag, bob: bob.instanceTag }),
		wire: {
			prekeyMessage: hex(encodeMessage(prekey)),
			nonInteractiveAuth: hex(encodeMessage(sent.message)),
			ssid: hex(accepted.ssid),
		},
	};
}

export function nonInteractiveVectors(primitives: OtrPrimitives): VectorFile<NonInteractiveCase> {
	const runs = [
		libraryRun(primitives, "as the specification has it", "specification"),
		libraryRun(primitives, "with the ring signature and phi as otr4j has them", "otr4j"),
	];
	return {
		description:
			"Two non-interactive DAKEs with our_ecdh_first and our_dh_first, and the conversations that follow. No other implementation has these keys; every value is computed twice.",
		spec: 'otrv4.md at 0f844b0, "Offline Conversation Initialization", "Key Management", "Data Exchange"; the readings: spec/otrv4-notes.md',
		cases: runs.map(({ given, said, wire }) => {
			const reference = nonInteractiveReference(given, said);
			const messages = reference.messages.map((message, i) => ({ ...message, message: said[i]?.message ?? "" }));
			return { ...reference, ...wire, messages };
		}),
	};
}
