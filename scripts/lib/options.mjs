// The options of `npm start`: a command-line option wins over its environment variable, and that over the default.

import { parseArgs } from "node:util";
import { OPERATOR_HELP, OPERATOR_OPTIONS, parseOperatorOptions } from "./operator-options.mjs";

/** @typedef {import("./operator-options.mjs").OperatorOptions} OperatorOptions */

/**
 * @typedef {OwnOptions & OperatorOptions} StartOptions
 *
 * @typedef {object} OwnOptions
 * @property {number} port
 * @property {string} host
 * @property {string} domain
 * @property {number | undefined} xmppPort
 * @property {string} [data]
 * @property {boolean} open
 */

// CLOW on a telephone's keys.
const DEFAULT_PORT = "2569";

export const START_HELP = `Starts Clowder: the web client and its own XMPP server, on one port.

  npm start -- [options]

  option          environment        default     meaning
  --port N        CLOWDER_PORT       ${DEFAULT_PORT}        port for browsers; 0 takes a free one
  --host ADDRESS  CLOWDER_HOST       127.0.0.1   address to listen on; 0.0.0.0 or :: for all
  --domain NAME   CLOWDER_DOMAIN     localhost   name of the XMPP server
  --xmpp-port N   CLOWDER_XMPP_PORT  off         port for native XMPP clients; 0 takes a free one. On 127.0.0.1,
                                                 or with --cert on --host, with TLS
  --data DIR      CLOWDER_DATA       off         folder to keep accounts, contacts, what they publish, files, and
                                                 messages for people who are not there; made if missing.
                                                 Without it the server forgets all when it stops
  --open          CLOWDER_OPEN=1     off         opens the page in the browser
  --help                                         prints this
${OPERATOR_HELP}

An option wins over its environment variable. An empty environment variable counts as not set.`;

/**
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ ok: true, value: StartOptions | "help" } | { ok: false, error: string }}
 */
export function parseStartOptions(args, env) {
	/** @type {Record<string, string | boolean | (string | boolean)[] | undefined>} */
	let given;
	try {
		given = parseArgs({
			args: [...args],
			options: {
				port: { type: "string" },
				host: { type: "string" },
				domain: { type: "string" },
				"xmpp-port": { type: "string" },
				data: { type: "string" },
				open: { type: "boolean" },
				help: { type: "boolean", short: "h" },
				...OPERATOR_OPTIONS,
			},
		}).values;
	} catch (error) {
		return { ok: false, error: `${firstSentence(error)}; --help lists the options` };
	}
	if (given["help"]) return { ok: true, value: "help" };
	const wish = {
		port: pick(given["port"], env["CLOWDER_PORT"]) ?? DEFAULT_PORT,
		host: pick(given["host"], env["CLOWDER_HOST"]) ?? "127.0.0.1",
		domain: pick(given["domain"], env["CLOWDER_DOMAIN"]) ?? "localhost",
		xmppPort: pick(given["xmpp-port"], env["CLOWDER_XMPP_PORT"]),
		data: pick(given["data"], env["CLOWDER_DATA"]),
		open: pick(given["open"] === true ? "1" : undefined, env["CLOWDER_OPEN"]) ?? "0",
	};
	const error = wrongPort("port", wish.port) ?? wrongPort("xmpp-port", wish.xmppPort ?? "0") ?? wrongName(wish);
	if (error !== undefined) return { ok: false, error };
	const operator = parseOperatorOptions(given, env);
	if (!operator.ok) return operator;
	return {
		ok: true,
		value: {
			port: Number(wish.port),
			host: wish.host,
			domain: wish.domain.toLowerCase(),
			xmppPort: wish.xmppPort === undefined ? undefined : Number(wish.xmppPort),
			...(wish.data === undefined ? {} : { data: wish.data }),
			open: isYes(wish.open),
			...operator.value,
		},
	};
}

/** @param {unknown} option @param {string | undefined} variable @returns {string | undefined} */
function pick(option, variable) {
	if (typeof option === "string") return option;
	return variable === "" ? undefined : variable;
}

/** @param {string} name @param {string} text @returns {string | undefined} */
function wrongPort(name, text) {
	if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return undefined;
	return `--${name}: expected a number from 0 to 65535; got "${text}"`;
}

/**
 * @param {{ host: string, domain: string, data: string | undefined, open: string }} wish
 * @returns {string | undefined}
 */
function wrongName({ host, domain, data, open }) {
	if (data === "") return `--data: expected a folder such as /var/lib/clowder; got ""`;
	if (!/^[\w.:%-]+$/.test(host)) return `--host: expected an address such as 127.0.0.1; got "${host}"`;
	if (domain.length > 253 || !/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i.test(domain)) {
		return `--domain: expected a name such as chat.example.org; got "${domain}"`;
	}
	if (isYes(open) || /^(?:0|no|false)$/i.test(open)) return undefined;
	return `CLOWDER_OPEN: expected 1 or 0; got "${open}"`;
}

/** @param {string} text */
function isYes(text) {
	return /^(?:1|yes|true)$/i.test(text);
}

/** Node's own words, without its advice on how to write positional arguments. @param {unknown} error */
function firstSentence(error) {
	const text = error instanceof Error ? error.message : String(error);
	return text.split(/\.\s/)[0]?.replace(/\.$/, "") ?? text;
}
