import { createServer, type Server } from "node:http";
import { isIP } from "node:net";
import type { Result } from "@clowder/bytes";
import type { HostError } from "./errors.ts";
import { listen } from "./http-server.ts";
import * as limits from "./limits.ts";
import { type Metric, ProcessMetrics, renderMetrics } from "./metrics.ts";
import { respondText } from "./respond.ts";

/** HOST-6: on this machine alone; what watches from elsewhere needs a way that its operator makes. */
const LOOPBACK = "127.0.0.1";

/** Answers `/metrics` and `/healthz` on a port of its own. */
export class MetricsServer {
	readonly #http: Server;
	readonly #process: ProcessMetrics = new ProcessMetrics();
	#isStopping = false;

	constructor(read: () => readonly Metric[]) {
		this.#http = createServer({ maxHeaderSize: limits.REQUEST_HEAD_BYTES_MAX }, (request, response) => {
			const path = (request.url ?? "").replace(/\?.*$/s, "");
			// A page of the web can make its own name point here.
			if (!isLocalName(request.headers.host)) respondText(response, 421, "this is another server");
			else if (request.method !== "GET" && request.method !== "HEAD") respondText(response, 405, "only GET and HEAD");
			else if (path === "/healthz") respondText(response, ...this.#health());
			else if (path === "/metrics") {
				respondText(response, 200, renderMetrics([...read(), ...this.#process.read()]).trimEnd(), METRICS_TYPE);
			} else respondText(response, 404, "only /metrics and /healthz");
		});
		this.#http.headersTimeout = limits.REQUEST_HEAD_MS_MAX;
		this.#http.requestTimeout = limits.REQUEST_MS_MAX;
		this.#http.maxConnections = limits.METRICS_CONNECTIONS_MAX;
	}

	listen(port: number): Promise<Result<number, HostError>> {
		this.#process.start();
		return listen(this.#http, LOOPBACK, port);
	}

	/** From now on `/healthz` answers 503. */
	stopping(): void {
		this.#isStopping = true;
	}

	async close(): Promise<void> {
		this.#process.stop();
		const closed = new Promise((resolve) => this.#http.close(resolve));
		this.#http.closeAllConnections();
		await closed;
	}

	#health(): [number, string] {
		return this.#isStopping ? [503, "stopping"] : [200, "ok"];
	}
}

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

function isLocalName(hostHeader: string | undefined): boolean {
	const name = (hostHeader ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
	return name === "localhost" || isIP(name) !== 0;
}
