import { hex } from "@clowder/bytes";
import { normalisePassphrase, type Passphrase } from "@clowder/crypto";
import type { MessageHash, StateHash } from "../../src/labels.ts";
import {
	NO_PAKE_DATA,
	newcomerProof,
	type PakeRun,
	pakeChannel,
	pakeSid,
	sponsorProof,
	startPake,
} from "../../src/session/pake.ts";
import { bytes, vectorFile, type VectorFile } from "./files.ts";
import { fixed } from "./people.ts";

/** One run of CPace between a newcomer and its sponsor. */
export interface PassphraseCases {
	readonly passphrase: string;
	readonly binding: string;
	/** `v` of the newcomer and of the sponsor, the names of the KNOCK and of the STATE. */
	readonly newcomer: string;
	readonly sponsor: string;
	readonly knock: string;
	readonly state: string;
	readonly channel: string;
	readonly sid: string;
	/** Seeds of the two scalars, and the shares as PAKE carries them. */
	readonly newcomerSeed: string;
	readonly sponsorSeed: string;
	readonly newcomerShare: string;
	readonly sponsorShare: string;
	readonly sponsorProof: string;
	/** The JOIN's body without its MACs, and the state hash it answers to. */
	readonly core: string;
	readonly stateHash: string;
	readonly newcomerProof: string;
}

export function passphraseOf(text: string): Passphrase {
	const made = normalisePassphrase(text);
	if (!made.ok) throw new Error(made.error.kind);
	return made.value;
}

export function runOf(stated: Pick<PassphraseCases, "newcomer" | "sponsor" | "knock" | "state">): PakeRun {
	return {
		newcomer: bytes(stated.newcomer),
		sponsor: bytes(stated.sponsor),
		knock: bytes(stated.knock) as MessageHash,
		state: bytes(stated.state) as MessageHash,
	};
}

export function passphraseVectors(): VectorFile<PassphraseCases> {
	return vectorFile(
		"One run of CPace for a room with a passphrase: what names it, both shares from given seeds, the sponsor's proof in " +
			"its PAKE and the newcomer's in its JOIN.",
		"section 5.1, Passphrase",
		(suite) => {
			const named = {
				newcomer: hex(fixed("pake/newcomer", 32)),
				sponsor: hex(fixed("pake/sponsor", 32)),
				knock: hex(fixed("pake/knock", 32)),
				state: hex(fixed("pake/state", 32)),
			};
			const run = runOf(named);
			const [passphrase, binding] = ["Öffne dich,  Sesam ", "xmpp:room@rooms.example.org"];
			const [newcomerSeed, sponsorSeed] = [fixed("pake/newcomer/seed", 32), fixed("pake/sponsor/seed", 32)];
			const [core, state] = [fixed("pake/core", 300), fixed("pake/state-hash", 32) as StateHash];
			const newcomer = startPake(suite, "initiator", passphraseOf(passphrase), binding, run, newcomerSeed);
			const sponsor = startPake(suite, "responder", passphraseOf(passphrase), binding, run, sponsorSeed);
			const [mine, theirs] = [
				newcomer.finish(sponsor.share, NO_PAKE_DATA),
				sponsor.finish(newcomer.share, NO_PAKE_DATA),
			];
			if (!mine.ok || !theirs.ok) throw new Error("shares of no use");
			return {
				passphrase,
				binding,
				...named,
				channel: hex(pakeChannel(binding, run)),
				sid: hex(pakeSid(suite, run)),
				newcomerSeed: hex(newcomerSeed),
				sponsorSeed: hex(sponsorSeed),
				newcomerShare: hex(newcomer.share),
				sponsorShare: hex(sponsor.share),
				sponsorProof: hex(sponsorProof(suite, theirs.value)),
				core: hex(core),
				stateHash: hex(state),
				newcomerProof: hex(newcomerProof(suite, mine.value, core, state)),
			};
		},
	);
}
