import { err, hex, ok, type Result, utf8 } from "@clowder/bytes";
import type { CarrierError, Hash, RoomName } from "@clowder/carrier";
import { CHANNEL_HASH_BYTES } from "./limits.ts";

/** Where a server listens. */
export interface Address {
	readonly host: string;
	readonly port: number;
	readonly isTls: boolean;
}

/** Registered with IANA: `ircu` and `ircs-u`; RFC 7194. */
const PORTS = { plain: 6667, tls: 6697 };
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * A room's channel (IRC-2): a hash of its name, since servers fold names differently and take 50 bytes; and since who
 * lists a server's channels need not read it.
 */
export function channelOf(room: RoomName, hash: Hash): string {
	return `#${hex(hash(utf8(`clowder irc channel ${room}`)).subarray(0, CHANNEL_HASH_BYTES))}`;
}

/** Refuses what is no address of a server, and lines that others could listen on (IRC-1). */
export function parseService(service: string, allowPlaintext: boolean): Result<Address, CarrierError> {
	if (!URL.canParse(service)) return usage("the address of a server expected, such as ircs://irc.example.org:6697");
	const url = new URL(service);
	const isTls = url.protocol === "ircs:";
	if (!isTls && url.protocol !== "irc:") return usage(`ircs: or irc: expected, ${url.protocol} came`);
	const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
	if (host === "") return usage("the name of a host expected");
	// SOCKS-3: the way to an onion service is encrypted, and its name is its key.
	if (!isTls && !allowPlaintext && !LOOPBACK.test(host) && !host.endsWith(".onion")) {
		return usage(`ircs: expected, since irc: to ${host} can be listened to on the way`);
	}
	const port = url.port === "" ? (isTls ? PORTS.tls : PORTS.plain) : Number(url.port);
	return ok({ host, port, isTls });
}

function usage(detail: string): { readonly ok: false; readonly error: CarrierError } {
	return err({ kind: "usage", detail });
}
