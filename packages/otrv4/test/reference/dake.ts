import { data, join, kdf, text, u16, u32, u8 } from "./bytes.ts";
import { dhPublic, dhShared } from "./dh.ts";
import { ecdh, type Pair, pairOf } from "./ed448.ts";
import { fingerprint, clientProfile, type ProfileFields } from "./profiles.ts";
import { ringSign } from "./ring.ts";

/** What reads the specification how: spec/otrv4-notes.md. */
export type Reading = "specification" | "otr4j";

export interface KeyPairs {
	readonly ecdh: Pair;
	readonly dhSecret: Uint8Array;
	readonly dh: Uint8Array;
}

/** From 57 and 80 random bytes. */
export function keyPairs(ecdhRandom: Uint8Array, dhSecret: Uint8Array): KeyPairs {
	return { ecdh: pairOf(ecdhRandom), dhSecret, dh: dhPublic(dhSecret) };
}

/** One side as it enters a DAKE. */
export interface Party {
	readonly address: string;
	readonly symmetricKey: Uint8Array;
	readonly profile: ProfileFields;
}

/** What is drawn for `Y, B` or `X, A` and the first keys, in this order: 57, 80, 57, 80 bytes. */
export type EphemeralDraws = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

export interface Ephemerals {
	readonly main: KeyPairs;
	readonly first: KeyPairs;
}

export function ephemerals([ecdhRandom, dhSecret, firstEcdh, firstDh]: EphemeralDraws): Ephemerals {
	return { main: keyPairs(ecdhRandom, dhSecret), first: keyPairs(firstEcdh, firstDh) };
}

/** What one side puts into phi. */
interface PhiSide {
	readonly tag: number;
	readonly ecdh: Uint8Array;
	readonly dh: Uint8Array;
	readonly address: string;
}

/** "Shared Session State": of the sender of a message and its receiver. */
export function phi(
	reading: Reading,
	sender: PhiSide,
	receiver: PhiSide,
	agreed: readonly Uint8Array[] = [],
): Uint8Array {
	let tags = [sender.tag, receiver.tag];
	let addresses = [Buffer.from(text(sender.address)), Buffer.from(text(receiver.address))];
	if (reading === "specification") {
		tags = tags.sort((a, b) => a - b);
		addresses = addresses.sort((a, b) => Buffer.compare(a, b));
	}
	return join(
		...tags.map(u32),
		...[sender, receiver].flatMap((side) => [side.ecdh, data(side.dh)]),
		...[...addresses, ...agreed].map((value) => data(new Uint8Array(value))),
	);
}

/** `m` of the ring signature, as it is hashed. */
function signedMessage(reading: Reading, t: Uint8Array): Uint8Array {
	return reading === "otr4j" ? data(t) : t;
}

const third = (kDh: Uint8Array): Uint8Array => kdf(0x01, 32, kDh);
const mixed = (kEcdh: Uint8Array, brace: Uint8Array): Uint8Array => kdf(0x03, 64, kEcdh, brace);

export interface InteractiveInputs {
	readonly reading: Reading;
	readonly agreed: readonly Uint8Array[];
	/** Who sends the Identity and the Auth-I message. */
	readonly bob: Party;
	readonly bobDraws: EphemeralDraws;
	/** Nine values of 57 bytes each: of the ring signature in Auth-I. */
	readonly bobRing: readonly Uint8Array[];
	readonly alice: Party;
	readonly aliceDraws: EphemeralDraws;
	readonly aliceRing: readonly Uint8Array[];
}

export interface InteractiveRun {
	readonly bobProfile: Uint8Array;
	readonly aliceProfile: Uint8Array;
	readonly bobFingerprint: Uint8Array;
	readonly aliceFingerprint: Uint8Array;
	readonly identity: Uint8Array;
	readonly authR: Uint8Array;
	readonly authI: Uint8Array;
	readonly phiAuthR: Uint8Array;
	readonly phiAuthI: Uint8Array;
	readonly tAuthR: Uint8Array;
	readonly tAuthI: Uint8Array;
	readonly k: Uint8Array;
	readonly ssid: Uint8Array;
	readonly firstRootKey: Uint8Array;
	readonly bobKeys: Ephemerals;
	readonly aliceKeys: Ephemerals;
}

export function interactiveRun(inputs: InteractiveInputs): InteractiveRun {
	const { bob, alice, reading, agreed } = inputs;
	const [bobPair, alicePair] = [pairOf(bob.symmetricKey), pairOf(alice.symmetricKey)];
	const [bobKeys, aliceKeys] = [ephemerals(inputs.bobDraws), ephemerals(inputs.aliceDraws)];
	const [bobProfile, aliceProfile] = [clientProfile(bob.profile, bobPair), clientProfile(alice.profile, alicePair)];
	const [y, b, x, a] = [bobKeys.main.ecdh.publicKey, bobKeys.main.dh, aliceKeys.main.ecdh.publicKey, aliceKeys.main.dh];
	const bobSide = phiSide(bob, bobKeys.first);
	const aliceSide = phiSide(alice, aliceKeys.first);
	const header = (type: number, from: number, to: number): Uint8Array => join(u16(4), u8(type), u32(from), u32(to));
	const t = (prefix: number, phiValue: Uint8Array): Uint8Array => {
		const usage = prefix === 0 ? 0x05 : 0x08;
		return join(
			u8(prefix),
			kdf(usage, 64, bobProfile),
			kdf(usage + 1, 64, aliceProfile),
			...[y, x, data(b), data(a)],
			kdf(usage + 2, 64, phiValue),
		);
	};
	const phiAuthR = phi(reading, aliceSide, bobSide, agreed);
	const phiAuthI = phi(reading, bobSide, aliceSide, agreed);
	const [tAuthR, tAuthI] = [t(0, phiAuthR), t(1, phiAuthI)];
	const ringOfAlice = [bob.profile.forgingKey, alicePair.publicKey, y];
	const ringOfBob = [bobPair.publicKey, alice.profile.forgingKey, x];
	const k = mixed(ecdh(aliceKeys.main.ecdh, y), third(dhShared(aliceKeys.main.dhSecret, b)));
	return {
		...{ bobProfile, aliceProfile, bobKeys, aliceKeys, phiAuthR, phiAuthI, tAuthR, tAuthI, k },
		bobFingerprint: fingerprint(bobPair.publicKey, bob.profile.forgingKey),
		aliceFingerprint: fingerprint(alicePair.publicKey, alice.profile.forgingKey),
		identity: join(header(0x35, bob.profile.tag, 0), bobProfile, y, data(b), firstKeys(bobKeys.first)),
		authR: join(
			header(0x36, alice.profile.tag, bob.profile.tag),
			...[aliceProfile, x, data(a)],
			ringSign(ringOfAlice, alicePair, inputs.aliceRing, signedMessage(reading, tAuthR)),
			firstKeys(aliceKeys.first),
		),
		authI: join(
			header(0x37, bob.profile.tag, alice.profile.tag),
			ringSign(ringOfBob, bobPair, inputs.bobRing, signedMessage(reading, tAuthI)),
		),
		ssid: kdf(0x04, 8, k),
		firstRootKey: kdf(0x0b, 64, k),
	};
}

function phiSide({ address, profile }: Party, keys: KeyPairs): PhiSide {
	return { tag: profile.tag, ecdh: keys.ecdh.publicKey, dh: keys.dh, address };
}

function firstKeys(keys: KeyPairs): Uint8Array {
	return join(keys.ecdh.publicKey, data(keys.dh));
}

export interface NonInteractiveInputs {
	readonly reading: Reading;
	readonly agreed: readonly Uint8Array[];
	/** Who published. */
	readonly bob: Party;
	readonly sharedPrekey: Uint8Array;
	readonly prekeyIdentifier: number;
	/** `y`, 57 bytes, and `b`, 80 bytes. */
	readonly prekeyDraws: readonly [Uint8Array, Uint8Array];
	readonly alice: Party;
	readonly aliceDraws: EphemeralDraws;
	readonly aliceRing: readonly Uint8Array[];
}

export interface NonInteractiveRun {
	readonly bobProfile: Uint8Array;
	readonly aliceProfile: Uint8Array;
	readonly prekeyMessage: Uint8Array;
	readonly phi: Uint8Array;
	readonly braceKey: Uint8Array;
	readonly tmpK: Uint8Array;
	readonly authMacKey: Uint8Array;
	readonly t: Uint8Array;
	readonly authMac: Uint8Array;
	readonly message: Uint8Array;
	readonly k: Uint8Array;
	readonly ssid: Uint8Array;
	readonly prekeys: KeyPairs;
	readonly aliceKeys: Ephemerals;
}

export function nonInteractiveRun(inputs: NonInteractiveInputs): NonInteractiveRun {
	const { bob, alice, reading } = inputs;
	const [bobPair, alicePair, shared] = [bob.symmetricKey, alice.symmetricKey, inputs.sharedPrekey].map(pairOf) as [
		Pair,
		Pair,
		Pair,
	];
	const prekeys = keyPairs(...inputs.prekeyDraws);
	const aliceKeys = ephemerals(inputs.aliceDraws);
	const [bobProfile, aliceProfile] = [clientProfile(bob.profile, bobPair), clientProfile(alice.profile, alicePair)];
	const { main } = aliceKeys;
	const [x, y] = [main.ecdh.publicKey, prekeys.ecdh.publicKey];
	const braceKey = third(dhShared(main.dhSecret, prekeys.dh));
	const secrets = [y, shared.publicKey, bobPair.publicKey].map((point) => ecdh(main.ecdh, point));
	const tmpK = kdf(0x0c, 64, ...secrets, braceKey);
	const authMacKey = kdf(0x0d, 64, tmpK);
	const phiValue = phi(reading, phiSide(alice, aliceKeys.first), phiSide(bob, prekeys), inputs.agreed);
	const t = join(
		kdf(0x0e, 64, bobProfile),
		kdf(0x0f, 64, aliceProfile),
		...[y, x, data(prekeys.dh), data(main.dh), shared.publicKey],
		kdf(0x10, 64, phiValue),
	);
	const authMac = kdf(0x11, 64, authMacKey, t);
	const ring = [bob.profile.forgingKey, alicePair.publicKey, y];
	const sigma = ringSign(ring, alicePair, inputs.aliceRing, signedMessage(reading, t));
	const k = kdf(0x03, 64, tmpK);
	return {
		...{ bobProfile, aliceProfile, phi: phiValue, braceKey, tmpK, authMacKey, t, authMac, k, prekeys, aliceKeys },
		prekeyMessage: join(u16(4), u8(0x0f), u32(inputs.prekeyIdentifier), u32(bob.profile.tag), y, data(prekeys.dh)),
		message: join(
			...[u16(4), u8(0x0d), u32(alice.profile.tag), u32(bob.profile.tag), aliceProfile, x, data(main.dh), sigma],
			...[u32(inputs.prekeyIdentifier), authMac, firstKeys(aliceKeys.first)],
		),
		ssid: kdf(0x04, 8, k),
	};
}
