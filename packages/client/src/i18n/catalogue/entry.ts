import type { JoinRefusal } from "@clowder/mpotr";
import type { AdmissionPolicy } from "../../entry.ts";
import type { EndReason, JoinDetail, JoinStepId } from "../../room/snapshot.ts";

/** What happened, what it means, and the one thing to do. */
export interface Notice {
	/** What happened, a few words. */
	readonly title: string;
	/** What it means, one or two sentences. */
	readonly meaning: string;
	/** The label of the one button. */
	readonly action: string;
}

export interface EntryWords {
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
		/** Unfolds what most people need not see: the two that follow. */
		readonly more: string;
		/** Label of the choice of who may come into a room that one opens. */
		readonly policy: string;
		/** Under that choice: when it counts. */
		readonly policyHint: string;
		/** Anyone; whom one, more than half, or all of those inside let in. Also names the rule of a room in its details. */
		readonly policies: { readonly [Policy in AdmissionPolicy]: string };
		/** Label of the field for the words that those who come in have to know. */
		readonly passphrase: string;
		/** Under that field. */
		readonly passphraseHint: string;
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
			/** The passphrase field holds nothing that can be seen. */
			readonly passphraseEmpty: string;
			readonly passphraseTooLong: string;
			/** It contains something that another keyboard may not have: a control, half a character. */
			readonly passphraseCharacters: string;
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
		/** Switch: messages are shown early to people who are still on the way in. */
		readonly previews: string;
		/** Under that switch: what it means. */
		readonly previewsHint: string;
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
		/** Over the field for the passphrase: the room asks for one; the one given is wrong. */
		readonly passphraseNeeded: string;
		readonly passphraseWrong: string;
		/** The button beside that field. */
		readonly tryPassphrase: string;
		/** Heads what is said meanwhile, marked as early, and the field for it. */
		readonly meanwhile: string;
		/** Under the list: why it cannot be skipped. */
		readonly why: string;
	};
	readonly end: { readonly [Code in Exclude<EndReason["code"], "entry-refused" | "server-refused">]: Notice } & {
		/** `condition` is the server's own word for it, such as "forbidden". */
		serverRefused(condition: string): Notice;
		entryRefused(why: JoinRefusal): Notice;
	};
}
