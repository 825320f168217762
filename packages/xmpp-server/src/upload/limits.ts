/** Bounds of files that are put on the server (UPLOAD-7). */
export interface UploadLimits {
	/** One file. */
	readonly uploadFileBytes: number;
	/** All that one account has there, slots that it may still use among it. */
	readonly uploadBytesPerAccount: number;
	/** Slots that one account is given in a day. */
	readonly uploadsPerAccountPerDay: number;
	/** Slots of one account that are not used yet. */
	readonly uploadSlotsPerAccount: number;
	/** All files and slots together, where files are kept in a folder. */
	readonly uploadBytes: number;
	/** The same, where they are kept in memory. */
	readonly uploadMemoryBytes: number;
	/** Files and slots of all. */
	readonly uploadFiles: number;
	/** How long a file is kept. */
	readonly uploadKeepMs: number;
	/** How long a slot can be used. */
	readonly uploadSlotMs: number;
	/** How long one file may take to come or to be fetched. */
	readonly uploadTransferMs: number;
	/** Files that come or are fetched at the same time. */
	readonly uploadTransfers: number;
}

export const DEFAULT_UPLOAD_LIMITS: UploadLimits = {
	uploadFileBytes: 16 * 1024 * 1024,
	uploadBytesPerAccount: 64 * 1024 * 1024,
	uploadsPerAccountPerDay: 200,
	uploadSlotsPerAccount: 4,
	uploadBytes: 1024 * 1024 * 1024,
	uploadMemoryBytes: 64 * 1024 * 1024,
	uploadFiles: 10_000,
	uploadKeepMs: 7 * 24 * 60 * 60_000,
	uploadSlotMs: 5 * 60_000,
	uploadTransferMs: 5 * 60_000,
	uploadTransfers: 100,
};

/** 256 bits each: the path of a file, and what lets its bytes be put there. Nobody guesses them. */
export const UPLOAD_SECRET_BYTES = 32;
/** The longest file name, in UTF-8 bytes, that a request for a slot may give. */
export const UPLOAD_FILENAME_BYTES = 1023;
/** How much of a name, in characters, is shown in the address of the file. */
export const UPLOAD_SHOWN_NAME_CHARACTERS = 64;
/** How often it is looked what has expired. */
export const UPLOAD_SWEEP_MS = 60_000;
export const UPLOAD_DAY_MS: number = 24 * 60 * 60_000;
