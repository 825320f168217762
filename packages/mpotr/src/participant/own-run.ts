import { equal, erase, hex } from "@clowder/bytes";
import type { CpaceKey, CpaceParty } from "@clowder/crypto";
import type { JoinRefusal } from "../api.ts";
import { keyName } from "../fold/state.ts";
import type { OwnKeySet } from "../key-set.ts";
import type { RoomParameters } from "../parameters.ts";
import { NO_PAKE_DATA, type PakeRun, sponsorProof, startPake } from "../session/pake.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Pake } from "../wire/messages.ts";
import { type Duty, now } from "./duties.ts";
import type { Entry, Room, Self } from "./room.ts";

/** The newcomer's part in a room with a passphrase: before it says who it is, the sponsor proves to know the passphrase. */

/** Why we do not go in, by what the room is (rule PASS-6): a room cannot talk a passphrase away, nor ask for one we lack. */
export function entryRefusal(self: Self, { passphrase }: RoomParameters): JoinRefusal | undefined {
	if (passphrase === (self.passphrase !== undefined)) return undefined;
	return passphrase ? "passphrase-needed" : "passphrase-unused";
}

/** The newcomer's side of its one run with its sponsor. */
export type OwnRun =
	/** We sent our share. */
	| { readonly type: "asked"; readonly party: CpaceParty }
	/** The sponsor has proved that it knows the passphrase. */
	| { readonly type: "agreed"; readonly key: CpaceKey }
	/** Our proof is in a JOIN. */
	| { readonly type: "used" };

export function eraseRun({ run }: Pick<Entry, "run">): void {
	if (run?.type === "asked") run.party.erase();
	if (run?.type === "agreed") run.key.erase();
}

/** Our proof goes out: the key has done its work. */
export function useRun(entry: Entry): void {
	if (entry.run === undefined) return;
	eraseRun(entry);
	entry.run = { type: "used" };
}

/** Our share for the sponsor, if we have not sent it. */
export function ownRunDuties(room: Room, keys: OwnKeySet): readonly Duty[] {
	const { entry, self, desk } = room;
	const { passphrase } = self;
	if (entry === undefined || passphrase === undefined) return [];
	if (entry.run !== undefined || entry.knock === undefined) return [];
	const [newcomer, sponsor] = [keys.public.v.bytes, entry.sponsor.bytes];
	const run: PakeRun = { newcomer, sponsor, knock: entry.knock, state: entry.state };
	return [
		now(`pake:${hex(entry.state)}`, () => {
			const { binding } = room.fold.parameters;
			const seed = desk.random(32);
			const party = startPake(room.suite, "initiator", passphrase, binding, run, seed);
			erase(seed);
			entry.run = { type: "asked", party };
			desk.post(keys.e, entry.state, { type: "PAKE", peer: sponsor, share: party.share, confirm: undefined });
		}),
	];
}

/** The sponsor's answer to us. False: it does not know our passphrase (rule PASS-3). */
export function receiveAnswer(room: Room, placed: VerifiedMessage<Pake>): boolean {
	const { entry } = room;
	if (entry?.run?.type !== "asked" || !equal(placed.header.v, entry.sponsor.bytes)) return true;
	const { peer, share, confirm } = placed.message;
	if (!room.vault.has(keyName(peer)) || confirm === undefined) return true;
	const agreed = entry.run.party.finish(share, NO_PAKE_DATA);
	entry.run = undefined;
	if (!agreed.ok) return false;
	if (equal(sponsorProof(room.suite, agreed.value), confirm)) {
		entry.run = { type: "agreed", key: agreed.value };
		return true;
	}
	agreed.value.erase();
	return false;
}
