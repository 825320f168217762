import { err, ok, type Result } from "@clowder/bytes";
import { parseRoomName, type RoomName, type RoomNameError } from "@clowder/carrier";
import { type Nickname, type NicknameError, parseNickname } from "@clowder/mpotr";

/** A room and a name that can be used. */
export interface Entry {
	readonly room: RoomName;
	readonly nickname: Nickname;
}

/** What is wrong with the fields of the first screen, by field. */
export interface EntryErrors {
	readonly room: RoomNameError | undefined;
	readonly nickname: NicknameError | undefined;
}

/** Checks what was typed on the first screen. */
export function checkEntry(room: string, nickname: string): Result<Entry, EntryErrors> {
	const parsedRoom = parseRoomName(room);
	const parsedNickname = parseNickname(nickname);
	if (parsedRoom.ok && parsedNickname.ok) return ok({ room: parsedRoom.value, nickname: parsedNickname.value });
	return err({
		room: parsedRoom.ok ? undefined : parsedRoom.error,
		nickname: parsedNickname.ok ? undefined : parsedNickname.error,
	});
}
