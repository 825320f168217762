import type { ServerResponse } from "node:http";

/**
 * HTTP-11: an answer is nobody else's to keep, to change or to guess the type of, and is of no use in a page. Not
 * compressed, since who can send texts into a compressed stream can measure what else is in it.
 */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
	"Cache-Control": "no-store, no-transform",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
};

/** Answers with a JSON object; a body that came and was not read ends the connection. */
export function answer(response: ServerResponse, status: number, content: Readonly<Record<string, unknown>>): void {
	if (response.headersSent || response.destroyed) return;
	const body = Buffer.from(JSON.stringify(content));
	response.writeHead(status, {
		...ANSWER_HEADERS,
		"Content-Type": "application/json",
		"Content-Length": body.length,
		...(response.req.complete ? {} : { Connection: "close" }),
	});
	response.end(body);
}

/** A refusal says why in one word. */
export function refuse(response: ServerResponse, status: number, error: string): void {
	answer(response, status, { error });
}

/** Begins a stream of events. Proxies that know the header do not hold it back. */
export function beginEvents(response: ServerResponse): void {
	response.writeHead(200, {
		...ANSWER_HEADERS,
		"Content-Type": "text/event-stream; charset=utf-8",
		"X-Accel-Buffering": "no",
	});
}
