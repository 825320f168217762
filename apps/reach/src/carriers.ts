import { createHash, randomBytes } from "node:crypto";
import type { Carrier } from "@clowder/carrier";
import { httpCarrier } from "@clowder/carrier-http";
import { ircCarrier } from "@clowder/carrier-irc";
import { type LoginWay, type ServerFacts, xmppCarrier } from "@clowder/carrier-xmpp";
import { monotonicClock } from "@clowder/client";
import { nodePrimitives } from "@clowder/crypto/node";
import { routeTo, socksFetch } from "@clowder/socks";
import type { ReachOptions } from "./options.ts";

export interface Heard {
	/** How the login was done. */
	login: LoginWay | undefined;
	/** What an XMPP server said of itself. */
	facts: ServerFacts | undefined;
}

export function random(length: number): Uint8Array {
	return new Uint8Array(randomBytes(length));
}

function hash(bytes: Uint8Array): Uint8Array {
	return createHash("sha512").update(bytes).digest();
}

/** The carrier for an address; what it hears of the server on the way goes to `heard`. An error is in words. */
export function carrierFor(options: ReachOptions, heard: Heard): Carrier {
	switch (options.server.protocol) {
		case "irc:":
		case "ircs:":
			return irc(options);
		case "http:":
		case "https:":
			return http(options);
		default:
			return xmpp(options, heard);
	}
}

function xmpp({ server, domain, muc, proxy }: ReachOptions, heard: Heard): Carrier {
	return xmppCarrier({
		service: server.href,
		domain,
		random,
		// As the application does: by key where it can be.
		login: { primitives: nodePrimitives },
		onLogin: (way) => {
			heard.login = way;
		},
		onServer: (facts) => {
			heard.facts = facts;
		},
		...(muc === undefined ? {} : { muc }),
		...(proxy === undefined ? {} : { proxy }),
	});
}

function irc({ server, proxy }: ReachOptions): Carrier {
	const network = server.hostname;
	return ircCarrier({ service: server.href, network, random, hash, ...(proxy === undefined ? {} : { proxy }) });
}

function http({ server, proxy }: ReachOptions): Carrier {
	const options = { service: server.href, clock: monotonicClock, random };
	const route = proxy === undefined ? undefined : routeTo(server, proxy, random);
	if (route?.ok !== true || route.value === undefined) return httpCarrier(options);
	return httpCarrier({ ...options, fetch: socksFetch(route.value) });
}
