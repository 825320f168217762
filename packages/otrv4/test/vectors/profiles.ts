import { hex } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { createClientProfile } from "../../src/profile/client-profile.ts";
import { formatFingerprint } from "../../src/profile/fingerprint.ts";
import { createPrekeyProfile, encodePrekeyProfile } from "../../src/profile/prekey-profile.ts";
import type { TransitionalKey } from "../../src/profile/transitional-signature.ts";
import { big, join, u16 } from "../reference/bytes.ts";
import { type DsaKey, dsaSign } from "../reference/dsa.ts";
import { pairOf } from "../reference/ed448.ts";
import { power } from "../reference/numbers.ts";
import { clientProfile, dsaField, fields, fingerprint, parseProfile, prekeyProfile } from "../reference/profiles.ts";
import { NOW_SECONDS, partyOf, type PersonCase, person } from "./people.ts";
import { bytes, must, readVectors, seeded, type VectorFile } from "./support.ts";

/** Of an OTRv3 key: the numbers in hexadecimal, its secret, and the nonce that signs. */
export interface DsaCase {
	readonly p: string;
	readonly q: string;
	readonly g: string;
	readonly y: string;
	readonly secret: string;
	readonly nonce: string;
}

/** What goes in, and both profiles. */
export interface ProfileCase {
	readonly name: string;
	readonly owner: PersonCase;
	/** Where the owner had an OTRv3 key. */
	readonly dsa: DsaCase | null;
	/** `sym_d`, and the expiration of the prekey profile. */
	readonly sharedPrekey: string;
	readonly prekeyExpires: number;
	readonly publicKey: string;
	readonly fingerprint: string;
	readonly fingerprintText: string;
	readonly clientProfile: string;
	readonly prekeyProfile: string;
}

type Given = Pick<ProfileCase, "name" | "owner" | "dsa" | "sharedPrekey" | "prekeyExpires">;

function dsaKeyOf({ p, q, g, y }: DsaCase): DsaKey {
	return { p: big(bytes(p)), q: big(bytes(q)), g: big(bytes(g)), y: big(bytes(y)) };
}

/** By the second computation. */
export function profileReference(given: Given): ProfileCase {
	const { symmetricKey, profile } = partyOf(given.owner);
	const pair = pairOf(symmetricKey);
	const more: Uint8Array[] = [];
	if (given.dsa !== null) {
		const key = dsaKeyOf(given.dsa);
		more.push(dsaField(key));
		const signed = join(fields(profile, pair.publicKey), ...more);
		const signature = dsaSign(key, big(bytes(given.dsa.secret)), big(bytes(given.dsa.nonce)), signed);
		more.push(join(u16(7), signature));
	}
	const digits = hex(fingerprint(pair.publicKey, profile.forgingKey));
	const shared = pairOf(bytes(given.sharedPrekey)).publicKey;
	return {
		...given,
		publicKey: hex(pair.publicKey),
		fingerprint: digits,
		fingerprintText: (digits.toUpperCase().match(/.{8}/g) ?? []).join(" "),
		clientProfile: hex(clientProfile(profile, pair, more)),
		prekeyProfile: hex(prekeyProfile(profile.tag, given.prekeyExpires, shared, pair)),
	};
}

/** By the library. The signature of OTRv3 is made for it, as another library does that. */
function profileCase(primitives: OtrPrimitives, given: Given): ProfileCase {
	const { owner, dsa } = given;
	const keyPair = primitives.ed448.keyPair(bytes(owner.symmetricKey));
	const client = must(
		createClientProfile(primitives, {
			instanceTag: owner.instanceTag,
			keyPair,
			forgingKey: must(primitives.ed448.parsePoint(bytes(owner.forgingKey))),
			versions: owner.versions,
			expiresAtSeconds: owner.expires,
			mode: "otrv3-compatible",
			...(dsa === null ? {} : { transitional: transitionalKey(primitives, dsa) }),
		}),
	);
	const prekey = must(
		createPrekeyProfile(primitives, {
			instanceTag: owner.instanceTag,
			keyPair,
			sharedPrekey: primitives.ed448.keyPair(bytes(given.sharedPrekey)).publicKey,
			expiresAtSeconds: given.prekeyExpires,
		}),
	);
	return {
		...given,
		publicKey: hex(keyPair.publicKey.bytes),
		fingerprint: hex(client.fingerprint),
		fingerprintText: formatFingerprint(client.fingerprint),
		clientProfile: hex(client.profile.bytes),
		prekeyProfile: hex(encodePrekeyProfile(prekey.profile)),
	};
}

function transitionalKey(primitives: OtrPrimitives, dsa: DsaCase): TransitionalKey {
	const key = dsaKeyOf(dsa);
	return {
		publicKey: must(primitives.dsa.parsePublicKey(dsaField(key).subarray(2))),
		sign: (digest) => dsaSign(key, big(bytes(dsa.secret)), big(bytes(dsa.nonce)), digest),
	};
}

/** A key of our own in the group of a key that was published. */
function dsaCase(): DsaCase {
	const { clientProfiles } = readVectors<{ clientProfiles: readonly { profile: string }[] }>("published.json");
	const published = clientProfiles.map(({ profile }) => parseProfile(bytes(profile)).transitional?.key);
	const group = published.find((key) => key !== undefined);
	if (group === undefined) throw new Error("no published profile has an OTRv3 key");
	const random = seeded("transitional");
	const [secret, nonce] = [random(16), random(16)];
	const numbers = { ...group, y: power(group.g, big(secret), group.p) };
	const [p, q, g, y] = [numbers.p, numbers.q, numbers.g, numbers.y].map((number) => {
		const digits = number.toString(16);
		return digits.padStart(digits.length + (digits.length % 2), "0");
	}) as [string, string, string, string];
	return { p, q, g, y, secret: hex(secret), nonce: hex(nonce) };
}

export function profileVectors(primitives: OtrPrimitives): VectorFile<ProfileCase> {
	const old = { ...person(primitives, "", 0xffffffff, 0x60), versions: "34", expires: NOW_SECONDS };
	const cases: Given[] = [
		{
			...{ name: "version 4 alone", owner: person(primitives, "", 0x100, 0x70), dsa: null },
			...{ sharedPrekey: hex(new Uint8Array(57).fill(0x72)), prekeyExpires: NOW_SECONDS },
		},
		{
			...{ name: "both versions, with an OTRv3 key and its signature", owner: old, dsa: dsaCase() },
			...{ sharedPrekey: hex(new Uint8Array(57).fill(0x62)), prekeyExpires: 2 ** 33 + 1 },
		},
	];
	return {
		description:
			"Client profiles, prekey profiles and fingerprints from the secrets of their owner. The DSA signature is over fields 1 to 6 with their types, as one number modulo q, without a hash.",
		spec: 'otrv4.md at 0f844b0, "Client Profile", "Prekey Profile", "Public keys, Shared Prekeys, Forging keys and Fingerprints"',
		cases: cases.map((given) => profileCase(primitives, given)),
	};
}
