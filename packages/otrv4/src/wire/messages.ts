import type { Bytes } from "@clowder/bytes";
import type { ClientProfile } from "../profile/client-profile.ts";

/** `RING-SIG`: the six scalars as they stand on the wire, 57 bytes each. */
export interface RingSignature {
	readonly c1: Bytes<"SCALAR">;
	readonly r1: Bytes<"SCALAR">;
	readonly c2: Bytes<"SCALAR">;
	readonly r2: Bytes<"SCALAR">;
	readonly c3: Bytes<"SCALAR">;
	readonly r3: Bytes<"SCALAR">;
}

interface Addressed {
	/** At least 0x100. */
	readonly senderTag: number;
	/** 0 in an Identity message to whoever receives it, else at least 0x100. */
	readonly receiverTag: number;
}

/** "Identity Message". Parsed only: nothing in it is verified. */
export interface IdentityMessage extends Addressed {
	readonly type: "identity";
	readonly clientProfile: ClientProfile;
	readonly y: Bytes<"POINT">;
	readonly b: Bytes<"MPI">;
	readonly firstEcdh: Bytes<"POINT">;
	readonly firstDh: Bytes<"MPI">;
}

/** "Auth-R Message". */
export interface AuthRMessage extends Addressed {
	readonly type: "auth-r";
	readonly clientProfile: ClientProfile;
	readonly x: Bytes<"POINT">;
	readonly a: Bytes<"MPI">;
	readonly sigma: RingSignature;
	readonly firstEcdh: Bytes<"POINT">;
	readonly firstDh: Bytes<"MPI">;
}

/** "Auth-I Message". */
export interface AuthIMessage extends Addressed {
	readonly type: "auth-i";
	readonly sigma: RingSignature;
}

/** "Prekey Message". It names its owner only: it is for anybody. */
export interface PrekeyMessage {
	readonly type: "prekey";
	readonly identifier: number;
	readonly ownerTag: number;
	readonly y: Bytes<"POINT">;
	readonly b: Bytes<"MPI">;
}

/** "Non-Interactive-Auth Message". */
export interface NonInteractiveAuthMessage extends Addressed {
	readonly type: "non-interactive-auth";
	readonly clientProfile: ClientProfile;
	readonly x: Bytes<"POINT">;
	readonly a: Bytes<"MPI">;
	readonly sigma: RingSignature;
	readonly prekeyIdentifier: number;
	readonly authMac: Bytes<"MAC">;
	readonly firstEcdh: Bytes<"POINT">;
	readonly firstDh: Bytes<"MPI">;
}

/** "Data Message Format". */
export interface DataMessage extends Addressed {
	readonly type: "data";
	/** The byte as it came; `FLAG_IGNORE_UNREADABLE` is the one flag there is. */
	readonly flags: number;
	readonly previousChainMessages: number;
	readonly ratchetId: number;
	readonly messageId: number;
	readonly ecdh: Bytes<"POINT">;
	/** Empty where the ratchet renews no brace key. */
	readonly dh: Bytes<"MPI">;
	readonly encryptedMessage: Uint8Array;
	readonly authenticator: Bytes<"MAC">;
	/** `Old MAC keys to be revealed`: 64 bytes each, concatenated. */
	readonly revealedMacKeys: Uint8Array;
	/** The bytes that the authenticator covers: from the protocol version to the end of the encrypted message. */
	readonly sections: Uint8Array;
}

export type OtrMessage =
	| IdentityMessage
	| AuthRMessage
	| AuthIMessage
	| PrekeyMessage
	| NonInteractiveAuthMessage
	| DataMessage;
