import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import { TLSSocket } from "node:tls";

/** Who made a request, as far as it can be believed. */
export interface Client {
	/** An IP address; empty when the connection is gone already. */
	readonly address: string;
	/** Whether it came over HTTPS to us, or to the proxy before us. */
	readonly isSecure: boolean;
}

/** Addresses and networks of proxies whose word about their clients is taken. */
export type TrustedProxies = BlockList;

/** Reads `ADDRESS` or `ADDRESS/BITS`, one for each proxy; undefined: one is neither (its text is in the list as it was). */
export function trustedProxies(texts: readonly string[]): TrustedProxies | undefined {
	const list = new BlockList();
	for (const text of texts) {
		const [, address = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
		const family = isIP(address);
		const most = family === 4 ? 32 : 128;
		if (family === 0 || Number(bits ?? most) > most) return undefined;
		list.addSubnet(address, Number(bits ?? most), family === 4 ? "ipv4" : "ipv6");
	}
	return list;
}

/**
 * HOST-1: the address that limits are counted for. What a proxy of ours adds is at the right of `X-Forwarded-For`, and
 * all left of the first address that is no proxy of ours may be anyone's invention.
 */
export function clientOf(request: IncomingMessage, proxies: TrustedProxies): Client {
	const isOurTls = request.socket instanceof TLSSocket;
	let address = request.socket.remoteAddress ?? "";
	if (!isTrusted(address, proxies)) return { address, isSecure: isOurTls };
	for (const next of listed(request, "x-forwarded-for").toReversed()) {
		if (isIP(next) === 0) break;
		address = next;
		if (!isTrusted(address, proxies)) break;
	}
	return { address, isSecure: isOurTls || listed(request, "x-forwarded-proto").at(-1) === "https" };
}

function listed(request: IncomingMessage, name: string): readonly string[] {
	return String(request.headers[name] ?? "")
		.split(",")
		.map((part) => part.trim());
}

/** Whether an address is that of one of the proxies. */
export function isTrusted(address: string, proxies: TrustedProxies): boolean {
	const family = isIP(address);
	return family !== 0 && proxies.check(address, family === 4 ? "ipv4" : "ipv6");
}
