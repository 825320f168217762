import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Linux counts the time of processes in hundredths of a second, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** What a process has used of the machine so far. */
export interface Usage {
	readonly cpuSeconds: number;
	/** Memory it has at this moment. */
	readonly rssKiB: number;
}

/** Reads /proc. */
export function usageOf(pid: number): Usage {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	// The name of the program, in parentheses, may itself have spaces.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
	const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
	return { cpuSeconds, rssKiB: Number(rss?.[1] ?? 0) };
}

/**
 * Keeps a process, with all of its threads, on one core: the server on the first, the clients on the others, so that a
 * server is not measured by how many threads it has. Where there is one core, nothing is done.
 */
export function pin(pid: number, role: "server" | "clients"): void {
	const { length } = cpus();
	if (length < 2) return;
	const cores = role === "server" ? "0" : `1-${length - 1}`;
	const pinned = spawnSync("taskset", ["-a", "-p", "-c", cores, `${pid}`], { encoding: "utf8" });
	if (pinned.status !== 0) throw new Error(`taskset: ${pinned.error?.message ?? pinned.stderr}`);
}
