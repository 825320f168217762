import type { Result } from "@clowder/bytes";

/** A name under which the carrier shows someone in one place. Given by the carrier, says nothing about who it is. */
export type Handle = string & { readonly __handle?: never };

/** What a carrier can do by itself; adapters of this package supply the rest. */
export interface CarrierCapabilities {
	/** Everyone sees all texts and notices of a place in one order. */
	readonly totalOrder: boolean;
	/** One's own texts come back, in their place in that order. */
	readonly echo: boolean;
	/** Says who joined and who left, in their place in that order. */
	readonly presence: boolean;
	/** The longest text one `send` can take, in UTF-8 bytes. */
	readonly maxTextBytes: number;
}

/** What happens in the place one has entered, in the carrier's order. */
export type CarrierEvent =
	/** We are in. `occupants` are the others who are there, in no order; texts from before are not replayed. */
	| { readonly type: "entered"; readonly self: Handle; readonly occupants: readonly Handle[]; readonly binding: string }
	| { readonly type: "joined"; readonly handle: Handle }
	| { readonly type: "left"; readonly handle: Handle }
	/** A text of someone's, our own included (`from` is then our own handle). */
	| { readonly type: "text"; readonly from: Handle; readonly text: string }
	/** The connection is lost and being made again; what was sent and not echoed may be lost. */
	| { readonly type: "interrupted"; readonly reason: CarrierError }
	/** The same presence in the place goes on after an interruption: nothing was missed, nothing doubled. */
	| { readonly type: "resumed" }
	/** A text was dropped below the protocol: half a fragment, too large; or, from ourselves, the server would not pass it on. */
	| { readonly type: "refused"; readonly from: Handle; readonly reason: string }
	/** Over. After it no event comes, whatever the reason. An interruption that could not be resumed, but where a new
	 * connection is possible, comes as a new `entered` instead (under a new handle). */
	| { readonly type: "closed"; readonly reason: CarrierError | undefined };

/** Why a carrier could not do what was asked, by who is to blame. */
export type CarrierError =
	/** Nothing answers there, or the line broke. */
	| { readonly kind: "unreachable"; readonly detail: string }
	/** The server refused us: account, room or policy. `condition` is its own word (`conflict`, `forbidden`, ...). */
	| { readonly kind: "refused"; readonly condition: string; readonly detail: string }
	/** The server broke its protocol. */
	| { readonly kind: "protocol"; readonly expected: string; readonly got: string }
	/** We asked for what cannot be done (sending before being in, a text over the limit). */
	| { readonly kind: "usage"; readonly detail: string };

/** What a carrier needs to enter a place. */
export interface EnterOptions {
	/** The room's name as people type it, already checked by `parseRoomName`. */
	readonly room: RoomName;
	/** Called in order, never from inside `enter`, `send` or `leave`. */
	readonly onEvent: (event: CarrierEvent) => void;
	/** Steps on the way in, for people who wait: "connecting", "registering", "entering". */
	readonly onProgress?: (step: EnterStep) => void;
	/** Gives up entering: `enter` resolves to an error and no event comes. Without effect once `enter` has resolved. */
	readonly signal?: AbortSignal;
}

export type EnterStep = "connecting" | "registering" | "entering";

/** A room's name: 1 to 64 characters after normalisation, no control, space-only or invisible characters. */
export type RoomName = string & { readonly __roomName: true };

/** Presence in one place. */
export interface Place {
	/**
	 * Hands over a text: Unicode scalar values without controls (but TAB and LF), not empty, within `maxTextBytes`
	 * (`checkText`). It counts as sent when its echo comes. A refusal is ours to handle; nothing was sent. During an
	 * interruption texts wait; they go out after `resumed` and are dropped at a new `entered`.
	 */
	send(text: string): Result<void, CarrierError>;
	/** UTF-8 bytes of the texts handed over that have not come back as an echo yet, for pacing. */
	readonly backlog: number;
	/** Leaves; resolves when the carrier let us go or the time for it ran out. `closed` is the last event. */
	leave(): Promise<void>;
}

/** Moves texts between the people in a place: an XMPP room, an IRC channel, an HTTP relay, memory. */
export interface Carrier {
	readonly capabilities: CarrierCapabilities;
	/** Enters a place. Resolves before any event comes; the first event is `entered`. Never rejects. */
	enter(options: EnterOptions): Promise<Result<Place, CarrierError>>;
}
