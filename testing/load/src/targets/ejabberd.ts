import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, freePort, listening, missing } from "@clowder/servers";
import type { Target } from "../target.ts";

const LIBRARIES = "/usr/lib/x86_64-linux-gnu";
const START_MS = 60_000;

/** Undefined when ejabberd is installed; otherwise why tests with it are skipped. With CI=true that is a failure. */
export const ejabberdMissing = (): string | undefined => missing("/usr/sbin/ejabberdctl");

/** Where Debian puts ejabberd's code. */
function ejabberdCode(): string | undefined {
	const version = readdirSync(LIBRARIES).find((name) => /^ejabberd-[\d.]+$/.test(name));
	return version === undefined ? undefined : join(LIBRARIES, version, "ebin");
}

/**
 * Debian's ejabberd with the fewest modules that rooms over WebSocket need, in memory alone, without shapers, with one
 * scheduler since it gets one core; accounts are anonymous, so that it has the least work with them.
 */
export async function startEjabberdTarget(people: number): Promise<Target> {
	const code = ejabberdMissing() === undefined ? ejabberdCode() : undefined;
	if (code === undefined) throw new Error("expected ejabberd as Debian installs it");
	const directory = await mkdtemp(join(tmpdir(), "clowder-ejabberd-"));
	const port = await freePort();
	const path = join(directory, "ejabberd.yml");
	await writeFile(path, configuration(port, people));
	const child = launch(code, directory, path);
	const output: string[] = [];
	for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => output.push(String(data)));
	const stop = async (): Promise<void> => {
		await ended(child, "SIGKILL");
		await rm(directory, { recursive: true, force: true });
	};
	try {
		await listening(port, child, START_MS);
	} catch (error) {
		await stop();
		throw new Error(`ejabberd did not start: ${output.join("")}`, { cause: error });
	}
	return {
		name: "ejabberd",
		url: `ws://localhost:${port}/ws`,
		domain: "localhost",
		rooms: "conference.localhost",
		login: "anonymous",
		pid: child.pid,
		stop,
	};
}

/** Not by ejabberdctl, which wants to be another user and to be found by other nodes. */
function launch(code: string, directory: string, configuration: string): ChildProcess {
	const emulator = ["+K", "true", "+P", "250000", "+Q", "65536", "+S", "1:1", "+sbwt", "none"];
	const application = ["-pa", code, "-mnesia", "dir", `"${directory}"`, "-s", "ejabberd"];
	return spawn("erl", [...emulator, "-noinput", ...application], {
		cwd: directory,
		env: {
			...process.env,
			HOME: directory,
			EJABBERD_CONFIG_PATH: configuration,
			EJABBERD_LOG_PATH: join(directory, "ejabberd.log"),
			ERL_CRASH_DUMP_BYTES: "0",
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
}

function configuration(port: number, people: number): string {
	return `
hosts: ["localhost"]
loglevel: error
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
websocket_ping_interval: 60
max_fsm_queue: 100000
listen:
  - port: ${port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /ws: ejabberd_http_ws
modules:
  mod_disco: {}
  mod_muc:
    access: all
    access_create: all
    history_size: 0
    max_users: ${Math.max(200, people)}
    max_user_conferences: 1000
    min_message_interval: 0
`;
}
