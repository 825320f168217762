import { hex } from "@clowder/bytes";
import type { Repairs, Taken } from "@clowder/mpotr/testing";

/** The places of one session, from its activation on, as a client has taken them. */
export interface TakenOrder {
	/** The session's aid. */
	readonly base: string;
	/** As `placeName` writes them; those of which nothing is agreed on (KNOCK, CLOSE, PAKE and the like) are not among them. */
	readonly places: readonly string[];
}

/** A text of someone's, or a notice, in an order. */
export function placeName(from: string, message: string | undefined): string {
	return message === undefined ? `${from} left` : `${from} ${message}`;
}

/** Reads what `placeName` wrote: the handle, and the message's name or undefined for a notice. */
export function readPlaceName(place: string): { readonly from: string; readonly message: string | undefined } {
	const at = place.lastIndexOf(" ");
	const message = place.slice(at + 1);
	return { from: place.slice(0, at), message: message === "left" ? undefined : message };
}

function nameOf({ place }: Taken): string {
	return place.type === "left" ? placeName(place.handle, undefined) : placeName(place.from, hex(place.message.hash));
}

/** How one client's order stood after a turn. */
interface Standing {
	readonly repairs: Repairs;
	readonly base: string | undefined;
	readonly last: Taken | undefined;
	readonly holds: boolean;
}

/**
 * Whether a client takes what it is fed as it comes. While something is missing it waits, and afterwards it takes a part of
 * the order again (rules GAP-1 to GAP-5, REPAIR-4): who reads the order after it has to be told of that.
 */
export class OrderRecorder {
	#before: Standing | undefined;

	/** What was taken in a turn: undefined for just what was fed, else for each session concerned all of its order. */
	turned(repairs: Repairs | undefined): readonly TakenOrder[] | undefined {
		const before = this.#before;
		if (repairs === undefined) {
			this.#before = undefined;
			return undefined;
		}
		const { log, past, holds } = repairs;
		const base = log && hex(log.aid);
		const now: Standing = { repairs, base, last: log?.taken.at(-1), holds };
		this.#before = now;
		if (log === undefined || base === undefined || before?.base === undefined || before.repairs !== repairs) {
			return undefined;
		}
		const same = before.base === base;
		const earlier = same ? log : past;
		const stands = before.last === undefined || (earlier?.taken.includes(before.last) ?? false);
		if (!before.holds && !holds && stands) return undefined;
		if (holds && same && stands && now.last === before.last) return [];
		return (same || past === undefined ? [log] : [past, log]).map((one) => ({
			base: hex(one.aid),
			places: one.taken.map(nameOf),
		}));
	}
}
