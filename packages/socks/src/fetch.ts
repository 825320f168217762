import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { Readable } from "node:stream";
import { connectTls, SocksConnection } from "./connection.ts";
import type { Proxy } from "./proxy.ts";

const PORTS = { "http:": 80, "https:": 443 } as const;
/** RFC 9110 section 15: these have no body, and `Response` takes none with them. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * What of `fetch` our requests need, through a proxy: bodies of text, headers, a signal, answers that are read as they come.
 * A redirection is an error, nothing is kept, and each request has a connection of its own.
 */
export function socksFetch(proxy: Proxy): (url: string, init: RequestInit) => Promise<Response> {
	return (url, init) =>
		new Promise((resolve, reject) => {
			const { protocol, hostname, port, pathname, search } = new URL(url);
			if (protocol !== "http:" && protocol !== "https:")
				throw new TypeError(`http: or https: expected, ${protocol} came`);
			const destination = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || PORTS[protocol]) };
			const { method = "GET", headers, body, signal } = init;
			if (body !== undefined && body !== null && typeof body !== "string")
				throw new TypeError("a body of text expected");
			const send = protocol === "https:" ? requestTls : requestPlain;
			const request = send({
				...destination,
				method,
				path: pathname + search,
				headers: { ...Object.fromEntries(new Headers(headers)), host: new URL(url).host },
				...(signal === undefined || signal === null ? {} : { signal }),
				createConnection: () =>
					protocol === "https:" ? connectTls(proxy, destination) : new SocksConnection(proxy).connect(destination),
			});
			request.on("error", reject);
			request.on("response", (answer) => {
				const { statusCode: status = 0 } = answer;
				if (status >= 300 && status < 400 && answer.headers.location !== undefined) {
					answer.destroy();
					reject(new TypeError("a redirection came"));
					return;
				}
				const given = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
					values.map((value): [string, string] => [name, value]),
				);
				if (BODILESS.has(status)) answer.resume();
				const content = BODILESS.has(status) ? null : (Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>);
				resolve(new Response(content, { status, headers: given }));
			});
			request.end(body ?? undefined);
		});
}
