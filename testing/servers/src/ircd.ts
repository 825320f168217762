import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, freePort, listening, missing } from "./program.ts";

const NGIRCD = "/usr/sbin/ngircd";
const INSPIRCD = "/usr/sbin/inspircd";

export interface Ircd {
	readonly port: number;
	stop(): Promise<void>;
}

/** Stock: as lines come with the program. Quick: without limits of pace, for texts of 200 KiB. */
export type Manner = "stock" | "quick";

export const ngircdMissing = (): string | undefined => missing(NGIRCD);
export const inspircdMissing = (): string | undefined => missing(INSPIRCD);

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
		await ended(child);
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
