import { type Bytes, encode, erase, hex } from "@clowder/bytes";
import type { Ed448KeyPair, Ed448Point, OtrPrimitives } from "@clowder/crypto/otr";
import { ringSign, ringVerify } from "../dake/ring-signature.ts";
import { type ClientProfile, writeClientProfile } from "../profile/client-profile.ts";
import type { Random } from "../random.ts";
import type { RingSignature } from "../wire/messages.ts";
import { type CompositeIdentity, encodeCompositeIdentity, prekeyPhi } from "./composite-identity.ts";
import { PREKEY_USAGE, prekeyKdf, prekeyRingContext } from "./kdf.ts";
import type { PrekeyMacKey } from "./macs.ts";

/** `m`, the context of the proofs, 64 bytes: it binds them to this DAKE. Secret, as what it is derived from. */
export type ProofContext = Bytes<"proof context">;

/** What both sides derive of `SK`. */
export interface DakeKeys {
	readonly macKey: PrekeyMacKey;
	readonly proofContext: ProofContext;
}

/** What both sides of a DAKE must agree on: it goes into `t`. */
export interface DakeTranscript {
	/** The publisher, as the network calls it. */
	readonly publisher: string;
	readonly clientProfile: ClientProfile;
	readonly server: CompositeIdentity;
	readonly i: Bytes<"POINT">;
	readonly s: Bytes<"POINT">;
}

/** The keys of the ring signatures: `H_a`, `H_s`, and the other one's ephemeral key. */
export interface DakeRing {
	readonly publisherKey: Ed448Point;
	readonly serverKey: Ed448Point;
	readonly ephemeral: Ed448Point;
}

const EPHEMERAL_BYTES = 57;

/** `generateECDH`: `i`, `I` or `s`, `S`. */
export function newEphemeral(primitives: OtrPrimitives, random: Random): Ed448KeyPair {
	const seed = random(EPHEMERAL_BYTES);
	const pair = primitives.ed448.keyPair(seed);
	erase(seed);
	return pair;
}

const USAGES = {
	server: {
		first: 0x00,
		clientProfile: PREKEY_USAGE.initiatorClientProfile,
		compositeIdentity: PREKEY_USAGE.initiatorCompositeIdentity,
		phi: PREKEY_USAGE.initiatorPhi,
	},
	publisher: {
		first: 0x01,
		clientProfile: PREKEY_USAGE.receiverClientProfile,
		compositeIdentity: PREKEY_USAGE.receiverCompositeIdentity,
		phi: PREKEY_USAGE.receiverPhi,
	},
} as const;

/** `t`, which the server signs in DAKE-2 (it begins with 0x00) and the publisher in DAKE-3 (0x01). */
export function signedTranscript(
	primitives: OtrPrimitives,
	signer: "server" | "publisher",
	{ publisher, clientProfile, server, i, s }: DakeTranscript,
): Uint8Array {
	const usage = USAGES[signer];
	const profile = encode((w) => writeClientProfile(w, clientProfile));
	const hashes = [
		prekeyKdf(primitives, usage.clientProfile, [profile]),
		prekeyKdf(primitives, usage.compositeIdentity, [encodeCompositeIdentity(server)]),
		prekeyKdf(primitives, usage.phi, [prekeyPhi(publisher, server.identity)]),
	] as const;
	return encode((w) => {
		w.u8(usage.first);
		for (const part of [hashes[0], hashes[1], i, s, hashes[2]]) w.fixed(part, part.length);
	});
}

/** Whether no two of the keys are one: a ring signature says nothing of a ring in which they are. */
export function areDistinct(keys: readonly Ed448Point[]): boolean {
	return new Set(keys.map(({ bytes }) => hex(bytes))).size === keys.length;
}

/** `sigma` of DAKE-2 or DAKE-3. Throws where the signer's key is not in the ring: our own bug. */
export function signDake(
	primitives: OtrPrimitives,
	random: Random,
	signer: "server" | "publisher",
	key: Ed448KeyPair,
	{ publisherKey, serverKey, ephemeral }: DakeRing,
	transcript: DakeTranscript,
): RingSignature {
	const message = signedTranscript(primitives, signer, transcript);
	return ringSign(prekeyRingContext(primitives), random, [publisherKey, serverKey, ephemeral], key, message);
}

export function verifyDake(
	primitives: OtrPrimitives,
	signer: "server" | "publisher",
	{ publisherKey, serverKey, ephemeral }: DakeRing,
	transcript: DakeTranscript,
	sigma: RingSignature,
): boolean {
	const message = signedTranscript(primitives, signer, transcript);
	return ringVerify(prekeyRingContext(primitives), [publisherKey, serverKey, ephemeral], sigma, message);
}

/**
 * "Generating Shared Secrets", with the cofactor: `SK_ecdh = ours * (4 * theirs)`. It cannot be the identity, for `theirs`
 * has prime order and `ours` is not zero. Erases `ours`.
 */
export function dakeKeys(primitives: OtrPrimitives, ours: Ed448KeyPair, theirs: Ed448Point): DakeKeys {
	const { ed448 } = primitives;
	const twice = ed448.add(theirs, theirs);
	const shared = ed448.multiply(ed448.add(twice, twice), ours.scalar);
	ours.erase();
	if (shared.isIdentity) throw new Error("an ECDH of two keys that were checked gave the identity");
	const sk = prekeyKdf(primitives, PREKEY_USAGE.sk, [shared.bytes]);
	const macKey = prekeyKdf(primitives, PREKEY_USAGE.preMacKey, [sk]) as PrekeyMacKey;
	const proofContext = prekeyKdf(primitives, PREKEY_USAGE.proofContext, [sk]) as ProofContext;
	erase(sk);
	return { macKey, proofContext };
}

export function eraseDakeKeys({ macKey, proofContext }: DakeKeys): void {
	erase(macKey, proofContext);
}
