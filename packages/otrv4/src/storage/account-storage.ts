import { type DecodeError, decode, encode, type Reader, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { type Account, type AccountContent, type AccountOptions, firstProfile } from "../account/account.ts";
import { CLIENT_PROFILE_MAX_BYTES, PREKEY_MESSAGES_MAX, PROFILES_KEPT_MAX, PROFILE_GRACE_SECONDS } from "../limits.ts";
import type { OurPrekey } from "../dake/non-interactive.ts";
import { decodeClientProfile, type VerifiedClientProfile, verifyClientProfile } from "../profile/client-profile.ts";
import { decodePrekeyProfile, encodePrekeyProfile, verifyPrekeyProfile } from "../profile/prekey-profile.ts";
import { type Refusal, refuse } from "../refusal.ts";
import {
	readDhKeyPair,
	readKeyPair,
	readOptional,
	readPoint,
	readVersion,
	writeDhKeyPair,
	writeKeyPair,
	writeOptional,
	writePoint,
	writeVersion,
} from "./fields.ts";

const WHAT = "stored account";
const PREKEY_PROFILE_MAX_BYTES = 256;

/**
 * All of an account, to be stored: its long-term key, its profiles, the secrets of its prekeys. Whoever reads it is the
 * user: encrypt it at rest. Store it anew whenever prekeys were made or used and when `renewals` grows.
 */
export function storeAccount(account: Account): Uint8Array {
	const content = account.content();
	return encode((w) => {
		writeVersion(w);
		w.u32(content.instanceTag);
		writeKeyPair(w, content.keyPair);
		writePoint(w, content.forgingKey.publicKey);
		writeOptional(w, content.forgingKey.keyPair, writeKeyPair);
		w.list(content.clientProfiles, (each, { profile }) => each.variable(profile.bytes));
		w.list(content.prekeyProfiles, (each, { profile, sharedPrekey }) => {
			each.variable(encodePrekeyProfile(profile.profile));
			writeKeyPair(each, sharedPrekey);
		});
		w.list(content.prekeys, (each, { message, keys }) => {
			each.u32(message.identifier);
			writeKeyPair(each, keys.ecdh);
			writeDhKeyPair(each, keys.dh);
		});
	});
}

/**
 * The account that `storeAccount` stored. Profiles that expired beyond their grace are left out. Refuses, as the caller's,
 * what is damaged or of another version, and options that give no profile.
 */
export function restoreAccount(options: AccountOptions, stored: Uint8Array, nowMs: number): Result<Account, Refusal> {
	const content = decode(stored, (r) => readContent(options, r, Math.floor(nowMs / 1000)));
	return content.ok ? firstProfile(options, content.value, nowMs) : damaged(WHAT, content.error);
}

/** What was stored by ourselves, and is not what it was. */
export function damaged(what: string, error: DecodeError): { readonly ok: false; readonly error: Refusal } {
	return refuse("caller", "malformed", what, `${error.expected} at byte ${error.at}`, error.got);
}

function readContent({ primitives, mode }: AccountOptions, r: Reader, nowSeconds: number): AccountContent {
	readVersion(r);
	const instanceTag = r.u32();
	const keyPair = readKeyPair(primitives, r);
	const publicKey = readPoint(primitives, r);
	const secret = readOptional(r, (each) => readKeyPair(primitives, each));
	const forgingKey = secret === undefined ? { publicKey } : { publicKey, keyPair: secret };
	const graceSeconds = PROFILE_GRACE_SECONDS;
	const clientProfiles = r.list(PROFILES_KEPT_MAX, (each): VerifiedClientProfile | undefined => {
		const profile = decodeClientProfile(each.variable(CLIENT_PROFILE_MAX_BYTES));
		if (!profile.ok) return each.refuse(profile.error.expected, profile.error.got);
		const expected = { senderTag: instanceTag, nowSeconds, graceSeconds, mode };
		const checked = verifyClientProfile(primitives, profile.value, expected);
		return checked.ok ? checked.value : undefined;
	});
	const prekeyProfiles = r.list(PROFILES_KEPT_MAX, (each) => {
		const profile = decodePrekeyProfile(each.variable(PREKEY_PROFILE_MAX_BYTES));
		const sharedPrekey = readKeyPair(primitives, each);
		if (!profile.ok) return each.refuse(profile.error.expected, profile.error.got);
		const expected = { publicKey: keyPair.publicKey, ownerTag: instanceTag, nowSeconds, graceSeconds };
		const checked = verifyPrekeyProfile(primitives, profile.value, expected);
		return checked.ok ? { profile: checked.value, sharedPrekey } : undefined;
	});
	return {
		instanceTag,
		keyPair,
		forgingKey,
		clientProfiles: clientProfiles.filter((profile) => profile !== undefined),
		prekeyProfiles: prekeyProfiles.filter((profile) => profile !== undefined),
		prekeys: r.list(PREKEY_MESSAGES_MAX, (each) => readPrekey(primitives, each, instanceTag)),
	};
}

function readPrekey(primitives: OtrPrimitives, r: Reader, ownerTag: number): OurPrekey {
	const identifier = r.u32();
	const ecdh = readKeyPair(primitives, r);
	const dh = readDhKeyPair(primitives, r);
	const y = ecdh.publicKey.bytes;
	const b = dh.publicKey.bytes;
	return { message: { type: "prekey", identifier, ownerTag, y, b }, keys: { ecdh, dh } };
}
