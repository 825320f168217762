// The options of `npm start` for those who run it for others.

import { isIP } from "node:net";

/** @typedef {"quiet" | "normal" | "verbose"} LogChoice */

/**
 * Only what was given is there.
 *
 * @typedef {object} OperatorOptions
 * @property {URL} [upstream]
 * @property {true} [upstreamKeys]
 * @property {string[]} [trustedProxies]
 * @property {string} [onion]
 * @property {string} [publicUrl]
 * @property {number} [metricsPort]
 * @property {LogChoice} [logChoice]
 * @property {{ certFile: string, keyFile: string }} [tls]
 */

/** For `parseArgs`. */
export const OPERATOR_OPTIONS = /** @type {const} */ ({
	upstream: { type: "string" },
	"upstream-keys": { type: "boolean" },
	cert: { type: "string" },
	key: { type: "string" },
	"metrics-port": { type: "string" },
	log: { type: "string" },
	onion: { type: "string" },
	"public-url": { type: "string" },
	"trusted-proxy": { type: "string", multiple: true },
});

export const OPERATOR_HELP = `
For operators (docs/operators.md):

  --cert FILE                 CLOWDER_CERT           certificate with its chain, in PEM: HTTPS on --port, and TLS for
                                                     native clients on --xmpp-port, both on --host
  --key FILE                  CLOWDER_KEY            its key, in PEM
  --upstream URL              CLOWDER_UPSTREAM       WebSocket of another XMPP server, which serves --domain in place
                                                     of the embedded one, such as ws://localhost:5280/xmpp-websocket
  --upstream-keys             CLOWDER_UPSTREAM_KEYS  people log in there by key: for ejabberd with the program in
                                                     server-modules/ejabberd (in the environment: any value)
  --trusted-proxy ADDR[/BITS] CLOWDER_TRUSTED_PROXY  believe the X-Forwarded-For of this proxy; repeatable (in the
                                                     environment: with commas)
  --public-url URL            CLOWDER_PUBLIC_URL     where others reach the page, such as https://chat.example.org, for the
                                                     addresses of files; else as each page reaches it
  --onion ADDRESS.onion       CLOWDER_ONION          second name of the page, where an onion service leads to --port
  --metrics-port N            CLOWDER_METRICS_PORT   port on 127.0.0.1 for /metrics (Prometheus) and /healthz
  --log quiet|normal|verbose  CLOWDER_LOG            errors alone; also what happens (the default); also each refusal`;

/**
 * @param {Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>} given
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ ok: true, value: OperatorOptions } | { ok: false, error: string }}
 */
export function parseOperatorOptions(given, env) {
	/** @type {OperatorOptions} */
	const value = {};
	const upstream = textOf(given["upstream"]) ?? textOf(env["CLOWDER_UPSTREAM"]);
	if (upstream !== undefined) {
		const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
		if (url === undefined || !/^wss?:$/.test(url.protocol) || `${url.username}${url.password}${url.hash}` !== "") {
			return wrong("upstream", "an address such as ws://localhost:5280/xmpp-websocket", hideSecret(upstream));
		}
		if (textOf(given["xmpp-port"]) ?? textOf(env["CLOWDER_XMPP_PORT"])) {
			return wrong("xmpp-port", "no --upstream beside it: native clients go to that server themselves", "both");
		}
		if (textOf(given["data"]) ?? textOf(env["CLOWDER_DATA"])) {
			return wrong("data", "no --upstream beside it: that server keeps what there is to keep", "both");
		}
		value.upstream = url;
	}
	if (given["upstream-keys"] === true || textOf(env["CLOWDER_UPSTREAM_KEYS"]) !== undefined) {
		const { protocol, hostname } = value.upstream ?? {};
		// As the host has it: who reads along must not get a password.
		if (protocol !== "wss:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname ?? "")) {
			return wrong("upstream-keys", "an --upstream at wss: or on this machine", value.upstream?.href ?? "none");
		}
		value.upstreamKeys = true;
	}
	const metricsPort = textOf(given["metrics-port"]) ?? textOf(env["CLOWDER_METRICS_PORT"]);
	if (metricsPort !== undefined) {
		if (!/^\d{1,5}$/.test(metricsPort) || Number(metricsPort) > 65_535) {
			return wrong("metrics-port", "a number from 0 to 65535", metricsPort);
		}
		value.metricsPort = Number(metricsPort);
	}
	const onion = (textOf(given["onion"]) ?? textOf(env["CLOWDER_ONION"]))?.toLowerCase();
	if (onion !== undefined) {
		if (!/^[a-z2-7]{56}\.onion$/.test(onion)) return wrong("onion", "56 characters and .onion, as Tor wrote it", onion);
		value.onion = onion;
	}
	const publicUrl = textOf(given["public-url"]) ?? textOf(env["CLOWDER_PUBLIC_URL"]);
	if (publicUrl !== undefined) {
		const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
		if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
			return wrong("public-url", "an address such as https://chat.example.org", hideSecret(publicUrl));
		}
		value.publicUrl = url.origin;
	}
	const logChoice = textOf(given["log"]) ?? textOf(env["CLOWDER_LOG"]);
	if (logChoice === "quiet" || logChoice === "normal" || logChoice === "verbose") value.logChoice = logChoice;
	else if (logChoice !== undefined) return wrong("log", "quiet, normal or verbose", logChoice);
	const certFile = textOf(given["cert"]) ?? textOf(env["CLOWDER_CERT"]);
	const keyFile = textOf(given["key"]) ?? textOf(env["CLOWDER_KEY"]);
	if (certFile !== undefined && keyFile !== undefined) value.tls = { certFile, keyFile };
	else if (certFile !== undefined) return wrong("key", "the key's file beside --cert", "nothing");
	else if (keyFile !== undefined) return wrong("cert", "the certificate's file beside --key", "nothing");
	const proxies = listOf(given["trusted-proxy"]) ?? textOf(env["CLOWDER_TRUSTED_PROXY"])?.split(/\s*,\s*/);
	if (proxies !== undefined) {
		const odd = proxies.find((text) => !isNetwork(text));
		if (odd !== undefined) {
			return wrong("trusted-proxy", "an address such as 127.0.0.1 or a network such as 10.0.0.0/8", odd);
		}
		value.trustedProxies = proxies;
	}
	return { ok: true, value };
}

/** @param {string} name @param {string} expected @param {string} got @returns {{ ok: false, error: string }} */
function wrong(name, expected, got) {
	return { ok: false, error: `--${name}: expected ${expected}; got "${got}"` };
}

/** @param {string} text */
function isNetwork(text) {
	const [, address = "", bits = "0"] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
	const family = isIP(address);
	return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

/** A password is not printed. @param {string} text */
function hideSecret(text) {
	return text.replace(/\/\/.*@/, "//...@");
}

/** An empty variable counts as not set. @param {unknown} value @returns {string | undefined} */
function textOf(value) {
	return typeof value === "string" && value !== "" ? value : undefined;
}

/** @param {unknown} value @returns {string[] | undefined} */
function listOf(value) {
	return Array.isArray(value) ? value.map(String) : undefined;
}
