import type { Departure, JoinRefusal } from "@clowder/mpotr";

export interface TimelineWords {
	readonly line: {
		/** The first session: those named read along from here; nothing from before can be shown. */
		started(others: readonly string[]): string;
		readonly startedAlone: string;
		joining(name: string): string;
		joinEnded(name: string, why: JoinRefusal | "left" | "session-changed"): string;
		joined(names: readonly string[]): string;
		/** New keys are being made because of it. */
		leaving(name: string, how: Departure): string;
		/** The new keys are there. */
		left(name: string, how: Departure): string;
		/** `others` who can read from here on. */
		newKeys(others: readonly string[]): string;
		readonly newKeysAlone: string;
		divergence(name: string, time: string | undefined): string;
		stalled(name: string | undefined): string;
		readonly interrupted: string;
		readonly resumed: string;
		readonly reconnected: string;
		readonly earlierDropped: string;
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
