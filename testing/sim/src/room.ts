import { parseRoomName, type RoomName } from "@clowder/carrier";

function roomName(): RoomName {
	const parsed = parseRoomName("sim");
	if (!parsed.ok) throw new Error("the room has no name");
	return parsed.value;
}

/** The room of all stories. */
export const ROOM: RoomName = roomName();
