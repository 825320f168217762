import { encode, hex, type Reader, type Writer, fromUtf8, utf8 } from "@clowder/bytes";
import type { IdentityPublicKey, Suite } from "@clowder/crypto";
import type { Person, PersonId } from "./api.ts";
import { orRefuse } from "./key-set.ts";
import { LABELS, name } from "./labels.ts";
import { NICKNAME_MAX_BYTES, type Nickname, parseNickname } from "./nickname.ts";

/** Who someone is: `(LPK, nickname, r)` of the design's section 3. Never on the wire in the clear. */
export interface Identity {
	readonly lpk: IdentityPublicKey;
	readonly nickname: Nickname;
	/** `r`, 32 bytes: the salt that goes with one key set. */
	readonly salt: Uint8Array;
}

/** Bytes of an identity: of one length whatever the nickname's, so that no ciphertext tells it. */
export const IDENTITY_BYTES: number = 32 + 1 + NICKNAME_MAX_BYTES + 32;

export function writeIdentity(w: Writer, identity: Identity): void {
	const nickname = utf8(identity.nickname);
	const padded = new Uint8Array(NICKNAME_MAX_BYTES);
	padded.set(nickname);
	w.fixed(identity.lpk.bytes, 32).u8(nickname.length).fixed(padded, NICKNAME_MAX_BYTES).fixed(identity.salt, 32);
}

/** Reads an identity; a nickname that `parseNickname` would change or refuse is refused (rule NAME-1). */
export function readIdentity(suite: Suite, r: Reader): Identity {
	const lpk = orRefuse(r, suite.primitives.parseIdentityKey(r.fixed(32)));
	const length = r.u8();
	const padded = r.fixed(NICKNAME_MAX_BYTES);
	if (length > NICKNAME_MAX_BYTES || padded.subarray(length).some((byte) => byte !== 0)) {
		r.refuse("a nickname and zeros", `length ${length}`);
	}
	const text = fromUtf8(padded.subarray(0, length));
	if (!text.ok) return r.refuse("a nickname in UTF-8", hex(padded.subarray(0, length)));
	const nickname = parseNickname(text.value);
	if (!nickname.ok) return r.refuse("an allowed nickname", nickname.error.kind);
	if (nickname.value !== text.value) r.refuse("a normalised nickname", "another form of it");
	return { lpk, nickname: nickname.value, salt: r.fixed(32) };
}

export function encodeIdentity(identity: Identity): Uint8Array {
	return encode((w) => writeIdentity(w, identity));
}

/** `com = H("join-id", LPK, nick, r)`: what a JOIN commits to before the room is told. */
export function identityCommitment(suite: Suite, identity: Identity): Uint8Array {
	return name(suite, LABELS.joinId, identity.lpk.bytes, utf8(identity.nickname), identity.salt);
}

/**
 * `r := H("salt", r)`: the salt of the key set that replaces one, so that nobody sends it again, and so that nobody who comes
 * in later can open an earlier commitment. No key goes into it: new keys sign for the list, and so for the salts on it, and
 * would else bind their owner for ever to the keys of the sessions before (rule FORGE-7).
 */
export function nextSalt(suite: Suite, salt: Uint8Array): Uint8Array {
	return name(suite, LABELS.salt, salt);
}

/** Asked for everyone in the room, whenever someone comes or goes. */
const knownIds = new WeakMap<IdentityPublicKey, PersonId>();

export function personId(lpk: IdentityPublicKey): PersonId {
	const known = knownIds.get(lpk);
	if (known !== undefined) return known;
	const id = hex(lpk.bytes) as PersonId;
	knownIds.set(lpk, id);
	return id;
}

export function toPerson(identity: Identity, self: boolean): Person {
	return { id: personId(identity.lpk), nickname: identity.nickname, identityKey: identity.lpk.bytes.slice(), self };
}
