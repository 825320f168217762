import { equal, err, erase, hex, ok, type Result } from "@clowder/bytes";
import type { DhSecretKey, KemPublicKey, KemSecretKey, KeyError, SharedSecret, Suite } from "@clowder/crypto";
import type { PublicKeySet } from "../key-set.ts";
import { answersFrom, standInFor, withoutLongTermSecrets } from "./stand-in.ts";
import type { RosterEntry, TranscriptRefusal, Witness } from "./transcript.ts";

/** What is wrong, without where. */
export type Fault = Pick<TranscriptRefusal, "rule" | "expected" | "got">;

/** Secrets of a witness that are proved to be those of the roster's public keys. */
export interface OpenWitness {
	readonly index: number;
	/** A suite that knows what this one's long-term secret gives. */
	readonly suite: Suite;
	readonly own: { readonly identity: ReturnType<typeof standInFor>; readonly keys: { readonly x: DhSecretKey } };
	readonly kem: KemSecretKey | undefined;
	readonly coins: Uint8Array | undefined;
	readonly box: {
		readonly s: DhSecretKey;
		readonly boxKem: KemSecretKey | undefined;
		readonly public: PublicKeySet;
	};
	readonly nextX: Uint8Array;
}

function fault(expected: string, got: string): Result<never, Fault> {
	return err({ rule: "FORGE-2", expected, got });
}

function revealedKem(
	suite: Suite,
	seed: Uint8Array | undefined,
	key: KemPublicKey | undefined,
): Result<KemSecretKey | undefined, Fault> {
	if ((seed === undefined) !== (suite.kem === undefined)) return fault("KEM secrets in suite 2, and only there", "not");
	if (suite.kem === undefined || seed === undefined) return ok(undefined);
	if (key === undefined) return fault("a KEM key in full", "its name only");
	const secret = suite.kem.revealedKey(seed, key);
	return secret.ok ? secret : fault(secret.error.expected, secret.error.got);
}

/** The long-term secret, where it is given, is that of the identity and gives what is said of it. */
function checkIdentity(
	suite: Suite,
	roster: readonly RosterEntry[],
	index: number,
	witness: Witness,
): Fault | undefined {
	if (witness.identitySeed === undefined) return undefined;
	const secret = suite.primitives.identityKey(witness.identitySeed);
	const wrong = (expected: string): Fault => ({ rule: "FORGE-2", expected, got: "another" });
	const lpk = roster[index]?.identity.lpk.bytes;
	if (lpk === undefined || !equal(secret.publicKey.bytes, lpk)) return wrong("the long-term secret of the identity");
	const others = roster.filter((_, i) => i !== index);
	for (const [i, other] of others.entries()) {
		const shared = suite.primitives.dhFromIdentity(secret, other.keySet.y);
		const said = witness.longTerm[i];
		const fits = shared.ok && said !== undefined && equal(shared.value, said);
		if (shared.ok) erase(shared.value);
		if (!fits) return wrong("what the long-term secret gives");
	}
	secret.erase();
	return undefined;
}

/** Takes a witness at its word only where public keys bear it out (rule FORGE-2). */
export function openWitness(
	suite: Suite,
	roster: readonly RosterEntry[],
	witness: Witness,
): Result<OpenWitness, Fault> {
	const index = roster.findIndex(({ keySet }) => equal(keySet.v.bytes, witness.v));
	const entry = roster[index];
	if (entry === undefined) return fault("someone of the roster", "another");
	const { y, b, ek, bek } = entry.keySet;
	const x = suite.primitives.revealedDhKey(witness.x, y);
	if (!x.ok) return fault(x.error.expected, x.error.got);
	const s = suite.primitives.revealedDhKey(witness.s, b);
	if (!s.ok) return fault(s.error.expected, s.error.got);
	const kem = revealedKem(suite, witness.kemSeed, ek?.key);
	if (!kem.ok) return kem;
	const boxKem = revealedKem(suite, witness.boxSeed, bek?.key);
	if (!boxKem.ok) return boxKem;
	if ((witness.coins === undefined) !== (suite.kem === undefined))
		return fault("coins in suite 2, and only there", "not");
	const others = roster.filter((_, i) => i !== index);
	if (witness.longTerm.length !== others.length) {
		return fault(`${others.length} shared secrets`, `${witness.longTerm.length}`);
	}
	const wrong = checkIdentity(suite, roster, index, witness);
	if (wrong !== undefined) return err(wrong);
	const table = new Map<string, () => Result<SharedSecret, KeyError>>();
	for (const [i, other] of others.entries()) {
		// A copy: whoever derives a key from it erases it afterwards.
		table.set(hex(other.keySet.y.bytes), () => ok((witness.longTerm[i] as Uint8Array).slice() as SharedSecret));
	}
	return ok({
		index,
		suite: withoutLongTermSecrets(suite, answersFrom(table)),
		own: { identity: standInFor(entry.identity.lpk), keys: { x: x.value } },
		kem: kem.value,
		coins: witness.coins,
		box: { s: s.value, boxKem: boxKem.value, public: entry.keySet },
		nextX: witness.nextX,
	});
}
