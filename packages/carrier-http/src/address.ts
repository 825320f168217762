import { err, ok, type Result, utf8 } from "@clowder/bytes";
import type { CarrierError, RoomName } from "@clowder/carrier";

/** What stands in a localpart as it is (XMPP-2). */
const PLAIN = /[a-z0-9._-]/;
const HEX_BASE = 16;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** SOCKS-3: the way to an onion service is encrypted, and its name is its key. */
const ONION = /\.onion$/;

/** HTTP-3: the localpart of the room's address, which is the same as over XMPP: bytes outside a-z 0-9 . _ - as `\xx`. */
export function roomLocalpart(room: RoomName): string {
	let local = "";
	for (const character of room) {
		if (PLAIN.test(character)) local += character;
		else for (const byte of utf8(character)) local += `\\${byte.toString(HEX_BASE).padStart(2, "0")}`;
	}
	return local;
}

/** HTTP-1: refuses what is no address of a server, and lines that others could listen on. */
export function checkService(service: string, allowPlaintext: boolean): Result<string, CarrierError> {
	if (!URL.canParse(service)) return usage("the address of a server expected, such as https://example.org/http-rooms");
	const url = new URL(service);
	const isBare = url.search === "" && url.hash === "" && url.username === "" && url.password === "";
	if (!isBare) return usage("an address without query, fragment and user expected");
	const isPlaintext = url.protocol === "http:";
	if (url.protocol !== "https:" && !isPlaintext) return usage(`https: or http: expected, ${url.protocol} came`);
	const isSafe = LOOPBACK.test(url.hostname) || ONION.test(url.hostname);
	if (isPlaintext && !allowPlaintext && !isSafe) {
		return usage(`https: expected, since http: to ${url.hostname} can be listened to on the way`);
	}
	return ok(url.href.replace(/\/+$/, ""));
}

function usage(detail: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "usage", detail });
}
