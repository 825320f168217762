import type { IncomingMessage } from "node:http";
import type { UploadsListener, XmppServer } from "@clowder/xmpp-server";
import type { Client } from "./client-address.ts";
import { HTTP_ROOMS_PATH, WEBSOCKET_PATH } from "./documents.ts";
import type { Backend } from "./http-server.ts";
import { counterBy, type Metric, metric } from "./metrics.ts";
import type { Refusals } from "./refusals.ts";
import { Upstream } from "./upstream.ts";
import { WindowKey } from "./window-key.ts";

/** What is known of who asks, and for whom. */
export interface Asked {
	readonly clientOf: (request: IncomingMessage) => Client;
	readonly acceptHost: (name: string | undefined) => boolean;
	/** Is told of each request of which a WebSocket is made. */
	readonly accepted: (request: IncomingMessage) => void;
}

/** The embedded server. */
export function embeddedBackend(
	xmpp: XmppServer,
	files: UploadsListener,
	{ clientOf: client, acceptHost, accepted }: Asked,
): Backend {
	const clientAddress = (request: IncomingMessage): string => client(request).address;
	const rooms = xmpp.httpRooms({ path: HTTP_ROOMS_PATH, acceptHost, clientAddress });
	return {
		documented: { domain: xmpp.domain, hasHttpRooms: true, isSecure: (request) => client(request).isSecure },
		handle: (request, response) => files(request, response) || rooms(request, response),
		attach: (http) => xmpp.attachWebSocket(http, { path: WEBSOCKET_PATH, acceptHost, clientAddress, accepted }),
		metrics: () => embeddedMetrics(xmpp),
		close: () => xmpp.close(),
	};
}

/** Another server. */
export interface Passing {
	readonly domain: string;
	readonly url: URL;
	/** Whether it publishes keys for logins. */
	readonly hasWindowKey: boolean;
}

/** The way to another server. */
export function passingBackend(
	{ domain, url, hasWindowKey }: Passing,
	{ clientOf: client, acceptHost, accepted }: Asked,
	refusals: Refusals,
): Backend {
	const refused = (why: string): void => refusals.count(why);
	const upstream = new Upstream({ url, domain, acceptHost, clientOf: client, refused, accepted });
	const windowKey = hasWindowKey ? new WindowKey({ domain, upstream: url }) : undefined;
	return {
		documented: {
			domain,
			hasHttpRooms: false,
			...(windowKey === undefined ? {} : { windowKeyPath: windowKey.path }),
			isSecure: (request) => client(request).isSecure,
		},
		handle: (request, response) => windowKey?.handle(request, response) ?? false,
		attach: (http) => upstream.attach(http),
		metrics: () => [
			metric("gauge", "clowder_passed_connections", "WebSockets passed on at this moment.", upstream.connections),
		],
		close: () => {
			windowKey?.close();
			return upstream.close();
		},
	};
}

function embeddedMetrics({ counts, traffic }: XmppServer): readonly Metric[] {
	const { stanzasIn, stanzasOut, bytesIn, bytesOut } = traffic;
	const both = (came: number, went: number): [string, number][] => [
		["in", came],
		["out", went],
	];
	return [
		metric("gauge", "clowder_connections", "XMPP connections, and occupants over HTTP.", counts.connections),
		metric("gauge", "clowder_sessions", "Connections that are logged in.", counts.sessions),
		metric("gauge", "clowder_accounts", "Accounts.", counts.accounts),
		metric("gauge", "clowder_rooms", "Rooms.", counts.rooms),
		counterBy("direction", "clowder_stanzas_total", "Stanzas and parts of logins.", both(stanzasIn, stanzasOut)),
		counterBy("direction", "clowder_text_bytes_total", "XMPP text, before framing and TLS.", both(bytesIn, bytesOut)),
	];
}
