/** Why a data folder cannot be used, each with what was expected there and what came. */
export type StorageError =
	/** Another server uses the folder. */
	| { readonly kind: "in-use"; readonly folder: string }
	/** Its path leaves no room for the name of a socket (108 bytes on Linux, 104 elsewhere). */
	| { readonly kind: "path-too-long"; readonly folder: string; readonly bytes: number; readonly most: number }
	/** It has files of something else in it, and none of this server's. */
	| { readonly kind: "not-ours"; readonly folder: string; readonly got: string }
	/** The system does not let this user read and write there, or there is no room. `code` is the system's word. */
	| { readonly kind: "not-usable"; readonly folder: string; readonly code: string }
	/** Written by a later version of the server. */
	| { readonly kind: "later-version"; readonly file: string; readonly known: number; readonly got: number }
	/** Not a database of this server, or a damaged one. It is left as it is. */
	| { readonly kind: "broken"; readonly file: string; readonly detail: string };

/** One line for people. */
export function describeStorageError(error: StorageError): string {
	switch (error.kind) {
		case "in-use":
			return `another server uses the data folder ${error.folder}; stop it, or choose another with --data`;
		case "path-too-long":
			return `the path of the data folder may have ${error.most} bytes; ${error.folder} has ${error.bytes}`;
		case "not-ours":
			return `the data folder ${error.folder} has something else in it (${error.got}); give it one of its own with --data`;
		case "not-usable":
			return `cannot use the data folder ${error.folder} (${error.code}); it must be a folder that this account may write`;
		case "later-version":
			return `${error.file} is of version ${error.got}, this server knows up to ${error.known}; it was left as it is`;
		case "broken":
			return `${error.file} is damaged or something else (${error.detail}); it was left as it is, move it away to begin anew`;
	}
}
