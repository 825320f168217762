import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ejabberdYml } from "./ejabberd-yml.ts";
import { ended, freePort, listening, missing } from "./program.ts";

const EJABBERDCTL = "/usr/sbin/ejabberdctl";
const ERL = "/usr/bin/erl";
const EPMD = "/usr/bin/epmd";
/** Erlang takes its time on a machine that has other things to do. */
const READY_MS = 60_000;
/** What a node may take for its goodbyes, after which it is killed. */
const STOP_MS = 5_000;
const COMMAND_MS = 60_000;

/** Undefined when ejabberd is installed; otherwise why tests with it are skipped. With CI=true that is a failure. */
export const ejabberdMissing = (): string | undefined => missing(EJABBERDCTL);

export interface EjabberdOptions {
	/** The domain served; `localhost` by default. */
	readonly domain?: string;
	/** Erlang's name of the node, with a host by address: `name@127.0.0.1`. A fresh one by default. */
	readonly node?: string;
	/** What nodes show each other to be of one cluster. A fresh one by default. */
	readonly cookie?: string;
	/** The port at which nodes find each other, of another instance's epmd; without it this instance has its own. */
	readonly epmdPort?: number;
	/** Further top-level lines of the configuration. */
	readonly yml?: string;
	/** Lines for the modules, as in YAML, instead of those with the same name or beside them. */
	readonly modules?: Readonly<Record<string, string>>;
	/** HTTP paths and what answers there, beside the WebSocket. */
	readonly handlers?: Readonly<Record<string, string>>;
	/** Whether accounts can be registered (XEP-0077), which Debian's configuration does not allow; true by default. */
	readonly registration?: boolean;
	/** Whether clients are slowed down as in the stock configuration; true by default. */
	readonly shaped?: boolean;
}

export interface Ejabberd {
	readonly domain: string;
	readonly tcpPort: number;
	readonly httpPort: number;
	/** For the WebSocket. */
	readonly path: string;
	readonly node: string;
	readonly cookie: string;
	readonly epmdPort: number;
	/** Of the node's process. */
	readonly pid: number;
	/** Runs a command of ejabberdctl's; resolves to what it printed, rejects when it failed. */
	ctl(...command: readonly string[]): Promise<string>;
	/** Ends it, with goodbyes to its clients, and leaves nothing: no process, no file. */
	stop(): Promise<void>;
	/** The same, without a goodbye. */
	kill(): Promise<void>;
}

/**
 * Starts Debian's ejabberd on loopback, as whoever runs this, with its stock limits but without TLS. Each instance has its
 * own node, ports and files, and its own epmd unless it is given another's.
 */
export async function startEjabberd(options: EjabberdOptions = {}): Promise<Ejabberd> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-ejabberd-"));
	const node = options.node ?? `clowder${randomBytes(6).toString("hex")}@127.0.0.1`;
	const cookie = options.cookie ?? randomBytes(16).toString("hex");
	const [tcpPort, httpPort] = [await freePort(), await freePort()];
	const epmdPort = options.epmdPort ?? (await freePort());
	const domain = options.domain ?? "localhost";
	const output: string[] = [];
	const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess => {
		const child = spawn(program, args, { env, cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(String(data)));
		return child;
	};
	const path = "/ws";
	await writeFile(join(directory, "ejabberd.yml"), ejabberdYml({ ...options, domain, tcpPort, httpPort, path }));
	// Only its owner may read it, or Erlang refuses it.
	await writeFile(join(directory, ".erlang.cookie"), cookie, { mode: 0o400 });
	const env = await environment(directory, epmdPort);
	const epmd =
		options.epmdPort === undefined ? run(EPMD, ["-port", `${epmdPort}`, "-address", "127.0.0.1"], env) : undefined;
	let beam: ChildProcess | undefined;
	const end = async (patienceMs: number): Promise<void> => {
		if (beam !== undefined) await endedWithin(beam, patienceMs);
		if (epmd !== undefined) await ended(epmd);
		await rm(directory, { recursive: true, force: true });
	};
	try {
		if (epmd !== undefined) await listening(epmdPort, epmd, READY_MS);
		const spool = join(directory, "spool");
		await mkdir(spool);
		const started = ["-mnesia", "dir", `"${spool}"`, "-s", "ejabberd"];
		beam = run(ERL, [...erlangArgs(node), "+P", "250000", ...started], env);
		for (const port of [tcpPort, httpPort]) await listening(port, beam, READY_MS);
		await serving(tcpPort, domain);
	} catch (error) {
		await end(0);
		throw new Error(`ejabberd did not start: ${output.join("")}`, { cause: error });
	}
	const ctl = (...command: readonly string[]): Promise<string> => control(env, node, command);
	const pid = beam.pid as number;
	const stop = (): Promise<void> => end(STOP_MS);
	return { domain, tcpPort, httpPort, path, node, cookie, epmdPort, pid, ctl, stop, kill: () => end(0) };
}

/** What ejabberdctl sets, with nothing of it outside of `directory`. */
async function environment(directory: string, epmdPort: number): Promise<NodeJS.ProcessEnv> {
	// Where the package keeps its libraries depends on the machine's architecture; its own script says so.
	const libraries = /^ERL_LIBS='(.+)'$/m.exec(await readFile(EJABBERDCTL, "utf8"))?.[1];
	if (libraries === undefined) throw new Error(`${EJABBERDCTL} does not say where ejabberd is`);
	return {
		PATH: process.env["PATH"],
		HOME: directory,
		ERL_LIBS: libraries,
		ERL_EPMD_PORT: `${epmdPort}`,
		ERL_EPMD_ADDRESS: "127.0.0.1",
		ERL_CRASH_DUMP_BYTES: "0",
		EJABBERD_CONFIG_PATH: join(directory, "ejabberd.yml"),
		EJABBERD_LOG_PATH: join(directory, "ejabberd.log"),
		EJABBERD_PID_PATH: join(directory, "ejabberd.pid"),
		CONTRIB_MODULES_PATH: join(directory, "modules"),
	};
}

function erlangArgs(node: string): readonly string[] {
	const loopback = ["-kernel", "inet_dist_use_interface", "{127,0,0,1}"];
	return ["-name", node, "-noinput", "-start_epmd", "false", ...loopback];
}

async function control(env: NodeJS.ProcessEnv, node: string, command: readonly string[]): Promise<string> {
	const args = [...erlangArgs(`ctl${randomBytes(6).toString("hex")}@127.0.0.1`), "-hidden", "-s", "ejabberd_ctl"];
	const options = { env, timeout: COMMAND_MS };
	const { stdout } = await promisify(execFile)(ERL, [...args, "-extra", node, ...command], options);
	return stdout;
}

/** Waits until the server says what it can do. It listens a little before. */
async function serving(port: number, domain: string): Promise<void> {
	const socket = connect(port, "127.0.0.1");
	try {
		await new Promise<void>((resolve, reject) => {
			let heard = "";
			socket.on("error", reject);
			socket.on("close", () => reject(new Error(`no features, but: ${heard}`)));
			socket.setTimeout(READY_MS, () => reject(new Error("no features")));
			socket.on("data", (data) => {
				heard += String(data);
				if (heard.includes("</stream:features>")) resolve();
			});
			socket.write(
				`<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="${domain}" version="1.0">`,
			);
		});
	} finally {
		socket.destroy();
	}
}

/** Asks a program to end, and makes it end when it does not. */
async function endedWithin(child: ChildProcess, patienceMs: number): Promise<void> {
	if (patienceMs === 0) {
		await ended(child, "SIGKILL");
		return;
	}
	const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
	await ended(child);
	clearTimeout(timer);
}
