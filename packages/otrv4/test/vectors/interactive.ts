import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { DakeContext } from "../../src/dake/context.ts";
import { accept, answer, confirm, offer, verifyAuthR, verifyIdentity } from "../../src/dake/interactive.ts";
import { decodeMessage, encodeMessage } from "../../src/wire/decode-message.ts";
import type { AuthIMessage, AuthRMessage, IdentityMessage, OtrMessage } from "../../src/wire/messages.ts";
import { type EphemeralDraws, type InteractiveInputs, interactiveRun, type Reading } from "../reference/dake.ts";
import { afterInteractive, converse } from "../reference/ratchet.ts";
import { keysOf, type MessageCase, type RatchetCase, ratchetCase, saidOf, talk } from "./conversation.ts";
import { NOW_SECONDS, ourselves, partyOf, type PersonCase, person } from "./people.ts";
import { bytes, must, recorded, seeded, type VectorFile } from "./support.ts";

/** What goes into one interactive DAKE. */
export interface InteractiveGiven {
	readonly name: string;
	readonly reading: Reading;
	/** Further values of `phi'`. */
	readonly agreed: readonly string[];
	readonly bob: PersonCase;
	/** Of `Y`, `B` and the first keys: 57, 80, 57, 80 bytes. */
	readonly bobDraws: readonly string[];
	/** t, c and r for each of the three places of the ring, 57 bytes each. */
	readonly bobRing: readonly string[];
	readonly alice: PersonCase;
	readonly aliceDraws: readonly string[];
	readonly aliceRing: readonly string[];
}

/** All of it, in the order in which it is computed. */
export interface InteractiveCase extends InteractiveGiven {
	readonly bobProfile: string;
	readonly aliceProfile: string;
	readonly bobFingerprint: string;
	readonly aliceFingerprint: string;
	readonly identity: string;
	readonly phiAuthR: string;
	readonly tAuthR: string;
	readonly authR: string;
	readonly k: string;
	readonly ssid: string;
	readonly phiAuthI: string;
	readonly tAuthI: string;
	readonly authI: string;
	readonly firstRootKey: string;
	readonly ratchets: readonly RatchetCase[];
	readonly messages: readonly MessageCase[];
}

/** What the second computation takes of a case. */
export function interactiveInputs(given: InteractiveGiven): InteractiveInputs {
	return {
		reading: given.reading,
		agreed: given.agreed.map(bytes),
		bob: partyOf(given.bob),
		bobDraws: given.bobDraws.map(bytes) as unknown as EphemeralDraws,
		bobRing: given.bobRing.map(bytes),
		alice: partyOf(given.alice),
		aliceDraws: given.aliceDraws.map(bytes) as unknown as EphemeralDraws,
		aliceRing: given.aliceRing.map(bytes),
	};
}

/** The whole case from what goes into it, by the second computation alone. */
export function interactiveReference(given: InteractiveGiven, said: readonly MessageInput[]): InteractiveCase {
	const run = interactiveRun(interactiveInputs(given));
	const tags = { alice: given.alice.instanceTag, bob: given.bob.instanceTag };
	const { ratchets, messages } = converse(afterInteractive(run, tags), saidOf(said));
	return {
		...given,
		bobProfile: hex(run.bobProfile),
		aliceProfile: hex(run.aliceProfile),
		bobFingerprint: hex(run.bobFingerprint),
		aliceFingerprint: hex(run.aliceFingerprint),
		identity: hex(run.identity),
		phiAuthR: hex(run.phiAuthR),
		tAuthR: hex(run.tAuthR),
		authR: hex(run.authR),
		k: hex(run.k),
		ssid: hex(run.ssid),
		phiAuthI: hex(run.phiAuthI),
		tAuthI: hex(run.tAuthI),
		authI: hex(run.authI),
		firstRootKey: hex(run.firstRootKey),
		ratchets: ratchets.map(ratchetCase),
		messages: messages.map((message, i) => ({ ...inputOf(said[i] as MessageInput), ...keysOf(message) })),
	};
}

export type MessageInput = Pick<MessageCase, "by" | "flags" | "plaintext" | "opened" | "draws">;

export function inputOf({ by, flags, plaintext, opened, draws }: MessageInput): MessageInput {
	return { by, flags, plaintext, opened, draws };
}

/** As the other side reads it. */
export function carried<T extends OtrMessage>(message: T): T {
	return must(decodeMessage(bytes(hex(encodeMessage(message))))) as T;
}

/** What the library gives on the wire and to its user. */
export interface LibraryRun {
	readonly given: InteractiveGiven;
	readonly said: readonly (MessageInput & Pick<MessageCase, "message">)[];
	readonly wire: Pick<InteractiveCase, "identity" | "authR" | "authI" | "ssid" | "bobFingerprint" | "aliceFingerprint">;
}

function libraryRun(primitives: OtrPrimitives, name: string, reading: Reading, agreed: readonly string[]): LibraryRun {
	// The initiator's address and tag come first in one order, and second in the other.
	const bob = person(primitives, "bob@example.org", 0x100, 0x10);
	const alice = person(primitives, "alice@example.org", 0xfedcba98, 0x20);
	const [ofBob, ofAlice] = [recorded(seeded(`${name}/bob`)), recorded(seeded(`${name}/alice`))];
	const context = (one: PersonCase, other: PersonCase, random: typeof ofBob.random): DakeContext => ({
		...{ primitives, random, reading },
		mode: "standalone",
		ourAddress: one.address,
		theirAddress: other.address,
		agreed: agreed.map(bytes),
	});
	const [asBob, asAlice] = [context(bob, alice, ofBob.random), context(alice, bob, ofAlice.random)];
	const made = offer(asBob, ourselves(primitives, bob), 0);
	const bobDraws = ofBob.taken();
	const identity: IdentityMessage = carried(made.message);
	const theirs = must(verifyIdentity(asAlice, identity, NOW_SECONDS));
	const answered = answer(asAlice, ourselves(primitives, alice), identity, theirs);
	const drawn = ofAlice.taken();
	const authR: AuthRMessage = carried(answered.message);
	const confirmed = confirm(asBob, made, authR, must(verifyAuthR(asBob, made, authR, NOW_SECONDS)));
	const bobRing = ofBob.taken();
	const authI: AuthIMessage = carried(confirmed.message);
	const accepted = must(accept(asAlice, answered, authI));
	if (hex(accepted.ssid) !== hex(confirmed.established.ssid)) throw new Error("two SSIDs of one DAKE");
	const [aliceDraws, aliceRing] = [drawn.slice(0, 4), drawn.slice(4)];
	const ratchets = { alice: accepted.ratchet, bob: confirmed.established.ratchet };
	return {
		given: { name, reading, agreed, bob, bobDraws, bobRing, alice, aliceDraws, aliceRing },
		said: talk(name, ratchets, { alice: alice.instanceTag, bob: bob.instanceTag }),
		wire: {
			identity: hex(encodeMessage(identity)),
			authR: hex(encodeMessage(authR)),
			authI: hex(encodeMessage(authI)),
			ssid: hex(accepted.ssid),
			bobFingerprint: hex(accepted.theirProfile.fingerprint),
			aliceFingerprint: hex(confirmed.established.theirProfile.fingerprint),
		},
	};
}

const SPECIFIED = "as the specification has it, with a password that both sides know";

export function interactiveVectors(primitives: OtrPrimitives): VectorFile<InteractiveCase> {
	const runs = [
		libraryRun(primitives, SPECIFIED, "specification", ["70617373776f7264"]),
		libraryRun(primitives, "as otr4j reads it", "otr4j", []),
	];
	return {
		description:
			"Two interactive DAKEs and the conversations that follow, through more than two periods of the brace key. A value that is drawn is given as the random bytes it comes from.",
		spec: 'otrv4.md at 0f844b0, "Online Conversation Initialization", "Key Management", "Data Exchange"; the readings: spec/otrv4-notes.md',
		cases: runs.map(({ given, said, wire }) => {
			const reference = interactiveReference(given, said);
			const messages = reference.messages.map((message, i) => ({ ...message, message: said[i]?.message ?? "" }));
			return { ...reference, ...wire, messages };
		}),
	};
}
