import type { Millis } from "../api.ts";
import { acceptDuties } from "./accept.ts";
import { besideDuties } from "./beside.ts";
import { closeDuties } from "./closing.ts";
import { contributionDuties } from "./contribute.ts";
import { doubtDuties } from "./doubts.ts";
import type { Duty } from "./duties.ts";
import { goneDuties } from "./farewell.ts";
import { heartbeatDuties } from "./heartbeat.ts";
import { joinDuties } from "./join.ts";
import { repairDuties } from "./repair.ts";
import { rekeyDuties, riding } from "./rekey.ts";
import type { Room } from "./room.ts";
import { sendDuties } from "./send.ts";
import { patienceDuties, voteDuties } from "./silence.ts";
import { suspectDuties } from "./suspects.ts";
import { witnessDuties } from "./witness.ts";

/** What changes where the participant stands, and is not the room's own to do. */
export interface Ways {
	readonly knockAgain: () => void;
	/** The time for filling a gap is over. */
	readonly goOver: (now: Millis) => void;
}

/** What was lost on its way for everyone is sent again, for as long as it is owed (rule RESEND-1). */
function untilPlaced(room: Room, duties: readonly Duty[]): readonly Duty[] {
	const { resendMs } = room.self.timing;
	if (duties.length === 0) return duties;
	return duties.map((duty) => ({ againMs: resendMs, ...duty }));
}

/** All that we owe in a room. */
export function roomDuties(room: Room, interrupted: boolean, ways: Ways): readonly Duty[] {
	const order = [...repairDuties(room, ways.goOver), ...suspectDuties(room), ...doubtDuties(room)];
	const always = [...order, ...closeDuties(room), ...heartbeatDuties(room)];
	const agreed = [
		...riding(room, untilPlaced(room, contributionDuties(room))),
		...untilPlaced(room, acceptDuties(room)),
		...untilPlaced(room, goneDuties(room)),
		...witnessDuties(room),
		...joinDuties(room, ways.knockAgain),
		...patienceDuties(room, ways.knockAgain),
		...voteDuties(room),
		...untilPlaced(room, rekeyDuties(room)),
	];
	// While something is missing we do nothing that follows from what we have not read. Its time runs on, or whoever makes gaps
	// on purpose would keep us from ever stepping in for them (rule RESEND-1).
	if (room.repairs.holds) return [...always, ...agreed.map((duty) => ({ ...duty, paused: true }))];
	return [...always, ...agreed, ...sendDuties(room, interrupted), ...besideDuties(room, interrupted)];
}
