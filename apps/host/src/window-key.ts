import { type ClientRequest, type IncomingMessage, request as requestHttp, type ServerResponse } from "node:http";
import { request as requestHttps } from "node:https";
import { refuse, respondText } from "./respond.ts";
import { isThisMachine, upstreamName } from "./upstream-name.ts";
import { UPSTREAM_ANSWER_MS_MAX, WINDOW_KEY_BYTES_MAX } from "./limits.ts";

/** Where a server publishes the keys of its windows, a file for each domain (`server-modules/ejabberd/README.md`). */
const FOLDER = "/.well-known/clowder-login/";

/** One line of what can be printed: no more can be had through here. */
const LINE = /^([\x20-\x7e]+)\n$/;

/** What came of asking the other server. */
type Published = { readonly status: 200; readonly text: string } | { readonly status: 404 | 502 | 504 };

export interface WindowKeyOptions {
	readonly domain: string;
	/** The WebSocket of the other server, whose origin has the key too. */
	readonly upstream: URL;
	readonly answerMsMax?: number;
}

/**
 * HOST-9: gives the page the key that another server publishes for logins by key (`spec/login-by-key-password.md`), since
 * the page may ask its own host alone.
 */
export class WindowKey {
	/** On this host as on the other. */
	readonly path: string;
	readonly #url: URL;
	readonly #name: string;
	readonly #answerMsMax: number;
	#asked: Promise<Published> | undefined;
	#request: ClientRequest | undefined;

	/** HOST-10: throws a RangeError where the password would go on without TLS to another machine (KEYPASS-7). */
	constructor({ domain, upstream, answerMsMax = UPSTREAM_ANSWER_MS_MAX }: WindowKeyOptions) {
		if (upstream.protocol !== "wss:" && !(upstream.protocol === "ws:" && isThisMachine(upstream))) {
			throw new RangeError("logins by key need another server at a wss: address, or on this machine");
		}
		this.path = `${FOLDER}${encodeURIComponent(domain)}`;
		this.#url = new URL(this.path, upstream.href.replace(/^ws/, "http"));
		this.#name = upstreamName(upstream, domain);
		this.#answerMsMax = answerMsMax;
	}

	/** False: the request is for something else. */
	handle(request: IncomingMessage, response: ServerResponse): boolean {
		if (request.url !== this.path) return false;
		if (request.method === "GET") void this.#answer(response);
		else {
			response.setHeader("Allow", "GET");
			refuse(response, 405, "only GET");
		}
		return true;
	}

	/** Nothing is waited for any more. */
	close(): void {
		this.#request?.destroy();
	}

	async #answer(response: ServerResponse): Promise<void> {
		// However many ask, the other server is asked once at a time. The key is the same for all.
		this.#asked ??= this.#ask().finally(() => {
			this.#asked = undefined;
		});
		const published = await this.#asked;
		if (published.status === 200) respondText(response, 200, published.text);
		else refuse(response, published.status, "no key for logins");
	}

	/** Tells the other server nothing but what it is asked for, and follows it nowhere. */
	#ask(): Promise<Published> {
		const { protocol, hostname, port, pathname } = this.#url;
		const request = protocol === "https:" ? requestHttps : requestHttp;
		return new Promise((resolve) => {
			const headers = { Host: this.#name };
			const asked = request({
				hostname: hostname.replace(/^\[|\]$/g, ""),
				port,
				path: pathname,
				headers,
				agent: false,
			});
			this.#request = asked;
			const settle = (published: Published): void => {
				clearTimeout(deadline);
				resolve(published);
				asked.destroy();
			};
			const deadline = setTimeout(() => settle({ status: 504 }), this.#answerMsMax);
			asked.on("error", () => settle({ status: 502 }));
			asked.on("response", (answer) => {
				if (answer.statusCode !== 200) return settle({ status: 404 });
				let text = "";
				answer.setEncoding("latin1");
				answer.on("data", (part: string) => {
					text += part;
					if (text.length > WINDOW_KEY_BYTES_MAX) settle({ status: 502 });
				});
				answer.on("error", () => settle({ status: 502 }));
				return answer.on("end", () => {
					const line = LINE.exec(text)?.[1];
					settle(line === undefined ? { status: 502 } : { status: 200, text: line });
				});
			});
			// An answer that another protocol was agreed on in would otherwise be an error without a response.
			asked.on("upgrade", () => settle({ status: 502 }));
			asked.end();
		});
	}
}
