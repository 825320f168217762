import { err, hex, ok, type Result, utf8 } from "@clowder/bytes";
import { CREDENTIAL_MAX_BYTES, ISOLATION_BYTES } from "./limits.ts";

/** A SOCKS5 proxy (RFC 1928). */
export interface Proxy {
	readonly host: string;
	readonly port: number;
	/** RFC 1929. Tor takes any, and uses one circuit for those who have the same. */
	readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

const SOCKS_PORT = 1080;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;
/** RFC 7686. */
const ONION = /\.onion\.?$/i;

/** Reads `socks5://[name:password@]host[:port]`; `socks5h:` means the same, as names are the proxy's to resolve anyway. */
export function parseProxy(text: string): Result<Proxy, string> {
	const expected = "a proxy such as socks5://127.0.0.1:9050 expected";
	if (!URL.canParse(text)) return err(expected);
	const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
	if (protocol !== "socks5:" && protocol !== "socks5h:") return err(`${expected}, ${protocol} came`);
	if (hostname === "" || !["", "/"].includes(pathname) || search !== "" || hash !== "") return err(expected);
	const host = hostname.replace(/^\[(.*)\]$/, "$1");
	const credentials = { username: unescaped(username), password: unescaped(password) };
	const { username: name, password: secret } = credentials;
	if (name === undefined || secret === undefined) return err("a proxy's name and password in UTF-8 expected");
	if (utf8(name).length > CREDENTIAL_MAX_BYTES || utf8(secret).length > CREDENTIAL_MAX_BYTES) {
		return err(`a proxy's name and password of at most ${CREDENTIAL_MAX_BYTES} bytes expected`);
	}
	const given = name === "" && secret === "" ? undefined : { username: name, password: secret };
	return ok({ host, port: port === "" ? SOCKS_PORT : Number(port), credentials: given });
}

/** SOCKS-2: the proxy with a name and a password of their own, unless the user gave some. */
function isolated(proxy: Proxy, random: (length: number) => Uint8Array): Proxy {
	if (proxy.credentials !== undefined) return proxy;
	const draw = (): string => hex(random(ISOLATION_BYTES));
	return { ...proxy, credentials: { username: draw(), password: draw() } };
}

/** Whether a host is an onion service's: its name is its key, so that the way there is encrypted and proven (SOCKS-3). */
export function isOnion(hostname: string): boolean {
	return ONION.test(hostname);
}

/**
 * The way of one place's connections to a server: `proxy`, as the user gave it, with a name and a password of this place's
 * own; undefined without one.
 */
export function routeTo(
	service: URL,
	proxy: string | undefined,
	random: (length: number) => Uint8Array,
): Result<Proxy | undefined, string> {
	const read = proxy === undefined ? ok(undefined) : parseProxy(proxy);
	if (!read.ok) return read;
	const checked = checkRoute(service, read.value);
	if (!checked.ok) return checked;
	return ok(read.value === undefined ? undefined : isolated(read.value, random));
}

/** SOCKS-3: refuses ways on which the name of an onion service, or what is said in the clear, would come to others. */
function checkRoute(service: URL, proxy: Proxy | undefined): Result<void, string> {
	if (proxy === undefined) {
		return isOnion(service.hostname)
			? err("a proxy expected: only Tor knows the way to an onion service")
			: ok(undefined);
	}
	// Seen from the proxy, and with the way to it in between.
	if (LOOPBACK.test(service.hostname) && !LOOPBACK.test(proxy.host)) {
		return err("a proxy on this machine expected, for a server on this machine");
	}
	return ok(undefined);
}

function unescaped(text: string): string | undefined {
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
}
