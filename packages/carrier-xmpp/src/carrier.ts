import { err, type Result } from "@clowder/bytes";
import { type Carrier, type CarrierError, type EnterOptions, fragmenting, type Place } from "@clowder/carrier";
import { routeTo } from "#transports";
import { checkService } from "./address.ts";
import type { ConnectorOptions, ServerFacts } from "./connector.ts";
import { checkAccount, type KeyLogin, type LoginWay } from "./login.ts";
import type { ScramCredentials } from "./scram.ts";
import { BODY_MAX_BYTES, TIMING, type XmppTiming } from "./limits.ts";
import { xmlWeight } from "./outbox.ts";
import { XmppPlace } from "./place.ts";

export interface XmppCarrierOptions {
	/**
	 * Where the server listens: `wss://host/path` or, on loopback, `ws://…` (RFC 7395) and, in Node only,
	 * `xmpp://host:port` (RFC 6120).
	 */
	readonly service: string;
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
	const settings: Omit<ConnectorOptions, "route"> = {
		service,
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
			const usable = checkService(service, options.allowPlaintext ?? false);
			const checked = checkAccount(account);
			if (!usable.ok) return usable;
			if (!checked.ok) return checked;
			const route = routeTo(usable.value, proxy, random);
			if (!route.ok) return err({ kind: "usage", detail: route.error });
			return new XmppPlace({ ...settings, route: route.value }, entering).start(entering.signal);
		},
	};
	return fragmenting(inner, { weigh: xmlWeight });
}
