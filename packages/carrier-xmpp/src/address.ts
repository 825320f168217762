import { err, ok, type Result, utf8 } from "@clowder/bytes";
import type { CarrierError, RoomName } from "@clowder/carrier";

/** What may stand in a localpart as it is, under nodeprep (RFC 3491), PRECIS (RFC 8265) and every server alike. */
const PLAIN = /[a-z0-9._-]/;
const HEX_BASE = 16;

/**
 * The address of a room (XMPP-2): its name with every byte outside a-z 0-9 . _ - as `\xx`. For the characters of
 * XEP-0106 that is XEP-0106; beyond ASCII it keeps apart what servers of different Unicode versions would fold
 * differently.
 */
export function roomAddress(room: RoomName, service: string): string {
	let local = "";
	for (const character of room) {
		if (PLAIN.test(character)) local += character;
		else for (const byte of utf8(character)) local += `\\${byte.toString(HEX_BASE).padStart(2, "0")}`;
	}
	return `${local}@${service.toLowerCase()}`;
}

/** The parts of `local@domain/resource` that matter here. */
export function splitAddress(address: string): { readonly bare: string; readonly resource: string } {
	const slash = address.indexOf("/");
	return slash === -1
		? { bare: address, resource: "" }
		: { bare: address.slice(0, slash), resource: address.slice(slash + 1) };
}

const SECURE: ReadonlySet<string> = new Set(["wss:"]);
const PLAINTEXT: ReadonlySet<string> = new Set(["ws:", "xmpp:"]);
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** SOCKS-3: the way to an onion service is encrypted, and its name is its key. */
const ONION = /\.onion$/;

/** Refuses what is no address of a server, and lines that others could listen on (XMPP-1). */
export function checkService(service: string, allowPlaintext: boolean): Result<URL, CarrierError> {
	if (!URL.canParse(service))
		return usage("the address of a server expected, such as wss://example.org/xmpp-websocket");
	const url = new URL(service);
	if (SECURE.has(url.protocol)) return ok(url);
	if (!PLAINTEXT.has(url.protocol)) return usage(`wss:, ws: or xmpp: expected, ${url.protocol} came`);
	if (allowPlaintext || LOOPBACK.test(url.hostname) || ONION.test(url.hostname)) return ok(url);
	return usage(`wss: expected, since ${url.protocol} to ${url.hostname} can be listened to on the way`);
}

/** The same for all addresses of a server, of which there is one at least. */
export function checkServices(
	services: readonly string[],
	allowPlaintext: boolean,
): Result<readonly URL[], CarrierError> {
	if (services.length === 0) return usage("the address of a server expected");
	const urls: URL[] = [];
	for (const service of services) {
		const usable = checkService(service, allowPlaintext);
		if (!usable.ok) return usable;
		urls.push(usable.value);
	}
	return ok(urls);
}

function usage(detail: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "usage", detail });
}
