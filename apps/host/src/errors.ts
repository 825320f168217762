import { describeStorageError, type StorageError } from "@clowder/xmpp-server";

/** Why the host did not start, each with what would help. */
export type HostError =
	/** Another program listens there. */
	| { readonly kind: "port-taken"; readonly host: string; readonly port: number }
	/** This account may not listen there (a port under 1024). */
	| { readonly kind: "port-forbidden"; readonly host: string; readonly port: number }
	/** This machine has no such address. */
	| { readonly kind: "no-such-address"; readonly host: string; readonly detail: string }
	/** The web client was not built, or `webRoot` is another folder. */
	| { readonly kind: "web-client-missing"; readonly webRoot: string; readonly expected: string; readonly got: string }
	/** The data folder cannot be used. */
	| { readonly kind: "data"; readonly error: StorageError }
	/** The certificate or its key is not there, or cannot be served; the file and the reason are in `detail`. */
	| { readonly kind: "certificate"; readonly detail: string }
	/** Files of accounts cannot be kept in the folder. */
	| { readonly kind: "files-folder-unusable"; readonly folder: string; readonly detail: string }
	/** Anything else that listening failed with. */
	| { readonly kind: "cannot-listen"; readonly host: string; readonly port: number; readonly detail: string };

/** One line for people. */
export function describeHostError(error: HostError): string {
	switch (error.kind) {
		case "port-taken":
			return `port ${error.port} on ${error.host} is taken by another program; choose one with --port`;
		case "port-forbidden":
			return `this account may not listen on port ${error.port}; choose one from 1024 on with --port`;
		case "no-such-address":
			return `this machine has no address ${error.host}; choose one with --host (${error.detail})`;
		case "web-client-missing":
			return `expected ${error.expected} in ${error.webRoot}; got: ${error.got}`;
		case "data":
			return describeStorageError(error.error);
		case "certificate":
			return error.detail;
		case "files-folder-unusable":
			return `cannot keep files in ${error.folder}: ${error.detail}`;
		case "cannot-listen":
			return `cannot listen on ${error.host}, port ${error.port}: ${error.detail}`;
	}
}

/** What the operating system said when listening failed. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): HostError {
	switch (error.code) {
		case "EADDRINUSE":
			return { kind: "port-taken", host, port };
		case "EACCES":
			return { kind: "port-forbidden", host, port };
		case "EADDRNOTAVAIL":
		case "ENOTFOUND":
		case "EAI_AGAIN":
			return { kind: "no-such-address", host, detail: error.code };
		default:
			return { kind: "cannot-listen", host, port, detail: error.message };
	}
}
