import type { Departure, JoinRefusal } from "@clowder/mpotr";
import type { Colour, Shape } from "../identity/picture.ts";
import type { EndReason, JoinDetail, JoinStepId, RefusalView } from "../room/snapshot.ts";
import type { Grammar } from "./grammar.ts";

/** What happened, what it means, and the one thing to do. */
export interface Notice {
	/** What happened, a few words. */
	readonly title: string;
	/** What it means, one or two sentences. */
	readonly meaning: string;
	/** The label of the one button. */
	readonly action: string;
}

/**
 * Every word that people see, in one language. A comment stands at each for translators.
 * Tone: short, plain, active, informal where a language distinguishes ("du"). No jargon outside `details`.
 * `names` are nicknames; pass them through the grammar, never into a sentence as they are.
 */
export interface Catalogue {
	readonly grammar: Grammar;
	readonly app: {
		/** The product; not translated. */
		readonly name: string;
		/** One sentence under the product's name on the first screen. */
		readonly sentence: string;
		/** The name of the line drawing of three cats, for screen readers. */
		readonly drawing: string;
		/** Closes a dialog. */
		readonly close: string;
		/** How the language calls itself, in the choice of languages. */
		readonly ownName: string;
	};
	readonly enter: {
		/** Label of the field for the room's name. */
		readonly room: string;
		/** Under that field. */
		readonly roomHint: string;
		/** Label of the field for one's name in the room. */
		readonly nickname: string;
		/** Under that field. */
		readonly nicknameHint: string;
		/** The button that goes into the room. */
		readonly join: string;
		readonly errors: {
			/** The room field is empty or only spaces. */
			readonly roomEmpty: string;
			/** `limit` is a number of characters. */
			roomTooLong(limit: number): string;
			/** A control or invisible character; `codePoint` such as "U+200B". */
			roomCharacters(codePoint: string): string;
			/** The nickname field is empty or only spaces. */
			readonly nicknameEmpty: string;
			/** Both numbers are bytes; say "too long" and not much of bytes. */
			nicknameTooLong(limit: number): string;
			/** As for the room. */
			nicknameCharacters(codePoint: string): string;
			/** Someone in the room has this name, or one that looks like it. */
			readonly nameTaken: string;
			/** Those in the room do not accept the name. */
			readonly nameInvalid: string;
		};
	};
	readonly preferences: {
		/** Label of the choice of languages. */
		readonly language: string;
		/** Label of the choice between light and dark. */
		readonly appearance: string;
		/** As the computer is set. */
		readonly auto: string;
		readonly light: string;
		readonly dark: string;
	};
	readonly joining: {
		/** Heading while the way into `room` runs. */
		title(room: string): string;
		/** Name of the list of steps, for screen readers. */
		readonly steps: string;
		/** Name of the progress bar, for screen readers. */
		readonly progress: string;
		/** What each step does; the state stands beside it. */
		readonly step: { readonly [Step in JoinStepId]: string };
		/** State of a step: finished, running, still to come. */
		readonly state: { readonly done: string; readonly now: string; readonly todo: string };
		/** What exactly a running step is at. */
		readonly detail: { readonly [Detail in JoinDetail]: string };
		/** People in the room who have let the newcomer in, of how many. */
		count(done: number, total: number): string;
		/** It takes long, and we know who is waited for. */
		waitingFor(names: readonly string[]): string;
		/** It takes long, and we do not know for whom, or for someone without a name yet. */
		readonly slow: string;
		readonly cancel: string;
		/** Under the list: why it cannot be skipped. */
		readonly why: string;
	};
	readonly trust: {
		/** The sentence of the header. `others` are the nicknames of all others; never empty. */
		private(others: readonly string[]): string;
		/** The same, where there are too many to name; `count` without oneself. */
		privateMany(count: number): string;
		/** The same, when nobody else is in the session. */
		readonly alone: string;
		/** Someone in the session has gone; nothing is sent until there are new keys. */
		reKeying(names: readonly string[]): string;
		readonly interrupted: string;
		readonly notYet: string;
		readonly over: string;
		/** Beside the sentence: someone is on the way in and reads nothing yet. */
		joining(names: readonly string[]): string;
		/** Beside the sentence: `name` sees another conversation since `time`. */
		dispute(name: string, time: string | undefined): string;
		/** What to do then. */
		readonly disputeAction: string;
	};
	readonly room: {
		readonly copyLink: string;
		/** After it worked. */
		readonly linkCopied: string;
		/** The browser did not let us copy; `link` follows in a field. */
		readonly linkNotCopied: string;
		readonly leave: string;
		/** Names of the regions and of the buttons that open them as drawers. */
		readonly people: string;
		/** The button on a narrow screen; `count` with oneself. */
		peopleCount(count: number): string;
		readonly messages: string;
		readonly details: string;
		/** Goes to the newest message. */
		readonly toNewest: string;
	};
	readonly person: {
		/** Marks oneself in the list. */
		readonly you: string;
		/** Words for a person's state. */
		readonly inSession: string;
		readonly joining: string;
		readonly leaving: { readonly [How in Departure]: string };
		/** Someone who leaves, for a reason not told. */
		readonly leavingUnknown: string;
		/** Others have names that look like this one's. */
		lookAlike(names: readonly string[]): string;
		/** Over the fingerprint of someone else: what to do with it. */
		compare(name: string): string;
		/** Over one's own. */
		readonly compareOwn: string;
		/** Heads the twelve words; they are English in every language. */
		readonly words: string;
		/** Heads the hexadecimal digits. */
		readonly digits: string;
		/** Heads the picture. */
		readonly picture: string;
		/** The picture described for those who do not see it; `tiles` are from `mark`. */
		pictureOf(tiles: readonly string[]): string;
		/** A shape in a colour: "red circle". */
		mark(colour: Colour, shape: Shape): string;
	};
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
	readonly composer: {
		/** Label of the field. */
		readonly message: string;
		readonly send: string;
		/** Under the open field. */
		readonly hint: string;
		/** Why nothing can be written, and from when on it can. */
		readonly noSession: string;
		readonly over: string;
		/** It can be written, and is sent later. */
		readonly untilNewKeys: string;
		readonly untilUnfrozen: string;
		readonly untilConnection: string;
		/** So many messages wait to be sent that no more are taken. */
		readonly tooMany: string;
		/** The text is over the limit. */
		tooLong(limitBytes: number): string;
	};
	readonly held: {
		/** Someone came in whom the writer could not know of. */
		newcomers(names: readonly string[]): string;
		/** The connection was made anew since. */
		readonly reconnected: string;
		readonly send: string;
		readonly discard: string;
	};
	readonly details: {
		readonly title: string;
		readonly session: string;
		/** The code of the session, the same for all in it. */
		readonly fingerprint: string;
		readonly fingerprintHint: string;
		readonly since: string;
		readonly size: string;
		/** The set of algorithms; jargon is allowed here. */
		readonly suite: string;
		/** No session now. */
		readonly none: string;
		attempt(done: number, total: number): string;
		readonly link: string;
		/** Texts that were not accepted. */
		refusals(count: number): string;
		readonly refusalsHint: string;
		/** Who is to blame for one. */
		readonly blame: { readonly [Blame in RefusalView["blame"]]: string };
	};
	readonly help: {
		/** Title of the list of keys, and the button that opens it. */
		readonly title: string;
		/** Names of keys as they stand on the keyboard. */
		readonly key: {
			readonly enter: string;
			readonly shiftEnter: string;
			readonly escape: string;
			readonly tab: string;
		};
		readonly open: string;
		readonly send: string;
		readonly newLine: string;
		readonly back: string;
		readonly next: string;
		readonly region: string;
	};
	readonly protection: {
		/** Title of the explanation, and the button that opens it. */
		readonly title: string;
		/** Heads what is protected, then what is not. */
		readonly yes: string;
		readonly no: string;
		/** One sentence each. */
		readonly protects: readonly string[];
		readonly protectsNot: readonly string[];
	};
	readonly end: { readonly [Code in Exclude<EndReason["code"], "entry-refused" | "server-refused">]: Notice } & {
		/** `condition` is the server's own word for it, such as "forbidden". */
		serverRefused(condition: string): Notice;
		entryRefused(why: JoinRefusal): Notice;
	};
}
