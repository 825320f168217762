import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, freePort, listening, missing } from "./program.ts";

const PROSODY = "/usr/bin/prosody";
/** As the package brings it. */
const STOCK = "/etc/prosody/prosody.cfg.lua";

/** Undefined when Prosody is installed; otherwise why tests with it are skipped. With CI=true that is a failure. */
export const prosodyMissing = (): string | undefined => missing(PROSODY);

export interface Prosody {
	readonly domain: string;
	readonly tcpPort: number;
	readonly httpPort: number;
	/** For the WebSocket. */
	readonly path: string;
	/** What it has complained of since it was up, from warnings on. */
	complaints(): string;
	/** Its process. */
	readonly pid: number | undefined;
	stop(): Promise<void>;
}

export interface ProsodyOptions {
	/**
	 * Debian's configuration, with its modules, limits and storage, but for what it takes to run beside others without
	 * certificates, for browsers, and open to those without an invitation. Otherwise the least that there can be.
	 */
	readonly stock?: boolean;
	/** Modules beside those that are always there. */
	readonly modules?: readonly string[];
	/** Further lines of the configuration. */
	readonly config?: string;
	/** The address of the service for rooms. */
	readonly muc?: string;
	/** Of one that ran before: for a server that comes back where it was. */
	readonly ports?: { readonly tcp: number; readonly http: number };
}

/** Starts Debian's Prosody on loopback, with nothing of it left behind by `stop`. */
export async function startProsody(options: ProsodyOptions = {}): Promise<Prosody> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-prosody-"));
	const [tcpPort, httpPort] = [options.ports?.tcp ?? (await freePort()), options.ports?.http ?? (await freePort())];
	const text = await (options.stock === true ? stockConfiguration : configuration)(
		directory,
		tcpPort,
		httpPort,
		options,
	);
	await writeFile(join(directory, "prosody.cfg.lua"), text);
	const child = spawn(PROSODY, ["--config", join(directory, "prosody.cfg.lua"), "-F"], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	const output: string[] = [];
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(String(data)));
	const stop = async (): Promise<void> => {
		await ended(child);
		await rm(directory, { recursive: true, force: true });
	};
	try {
		for (const port of [tcpPort, httpPort]) await listening(port, child);
	} catch (error) {
		await stop();
		throw new Error(`Prosody did not start: ${output.join("")}`, { cause: error });
	}
	output.length = 0;
	return {
		domain: "localhost",
		tcpPort,
		httpPort,
		path: "/xmpp-websocket",
		pid: child.pid,
		complaints: () => output.join(""),
		stop,
	};
}

/** Where it lives, and that it takes registrations and needs no certificate there. */
function surroundings(directory: string, tcpPort: number, httpPort: number): string {
	return `
run_as_root = true
pidfile = "${directory}/prosody.pid"
data_path = "${directory}"
certificates = "${directory}"
log = { warn = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${tcpPort} }
s2s_ports = {}
http_ports = { ${httpPort} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
allow_registration = true
c2s_require_encryption = false
consider_websocket_secure = true
`;
}

async function stockConfiguration(
	directory: string,
	tcpPort: number,
	httpPort: number,
	options: ProsodyOptions,
): Promise<string> {
	const stock = await readFile(STOCK, "utf8");
	const modules = ["websocket", ...(options.modules ?? [])].map((name) => `"${name}"; `).join("");
	const added = stock.replace("modules_enabled = {", (found) => `${found} ${modules}`);
	const [whole = "", ...hosts] = added.split(/^(?=VirtualHost )/m);
	if (added === stock || hosts.length === 0) throw new Error(`${STOCK} is not as Debian brings it`);
	// It includes what lies there.
	await mkdir(join(directory, "conf.d"));
	return `${whole}
${surroundings(directory, tcpPort, httpPort)}
registration_invite_only = false
${options.config ?? ""}
${hosts.join("")}
Component "${options.muc ?? "rooms.localhost"}" "muc"
`;
}

function configuration(directory: string, tcpPort: number, httpPort: number, options: ProsodyOptions): string {
	const modules = ["saslauth", "disco", "websocket", "register", "ping", ...(options.modules ?? [])];
	return `${surroundings(directory, tcpPort, httpPort)}
modules_enabled = { ${modules.map((name) => `"${name}"`).join(", ")} }
modules_disabled = { "s2s", "tls" }
authentication = "internal_hashed"
storage = "memory"
smacks_hibernation_time = 20
${options.config ?? ""}
VirtualHost "localhost"
Component "${options.muc ?? "rooms.localhost"}" "muc"
`;
}
