import { err, ok, type Result } from "@clowder/bytes";
import type { RoomName } from "./contract.ts";
import { ROOM_NAME_MAX_CHARACTERS, ROOM_NAME_RAW_MAX_UNITS } from "./limits.ts";

/** Why what was typed is not a room's name. */
export type RoomNameError =
	| { readonly kind: "room-name-empty" }
	| { readonly kind: "room-name-too-long"; readonly limitCharacters: number; readonly characters: number }
	/** A control, an invisible or an unassigned character: two names that look the same would be two rooms. */
	| { readonly kind: "room-name-characters"; readonly codePoint: number };

/** Case folding and NFKC can each undo the other for a few characters; a name that does not settle is refused. */
const ROUNDS_MAX = 4;

/** Controls, formats, surrogates, private use, unassigned; what fonts draw as nothing; the blank Braille pattern. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800\ufffc]|(?! )\p{Zs}/u;

/** Full case folding, near enough: every way of writing a letter (ß, ẞ, SS; σ, ς) ends in one. */
function fold(text: string): string {
	let out = "";
	for (const character of text) for (const upper of character.toUpperCase()) out += upper.toLowerCase();
	return out.normalize("NFKC");
}

/**
 * A room's name as people type it, in the one form in which those who type the same name meet (CARRIER-1): NFKC, case
 * folded, spaces as single ones, without the variation selectors that emoji keyboards add.
 */
export function parseRoomName(text: string): Result<RoomName, RoomNameError> {
	if (text.length > ROOM_NAME_RAW_MAX_UNITS) {
		return err({ kind: "room-name-too-long", limitCharacters: ROOM_NAME_MAX_CHARACTERS, characters: text.length });
	}
	let name = text.replace(/[\ufe0e\ufe0f]/g, "").normalize("NFKC");
	for (let round = 0; ; round++) {
		const next = fold(name)
			.replace(/\p{Zs}+/gu, " ")
			.trim();
		if (next === name) break;
		if (round === ROUNDS_MAX) return err({ kind: "room-name-characters", codePoint: name.codePointAt(0) ?? 0 });
		name = next;
	}
	const unseen = UNSEEN.exec(name);
	if (unseen !== null) return err({ kind: "room-name-characters", codePoint: unseen[0].codePointAt(0) as number });
	const characters = [...name].length;
	if (characters === 0) return err({ kind: "room-name-empty" });
	if (characters > ROOM_NAME_MAX_CHARACTERS) {
		return err({ kind: "room-name-too-long", limitCharacters: ROOM_NAME_MAX_CHARACTERS, characters });
	}
	return ok(name as RoomName);
}
