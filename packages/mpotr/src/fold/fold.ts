import { equal } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Handle } from "../api.ts";
import type { VerifiedMessage } from "../wire/envelope.ts";
import type { Complain, Confirm, Fault, Found, Message, Reveal, TextMessage, Vote } from "../wire/messages.ts";
import { placeApprove, placeDeny, placePake } from "./admission.ts";
import { placeConfirm, placeEk, placeOffer, placeOk, placeRoster, placeShare } from "./agreement.ts";
import { countMessage } from "./authors.ts";
import { placeCopy, placeWhisper } from "./beside.ts";
import { placeBlame, type Verdict } from "./blame.ts";
import { placeClose, placePublish, placeReceived } from "./closing.ts";
import { placeIntroduce, placeJoin, placeKnock, placeState } from "./joining.ts";
import { placeGone, placeLeave, placeLeft, placeReturn } from "./leaving.ts";
import { freshAttempt, placeOpen } from "./opening.ts";
import { placeRepair } from "./repair.ts";
import { payVotes, placeVote } from "./votes.ts";
import {
	type Folded,
	type FoldState,
	isPresent,
	type KeyName,
	keyName,
	late,
	memberOf,
	type Slot,
	type Step,
	unchanged,
} from "./state.ts";

/** What only those can say who hold secrets of the attempt or a seat in the session. */
export interface Judgement {
	/** For CONFIRM: whether it fits the key, from those who can tell. */
	readonly confirmFits?: boolean;
	/** For COMPLAIN, REVEAL, FAULT. */
	readonly verdict?: Verdict;
	/** For VOTE: the member whose view of a split this is. */
	readonly side?: KeyName | undefined;
}

/** What stands at a place of the carrier's order. */
export type Placed =
	| {
			readonly type: "message";
			readonly from: Handle;
			readonly message: VerifiedMessage;
			/** What our secrets say about it. */
			readonly judged?: Judgement;
	  }
	| { readonly type: "left"; readonly handle: Handle };

/** FOUND: the attempt with base none, k = 0, M = {founder} (rule FOUND-1). */
export function foundRoom(suite: Suite, placed: VerifiedMessage<Found>, from: Handle): Folded {
	const { parameters, keySet } = placed.message;
	const slots: readonly Slot[] = [{ keySet, member: undefined, join: undefined }];
	const attempt = freshAttempt(suite, { k: 0, parameters }, slots, { by: undefined, rekey: false });
	const state: FoldState = {
		parameters,
		base: undefined,
		previous: [],
		k: 0,
		pending: [],
		removed: new Map(),
		votes: new Map(),
		failures: 0,
		rekeys: new Map(),
		attempt,
		dead: [],
		authors: new Map([[keyName(keySet.v), { number: placed.header.number, handle: from, left: false, joined: false }]]),
		knocks: [],
	};
	return { state, effects: [{ type: "opened", attempt }] };
}

const placeFound: Step<Found> = (_suite, state) => late(state, "FOUND-1", "a room that is not founded", "this one");

/** MESSAGE: content of the running session; what is in it is between its members (rule CONTENT-1). */
const placeMessage: Step<TextMessage> = (_suite, state, placed) => {
	if (state.base === undefined || !equal(placed.header.context, state.base.aid) || !isPresent(state, placed.header.v)) {
		return late(state, "CONTENT-1", "a member, under the present base", "another");
	}
	const member = memberOf(state.base, placed.header.v);
	return member === undefined ? unchanged(state) : unchanged(state, { type: "content", v: member.v });
};

type Steps = { readonly [T in Message["type"]]: Step<Extract<Message, { type: T }>> };

const STEPS: Omit<Steps, JudgedType> = {
	FOUND: placeFound,
	KNOCK: placeKnock,
	STATE: placeState,
	JOIN: placeJoin,
	INTRODUCE: placeIntroduce,
	DENY: placeDeny,
	APPROVE: placeApprove,
	OPEN: placeOpen,
	ROSTER: placeRoster,
	EK: placeEk,
	OFFER: placeOffer,
	SHARE: placeShare,
	OK: placeOk,
	MESSAGE: placeMessage,
	LEAVE: placeLeave,
	GONE: placeGone,
	RETURN: placeReturn,
	CLOSE: placeClose,
	PUBLISH: placePublish,
	RECEIVED: placeReceived,
	ASK: placeRepair,
	REPLY: placeRepair,
	COPY: placeCopy,
	WHISPER: placeWhisper,
	PAKE: placePake,
};

/** Types whose place in the fold needs a judgement. */
type JudgedType = "CONFIRM" | "COMPLAIN" | "REVEAL" | "FAULT" | "VOTE";

function step(suite: Suite, state: FoldState, placed: VerifiedMessage, judged: Judgement): Folded {
	const { message } = placed;
	switch (message.type) {
		case "CONFIRM":
			return placeConfirm(suite, state, placed as VerifiedMessage<Confirm>, judged.confirmFits ?? true);
		case "VOTE":
			return placeVote(suite, state, placed as VerifiedMessage<Vote>, judged.side);
		case "COMPLAIN":
		case "REVEAL":
		case "FAULT":
			return placeBlame(suite, state, placed as VerifiedMessage<Complain | Reveal | Fault>, judged.verdict);
		default:
			// The table pairs each type with its own step; the checker cannot follow that through a union.
			return (STEPS[message.type] as Step<Message>)(suite, state, placed);
	}
}

/**
 * Section 6 of the design: one pure function `(state, place) -> state`. It asks for verified messages, counts them
 * against their author's numbers, and hands each to the step of its type.
 */
export function fold(suite: Suite, state: FoldState, placed: Placed): Folded {
	if (placed.type === "left") return placeLeft(suite, state, placed.handle);
	const counted = countMessage(state, placed.message, placed.from);
	if (!counted.ok) return unchanged(state, { type: "void", refusal: counted.error });
	const paid = payVotes(counted.value.state, placed.message);
	const stepped = step(suite, paid, placed.message, placed.judged ?? {});
	// What is void pays nothing: else a stream of messages that nobody asked for would keep every vote from standing.
	const isVoid = stepped.state === paid && stepped.effects.some((effect) => effect.type === "void");
	const folded = isVoid ? { ...stepped, state: counted.value.state } : stepped;
	return counted.value.gap ? { ...folded, effects: [counted.value.gap, ...folded.effects] } : folded;
}
