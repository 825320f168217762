/** What a story may contain; a profile says what may be demanded of those who are in it. */
export type Profile =
	/** One order for all, nothing lost; people and their lines come and go. */
	| "honest"
	/** The same people on a carrier without order or echo, that doubles texts: one of the occupants gives everything its place. */
	| "sequenced"
	/** The carrier loses, doubles, delays and reorders, for one or for all, and is well again at the end. */
	| "lossy"
	/** The carrier is the adversary: it also forges, replays, lies about who is there, and shows different people different things. */
	| "hostile"
	/** The carrier is honest and some participants are not. */
	| "insiders"
	/** All of it. */
	| "all";

export const PROFILES: readonly Profile[] = ["honest", "sequenced", "lossy", "hostile", "insiders", "all"];

/** Index of someone in a story. */
export type Who = number;

/** What people do, what happens to their lines, and what the carrier does to them. Durations in milliseconds. */
export type Act =
	/** Comes into the place, as someone new or again; nothing if there already. */
	| { readonly type: "enter"; readonly who: Who }
	| { readonly type: "say"; readonly who: Who }
	/** Says goodbye, and does not want to come back by itself. */
	| { readonly type: "leave"; readonly who: Who; readonly atOnce: boolean }
	/** The process ends without a word, and does not come back by itself. */
	| { readonly type: "vanish"; readonly who: Who }
	/** The process ends, and a new one of the same identity enters `forMs` later. */
	| { readonly type: "restart"; readonly who: Who; readonly forMs: number }
	/** The connection is lost and resumed: nothing was missed. */
	| { readonly type: "interrupt"; readonly who: Who; readonly forMs: number }
	/** The connection is lost and the place entered anew under another handle. */
	| { readonly type: "renew"; readonly who: Who }
	/** The machine sleeps: it reads nothing, does nothing, and then finds everything at once. */
	| { readonly type: "sleep"; readonly who: Who; readonly forMs: number }
	| { readonly type: "rekey"; readonly who: Who }
	/** Someone outside of the story's people enters, and is gone `forMs` later. */
	| { readonly type: "ghost"; readonly forMs: number }
	| { readonly type: "loss"; readonly who: Who | undefined; readonly rate: number; readonly forMs: number }
	| { readonly type: "double"; readonly rate: number; readonly forMs: number }
	| { readonly type: "reorder"; readonly who: Who | undefined; readonly rate: number; readonly forMs: number }
	/** What someone is to read comes late, in order; they act on time meanwhile. */
	| { readonly type: "lag"; readonly who: Who; readonly forMs: number }
	/** The place splits in two that see each other as left, as servers do that lose each other. */
	| { readonly type: "partition"; readonly side: readonly Who[]; readonly forMs: number }
	/** Across two groups nothing passes, and nobody is told. */
	| { readonly type: "fork"; readonly side: readonly Who[]; readonly forMs: number }
	| { readonly type: "flip"; readonly rate: number; readonly forMs: number }
	/** A text from before, as if anew: from its own handle, or under another one's. */
	| {
			readonly type: "replay";
			readonly back: number;
			readonly under: Who | undefined;
			readonly to: Who | undefined;
	  }
	/** The carrier says that someone left who did not: to one person or to all. */
	| { readonly type: "lie"; readonly about: Who; readonly to: Who | undefined }
	/** Something that is no message of the protocol, or only looks like one. */
	| { readonly type: "garbage"; readonly form: number; readonly under: Who }
	/** From here on someone cheats (see `cheats.ts`). */
	| { readonly type: "cheat"; readonly who: Who; readonly how: string };

export type ActType = Act["type"];

export interface Step {
	/** Milliseconds after the step before. */
	readonly afterMs: number;
	readonly act: Act;
}

/** A whole story: with the seed of its network and its people's keys, it always takes the same course. */
export interface Story {
	readonly seed: number;
	readonly profile: Profile;
	readonly suite: 1 | 2;
	readonly timeoutSeconds: number;
	readonly latencyMs: { readonly least: number; readonly most: number };
	/** Who is asked before someone comes in, and whether they must know a passphrase. */
	readonly policy: "open" | "any" | "majority" | "all";
	readonly passphrase: boolean;
	/** How many people it has; those whose index is in `cheaters` may cheat. */
	readonly people: number;
	readonly cheaters: readonly Who[];
	readonly steps: readonly Step[];
}

function whoOf(act: Act): string {
	return "who" in act && act.who !== undefined ? ` P${act.who}` : "";
}

/** One line for people to read. */
export function tellAct(act: Act): string {
	const rest = Object.entries(act)
		.filter(([key, value]) => key !== "type" && key !== "who" && value !== undefined)
		.map(([key, value]) => `${key}=${JSON.stringify(value)}`);
	return [`${act.type}${whoOf(act)}`, ...rest].join(" ");
}
