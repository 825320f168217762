import { parseArgs } from "node:util";
import { err, ok, type Result } from "@clowder/bytes";

export interface ReachOptions {
	/** As given; its scheme says by what protocol. */
	readonly server: URL;
	readonly proxy: string | undefined;
	/** The server's XMPP domain. */
	readonly domain: string;
	/** The service for rooms of an XMPP server; asked for where not given. */
	readonly muc: string | undefined;
}

export const HELP: string = `Tries a server, and says in words what it can do for rooms: whether it is reached, by TLS, how one logs in, whether lost
lines are resumed, and how long texts take in a room of its own, which is entered and left.

  npm run reach -- SERVER [options]

  SERVER           wss://HOST/PATH, ws://HOST/PATH or xmpp://HOST:PORT   an XMPP server
                   ircs://HOST:PORT or irc://HOST:PORT                   an IRC server
                   https://HOST/http-rooms                               rooms over HTTP of a Clowder server
  --domain NAME    the XMPP server's domain, where it is not that of its address
  --muc NAME       its service for rooms, where it does not say
  --proxy ADDRESS  a SOCKS5 proxy, such as socks5://127.0.0.1:9050 for Tor's
  --help           prints this

Without TLS only this machine and onion services are tried. An account that has to be made is removed again where the server
lets it. The exit code is 0 when a room works, 1 when it does not, 2 when the command is wrong.`;

const SCHEMES: ReadonlySet<string> = new Set(["wss:", "ws:", "xmpp:", "ircs:", "irc:", "https:", "http:"]);

/** Reads a command line; an error says in words what was expected. */
export function readOptions(args: readonly string[]): Result<ReachOptions | "help", string> {
	const text = { type: "string" } as const;
	try {
		const { values, positionals } = parseArgs({
			args: [...args],
			allowPositionals: true,
			options: { domain: text, muc: text, proxy: text, help: { type: "boolean", short: "h" } },
		});
		if (values.help === true) return ok("help");
		const [server, ...rest] = positionals;
		if (server === undefined || rest.length > 0) return err("one SERVER expected; --help says more");
		if (!URL.canParse(server))
			return err(`an address such as wss://example.org/xmpp-websocket expected; got "${server}"`);
		const url = new URL(server);
		if (!SCHEMES.has(url.protocol)) return err(`${[...SCHEMES].join(", ")} expected; got ${url.protocol}`);
		const { domain = url.hostname, muc, proxy } = values;
		return ok({ server: url, domain, muc, proxy });
	} catch (error) {
		return err(`${(error as Error).message.split(/\.\s/)[0] ?? ""}; --help lists the options`);
	}
}
