import type { IdentityPublicKey } from "@clowder/crypto";
import type { Handle } from "../api.ts";
import type { Nickname } from "../nickname.ts";
import type { RoomParameters } from "../parameters.ts";

/** Someone to be put into a transcript. None of this is secret. */
export interface ScriptPerson {
	readonly nickname: Nickname;
	readonly lpk: IdentityPublicKey;
	/** The seed of a signing key that they published: texts then bear the signature of a key that was theirs. */
	readonly published: Uint8Array | undefined;
	/** What the carrier called them; made up where it is not given. */
	readonly handle: Handle | undefined;
}

/** A text, or an acknowledgement, which has none; `by` is an index in `people`. */
export interface ScriptWord {
	readonly by: number;
	readonly text: string | undefined;
}

/** How the session ends: the next one begins. */
export type ScriptEnd =
	| { readonly type: "rekey"; readonly by: number }
	| { readonly type: "leave"; readonly who: number }
	/** Somebody knocks; `sponsor` answers and introduces them, `opener` opens the next attempt. */
	| { readonly type: "join"; readonly who: ScriptPerson; readonly sponsor: number; readonly opener: number };

/** What a forged transcript is to say. */
export interface Script {
	readonly parameters: RoomParameters;
	/** The number of the attempt: what the session is the how manieth attempt of. */
	readonly k: number;
	/** In the order in which they came: where several owe the same, they send it in this order. */
	readonly people: readonly (ScriptPerson & { readonly newcomer: boolean })[];
	readonly words: readonly ScriptWord[];
	/** Undefined: the transcript breaks off while the session runs. */
	readonly end: ScriptEnd | undefined;
	/** Whose secrets the transcript shows; their long-term secret with them, if that is given. */
	readonly witnesses: readonly { readonly person: number; readonly identitySeed: Uint8Array | undefined }[];
}

/** Why no transcript can be made of a script. */
export interface ScriptError {
	readonly expected: string;
	readonly got: string;
}
