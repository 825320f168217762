import type { Result } from "@clowder/bytes";
import {
	type Carrier,
	type CarrierError,
	type EnterOptions,
	fragmenting,
	type Place,
	type Clock,
} from "@clowder/carrier";
import { checkService } from "./address.ts";
import { type HttpTiming, TEXT_MAX_BYTES, TIMING } from "./limits.ts";
import { HttpPlace } from "./place.ts";
import { type Fetch, Requests } from "./requests.ts";

export interface HttpCarrierOptions {
	/** Where the server's rooms are: `https://host/http-rooms` or, on loopback, `http://…`. */
	readonly service: string;
	/** The time, and its timers. */
	readonly clock: Clock;
	/** `length` fresh bytes of a cryptographic generator: how long to wait is drawn with them. */
	readonly random: (length: number) => Uint8Array;
	/** Allows `http:` to hosts other than this one, where anyone on the way reads who talks when, and the token. */
	readonly allowPlaintext?: boolean;
	/** Durations other than the defaults. */
	readonly timing?: Partial<HttpTiming>;
	/** The function that makes requests; the platform's `fetch` when absent. */
	readonly fetch?: Fetch;
	/**
	 * Makes the function that makes the requests of one place, in the stead of `fetch`: in Node, `socksFetch` of @clowder/socks
	 * for a proxy that should not see two places together (SOCKS-2).
	 */
	readonly newFetch?: () => Fetch;
}

/**
 * The carrier contract on plain HTTP (`spec/carrier-http.md`, rules HTTP-*), for networks that let nothing else through.
 * Its rooms are those that others enter over XMPP. Long texts go in fragments.
 */
export function httpCarrier(options: HttpCarrierOptions): Carrier {
	const { clock, random } = options;
	const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
	const newFetch = options.newFetch ?? (() => send);
	const timing: HttpTiming = { ...TIMING, ...options.timing };
	const inner: Carrier = {
		capabilities: { totalOrder: true, echo: true, presence: true, maxTextBytes: TEXT_MAX_BYTES },
		async enter(entering: EnterOptions): Promise<Result<Place, CarrierError>> {
			const service = checkService(options.service, options.allowPlaintext ?? false);
			if (!service.ok) return service;
			const requests = new Requests(service.value, newFetch());
			return new HttpPlace({ requests, timing, clock, random }, entering).start(entering.signal);
		},
	};
	return fragmenting(inner);
}
