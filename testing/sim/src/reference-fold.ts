import { hex } from "@clowder/bytes";
import type { Message, ParsedMessage } from "@clowder/mpotr/testing";
import { placeAttemptMessage } from "./reference-agreement.ts";
import { areNew, takeOut } from "./reference-removal.ts";
import {
	newcomersOf,
	openAttempt,
	presentMembers,
	type RefJoin,
	refKeys,
	type RefState,
	stateName,
	viewName,
} from "./reference-state.ts";
import { payVotes, placeVote } from "./reference-votes.ts";

/** What the one who replays knows beside the texts. */
export interface RefKnowledge {
	/** The signature is that of the author's `v`. */
	readonly signed: (v: string) => boolean;
	/** A CONFIRM that its reader could compute, and that is another. */
	readonly misfit: boolean;
	/** Whom a verdict names that only those can follow who hold the secrets of the attempt. */
	readonly convicted: readonly string[];
	/** The `v` of the member whose view this is. */
	readonly side: string | undefined;
}

const UNCOUNTED: ReadonlySet<string> = new Set(["ASK", "REPLY", "PUBLISH", "RECEIVED"]);
/** What counts under no base: in the numbers that digests carry (DIGEST-2), and as a sign of life (VOTE-4). */
export const APART: ReadonlySet<string> = new Set([...UNCOUNTED, "FOUND", "KNOCK", "PAKE", "CLOSE"]);
const MOST_REKEYS_IN_A_ROW = 3;
const MOST_FAILURES = 1000;

/** A handle left: noted with all who wrote from it; nothing else changes (GONE-2). */
export function refLeft(state: RefState, handle: string): void {
	for (const author of state.authors) if (author.handle === handle) author.left = true;
}

/** Whether a `v` may sign this: its own for those who come in, else one the room knows (AUTHOR-1). */
function isKnown(state: RefState, message: Message, v: string): boolean {
	if (message.type === "FOUND" || message.type === "KNOCK" || message.type === "JOIN") {
		return hex(message.keySet.v.bytes) === v;
	}
	const known = [
		...(state.base?.members ?? []).flatMap((member) => [member.v, member.next.v]),
		...state.previous.flatMap((base) => base.members),
		...(state.attempt?.slots ?? []).map((slot) => slot.keys.v),
		...state.pending.map((join) => join.keys.v),
		...state.dead.flatMap((dead) => dead.unshared.map((keys) => keys.v)),
	];
	return known.includes(v);
}

/** Each number once, only upwards (REPLAY-1); and where it came from. */
function count(state: RefState, type: string, v: string, number: number, handle: string): boolean {
	if (UNCOUNTED.has(type)) return true;
	const author = state.authors.find((one) => one.v === v);
	if (author === undefined) {
		state.authors.push({ v, number, handle, left: false, joined: false });
		return true;
	}
	if (number <= author.number) return false;
	author.number = number;
	author.handle = handle;
	author.left = false;
	return true;
}

/** One message at its place: changes the state as section 6 says, or does nothing. */
export function refPlace(state: RefState, parsed: ParsedMessage, from: string, knows: RefKnowledge): void {
	const { message, header } = parsed;
	const v = hex(header.v);
	if (!isKnown(state, message, v) || !knows.signed(v)) return;
	if (!count(state, message.type, v, header.number, from)) return;
	const { votes } = state;
	if (!APART.has(message.type)) payVotes(state, message.type, v);
	// What is void pays no vote.
	if (!placeCounted(state, parsed, v, knows)) state.votes = votes;
}

/** False where the message is void. */
function placeCounted(state: RefState, parsed: ParsedMessage, v: string, knows: RefKnowledge): boolean {
	const { message, header } = parsed;
	const context = hex(header.context);
	switch (message.type) {
		case "FOUND":
			return false;
		case "KNOCK":
			return true;
		case "JOIN":
			return placeJoin(state, parsed as ParsedMessage<typeof message>);
		case "VOTE":
			return placeVote(state, message, v, context, knows.side);
		case "ROSTER":
		case "EK":
		case "OFFER":
		case "SHARE":
		case "OK":
		case "CONFIRM":
			if (knows.convicted.length > 0) return convict(state, knows.convicted);
			return placeAttemptMessage(state, parsed, v, knows.misfit);
		case "COMPLAIN":
		case "REVEAL":
		case "FAULT":
			return convict(state, knows.convicted) || context === viewName(state);
		case "COPY":
		case "WHISPER":
			return context === state.attempt?.aid;
		case "CLOSE":
		case "PUBLISH":
		case "RECEIVED":
			return state.previous.some((base) => base.aid === context && base.members.includes(v));
		default:
			return placeByMember(state, message, v, context);
	}
}

/** A verdict takes its people out, newcomers and members. */
function convict(state: RefState, convicted: readonly string[]): boolean {
	const members = presentMembers(state).filter((member) => convicted.includes(member.v));
	const waiting = [...state.pending, ...(state.attempt === undefined ? [] : newcomersOf(state.attempt))];
	const joins = waiting.filter((join) => convicted.includes(join.keys.v));
	if (members.length + joins.length === 0) return false;
	takeOut(
		state,
		members.map((member) => member.v),
		joins,
	);
	return true;
}

/** What only a member can say, under the present base. */
function placeByMember(state: RefState, message: Message, v: string, context: string): boolean {
	if (message.type === "PAKE") return placePake(state, message, v, context);
	if (context !== state.base?.aid || !presentMembers(state).some((member) => member.v === v)) return false;
	switch (message.type) {
		case "INTRODUCE": {
			const join = state.pending.find((one) => one.name === hex(message.join));
			// INTRO-1: the sponsor's, once.
			if (join === undefined || join.introduced || (join.sponsor ?? v) !== v) return false;
			join.introduced = true;
			if (state.parameters.passphrase) state.failures = Math.max(state.failures - 1, 0);
			return true;
		}
		case "APPROVE":
			return speak(state, hex(message.join), v, true);
		case "DENY": {
			if (message.reason === "not-admitted") return speak(state, hex(message.join), v, false);
			const before = state.pending.length;
			state.pending = state.pending.filter((one) => one.name !== hex(message.join));
			return state.pending.length < before;
		}
		case "OPEN":
			return placeOpen(state, message, v);
		case "LEAVE":
		case "RETURN":
			takeOut(state, [v], []);
			return true;
		case "GONE":
			return placeGone(state, hex(message.v));
		default:
			// STATE, MESSAGE, ASK, REPLY: of a member, and nothing that is agreed on.
			return true;
	}
}

/** A run of CPace: an answer of a member's is a guess that nobody knows to be right (PASS-1, PASS-4). */
function placePake(state: RefState, message: Extract<Message, { type: "PAKE" }>, v: string, context: string): boolean {
	const byMember = presentMembers(state).some((member) => member.v === v);
	if (!state.parameters.passphrase || byMember !== (message.confirm !== undefined)) return false;
	if (!byMember) return true;
	if (context !== state.base?.aid) return false;
	state.failures = Math.min(state.failures + 1, MOST_FAILURES);
	return true;
}

/** One join from each handle, whose keys nobody holds, that answers to the present state (JOIN-1 to JOIN-4). */
function placeJoin(state: RefState, parsed: ParsedMessage<Extract<Message, { type: "JOIN" }>>): boolean {
	const { message, header } = parsed;
	const author = state.authors.find((one) => one.v === hex(header.v));
	if (state.base === undefined || author === undefined || hex(header.context) !== stateName(state)) return false;
	if (!presentMembers(state).some((member) => member.v === hex(message.sponsor))) return false;
	if (message.authenticators.length !== state.base.members.length) return false;
	const before = state.pending.find((one) => one.keys.v === author.v);
	if (before?.introduced || isTaken(state, author.handle)) return false;
	const handleOf = (v: string): string | undefined => state.authors.find((one) => one.v === v)?.handle;
	const others = state.pending.filter(
		(one) => one !== before && (one.introduced || handleOf(one.keys.v) !== author.handle),
	);
	const keys = refKeys(message.keySet);
	const elsewhere = state.pending.filter((one) => one !== before).map((one) => one.keys);
	if (!areNew(state, keys, elsewhere)) return false;
	author.joined = true;
	const sponsor = hex(message.sponsor);
	const join = { name: hex(parsed.hash), keys, introduced: false, sponsor, approvals: [], denials: [] };
	state.pending = [...others, join];
	return true;
}

/** Someone who is present, in the attempt, or introduced writes from this handle. */
function isTaken(state: RefState, handle: string): boolean {
	const holders = new Set([
		...presentMembers(state).map((member) => member.v),
		...(state.attempt?.slots ?? []).map((slot) => slot.keys.v),
		...state.pending.filter((join) => join.introduced).map((join) => join.keys.v),
	]);
	return state.authors.some((one) => holders.has(one.v) && !one.left && one.handle === handle);
}

/** Yes or no to an introduced newcomer (ADMIT-1, ADMIT-2); a newer word replaces an older one. */
function speak(state: RefState, name: string, v: string, yes: boolean): boolean {
	const join = state.pending.find((one) => one.name === name);
	if (join === undefined || !join.introduced) return false;
	if (!yes && state.parameters.policy === "open") return false;
	join.approvals = join.approvals.filter((one) => one !== v);
	join.denials = join.denials.filter((one) => one !== v);
	(yes ? join.approvals : join.denials).push(v);
	const here = presentMembers(state);
	const against = here.filter((member) => join.denials.includes(member.v)).length;
	const refused = {
		open: false,
		any: against === here.length,
		majority: 2 * against >= here.length,
		all: against > 0,
	}[state.parameters.policy];
	if (!yes && refused) state.pending = state.pending.filter((one) => one !== join);
	return true;
}

function isAdmitted(state: RefState, join: RefJoin): boolean {
	const here = presentMembers(state);
	const inFavour = here.filter((member) => join.approvals.includes(member.v)).length;
	switch (state.parameters.policy) {
		case "open":
			return true;
		case "any":
			return inFavour > 0;
		case "majority":
			return 2 * inFavour > here.length;
		case "all":
			return inFavour === here.length;
	}
}

/** If no attempt runs, and all it names may come in; or for new keys (OPEN-1 to OPEN-3, REKEY-1, REKEY-2). */
function placeOpen(state: RefState, message: Extract<Message, { type: "OPEN" }>, v: string): boolean {
	if (state.attempt !== undefined || message.k !== state.k) return false;
	const names = message.joins.map(hex);
	if (new Set(names).size !== names.length) return false;
	if (names.length === 0) {
		const before = state.rekeys.find((one) => one.v === v)?.count ?? 0;
		if (!message.rekey || before >= MOST_REKEYS_IN_A_ROW) return false;
	}
	const joins = state.pending.filter((join) => names.includes(join.name) && join.introduced && isAdmitted(state, join));
	if (joins.length !== names.length) return false;
	openAttempt(state, joins, { by: v, rekey: message.rekey });
	return true;
}

/** Whose handle left, with nothing since (GONE-1, GONE-2). */
function placeGone(state: RefState, v: string): boolean {
	if (!state.authors.some((one) => one.v === v && one.left)) return false;
	const isMember = presentMembers(state).some((member) => member.v === v);
	const waiting = [...state.pending, ...(state.attempt === undefined ? [] : newcomersOf(state.attempt))];
	const join = waiting.find((one) => one.keys.v === v);
	if (!isMember && join === undefined) return false;
	takeOut(state, isMember ? [v] : [], isMember || join === undefined ? [] : [join]);
	return true;
}
