import { parseArgs } from "node:util";
import { err, ok, type Result } from "@clowder/bytes";
import { TEXT_MAX_BYTES, TEXT_MIN_BYTES } from "./limits.ts";

export const SERVERS = ["embedded", "prosody", "ejabberd"] as const;
export type ServerName = (typeof SERVERS)[number];

/** What is run. */
export interface LoadOptions {
	/** Servers to start, one after the other; or one that runs. */
	readonly servers: readonly ServerName[] | RunningServer;
	readonly rooms: number;
	/** In each room. */
	readonly people: number;
	readonly seconds: number;
	/** Texts in a second, of all rooms together; undefined: everyone says the next as soon as the last has come back. */
	readonly rate: number | undefined;
	/** Of each text. */
	readonly bytes: number;
	/** For the process of the embedded server, such as `--cpu-prof`. */
	readonly nodeArgs: readonly string[];
}

/** A server that somebody else started. */
export interface RunningServer {
	readonly url: string;
	readonly domain: string;
	readonly rooms: string;
	readonly login: "key" | "anonymous";
}

export const HELP: string = `Fills rooms on a server with clients that talk, and says what that costs it, how long texts take, and whether any was
lost or came twice.

  npm run load -- --server embedded,prosody,ejabberd --rooms R --people N --seconds S [options]

  --server NAMES    servers to start and measure one after the other; embedded alone if not given
  --rooms R         rooms; 10
  --people N        people in each of them; 10
  --seconds S       for how long; 10
  --rate TEXTS      texts in a second, of all rooms together; without it, everyone says the next thing as soon as the
                    last one has come back
  --bytes B         of each text, ${TEXT_MIN_BYTES} to ${TEXT_MAX_BYTES}; 100
  --url URL         a server that runs already, on this machine: ws://127.0.0.1:5280/xmpp-websocket
  --domain NAME     of that server; localhost
  --muc NAME        of its rooms; conference.localhost
  --login WAY       how one gets into it: anonymous or key; anonymous
  --node-args=ARGS  for the process of the embedded server, such as "--cpu-prof --cpu-prof-dir=/tmp/profile"

Each server runs on the first core, all clients on the others. Nothing but this machine is ever put under load. The exit code
is 0 when everything was delivered once, 1 otherwise.`;

const DEFAULTS = { rooms: "10", people: "10", seconds: "10", bytes: "100" };
/** How many there may be of what, so that a typing error does not take the machine down. */
const MOST = { rooms: 20_000, people: 20_000, seconds: 86_400, rate: 1_000_000 };
const PEOPLE_MOST = 100_000;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

type Given = Readonly<Record<string, string | boolean | undefined>>;

/** Reads a command line; an error says in words what was expected. */
export function readOptions(args: readonly string[]): Result<LoadOptions | "help", string> {
	const given = parse(args);
	if (!given.ok) return given;
	if (given.value["help"] === true) return ok("help");
	const values = { ...DEFAULTS, ...given.value } as Readonly<Record<string, string | undefined>>;
	const servers = values["url"] === undefined ? serverNames(values["server"]) : runningServer(values["url"], values);
	if (!servers.ok) return servers;
	const rooms = number("rooms", values["rooms"], 1, MOST.rooms);
	if (!rooms.ok) return rooms;
	const people = number("people", values["people"], 1, Math.min(MOST.people, Math.floor(PEOPLE_MOST / rooms.value)));
	if (!people.ok) return people;
	const seconds = number("seconds", values["seconds"], 1, MOST.seconds);
	if (!seconds.ok) return seconds;
	const rate = values["rate"] === undefined ? ok(undefined) : number("rate", values["rate"], 1, MOST.rate);
	if (!rate.ok) return rate;
	const bytes = number("bytes", values["bytes"], TEXT_MIN_BYTES, TEXT_MAX_BYTES);
	if (!bytes.ok) return bytes;
	return ok({
		servers: servers.value,
		rooms: rooms.value,
		people: people.value,
		seconds: seconds.value,
		rate: rate.value,
		bytes: bytes.value,
		nodeArgs: (values["node-args"] ?? "").split(" ").filter((arg) => arg !== ""),
	});
}

function parse(args: readonly string[]): Result<Given, string> {
	const text = { type: "string" } as const;
	try {
		const { values } = parseArgs({
			args: [...args],
			options: {
				...{ server: text, rooms: text, people: text, seconds: text, rate: text, bytes: text },
				...{ url: text, domain: text, muc: text, login: text, "node-args": text },
				help: { type: "boolean", short: "h" },
			},
		});
		return ok(values);
	} catch (error) {
		return err(`${(error as Error).message.split(/\.\s/)[0] ?? ""}; --help lists the options`);
	}
}

function number(name: string, text: string | undefined, least: number, most: number): Result<number, string> {
	const value = Number(text);
	if (/^\d+$/.test(text ?? "") && value >= least && value <= most) return ok(value);
	return err(`--${name}: expected a number from ${least} to ${most}; got "${text}"`);
}

function serverNames(text = "embedded"): Result<readonly ServerName[], string> {
	const names: ServerName[] = [];
	for (const given of text.split(",")) {
		const name = SERVERS.find((known) => known === given);
		if (name === undefined) return err(`--server: expected some of ${SERVERS.join(",")}; got "${given}"`);
		names.push(name);
	}
	return ok(names);
}

function runningServer(
	url: string,
	values: Readonly<Record<string, string | undefined>>,
): Result<RunningServer, string> {
	const { domain = "localhost", muc = "conference.localhost", login = "anonymous" } = values;
	const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
	if (protocol !== "ws:" || !LOOPBACK.test(hostname)) {
		return err(`--url: expected ws: on this machine, since no other one may be put under load; got "${url}"`);
	}
	if (login !== "anonymous" && login !== "key") return err(`--login: expected anonymous or key; got "${login}"`);
	return ok({ url, domain, rooms: muc, login });
}
