import { encode, utf8 } from "@clowder/bytes";
import type { CpaceInputs, CpaceKey, CpaceParty, Passphrase, Suite } from "@clowder/crypto";
import { hash, LABELS, labelled, type Mac, type MessageHash, NAME_BYTES, type StateHash } from "../labels.ts";

/** CPace sends nothing beside the shares: what they belong to is in its channel and its session id. */
export const NO_PAKE_DATA: Uint8Array = new Uint8Array(0);

/** What one run of CPace between a newcomer and its sponsor belongs to (rule PASS-2). */
export interface PakeRun {
	/** The newcomer's `v` and the sponsor's. */
	readonly newcomer: Uint8Array;
	readonly sponsor: Uint8Array;
	/** The newcomer's KNOCK, and the sponsor's STATE that answers it. */
	readonly knock: MessageHash;
	readonly state: MessageHash;
}

/** `CI = lp(binding) || v of the newcomer || v of the sponsor`. */
export function pakeChannel(binding: string, run: PakeRun): Uint8Array {
	return encode((w) => w.variable(utf8(binding)).fixed(run.newcomer, 32).fixed(run.sponsor, 32));
}

/** `H("pake-sid", name of KNOCK, name of STATE)`: 64 bytes, of this one run. */
export function pakeSid(suite: Suite, run: PakeRun): Uint8Array {
	return hash(suite, LABELS.pakeSid, run.knock, run.state);
}

/** Starts one side; the newcomer initiates. `seed`: 32 random bytes, for this run only. */
export function startPake(
	suite: Suite,
	role: CpaceInputs["role"],
	passphrase: Passphrase,
	binding: string,
	run: PakeRun,
	seed: Uint8Array,
): CpaceParty {
	const [channel, sid] = [pakeChannel(binding, run), pakeSid(suite, run)];
	return suite.primitives.cpace({ role, passphrase, channel, sid, data: NO_PAKE_DATA }, seed);
}

function pakeMac(key: CpaceKey, input: Uint8Array): Mac {
	return key.mac(input).slice(0, NAME_BYTES) as Uint8Array as Mac;
}

/** `MAC(ISK, "pake-sponsor")`: the sponsor's proof, in its PAKE. */
export function sponsorProof(suite: Suite, key: CpaceKey): Mac {
	return pakeMac(key, labelled(suite, LABELS.pakeSponsor));
}

/** `MAC(ISK, "pake-newcomer", JOIN without its MACs, state hash)`: the newcomer's proof, in its JOIN. */
export function newcomerProof(suite: Suite, key: CpaceKey, core: Uint8Array, state: StateHash): Mac {
	return pakeMac(key, labelled(suite, LABELS.pakeNewcomer, core, state));
}
