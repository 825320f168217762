import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const NGIRCD = "/usr/sbin/ngircd";
const INSPIRCD = "/usr/sbin/inspircd";
const READY_MS = 15_000;

export interface Ircd {
	readonly port: number;
	stop(): Promise<void>;
}

/** Stock: as lines come with the program. Quick: without limits of pace, for texts of 200 KiB. */
export type Manner = "stock" | "quick";

/** Undefined when the program is installed; otherwise why tests with it are skipped. With CI=true that is a failure. */
function missing(program: string): string | undefined {
	if (existsSync(program)) return undefined;
	assert.notEqual(process.env["CI"], "true", `${program} is not installed`);
	return `${program} is not installed`;
}

export const ngircdMissing = (): string | undefined => missing(NGIRCD);
export const inspircdMissing = (): string | undefined => missing(INSPIRCD);

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

/** Starts Debian's ngircd on loopback, with nothing of it left behind by `stop`. */
export function startNgircd(manner: Manner): Promise<Ircd> {
	const limits = manner === "quick" ? "MaxNickLength = 30\n\tMaxPenaltyTime = 0" : "";
	return start(
		NGIRCD,
		(path) => ["-n", "-f", path],
		(_, port) => `
[Global]
	Name = irc.example.net
	Info = test
	Listen = 127.0.0.1
	Ports = ${port}
[Limits]
	MaxConnectionsIP = 0
	${limits}
[Options]
	DNS = no
	Ident = no
	PAM = no
	SyslogFacility = local7
`,
	);
}

/** Starts Debian's InspIRCd on loopback, with nothing of it left behind by `stop`. */
export function startInspircd(manner: Manner): Promise<Ircd> {
	const limits =
		manner === "quick"
			? 'fakelag="no" threshold="100000" commandrate="1000000" recvq="1048576" softsendq="1048576"'
			: "";
	return start(
		INSPIRCD,
		(path) => ["--runasroot", "--nofork", "--nopid", "--config", path],
		(directory, port) => `
<server name="irc.example.net" description="test" network="test">
<admin name="test" nick="test" email="test@example.net">
<bind address="127.0.0.1" port="${port}" type="clients">
<connect allow="*" localmax="1000" globalmax="1000" useident="no" resolvehostnames="no" timeout="60" pingfreq="120"
	hardsendq="1048576" ${limits}>
<path datadir="${directory}" logdir="${directory}" runtimedir="${directory}">
<log method="stdout" type="* -USERINPUT -USEROUTPUT" level="default">
<module name="cap">
<module name="ircv3_echomessage">
`,
	);
}

async function start(
	program: string,
	args: (path: string) => readonly string[],
	configuration: (directory: string, port: number) => string,
): Promise<Ircd> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-ircd-"));
	// ngircd gives up being root before it reads it again.
	await chmod(directory, 0o755);
	const port = await freePort();
	const path = join(directory, "ircd.conf");
	await writeFile(path, configuration(directory, port));
	const child = spawn(program, args(path), { stdio: ["ignore", "pipe", "pipe"] });
	const output: string[] = [];
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(String(data)));
	const stop = async (): Promise<void> => {
		await end(child);
		await rm(directory, { recursive: true, force: true });
	};
	try {
		await listening(port, child);
	} catch (error) {
		await stop();
		throw new Error(`${program} did not start: ${output.join("")}`, { cause: error });
	}
	return { port, stop };
}

async function listening(port: number, child: ChildProcess): Promise<void> {
	const deadline = Date.now() + READY_MS;
	for (;;) {
		if (child.exitCode !== null) throw new Error(`exit code ${child.exitCode}`);
		const isUp = await new Promise<boolean>((resolve) => {
			const socket = connect(port, "127.0.0.1", () => resolve(true));
			socket.on("error", () => resolve(false));
			socket.on("connect", () => socket.destroy());
		});
		if (isUp) return;
		if (Date.now() > deadline) throw new Error(`nothing listens on ${port}`);
		await wait(20);
	}
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = new Promise((resolve) => child.once("exit", resolve));
	child.kill("SIGTERM");
	await exited;
}
