import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { err, ok, type Result } from "@clowder/bytes";
import type { Certificate } from "@clowder/xmpp-server";
import { type Documented, respondDocument } from "./documents.ts";
import { type HostError, listenError } from "./errors.ts";
import type { CertificateFiles } from "./certificate-files.ts";
import { onionLocation, SECURITY_HEADERS, transportSecurity } from "./headers.ts";
import * as limits from "./limits.ts";
import type { Metric } from "./metrics.ts";
import { isOwnName } from "./own-name.ts";
import type { PageConnections } from "./page-connections.ts";
import { refuse, respond } from "./respond.ts";
import type { Site } from "./site.ts";
import { limitBodyTime } from "./slow-body.ts";

/** What is served beside the page: the embedded server, or the way to another one. */
export interface Backend {
	readonly documented: Documented;
	/** Is asked first for each request; false: it is not for it, and nothing was done. */
	readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean;
	/** Takes the WebSockets. */
	readonly attach: (http: Server) => void;
	/** What it counts. */
	readonly metrics: () => readonly Metric[];
	/** Tells its clients, and resolves when they are gone. */
	readonly close: () => Promise<void>;
}

/** An HTTP server with what is needed to end it. */
export interface Front {
	readonly http: Server;
	readonly connections: PageConnections;
}

export interface FrontParts {
	readonly site: Site;
	readonly backend: Backend;
	readonly certificates: CertificateFiles | undefined;
	/** A second name. */
	readonly onion: string | undefined;
	readonly connections: PageConnections;
}

/** With a certificate it speaks HTTPS, and nothing else. */
export function createFront({ site, backend, certificates, onion, connections }: FrontParts): Front {
	const { documented } = backend;
	const tlsHeaders = certificates === undefined ? {} : transportSecurity(documented.domain);
	const headers = Object.entries({ ...SECURITY_HEADERS, ...tlsHeaders, ...onionLocation(onion) });
	const listener = (request: IncomingMessage, response: ServerResponse): void => {
		// Every answer has them, those of the rooms too, which add their own and stricter ones.
		for (const [name, value] of headers) response.setHeader(name, value);
		// A file may take its time to come; nothing else may.
		if (request.method !== "PUT") limitBodyTime(request, limits.REQUEST_MS_MAX);
		if (!isOwnName(request.headers.host, documented.domain, onion)) refuse(response, 421, "this is another server");
		else if (!backend.handle(request, response) && !respondDocument(request, response, documented)) {
			respond(request, response, site);
		}
	};
	const http = makeServer(listener, certificates);
	http.headersTimeout = limits.REQUEST_HEAD_MS_MAX;
	http.requestTimeout = limits.FILE_REQUEST_MS_MAX;
	http.keepAliveTimeout = limits.KEEP_ALIVE_MS;
	http.maxConnections = limits.CONNECTIONS_MAX;
	backend.attach(http);
	connections.watch(http);
	return { http, connections };
}

function makeServer(
	listener: (request: IncomingMessage, response: ServerResponse) => void,
	certificates: CertificateFiles | undefined,
): Server {
	const settings = {
		maxHeaderSize: limits.REQUEST_HEAD_BYTES_MAX,
		connectionsCheckingInterval: limits.REQUEST_CHECK_MS,
	};
	if (certificates === undefined) return createServer(settings, listener);
	const context = ({ chain, key }: Certificate) => ({ cert: chain, key, minVersion: "TLSv1.2" }) as const;
	const https = createHttpsServer(
		{ ...settings, ...context(certificates.current), handshakeTimeout: limits.REQUEST_HEAD_MS_MAX },
		listener,
	);
	certificates.onRenewed((certificate) => https.setSecureContext(context(certificate)));
	return https;
}

/** Resolves with the port. */
export function listen(http: Server, host: string, port: number): Promise<Result<number, HostError>> {
	return new Promise((resolve) => {
		http.once("error", (error) => resolve(err(listenError(error, host, port))));
		http.listen({ host, port }, () => resolve(ok((http.address() as AddressInfo).port)));
	});
}

/** Ends the backend and then what is left of the connections to the page. */
export async function closeAll({ http, connections }: Front, backend: Backend): Promise<void> {
	const closed = new Promise((resolve) => http.close(resolve));
	await backend.close();
	connections.destroyAll();
	await closed;
}

/** A browser on this machine reaches an address that means "all addresses" by `localhost`; a certificate is for a domain. */
export function urlFor(host: string, port: number, certifiedDomain?: string): string {
	if (certifiedDomain !== undefined) return `https://${certifiedDomain}:${port}/`;
	const local = ["0.0.0.0", "::", "127.0.0.1", "::1", "localhost"].includes(host);
	const name = local ? "localhost" : host.includes(":") ? `[${host}]` : host;
	return `http://${name}:${port}/`;
}
