import type { Phase } from "../api.ts";
import type { Farewell } from "./farewell.ts";
import type { Knocking } from "./join.ts";
import type { Room } from "./room.ts";
import { roomPhase } from "./view.ts";

/** Where we stand; each has only the fields that exist there. */
export type Mode =
	| { readonly type: "outside" }
	| { readonly type: "knocking"; readonly knocking: Knocking }
	| { readonly type: "room"; readonly room: Room }
	/** Said goodbye; the key waits to be published. */
	| { readonly type: "leaving"; readonly farewell: Farewell }
	| { readonly type: "over" };

export function phaseOf(mode: Mode, interrupted: boolean): Phase {
	switch (mode.type) {
		case "knocking":
			return mode.knocking.found === undefined ? "knocking" : "founding";
		case "room":
			return roomPhase(mode.room, interrupted);
		default:
			return mode.type;
	}
}
