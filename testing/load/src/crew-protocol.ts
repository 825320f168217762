import type { Target } from "./target.ts";

/** The rooms of one process of clients. */
export interface Crew {
	readonly target: Pick<Target, "url" | "domain" | "rooms" | "login">;
	readonly rooms: readonly string[];
	/** In each room. */
	readonly people: number;
	/** Of each text. */
	readonly bytes: number;
}

/** What a process of clients is told to do; each is answered once it is done. */
export type Order =
	| { readonly type: "enter"; readonly crew: Crew }
	/** Texts flow from now on: so many a second from all of them; or, without a rate, from each one the next as soon as the last has come back. */
	| { readonly type: "send"; readonly perSecond: number | undefined }
	/** No more texts; answered when all have come, or nothing comes any more. */
	| { readonly type: "settle" };

export type Report =
	| { readonly type: "done" }
	| { readonly type: "failed"; readonly reason: string }
	| ({ readonly type: "settled" } & CrewFigures);

export interface CrewFigures {
	/** Since texts flow. */
	readonly sent: number;
	readonly delivered: number;
	/** Durations from sending to delivery, as the counts of a `Histogram`. */
	readonly latencies: readonly number[];
	/** Since the clients are there. */
	readonly missing: number;
	readonly doubled: number;
	/** Connections that ended by themselves. */
	readonly lostConnections: number;
}
