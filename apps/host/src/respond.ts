import type { IncomingMessage, ServerResponse } from "node:http";
import { SECURITY_HEADERS } from "./headers.ts";
import type { Encoding, Site, SiteFile } from "./site.ts";

/** Answers one request for a file of the site. The path is looked up as it came: nothing is decoded or resolved. */
export function respond(request: IncomingMessage, response: ServerResponse, site: Site): void {
	if (request.method !== "GET" && request.method !== "HEAD") {
		response.setHeader("Allow", "GET, HEAD");
		refuse(response, 405, "only GET and HEAD");
		return;
	}
	const file = site.get((request.url ?? "").replace(/\?.*$/s, ""));
	if (file === undefined) {
		refuse(response, 404, "no such page");
		return;
	}
	send(request, response, file);
}

/** A short refusal in plain text. */
export function refuse(response: ServerResponse, status: number, text: string): void {
	respondText(response, status, text);
}

const PLAIN_TEXT = "text/plain; charset=utf-8";

/** An answer in plain text, after which the connection ends. */
export function respondText(response: ServerResponse, status: number, text: string, type: string = PLAIN_TEXT): void {
	const body = Buffer.from(`${text}\n`);
	response.writeHead(status, {
		...SECURITY_HEADERS,
		"Cache-Control": "no-store",
		"Content-Type": type,
		"Content-Length": body.length,
		// A body that came with the request is not read.
		Connection: "close",
	});
	response.end(body);
}

function send(request: IncomingMessage, response: ServerResponse, file: SiteFile): void {
	const encoding = chooseEncoding(request.headers["accept-encoding"], file);
	const body = file.bodies[encoding] ?? file.bodies.identity;
	const etag = encoding === "identity" ? `"${file.hash}"` : `"${file.hash}-${encoding}"`;
	const headers = { ...SECURITY_HEADERS, "Cache-Control": file.cacheControl, ETag: etag, Vary: "Accept-Encoding" };
	if (matches(request.headers["if-none-match"], etag)) {
		response.writeHead(304, headers);
		response.end();
		return;
	}
	response.writeHead(200, {
		...headers,
		"Content-Type": file.type,
		"Content-Length": body.length,
		...(encoding === "identity" ? {} : { "Content-Encoding": encoding }),
	});
	response.end(request.method === "HEAD" ? undefined : body);
}

/** RFC 9110, section 12.5.3, as far as it concerns two encodings; `*` is not taken as a wish for either. */
function chooseEncoding(accepted: string | string[] | undefined, file: SiteFile): Encoding {
	const wishes = new Set(
		String(accepted ?? "")
			.toLowerCase()
			.split(",")
			.map((wish) => wish.replaceAll(/\s/g, ""))
			.filter((wish) => !/;q=0(?:\.0*)?$/.test(wish))
			.map((wish) => wish.replace(/;.*$/, "")),
	);
	if (file.bodies.br !== undefined && wishes.has("br")) return "br";
	return file.bodies.gzip !== undefined && wishes.has("gzip") ? "gzip" : "identity";
}

/** RFC 9110, section 13.1.2: weak comparison, a list or `*`. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
	if (ifNoneMatch === undefined) return false;
	return ifNoneMatch.split(",").some((candidate) => ["*", etag, `W/${etag}`].includes(candidate.trim()));
}
