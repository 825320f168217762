import { encode, hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Attempt } from "../fold/state.ts";
import { type Identity, writeIdentity } from "../identity.ts";
import { writeKeySetByHash } from "../key-set.ts";
import { type Aid, hash, LABELS, name, type Sid } from "../labels.ts";

/** `P_i = (LPK_i, nickname_i, r_i, key set_i)`: one of a session's list, as those in it know them. */
export interface Participant {
	readonly identity: Identity;
	readonly keySet: Attempt["slots"][number]["keySet"];
}

/**
 * Compute Session Id (seed 004): `sid = H("sid", aid, P_1 ... P_n)`, P sorted by `v`. Secret: with public inputs it would be
 * an oracle for guessing who is there.
 */
export function computeSessionId(suite: Suite, aid: Aid, plist: readonly Participant[]): Sid {
	const parts = plist.map((p) =>
		encode((w) => {
			writeIdentity(w, p.identity);
			writeKeySetByHash(w, p.keySet);
		}),
	);
	return name<Sid>(suite, LABELS.sid, aid, ...parts);
}

/** `H("list", sid)`: shows whether two see the same list without showing the list. */
export function listHash(suite: Suite, sid: Sid): Uint8Array {
	return name(suite, LABELS.list, sid);
}

/** What people compare to see that they are in the same session: 16 hexadecimal digits. */
export function sessionFingerprint(suite: Suite, sid: Sid): string {
	return hex(hash(suite, LABELS.fingerprint, sid).subarray(0, 8));
}
