import type { Departure } from "@clowder/mpotr";
import type { Colour, Shape } from "../../identity/picture.ts";
import type { RefusalView } from "../../room/snapshot.ts";

export interface RoomWords {
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
}
