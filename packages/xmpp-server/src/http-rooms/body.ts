import type { IncomingMessage } from "node:http";
import { err, ok, type Result } from "@clowder/bytes";
import { HTTP_BODY_BYTES } from "../limits.ts";

/** Why a body was not read, as the status of the answer (RFC 9110 section 15.5). */
export type BodyRefusal = 400 | 408 | 413 | 415;

/**
 * Reads the body of a request, JSON in UTF-8, within its bounds of bytes and time (HTTP-12). A page of another origin
 * cannot send this type without asking first (HTTP-10).
 */
export function readBody(request: IncomingMessage, timeoutMs: number): Promise<Result<string, BodyRefusal>> {
	if (!/^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(request.headers["content-type"] ?? "")) {
		return Promise.resolve(err(415));
	}
	if (request.headers["content-encoding"] !== undefined) return Promise.resolve(err(415));
	if (Number(request.headers["content-length"] ?? 0) > HTTP_BODY_BYTES) return Promise.resolve(err(413));
	return new Promise((resolve) => {
		const parts: Buffer[] = [];
		let bytes = 0;
		const finish = (outcome: Result<string, BodyRefusal>): void => {
			clearTimeout(timeout);
			request.off("data", onData);
			resolve(outcome);
		};
		const onData = (part: Buffer): void => {
			bytes += part.length;
			parts.push(part);
			if (bytes > HTTP_BODY_BYTES) finish(err(413));
		};
		const timeout = setTimeout(() => finish(err(408)), timeoutMs);
		request.on("data", onData);
		request.on("end", () => finish(decode(parts)));
		request.on("close", () => finish(err(400)));
		request.on("error", () => finish(err(400)));
	});
}

function decode(parts: readonly Buffer[]): Result<string, BodyRefusal> {
	try {
		return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts)));
	} catch {
		return err(400);
	}
}
