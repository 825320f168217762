import type { LoginWay } from "@clowder/carrier-xmpp";
import type { Departure, Frozen } from "@clowder/mpotr";
import type { Colour, Shape } from "../../identity/picture.ts";
import type { RefusalView } from "../../room/snapshot.ts";

export interface RoomWords {
	readonly trust: {
		/** The sentence of the header. `others` are the nicknames of all others; never empty. */
		private(others: readonly string[]): string;
		/** The same, where there are too many to name; `count` without oneself. */
		privateMany(count: number): string;
		/**
		 * The same, where what we write is shown already to those of `early`, who are joining. `others` are the nicknames of the
		 * others, none if one is alone, or where there are too many their number.
		 */
		privateAndEarly(others: readonly string[] | number, early: readonly string[]): string;
		/** The same, when nobody else is in the session. */
		readonly alone: string;
		/** Someone in the session has gone; nothing is sent until there are new keys. */
		reKeying(names: readonly string[]): string;
		/** Nothing is sent at present: for a while nobody of these has shown that they see what we write. They may yet answer. */
		readonly unheard: string;
		/** Nothing more is sent or believed with the present keys; new ones follow by themselves. By why. */
		frozen(why: Frozen, names: readonly string[]): string;
		readonly interrupted: string;
		readonly notYet: string;
		readonly over: string;
		/** Beside the sentence: someone is on the way in and reads nothing of ours yet. */
		joining(names: readonly string[]): string;
		/** Beside the sentence: someone asks to come in, and those inside decide. */
		asking(names: readonly string[]): string;
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
		/** The button that opens the list of further commands. */
		readonly menu: string;
		/** Commands in it. */
		readonly newKeys: string;
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
		/** Asks to come in. */
		readonly asking: string;
		/** Beside the state of someone who is muted. */
		readonly muted: string;
		/** Buttons that fold someone's messages away, and show them again. */
		readonly mute: string;
		readonly unmute: string;
		/** Under them: nobody else learns of it. */
		readonly muteHint: string;
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
	/** Someone asks to come in, and those inside decide. */
	readonly requests: {
		/** Name of the region. */
		readonly title: string;
		asks(name: string): string;
		/** They sat in this room before, in this visit, under the same key. */
		readonly seenBefore: string;
		/** Heads their twelve words. */
		readonly words: string;
		/** How to know who it is. */
		readonly check: string;
		/** `needed` of the `of` people here have to say yes; `yes` have. */
		votes(yes: number, needed: number, of: number): string;
		/** The two buttons. */
		readonly letIn: string;
		readonly refuse: string;
		/** What was said here. */
		readonly ownYes: string;
		readonly ownNo: string;
	};
	/** Said goodbye; some seconds until what was written can be denied. */
	readonly leaving: {
		title(room: string): string;
		readonly meaning: string;
		/** The button that does not wait, and what that means. */
		readonly atOnce: string;
		readonly atOnceMeaning: string;
	};
	readonly composer: {
		/** Label of the field. */
		readonly message: string;
		readonly send: string;
		/** Under the open field. */
		readonly hint: string;
		/** Label of the field while one is not in the session yet. */
		readonly earlyField: string;
		/** Under it: where what is written then goes. */
		readonly early: string;
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
		/** Heads how one is logged in to the server. */
		readonly login: string;
		readonly loginWays: { readonly [Way in LoginWay]: string };
		/** No session now. */
		readonly none: string;
		/** Heads who may come in, what about a passphrase, and after how long silence someone may be left out. */
		readonly policy: string;
		readonly passphrase: string;
		readonly passphraseYes: string;
		readonly passphraseNo: string;
		readonly timeout: string;
		seconds(count: number): string;
		/** Heads how many of the sessions before this one nobody can prove anything about any more. */
		readonly deniable: string;
		/** There was none before this one. */
		readonly deniableNone: string;
		deniableCount(count: number, total: number): string;
		/** Who broke which rule; `rule` is its id in the specification. */
		readonly blamed: string;
		broke(name: string, rule: string): string;
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
}
