import { erase } from "@clowder/bytes";
import type { DhKeyPair3072, DhPublicKey3072, Ed448KeyPair, Ed448Point } from "@clowder/crypto/otr";
import type { BraceKey } from "../dake/shared-secret.ts";
import type { DataMessage } from "../wire/messages.ts";
import type { Chain, SkippedChainKey } from "./chain.ts";
import type { ExtraSymmetricKey, MacKey, RootKey } from "./message-keys.ts";
import type { StoredSkippedKey } from "./skipped-keys.ts";

/** The keys of one side that the next ratchet of the other is computed with. */
export interface OurKeys {
	readonly ecdh: Ed448KeyPair;
	readonly dh: DhKeyPair3072;
}

export interface TheirKeys {
	readonly ecdh: Ed448Point;
	readonly dh: DhPublicKey3072;
}

/** What was in a data message, and what it can be known by. */
export interface Opened {
	readonly plaintext: Uint8Array;
	readonly extra: ExtraSymmetricKey;
}

/** A message that was encrypted, and the extra symmetric key that goes with it. */
export interface Sealed {
	readonly message: DataMessage;
	readonly extra: ExtraSymmetricKey;
	/** Whether our ECDH key is new since the last message: what the expiration of a session looks at. */
	readonly rotated: boolean;
}

/** What a ratchet would be after a message whose authenticity is still to be shown. */
export interface Candidate {
	readonly chain: Chain;
	/** Chain keys of messages that this one overtook, oldest first. */
	readonly skipped: readonly SkippedChainKey[];
	readonly rotation: Rotation | undefined;
}

export interface Rotation {
	readonly their: TheirKeys;
	readonly brace: BraceKey;
	readonly root: RootKey;
	readonly renewsBrace: boolean;
}

/** All of a ratchet, as it is stored. Secret. */
export interface RatchetContent {
	readonly i: number;
	readonly pn: number;
	readonly ecdh: Ed448KeyPair | undefined;
	readonly dh: DhKeyPair3072 | undefined;
	readonly theirs: TheirKeys;
	readonly brace: BraceKey;
	readonly root: RootKey;
	readonly sending: Chain | undefined;
	readonly receiving: Chain | undefined;
	readonly verified: readonly MacKey[];
	readonly toReveal: readonly MacKey[];
	readonly skipped: readonly StoredSkippedKey[];
}

/** What a ratchet begins with. */
export interface Start {
	readonly i: number;
	readonly ours: OurKeys | undefined;
	readonly theirs: TheirKeys;
	readonly brace: BraceKey;
	readonly root: RootKey;
	readonly sending: Chain | undefined;
	readonly receiving: Chain | undefined;
}

export function eraseKeys({ ecdh: ecdhKey, dh }: OurKeys): void {
	ecdhKey.erase();
	dh.erase();
}

/** Erases what was computed for a message that turned out not to be authentic. */
export function forget({ chain, skipped, rotation }: Candidate): void {
	erase(chain.key, ...skipped.map(({ key }) => key), rotation?.brace, rotation?.root);
}
