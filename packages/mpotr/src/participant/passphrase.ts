import { concat, equal, erase, err, hex, ok, type Result } from "@clowder/bytes";
import type { Handle, Millis, Refusal } from "../api.ts";
import { keyName, stateHash } from "../fold/state.ts";
import { type MessageHash, type StateHash, u32 } from "../labels.ts";
import { MAX_PENDING } from "../limits.ts";
import type { LiveSession } from "../session/live-session.ts";
import { NO_PAKE_DATA, newcomerProof, type PakeRun, sponsorProof, startPake } from "../session/pake.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Join, Pake } from "../wire/messages.ts";
import type { Duty } from "./duties.ts";
import { answerDelayMs, type Asked } from "./gate.ts";
import { joinCore } from "./join.ts";
import type { Room } from "./room.ts";

/**
 * The sponsor's part in a room with a passphrase: newcomer and sponsor run CPace before the newcomer says who it is. One
 * run is one guess, for either side: the sponsor proves first, so that nobody without the passphrase is ever sent an
 * identity.
 */

/** Remembers whom a STATE of ours answers, where they have to prove more than their key. */
export function noteTold(room: Room, state: MessageHash): void {
	const name = stateHash(room.suite, room.fold);
	if (!room.fold.parameters.passphrase || name === undefined) return;
	const knocks = new Map(room.fold.knocks.map((knock) => [keyName(knock.v), knock.hash]));
	room.gate.tell(state, { stateHash: name, knocks });
}

/** A newcomer's PAKE: ours to answer if it names us, and a STATE of ours that answered its KNOCK (rule PASS-2). */
export function receivePake(room: Room, placed: VerifiedMessage<Pake>, from: Handle): Result<void, Refusal> {
	const { session, gate } = room;
	if (session === undefined || !room.inside) return ok(undefined);
	const { peer, share, confirm } = placed.message;
	if (confirm !== undefined) {
		gate.answeredAt = room.desk.now;
		if (gate.sent !== undefined && equal(gate.sent, placed.hash)) gate.sent = undefined;
		return ok(undefined);
	}
	if (!equal(peer, session.own.public.v.bytes)) return ok(undefined);
	const state = placed.header.context as MessageHash;
	const told = gate.knockOf(state, keyName(placed.header.v));
	if (told === undefined) {
		const [expected, got] = ["a KNOCK that a STATE of ours answered, once", "another"];
		return err({ blame: "timing", rule: "PASS-2", expected, got });
	}
	const run: PakeRun = { newcomer: placed.header.v, sponsor: peer, knock: told.knock, state };
	if (gate.ask(from, { run, stateHash: told.stateHash, share })) return ok(undefined);
	return err({ blame: "limits", rule: "PASS-2", expected: `at most ${MAX_PENDING} that wait`, got: "one more" });
}

function answer(room: Room, session: LiveSession, from: Handle, { run, share }: Asked, at: Millis): void {
	const { self, gate, desk, suite } = room;
	if (self.passphrase === undefined) return;
	const { binding } = room.fold.parameters;
	const seed = desk.random(32);
	const party = startPake(suite, "responder", self.passphrase, binding, run, seed);
	erase(seed);
	const agreed = party.finish(share, NO_PAKE_DATA);
	gate.answered(from, run, agreed.ok ? agreed.value : undefined);
	if (!agreed.ok) return;
	gate.answeredAt = at;
	const confirm = sponsorProof(suite, agreed.value);
	gate.sent = desk.post(session.own.e, session.aid, {
		type: "PAKE",
		peer: run.newcomer,
		share: party.share,
		confirm,
	});
}

/** Our answer to whoever waits longest; the more wrong passphrases there were in the room, the later (rule PASS-4). */
export function pakeDuties(room: Room, session: LiveSession): readonly Duty[] {
	const { fold, gate, self } = room;
	const state = stateHash(room.suite, fold);
	if (fold.attempt !== undefined || state === undefined || !fold.parameters.passphrase) return [];
	const next = gate.next(state);
	if (next === undefined) return [];
	const [from, asked] = next;
	const { failures } = fold;
	const { answeredAt } = gate;
	const delay = answerDelayMs(failures);
	// Whoever is asked for their answers at one time does not give them at one time.
	const turn = delay === 0 ? 0 : room.backOff(concat(session.aid, u32(failures)));
	// While ours is on its way nobody else is answered; it may be lost.
	const echo = gate.sent === undefined ? 0 : self.timing.resendMs;
	return [
		{
			key: `pake:${hex(asked.run.state)}:${hex(asked.run.newcomer)}:${failures}:${answeredAt}:${echo}`,
			delayMs: (at) => Math.max(answeredAt + delay - at, answeredAt + echo - at, 0) + turn,
			run: (at) => answer(room, session, from, asked, at),
		},
	];
}

/** Whether a JOIN to us carries the proof that its author knows the passphrase (rule PASS-3). */
export function passphraseFits(room: Room, message: Join, state: StateHash): boolean {
	if (!room.fold.parameters.passphrase) return true;
	const key = room.gate.take(keyName(message.keySet.v));
	if (key === undefined) return false;
	const expected = newcomerProof(room.suite, key, joinCore(message), state);
	key.erase();
	return message.passphrase !== undefined && equal(expected, message.passphrase);
}
