import type { ServerResponse } from "node:http";
import { contentType } from "./content-types.ts";
import type { FileRecord } from "./file-record.ts";

/**
 * UPLOAD-4: what was put here by anyone is never a document of this origin: not run, not drawn in a frame, not guessed to be
 * of another type, but saved. UPLOAD-8: pages of other places may fetch it, since the address alone is what lets one.
 */
export const FILE_HEADERS: Readonly<Record<string, string>> = {
	"Access-Control-Allow-Origin": "*",
	"Cache-Control": "no-store, no-transform",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
};

/** What a page of another place asks before it puts a file with the headers of the slot (XEP-0363 section 7). */
const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
	"Access-Control-Allow-Methods": "OPTIONS, HEAD, GET, PUT",
	"Access-Control-Allow-Headers": "Authorization, Content-Type",
	"Access-Control-Max-Age": "600",
};

/** The head of an answer with a file's bytes. */
export function beginFile(response: ServerResponse, record: FileRecord): void {
	response.writeHead(200, {
		...FILE_HEADERS,
		"Content-Type": contentType(record.type),
		"Content-Disposition": "attachment",
		"Content-Length": record.bytes,
	});
}

/** An answer without content; a body that was not read ends the connection. */
export function answer(response: ServerResponse, status: number): void {
	if (response.headersSent || response.destroyed) return;
	response.writeHead(status, {
		...FILE_HEADERS,
		"Content-Length": 0,
		...(status === 503 ? { "Retry-After": "10" } : {}),
		...(status === 405 ? { Allow: PREFLIGHT_HEADERS["Access-Control-Allow-Methods"] } : {}),
		...(response.req.complete ? {} : { Connection: "close" }),
	});
	response.end();
}

export function answerPreflight(response: ServerResponse): void {
	response.writeHead(204, { ...FILE_HEADERS, ...PREFLIGHT_HEADERS });
	response.end();
}
