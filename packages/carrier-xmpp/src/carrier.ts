import type { Result } from "@clowder/bytes";
import { type Carrier, type CarrierError, type EnterOptions, fragmenting, type Place } from "@clowder/carrier";
import { checkService } from "./address.ts";
import type { ConnectorOptions } from "./connector.ts";
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
	/** The address of the service for rooms (XEP-0045); asked for with XEP-0030 when not given. */
	readonly muc?: string;
	/** `length` fresh bytes of a cryptographic generator. */
	readonly random: (length: number) => Uint8Array;
	/** Allows `ws:` and `xmpp:` to hosts other than this one, where anyone on the way reads who talks when. */
	readonly allowPlaintext?: boolean;
	/** Durations other than the defaults. */
	readonly timing?: Partial<XmppTiming>;
}

/** The carrier contract on XMPP rooms, long texts in fragments (`spec/carrier.md`, rules XMPP-*). Each place is a
 * connection and a throwaway account of its own, so that the server cannot tell that two are one person's. */
export function xmppCarrier(options: XmppCarrierOptions): Carrier {
	const { service, domain, muc, random } = options;
	const settings: ConnectorOptions = { service, domain, muc, random, timing: { ...TIMING, ...options.timing } };
	const inner: Carrier = {
		capabilities: { totalOrder: true, echo: true, presence: true, maxTextBytes: BODY_MAX_BYTES },
		async enter(entering: EnterOptions): Promise<Result<Place, CarrierError>> {
			const checked = checkService(service, options.allowPlaintext ?? false);
			return checked.ok ? new XmppPlace(settings, entering).start(entering.signal) : checked;
		},
	};
	return fragmenting(inner, { weigh: xmlWeight });
}
