import { PUBLISHED_MAX_BYTES } from "@clowder/login";
import { TIMING } from "./limits.ts";

/** Where nothing can be read along: TLS, or this machine. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** Nothing kept, nothing told of whoever asks. */
const REQUEST = { cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" } as const;

/**
 * KEYPASS-2: reads the key that a server publishes for logins by key (`spec/login-by-key-password.md`) by the platform's
 * `fetch`, anew each time. Gives undefined where there is none, or it cannot be read.
 *
 * `url`: `https:`, or `http:` to this machine; anything else is an error of the caller's, and throws.
 */
export function windowKeyReader(url: string, timeoutMs: number = TIMING.requestMs): () => Promise<string | undefined> {
	const { protocol, hostname } = new URL(url);
	if (protocol !== "https:" && !(protocol === "http:" && LOOPBACK.test(hostname))) {
		throw new RangeError("an https: address, or one of this machine, expected");
	}
	return async () => {
		try {
			const answer = await fetch(url, { ...REQUEST, signal: AbortSignal.timeout(timeoutMs) });
			if (answer.ok && answer.body !== null) return await text(answer.body);
			await answer.body?.cancel();
			return undefined;
		} catch {
			// Whatever the reason, there is no key, and the next way in is tried.
			return undefined;
		}
	};
}

/** The text, where it is not too long. */
async function text(body: ReadableStream<Uint8Array>): Promise<string | undefined> {
	const reader = body.getReader();
	const decoder = new TextDecoder();
	let out = "";
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return out;
		out += decoder.decode(value, { stream: true });
		if (out.length > PUBLISHED_MAX_BYTES) {
			await reader.cancel();
			return undefined;
		}
	}
}
