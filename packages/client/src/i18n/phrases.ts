import type { RoomNameError } from "@clowder/carrier";
import type { PassphraseError } from "@clowder/crypto";
import type { NicknameError } from "@clowder/mpotr";
import type { Mark } from "../identity/picture.ts";
import type {
	ClosedSession,
	ComposerView,
	EndReason,
	HeldView,
	JoiningView,
	PersonRef,
	PersonState,
	PersonView,
	ProgressView,
	RequestView,
	RoomSnapshot,
	SystemLine,
	TrustView,
} from "../room/snapshot.ts";
import type { SendError } from "../room/store.ts";
import type { Catalogue, Notice } from "./catalogue.ts";

/** With more others than this, the sentence counts them. */
const NAMED_MAX = 6;

const namesOf = (people: readonly PersonRef[]): readonly string[] => people.map((person) => person.nickname);

/** Undefined for oneself, of whom sentences speak otherwise. */
const otherName = (person: PersonRef): string | undefined => (person.self ? undefined : person.nickname);

const codePointName = (codePoint: number): string => `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;

/** Who can read what is written now. */
export function trustSentence({ trust }: Catalogue, view: TrustView): string {
	switch (view.state) {
		case "private":
			return privateSentence(trust, view.others, view.early);
		case "re-keying":
			return trust.reKeying(namesOf(view.leaving));
		case "frozen":
			return view.why === undefined ? trust.unheard : trust.frozen(view.why, namesOf(view.people));
		case "interrupted":
			return trust.interrupted;
		case "not-yet":
			return trust.notYet;
		case "over":
			return trust.over;
	}
}

function privateSentence(trust: Catalogue["trust"], others: readonly PersonRef[], early: readonly PersonRef[]): string {
	const many = others.length > NAMED_MAX;
	if (early.length > 0) return trust.privateAndEarly(many ? others.length : namesOf(others), namesOf(early));
	if (others.length === 0) return trust.alone;
	return many ? trust.privateMany(others.length) : trust.private(namesOf(others));
}

/** What else has to be known beside that sentence. */
export function trustNotes(
	words: Catalogue,
	{ people, stage, trust }: Pick<RoomSnapshot, "people" | "stage" | "trust">,
): string[] {
	if (stage !== "room") return [];
	const told = new Set(trust.state === "private" ? trust.early.map((person) => person.id) : []);
	const those = (state: PersonState): readonly string[] =>
		namesOf(people.filter((person) => person.state === state && !person.self && !told.has(person.id)));
	const [asking, joining] = [those("asking"), those("joining")];
	return [
		...(asking.length > 0 ? [words.trust.asking(asking)] : []),
		...(joining.length > 0 ? [words.trust.joining(joining)] : []),
	];
}

/** Who sees something else, and what to do. */
export function disputeSentences(words: Catalogue, disputes: RoomSnapshot["disputes"]): string[] {
	if (disputes.length === 0) return [];
	const each = disputes.map(({ person, since }) =>
		words.trust.dispute(person.nickname, since === undefined ? undefined : words.grammar.time(since)),
	);
	return [...each, words.trust.disputeAction];
}

/** A line of the timeline that nobody wrote. */
export function systemLine({ line: words, grammar }: Catalogue, line: SystemLine): string {
	switch (line.code) {
		case "started":
			return line.others.length === 0 ? words.startedAlone : words.started(namesOf(line.others));
		case "joining":
			return words.joining(line.person.nickname, line.known, line.sharing);
		case "join-ended":
			return words.joinEnded(line.person.nickname, line.why);
		case "joined":
			return words.joined(namesOf(line.people));
		case "leaving":
			return words.leaving(line.person.nickname, line.how);
		case "left":
			return words.left(line.person.nickname, line.how);
		case "new-keys":
			return line.others.length === 0 ? words.newKeysAlone : words.newKeys(namesOf(line.others));
		case "divergence":
			return words.divergence(line.person.nickname, line.since === undefined ? undefined : grammar.time(line.since));
		case "unconfirmed-end":
			return words.unconfirmedEnd(line.person.nickname, line.messages);
		case "rekeyed":
			return words.rekeyed;
		case "back":
			return words.back(namesOf(line.people));
		case "moved-over":
			return words.movedOver(namesOf(line.others));
		case "asking":
			return words.asking(line.person.nickname);
		case "answered":
			return words.answered(line.person.nickname, otherName(line.by), line.yes);
		default:
			return troubleLine(words, line);
	}
}

/** A line about something that went wrong. */
function troubleLine(
	words: Catalogue["line"],
	line: Extract<
		SystemLine,
		{
			readonly code:
				| "vote"
				| "blamed"
				| "frozen"
				| "split"
				| "taken-out"
				| "merging"
				| "gap"
				| "repaired"
				| "interrupted"
				| "resumed"
				| "reconnected"
				| "earlier-dropped";
		}
	>,
): string {
	switch (line.code) {
		case "vote":
			return words.vote(otherName(line.by), namesOf(line.against), line.over);
		case "blamed":
			return words.blamed(line.person.nickname, line.what);
		case "frozen":
			return words.frozen(line.why, namesOf(line.people));
		case "taken-out":
			return words.takenOut(line.how);
		case "split":
			return words.split(namesOf(line.others));
		case "merging":
			return words.merging(line.people);
		case "gap":
			return words.gap;
		case "repaired":
			return words.repaired(line.messages, line.complete);
		case "interrupted":
			return words.interrupted;
		case "resumed":
			return words.resumed;
		case "reconnected":
			return words.reconnected;
		case "earlier-dropped":
			return words.earlierDropped;
	}
}

/** A person's state in words. */
export function personState(words: Catalogue, person: PersonView): string {
	const state = stateWords(words, person);
	return person.muted ? `${state}, ${words.person.muted}` : state;
}

function stateWords({ person: words }: Catalogue, person: PersonView): string {
	switch (person.state) {
		case "asking":
			return words.asking;
		case "in-session":
			return words.inSession;
		case "joining":
			return words.joining;
		case "leaving":
			return person.how === undefined ? words.leavingUnknown : words.leaving[person.how];
	}
}

/** A message's mark in words. */
export function progressMark({ message: words }: Catalogue, progress: ProgressView): string {
	switch (progress.state) {
		case "some":
			return words.withSome(progress.by.length, progress.by.length + progress.open.length);
		case "all":
			return words.withAll;
		default:
			return words[progress.state];
	}
}

/** What stands under the composer: why it is closed and when it opens, or how to use it. */
export function composerSentence({ composer: words }: Catalogue, view: ComposerView): string {
	switch (view.state) {
		case "open":
			return words.hint;
		case "early":
			return words.early;
		case "waits":
			return {
				"new-keys": words.untilNewKeys,
				unfrozen: words.untilUnfrozen,
				connection: words.untilConnection,
			}[view.until];
		case "closed":
			return view.why === "over" ? words.over : words.noSession;
	}
}

/** Why a text was not taken; nothing for one that is empty. */
export function sendErrorSentence({ composer: words }: Catalogue, error: SendError): string | undefined {
	switch (error.kind) {
		case "text-empty":
			return undefined;
		case "text-too-long":
			return words.tooLong(error.limitBytes);
		case "usage":
			return words.tooMany;
		case "composer-closed":
			return words.noSession;
	}
}

export function heldSentence({ held: words }: Catalogue, held: HeldView): string {
	return held.why === "newcomers" ? words.newcomers(namesOf(held.newcomers)) : words.reconnected;
}

/** Whom the way in waits for, once it takes long. */
export function waitingSentence({ joining: words }: Catalogue, view: JoiningView): string | undefined {
	if (!view.slow) return undefined;
	const names = new Set(view.waitingFor.flatMap(({ person }) => (person === undefined ? [] : [person.nickname])));
	return names.size === 0 ? words.slow : words.waitingFor([...names]);
}

export function roomNameErrorSentence({ enter: { errors } }: Catalogue, error: RoomNameError): string {
	switch (error.kind) {
		case "room-name-empty":
			return errors.roomEmpty;
		case "room-name-too-long":
			return errors.roomTooLong(error.limitCharacters);
		case "room-name-characters":
			return errors.roomCharacters(codePointName(error.codePoint));
	}
}

export function nicknameErrorSentence({ enter: { errors } }: Catalogue, error: NicknameError): string {
	switch (error.kind) {
		case "nickname-empty":
			return errors.nicknameEmpty;
		case "nickname-too-long":
			return errors.nicknameTooLong(error.limitBytes);
		case "nickname-characters":
			return errors.nicknameCharacters(codePointName(error.codePoint));
	}
}

export function passphraseErrorSentence({ enter: { errors } }: Catalogue, error: PassphraseError): string {
	switch (error.kind) {
		case "passphrase-empty":
			return errors.passphraseEmpty;
		case "passphrase-too-long":
			return errors.passphraseTooLong;
		case "passphrase-characters":
			return errors.passphraseCharacters;
	}
}

/** How many have to let someone in, and what was said so far. */
export function requestSentences({ requests: words }: Catalogue, request: RequestView): readonly string[] {
	const own = request.own === undefined ? [] : [request.own === "yes" ? words.ownYes : words.ownNo];
	return [...own, words.votes(request.approvedBy.length, request.needed, request.of)];
}

/** The mark at the end of a session whose signing keys are published: nothing, or how much can be denied. */
export function closedMark({ closed: words }: Catalogue, closed: ClosedSession): string | undefined {
	if (closed.published.length === 0) return undefined;
	return closed.open.length === 0 ? words.all : words.some;
}

/** Why a visit ended: what happened, what it means, what to do. */
export function endNotice({ end }: Catalogue, reason: EndReason): Notice {
	switch (reason.code) {
		case "server-refused":
			return end.serverRefused(reason.condition);
		case "entry-refused":
			return end.entryRefused(reason.why);
		default:
			return end[reason.code];
	}
}

/** "red circle". */
export function markWords({ person: words }: Catalogue, mark: Mark): string {
	return words.mark(mark.colour, mark.shape);
}
