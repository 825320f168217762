import type { Result } from "@clowder/bytes";

/** A device as a storage knows it. */
export interface DeviceKey {
	/** The name that the network vouches for: on XMPP the bare JID, for resources change. */
	readonly identity: string;
	readonly instanceTag: number;
	/** Hexadecimal of the long-term public key of the DAKE. What was published under another one is not this device's. */
	readonly publicKey: string;
}

/** An encoded Client Profile or Prekey Profile. */
export interface StoredProfile {
	readonly bytes: Uint8Array;
	readonly expiresAtSeconds: number;
}

/** An encoded Prekey Message of version 4. */
export interface StoredPrekeyMessage {
	readonly identifier: number;
	readonly bytes: Uint8Array;
}

/** Values that a server has verified. */
export interface StoredPublication {
	readonly device: DeviceKey;
	readonly clientProfile: StoredProfile | undefined;
	readonly prekeyProfile: StoredProfile | undefined;
	/** Each with an identifier of its own. */
	readonly prekeyMessages: readonly StoredPrekeyMessage[];
}

/** The encoded values of a Prekey Ensemble. */
export interface StoredEnsemble {
	readonly clientProfile: Uint8Array;
	readonly prekeyProfile: Uint8Array;
	readonly prekeyMessage: Uint8Array;
}

export interface EnsembleRequest {
	/** Whose ensembles. */
	readonly identity: string;
	/** Who asks, as the network vouches. */
	readonly requester: string;
	readonly nowSeconds: number;
}

/** `full`: a limit of the storage is reached. `unavailable`: the store behind it does not answer. */
export type StorageError = "full" | "unavailable";

/**
 * What a prekey server keeps its values in. Each call is atomic: it takes effect as a whole or not at all, and as if no
 * other ran beside it; that two calls of `takeEnsembles` never give the same Prekey Message rests on it. What is
 * promised in prose here, `prekeyStorageConformance` holds any storage to.
 */
export interface PrekeyStorage {
	/**
	 * Keeps what is published, in the place of the device's earlier profile of the kind; Prekey Messages are added. One with
	 * an identifier that the device has there, or had (as many of these as are remembered), is passed over. If the
	 * identity and tag were published under another long-term public key, all of that goes. `full` keeps nothing.
	 * Gives how many Prekey Messages were added.
	 */
	publish(publication: StoredPublication, nowSeconds: number): Promise<Result<number, StorageError>>;
	/** How many Prekey Messages there are of the device: none for one that is not known under this long-term public key. */
	count(device: DeviceKey): Promise<Result<number, StorageError>>;
	/**
	 * For each device of the identity with both profiles, neither expired, and a Prekey Message: the oldest of its Prekey
	 * Messages, which is never given again, with the profiles, which stay. At most 64 ensembles: more do not fit in an
	 * answer.
	 */
	takeEnsembles(request: EnsembleRequest): Promise<Result<readonly StoredEnsemble[], StorageError>>;
}
