import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { err, ok, type Result } from "@clowder/bytes";
import { type Documented, respondDocument } from "./documents.ts";
import { type HostError, listenError } from "./errors.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import * as limits from "./limits.ts";
import { isOwnName } from "./own-name.ts";
import { refuse, respond } from "./respond.ts";
import type { Site } from "./site.ts";

/** What is served beside the page: the embedded server, or the way to another one. */
export interface Backend {
	readonly documented: Documented;
	/** Is asked first for each request; false: it is not for it, and nothing was done. */
	readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean;
	/** Takes the WebSockets. */
	readonly attach: (http: Server) => void;
	/** Tells its clients, and resolves when they are gone. */
	readonly close: () => Promise<void>;
}

export function createHttpServer(site: Site, backend: Backend): Server {
	const settings = {
		maxHeaderSize: limits.REQUEST_HEAD_BYTES_MAX,
		connectionsCheckingInterval: limits.REQUEST_CHECK_MS,
	};
	const { documented } = backend;
	const http = createServer(settings, (request, response) => {
		// Every answer has them, those of the rooms too, which add their own and stricter ones.
		for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
		if (!isOwnName(request.headers.host, documented.domain)) refuse(response, 421, "this is another server");
		else if (!backend.handle(request, response) && !respondDocument(request, response, documented)) {
			respond(request, response, site);
		}
	});
	http.headersTimeout = limits.REQUEST_HEAD_MS_MAX;
	http.requestTimeout = limits.REQUEST_MS_MAX;
	http.keepAliveTimeout = limits.KEEP_ALIVE_MS;
	http.maxConnections = limits.CONNECTIONS_MAX;
	backend.attach(http);
	return http;
}

/** Resolves with the port. */
export function listen(http: Server, host: string, port: number): Promise<Result<number, HostError>> {
	return new Promise((resolve) => {
		http.once("error", (error) => resolve(err(listenError(error, host, port))));
		http.listen({ host, port }, () => resolve(ok((http.address() as AddressInfo).port)));
	});
}

/** Ends the backend and then what is left of the connections to the page. */
export async function closeAll(http: Server, backend: Backend): Promise<void> {
	const closed = new Promise((resolve) => http.close(resolve));
	await backend.close();
	http.closeAllConnections();
	await closed;
}

/** A browser on this machine reaches an address that means "all addresses" by `localhost`. */
export function urlFor(host: string, port: number): string {
	const local = ["0.0.0.0", "::", "127.0.0.1", "::1", "localhost"].includes(host);
	const name = local ? "localhost" : host.includes(":") ? `[${host}]` : host;
	return `http://${name}:${port}/`;
}
