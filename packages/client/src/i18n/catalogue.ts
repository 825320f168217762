import type { EntryWords } from "./catalogue/entry.ts";
import type { ProtectionWords } from "./catalogue/protection.ts";
import type { RoomWords } from "./catalogue/room.ts";
import type { TimelineWords } from "./catalogue/timeline.ts";
import type { Grammar } from "./grammar.ts";

export type { Notice } from "./catalogue/entry.ts";

/**
 * Every word that people see, in one language. A comment stands at each for translators.
 * Tone: short, plain, active, informal where a language distinguishes ("du"). No jargon outside `details`.
 * `names` are nicknames; pass them through the grammar, never into a sentence as they are.
 */
export interface Catalogue extends EntryWords, RoomWords, TimelineWords, ProtectionWords {
	readonly grammar: Grammar;
}
