import { err, type Result } from "@clowder/bytes";
import { type Carrier, type CarrierError, type EnterOptions, fragmenting, type Place } from "@clowder/carrier";
import { type Route, routeTo } from "#transports";
import { checkServices } from "./address.ts";
import type { ConnectorOptions, ServerFacts } from "./connector.ts";
import { checkAccount, type KeyLogin, type LoginWay } from "./login.ts";
import type { ScramCredentials } from "./scram.ts";
import { BODY_MAX_BYTES, TIMING, type XmppTiming } from "./limits.ts";
import { xmlWeight } from "./outbox.ts";
import { XmppPlace } from "./place.ts";

export interface XmppCarrierOptions {
	/**
	 * Where the server listens: `wss://host/path` or, on loopback, `ws://…` (RFC 7395) and, in Node only,
	 * `xmpp://host:port` (RFC 6120). Several are those of one server, or of the nodes of a cluster: tried in turn, whenever a
	 * connection is made (DEPLOY-2).
	 */
	readonly service: string | readonly [string, ...string[]];
	/** The server's XMPP domain, which may differ from the host that serves it. */
	readonly domain: string;
	/**
	 * The address of the service for rooms (XEP-0045), also one of another domain (DEPLOY-1); asked for with XEP-0030 when
	 * not given.
	 */
	readonly muc?: string;
	/** `length` fresh bytes of a cryptographic generator. */
	readonly random: (length: number) => Uint8Array;
	/** Lets the login be by key, where the server can do that: without a registration, and with an account of one's own if wanted. */
	readonly login?: KeyLogin;
	/** An account that there is, used where the server gives no other way. Of printable ASCII; the name without "=" and ",". */
	readonly account?: ScramCredentials;
	/** Told after each login how it was done. */
	readonly onLogin?: (way: LoginWay) => void;
	/**
	 * A SOCKS5 proxy for all connections, in Node only: `socks5://127.0.0.1:9050` for Tor's. Names are the proxy's to resolve.
	 * Unless the address has a name and a password, each place has its own, which Tor takes to keep their circuits apart.
	 */
	readonly proxy?: string;
	/** Told after each login what the server said of itself. */
	readonly onServer?: (seen: ServerFacts) => void;
	/** Allows `ws:` and `xmpp:` to hosts other than this one, where anyone on the way reads who talks when. */
	readonly allowPlaintext?: boolean;
	/** Durations other than the defaults. */
	readonly timing?: Partial<XmppTiming>;
}

/** The carrier contract on XMPP rooms, long texts in fragments (`spec/carrier.md`, rules XMPP-*). Each place is a
 * connection and a throwaway account of its own, so that the server cannot tell that two are one person's; unless the
 * caller gives a secret or an account to log in with. */
export function xmppCarrier(options: XmppCarrierOptions): Carrier {
	const { service, domain, muc, random, login: key, account, proxy, onLogin = () => {}, onServer = () => {} } = options;
	const timing = { ...TIMING, ...options.timing };
	const services = typeof service === "string" ? [service] : service;
	const settings: Omit<ConnectorOptions, "route"> = {
		services,
		domain,
		muc,
		random,
		key,
		account,
		onLogin,
		onServer,
		timing,
	};
	const inner: Carrier = {
		capabilities: { totalOrder: true, echo: true, presence: true, maxTextBytes: BODY_MAX_BYTES },
		async enter(entering: EnterOptions): Promise<Result<Place, CarrierError>> {
			const usable = checkServices(services, options.allowPlaintext ?? false);
			if (!usable.ok) return usable;
			const checked = checkAccount(account);
			if (!checked.ok) return checked;
			let route: Route;
			// One way for all addresses, so that they are one person's to the proxy, and another place's is not.
			for (const url of usable.value.toReversed()) {
				const found = routeTo(url, proxy, random);
				if (!found.ok) return err({ kind: "usage", detail: found.error });
				route = found.value;
			}
			return new XmppPlace({ ...settings, route }, entering).start(entering.signal);
		},
	};
	return fragmenting(inner, { weigh: xmlWeight });
}
