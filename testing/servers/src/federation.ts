import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Line } from "./line.ts";
import { startNameServer } from "./name-server.ts";
import { ended, freePort, listening, missing } from "./program.ts";
import { prosodyMissing } from "./prosody.ts";

const PROSODY = "/usr/bin/prosody";
/** Prosody's own resolver asks whom /etc/resolv.conf names; this one, of Debian's lua-unbound, can be told. */
const RESOLVER = "lua/5.4/lunbound.so";

/** Undefined when all is installed that a federation takes; otherwise why tests with it are skipped, or fail with CI=true. */
export function federationMissing(): string | undefined {
	const folder = readdirSync("/usr/lib").find((name) => existsSync(join("/usr/lib", name, RESOLVER)));
	return prosodyMissing() ?? missing(join("/usr/lib", folder ?? "", RESOLVER));
}

/** One of the servers, seen by its clients. */
export interface FederatedServer {
	readonly domain: string;
	/** The address of its service for rooms. */
	readonly rooms: string;
	readonly tcpPort: number;
	/** The address of its WebSocket. */
	readonly webSocket: string;
}

/** Servers that talk to each other over lines that can be cut. */
export interface Federation {
	readonly servers: readonly [FederatedServer, FederatedServer];
	/** Ends what connects the servers, and refuses new connections. */
	cut(): void;
	/** Lets nothing through between them, without ending anything. */
	hold(): void;
	mend(): void;
	stop(): Promise<void>;
}

export interface FederationOptions {
	/** Modules beside those that are always there, on both. */
	readonly modules?: readonly string[];
	/** Further lines of the configuration, on both. */
	readonly config?: string;
	/** Further lines of the configuration for the services for rooms. */
	readonly rooms?: string;
}

const NAMES = ["a.example", "b.example"] as const;

interface Ports {
	readonly client: number;
	readonly http: number;
	readonly server: number;
}

/** Starts two of Debian's Prosody on loopback, each of which finds the other by name, with nothing left behind by `stop`. */
export async function startFederation(options: FederationOptions = {}): Promise<Federation> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-federation-"));
	const ports = await Promise.all(NAMES.map(freePorts));
	const lines = await Promise.all(ports.map(({ server }) => Line.to(server)));
	const domains = NAMES.flatMap((domain, index) => {
		const { port } = lines[index] as Line;
		return [[domain, { port }] as const, [`rooms.${domain}`, { port }] as const];
	});
	const names = await startNameServer(new Map(domains));
	const children: ChildProcess[] = [];
	const stop = async (): Promise<void> => {
		await Promise.all(children.map((child) => ended(child)));
		await Promise.all(lines.map((line) => line.close()));
		await names.stop();
		await rm(directory, { recursive: true, force: true });
	};
	try {
		for (const [index, domain] of NAMES.entries()) {
			const own = join(directory, domain);
			await mkdir(own);
			const config = join(own, "prosody.cfg.lua");
			await writeFile(config, configuration(own, domain, ports[index] as Ports, names.port, options));
			children.push(await start(config, ports[index] as Ports));
		}
	} catch (error) {
		await stop();
		throw error;
	}
	const [a, b] = NAMES.map((domain, index) => seen(domain, ports[index] as Ports)) as [
		FederatedServer,
		FederatedServer,
	];
	const all = (act: (line: Line) => void) => () => lines.forEach(act);
	return {
		servers: [a, b],
		cut: all((line) => line.cut()),
		hold: all((line) => line.hold()),
		mend: all((line) => line.mend()),
		stop,
	};
}

async function freePorts(): Promise<Ports> {
	return { client: await freePort(), http: await freePort(), server: await freePort() };
}

function seen(domain: string, { client, http }: Ports): FederatedServer {
	return { domain, rooms: `rooms.${domain}`, tcpPort: client, webSocket: `ws://localhost:${http}/xmpp-websocket` };
}

async function start(config: string, ports: Ports): Promise<ChildProcess> {
	const child = spawn(PROSODY, ["--config", config, "-F"], { stdio: ["ignore", "pipe", "pipe"] });
	const output: string[] = [];
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(String(data)));
	try {
		for (const port of Object.values(ports)) await listening(port, child);
	} catch (error) {
		await ended(child);
		throw new Error(`Prosody did not start: ${output.join("")}`, { cause: error });
	}
	return child;
}

/** Servers prove who they are by dialback (XEP-0220), which needs no certificates. */
function configuration(
	directory: string,
	domain: string,
	ports: Ports,
	namePort: number,
	options: FederationOptions,
): string {
	const modules = ["saslauth", "disco", "websocket", "register", "ping", "dialback", ...(options.modules ?? [])];
	return `
run_as_root = true
pidfile = "${directory}/prosody.pid"
data_path = "${directory}"
log = { warn = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.client} }
s2s_ports = { ${ports.server} }
http_ports = { ${ports.http} }
http_interfaces = { "127.0.0.1" }
http_default_host = "${domain}"
https_ports = {}
unbound = {
	resolvconf = false,
	forward = "127.0.0.1@${namePort}",
	options = { ["do-not-query-localhost:"] = "no" },
}
modules_enabled = { ${modules.map((name) => `"${name}"`).join(", ")} }
modules_disabled = { "tls" }
allow_registration = true
c2s_require_encryption = false
s2s_require_encryption = false
consider_websocket_secure = true
authentication = "internal_hashed"
storage = "memory"
smacks_hibernation_time = 20
${options.config ?? ""}
VirtualHost "${domain}"
Component "rooms.${domain}" "muc"
${options.rooms ?? ""}
`;
}
