import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort, missing } from "./program.ts";

const SCRIPTS = fileURLToPath(new URL("../../../../deploy/ejabberd-cluster/", import.meta.url));
const EJABBERDCTL = "/usr/sbin/ejabberdctl";
const NAMES = ["one", "two"] as const;
/** For one command; Erlang takes its time on a machine that has other things to do. */
const COMMAND_MS = 120_000;

/** Undefined when a cluster can be started; otherwise why tests with it are skipped. With CI=true that is a failure. */
export const clusterMissing = (): string | undefined => missing(EJABBERDCTL);

export interface ClusterNode {
	/** The address of its WebSocket. */
	readonly webSocket: string;
	start(): Promise<void>;
	/** Ends it with goodbyes (SIGTERM). */
	stop(): Promise<void>;
	/** Ends it without (SIGKILL). */
	kill(): Promise<void>;
	/** The nodes of the cluster that run, as this one sees it. */
	running(): Promise<readonly string[]>;
}

export interface Cluster {
	readonly domain: string;
	readonly nodes: readonly [ClusterNode, ClusterNode];
	/** Ends the nodes, with nothing of them left behind. */
	stop(): Promise<void>;
}

/** Two nodes of Debian's ejabberd on loopback, by the scripts with which people would start them. */
export async function startCluster(): Promise<Cluster> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-cluster-"));
	const domain = "cluster.example";
	const [first, second, between] = [await freePort(), await freePort(), await freePort()];
	const stop = async (): Promise<void> => {
		await run("down", directory);
		await rm(directory, { recursive: true, force: true });
	};
	try {
		await run("up", directory, domain, `${first}`, `${second}`, `${between}`);
	} catch (error) {
		await stop();
		throw error;
	}
	const [one, two] = [node(join(directory, NAMES[0]), first), node(join(directory, NAMES[1]), second)];
	return { domain, nodes: [one, two], stop };
}

function node(directory: string, port: number): ClusterNode {
	const command = async (...args: readonly string[]): Promise<void> => void (await run("node", directory, ...args));
	return {
		webSocket: `ws://127.0.0.1:${port}/xmpp-websocket`,
		start: () => command("start"),
		stop: () => command("stop"),
		kill: () => command("kill"),
		running: async () => (await run("node", directory, "status")).match(/[\w-]+@[\w.-]+/g) ?? [],
	};
}

async function run(script: string, ...args: readonly string[]): Promise<string> {
	const { stdout } = await promisify(execFile)(join(SCRIPTS, script), args, { timeout: COMMAND_MS });
	return stdout;
}
