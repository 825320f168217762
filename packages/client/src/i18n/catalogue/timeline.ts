import type { Departure, Frozen, JoinRefusal, Preview } from "@clowder/mpotr";
import type { Offence } from "../../room/snapshot.ts";

export interface TimelineWords {
	readonly line: {
		/** The first session: those named read along from here; nothing from before can be shown. */
		started(others: readonly string[]): string;
		readonly startedAlone: string;
		/** `known`: was here before. `sharing`: we show them what we write before they are in. */
		joining(name: string, known: boolean, sharing: boolean): string;
		joinEnded(name: string, why: JoinRefusal | "left" | "session-changed"): string;
		joined(names: readonly string[]): string;
		/** New keys are being made because of it. */
		leaving(name: string, how: Departure): string;
		/** The new keys are there. */
		left(name: string, how: Departure): string;
		/** `others` who can read from here on. */
		newKeys(others: readonly string[]): string;
		readonly newKeysAlone: string;
		/** New keys, and the same people as before. */
		readonly rekeyed: string;
		/** Known from before by their keys: no strangers. */
		back(names: readonly string[]): string;
		asking(name: string): string;
		/** `by` undefined: we ourselves. */
		answered(name: string, by: string | undefined, yes: boolean): string;
		/** One of those inside would leave others out; more than half have to say the same. `by` undefined: we ourselves. */
		vote(by: string | undefined, against: readonly string[], over: "silent" | "diverged"): string;
		/** Somebody is out, by a verdict that every device came to by itself: who, and for what. */
		blamed(name: string, what: Offence): string;
		/** Why nothing more is sent or believed with the present keys, for someone who may be in danger, and what follows. */
		frozen(why: Frozen, names: readonly string[]): string;
		/** We ourselves are out, and ask to come in again by ourselves. */
		takenOut(how: Departure): string;
		/** These and we do not hear each other any more; each goes on with who is left. */
		split(names: readonly string[]): string;
		/** The same room goes on elsewhere with so many people; we go there. */
		merging(people: number): string;
		/** We are there: the two conversations have nothing in common. */
		movedOver(others: readonly string[]): string;
		readonly gap: string;
		/** What was missing came; `complete` false: some of it never will. */
		repaired(messages: number, complete: boolean): string;
		divergence(name: string, time: string | undefined): string;
		/** Someone never said that they saw the last messages from before the keys changed. */
		unconfirmedEnd(name: string, messages: number): string;
		readonly interrupted: string;
		readonly resumed: string;
		readonly reconnected: string;
		readonly earlierDropped: string;
	};
	/** Texts of someone who is muted. */
	readonly muted: {
		count(name: string, count: number): string;
		/** The button that shows them again. */
		unmute(name: string): string;
	};
	/** A text outside of any session. */
	readonly preview: {
		/** By its author's name, short: it is one. */
		readonly mark: string;
		/** Read out before it. */
		by(name: string, time: string): string;
		/** What has to be said about it, by whether we or its author are not in yet. */
		readonly disclaimer: { readonly [Disclaimer in Preview["disclaimer"]]: string };
	};
	/** Whose signing keys of a session that is over are published. */
	readonly closed: {
		/** The marks: all are, some are. */
		readonly all: string;
		readonly some: string;
		/** Title of what a mark opens. */
		readonly title: string;
		readonly meaningAll: string;
		readonly meaningSome: string;
		/** Heads of the lists there. */
		readonly published: string;
		readonly open: string;
	};
	readonly message: {
		/** Read out before a message's text: author and time. */
		by(name: string, time: string): string;
		/** Tells what a neutralised character was; `codePoint` such as "U+202E". */
		hiddenCharacter(codePoint: string): string;
		/** The marks, two or three words at most. */
		readonly waiting: string;
		readonly sending: string;
		readonly sent: string;
		withSome(count: number, total: number): string;
		readonly withAll: string;
		readonly alone: string;
		readonly disputed: string;
		/** Title of the list that a mark opens. */
		readonly who: string;
		/** One sentence there on what a mark means, by mark. */
		readonly meaning: {
			readonly waiting: string;
			readonly sending: string;
			readonly sent: string;
			readonly some: string;
			readonly all: string;
			readonly alone: string;
			readonly disputed: string;
		};
		/** Heads of the lists there. */
		readonly confirmedBy: string;
		readonly notYet: string;
		readonly seesElse: string;
	};
}
