import { join } from "node:path";
import { err, ok, type Result } from "@clowder/bytes";
import {
	createXmppServer,
	openStorage,
	type ServerError,
	type ServerLimits,
	type XmppServer,
} from "@clowder/xmpp-server";
import { type Asked, embeddedBackend, passingBackend } from "./backends.ts";
import { CertificateFiles, type TlsOptions } from "./certificate-files.ts";
import { clientOf, trustedProxies } from "./client-address.ts";
import { FILES_PATH } from "./documents.ts";
import type { HostError } from "./errors.ts";
import { type Backend, closeAll, createFront, type Front, listen, urlFor } from "./http-server.ts";
import type { Log } from "./log.ts";
import { counterBy, type Metric, metric } from "./metrics.ts";
import { MetricsServer } from "./metrics-server.ts";
import { isOwnName } from "./own-name.ts";
import { PageConnections } from "./page-connections.ts";
import { Refusals } from "./refusals.ts";
import { loadSite, type Site } from "./site.ts";

export interface HostOptions {
	/** TCP port for the web client and the WebSocket; 0 takes a free one. */
	readonly port: number;
	/** Address to listen on, such as `127.0.0.1` or `::`. */
	readonly host: string;
	/** XMPP domain of the embedded server, such as `localhost` or `chat.example.org`; anything else throws a RangeError. */
	readonly domain: string;
	/** Folder of the built web client. */
	readonly webRoot: string;
	/**
	 * TCP port for native XMPP clients; undefined: none; 0 takes a free one. With `tls` on the same address, with TLS alone;
	 * without, on loopback.
	 */
	readonly xmppPort?: number | undefined;
	/** Folder to keep what outlives the process (`spec/xmpp-server-accounts.md`); undefined: nothing does. */
	readonly data?: string | undefined;
	/**
	 * The WebSocket of another XMPP server, which serves `domain` in place of the embedded one: `ws:` or `wss:`, else a
	 * RangeError. Then there are no rooms over plain HTTP, and `xmppPort` is not used.
	 */
	readonly upstream?: URL | undefined;
	/**
	 * With `upstream`: people log in there by key, with passwords of one use (`spec/login-by-key-password.md`). The key that the
	 * server publishes is passed on, from where its WebSocket is. A RangeError unless that is `wss:` or on this machine.
	 */
	readonly upstreamKeys?: boolean | undefined;
	/** `ADDRESS` or `ADDRESS/BITS` of proxies whose `X-Forwarded-*` is believed, else a RangeError. Default: none. */
	readonly trustedProxies?: readonly string[] | undefined;
	/** Limits of the XMPP server that differ from its own. */
	readonly limits?: Partial<ServerLimits> | undefined;
	/** Speaks HTTPS, and to native clients TLS, with this certificate; without it, HTTP. */
	readonly tls?: TlsOptions | undefined;
	/** A second name, `<56 characters>.onion`, where Tor leads to `port`. The page tells Tor Browser of it. */
	readonly onion?: string | undefined;
	/** TCP port on loopback for `/metrics` (Prometheus' text format) and `/healthz`; undefined: none; 0 takes a free one. */
	readonly metricsPort?: number | undefined;
	/** Takes what an operator may want to know, a line each. */
	readonly log?: Log | undefined;
	/**
	 * Where others reach this host, such as "https://chat.example.org", for the addresses of files. Without it pages get
	 * addresses as they reach it, and other clients `Host.url`.
	 */
	readonly publicUrl?: string | undefined;
	/** Sees all XMPP text that passes. For tests. */
	readonly tap?: ((connection: string, direction: "in" | "out", text: string) => void) | undefined;
}

export interface Host {
	/** The port that was asked for, or the free one. */
	readonly port: number;
	readonly xmppPort: number | undefined;
	readonly metricsPort: number | undefined;
	/** Where a browser on this machine finds it. */
	readonly url: string;
	/** Looks at the files of the certificate now; new connections get what is new. */
	reload(): Promise<void>;
	/** Tells the clients, closes all connections, and resolves when nothing listens any more. */
	close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";
/** In the data folder. */
const FILES_FOLDER = "files";

/**
 * Serves the web client and the XMPP server on one port. Writes nothing to the terminal, and to disk only in `data`.
 */
export async function startHost(options: HostOptions): Promise<Result<Host, HostError>> {
	const proxies = trustedProxies(options.trustedProxies ?? []);
	if (proxies === undefined) throw new RangeError("a trusted proxy is an address, or an address and /BITS");
	const log = options.log ?? (() => {});
	const site = await loadSite(options.webRoot);
	if (!site.ok) return site;
	const opened =
		options.tls === undefined ? ok(undefined) : await CertificateFiles.open(options.tls, options.domain, log);
	if (!opened.ok) return opened;
	const refusals = new Refusals(log);
	const connections = new PageConnections(proxies, () => refusals.count("too-many-from-address"));
	const asked: Asked = {
		clientOf: (request) => clientOf(request, proxies),
		acceptHost: (name) => isOwnName(name, options.domain, options.onion),
		accepted: (request) => connections.upgraded(request),
	};
	const served = { options, site: site.value, certificates: opened.value, refusals, connections };
	if (options.upstream !== undefined) {
		const passing = { domain: options.domain, url: options.upstream, hasWindowKey: options.upstreamKeys === true };
		return serve(served, passingBackend(passing, asked, refusals));
	}
	const storage = options.data === undefined ? undefined : await openStorage(options.data);
	if (storage !== undefined && !storage.ok) return err({ kind: "data", error: storage.error });
	const xmpp = createXmppServer({
		domain: options.domain,
		...(storage === undefined ? {} : { storage: storage.value }),
		...(options.limits === undefined ? {} : { limits: options.limits }),
		refused: (kind) => refusals.count(kind),
		...(options.tap === undefined ? {} : { tap: options.tap }),
	});
	const folder = options.data === undefined ? undefined : join(options.data, FILES_FOLDER);
	const reached: { url?: string } = {};
	const files = xmpp.uploads({
		path: FILES_PATH,
		publicUrl: options.publicUrl,
		localUrl: () => reached.url,
		folder,
		acceptHost: asked.acceptHost,
	});
	if (!files.ok) {
		await xmpp.close();
		return err(filesError(files.error, folder ?? ""));
	}
	const host = await serve(served, embeddedBackend(xmpp, files.value, asked), xmpp);
	if (host.ok) reached.url = host.value.url;
	return host;
}

interface Served {
	readonly options: HostOptions;
	readonly site: Site;
	readonly certificates: CertificateFiles | undefined;
	readonly refusals: Refusals;
	readonly connections: PageConnections;
}

/** Listens on all ports, and if it cannot on one, undoes what was begun. */
async function serve(served: Served, backend: Backend, xmpp?: XmppServer): Promise<Result<Host, HostError>> {
	const { options, certificates, refusals } = served;
	const front = createFront({ ...served, backend, onion: options.onion });
	const metrics = new MetricsServer(() => readMetrics(served, backend));
	const close = async (): Promise<void> => {
		metrics.stopping();
		certificates?.stop();
		await closeAll(front, backend);
		refusals.stop();
		await metrics.close();
	};
	const ports = await listenAll(served, front, metrics, xmpp);
	if (!ports.ok) {
		await close();
		return ports;
	}
	certificates?.watch();
	const url = urlFor(options.host, ports.value.port, certificates === undefined ? undefined : options.domain);
	const reload = async (): Promise<void> => certificates?.check();
	return ok({ ...ports.value, url, reload, close });
}

type Ports = Pick<Host, "port" | "xmppPort" | "metricsPort">;

async function listenAll(
	{ options, certificates }: Served,
	front: Front,
	metrics: MetricsServer,
	xmpp: XmppServer | undefined,
): Promise<Result<Ports, HostError>> {
	const port = await listen(front.http, options.host, options.port);
	if (!port.ok) return port;
	const metricsPort = options.metricsPort === undefined ? ok(undefined) : await metrics.listen(options.metricsPort);
	if (!metricsPort.ok) return metricsPort;
	const ports = { port: port.value, metricsPort: metricsPort.value, xmppPort: undefined };
	if (options.xmppPort === undefined || xmpp === undefined) return ok(ports);
	const host = certificates === undefined ? LOOPBACK : options.host;
	const certificate = certificates?.current;
	const listening = await xmpp.listenTcp({ host, port: options.xmppPort, certificate });
	if (!listening.ok) return err(nativeListenError(listening.error, host, options.xmppPort));
	certificates?.onRenewed((renewed) => xmpp.useCertificate(renewed));
	return ok({ ...ports, xmppPort: listening.value.port });
}

function readMetrics({ certificates, refusals, connections }: Served, backend: Backend): readonly Metric[] {
	const validUntil = certificates?.current.validUntil;
	const name = "clowder_certificate_expiry_seconds";
	return [
		...backend.metrics(),
		metric("gauge", "clowder_http_sockets", "TCP connections to the page's port.", connections.count),
		counterBy("kind", "clowder_refusals_total", "What was not done, by kind.", refusals.total),
		...(validUntil === undefined ? [] : [metric("gauge", name, "Its end, in seconds since 1970.", validUntil / 1000)]),
	];
}

function filesError(error: ServerError, folder: string): HostError {
	return { kind: "files-folder-unusable", folder, detail: error.kind === "system" ? error.code : error.kind };
}

function nativeListenError(error: ServerError, host: string, port: number): HostError {
	switch (error.kind) {
		case "address-in-use":
			return { kind: "port-taken", host, port };
		case "not-permitted":
			return { kind: "port-forbidden", host, port };
		case "usage":
			return { kind: "cannot-listen", host, port, detail: `expected ${error.expected}, got ${error.got}` };
		case "system":
			return { kind: "cannot-listen", host, port, detail: error.code };
	}
}
