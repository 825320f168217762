import type { Result } from "@clowder/bytes";
import type { Carrier, RoomName } from "@clowder/carrier";
import type { Passphrase, PassphraseError, Suite } from "@clowder/crypto";
import type {
	MessageId,
	Nickname,
	ParticipantApi,
	ParticipantOptions,
	PersonId,
	TextError,
	Timing,
	UsageError,
} from "@clowder/mpotr";
import type { Clock } from "../clock.ts";
import type { AdmissionPolicy } from "../entry.ts";
import type { LoginReport } from "../login-report.ts";
import type { RoomSnapshot } from "./snapshot.ts";

/** What a room is made of; everything that touches the world is passed in. */
export interface RoomOptions {
	readonly carrier: Carrier;
	/** What the carrier tells its logins to. */
	readonly loginReport?: LoginReport;
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
	/** Who may come in, if we are the first here; "open" unless it is said. */
	readonly policy?: AdmissionPolicy;
	/** What those who come in have to know. The visit erases it. */
	readonly passphrase?: Passphrase | undefined;
	/** Whether texts are shared with those on the way in, and theirs are shown; true unless it is said. */
	readonly previews?: boolean;
	readonly timing?: Partial<Timing>;
	/** Leaves at once, at whatever point. */
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
	/** New keys for everyone, now. */
	readonly rekey: () => void;
	/** Lets someone in who asks, or says no. */
	readonly answer: (person: PersonId, yes: boolean) => void;
	/** Folds someone's texts away on this screen, until the visit ends; nothing is sent. */
	readonly mute: (person: PersonId, muted: boolean) => void;
	readonly setPreviews: (on: boolean) => void;
	/** Asks to come in with this passphrase; for when `joining.passphrase` says that the room wants one. */
	readonly tryPassphrase: (text: string) => Result<void, PassphraseError>;
	/**
	 * Says goodbye, erases the keys, forgets the identity. The stage is "leaving" for some seconds, until what was written
	 * can be denied; `atOnce` does not wait for it, also when called then. While joining it gives up at once. Resolves when
	 * the place is left. Harmless when over.
	 */
	readonly leave: (atOnce?: boolean) => Promise<void>;
}
