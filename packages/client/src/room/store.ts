import type { Result } from "@clowder/bytes";
import type { Carrier, RoomName } from "@clowder/carrier";
import type { Suite } from "@clowder/crypto";
import type {
	MessageId,
	Nickname,
	ParticipantApi,
	ParticipantOptions,
	TextError,
	Timing,
	UsageError,
} from "@clowder/mpotr";
import type { Clock } from "../clock.ts";
import type { RoomSnapshot } from "./snapshot.ts";

/** What a room is made of; everything that touches the world is passed in. */
export interface RoomOptions {
	readonly carrier: Carrier;
	readonly suite: Suite;
	readonly clock: Clock;
	/** Fresh random bytes from a cryptographic generator. */
	readonly random: (length: number) => Uint8Array;
	readonly room: RoomName;
	readonly nickname: Nickname;
	/** `createParticipant` of `@clowder/mpotr`. */
	readonly createParticipant: (options: ParticipantOptions) => ParticipantApi;
	/** `nicknameSkeleton` of `@clowder/mpotr`. */
	readonly skeleton: (name: Nickname) => string;
	readonly timing?: Partial<Timing>;
	/** Leaves, at whatever point. */
	readonly signal?: AbortSignal;
}

/** Nothing can be written now; the snapshot's composer says why. */
export interface ComposerClosed {
	readonly kind: "composer-closed";
}

export type SendError = TextError | UsageError | ComposerClosed;

/** One visit to one room, as a store that a screen subscribes to. Each function works by itself, without its `this`. */
export interface RoomStore {
	/** The same object until something changes. */
	readonly getSnapshot: () => RoomSnapshot;
	/** Calls `listener` after each change, never from inside `subscribe`; returns how to stop it. */
	readonly subscribe: (listener: () => void) => () => void;
	/** Sends as soon as that is safe. */
	readonly send: (text: string) => Result<MessageId, SendError>;
	/** Sends a held message to those who are here now. */
	readonly release: (id: MessageId) => void;
	/** Throws a message away that is not placed yet; false if it is. */
	readonly discard: (id: MessageId) => boolean;
	/** Says goodbye, erases the keys, forgets the identity. Also gives up while joining. Harmless when over. */
	readonly leave: () => Promise<void>;
}
