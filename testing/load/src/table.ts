import type { LoadFigures } from "./run.ts";

const ROWS: readonly { readonly name: string; readonly of: (figures: LoadFigures) => string }[] = [
	{ name: "connections", of: ({ connections }) => `${connections}` },
	{ name: "texts sent", of: ({ sent }) => `${sent}` },
	{ name: "deliveries", of: ({ delivered }) => `${delivered}` },
	{ name: "deliveries per second", of: ({ delivered, seconds }) => rounded(delivered / seconds) },
	{
		name: "deliveries per CPU second of the server",
		of: ({ delivered, process }) => (process === undefined ? "-" : rounded(delivered / process.cpuSeconds)),
	},
	{ name: "latency p50, ms", of: ({ latencyUs }) => milliseconds(latencyUs.p50) },
	{ name: "latency p95, ms", of: ({ latencyUs }) => milliseconds(latencyUs.p95) },
	{ name: "latency p99, ms", of: ({ latencyUs }) => milliseconds(latencyUs.p99) },
	{
		name: "CPU of the server, % of a core",
		of: ({ process, seconds }) => (process === undefined ? "-" : rounded((100 * process.cpuSeconds) / seconds)),
	},
	{ name: "memory before, MiB", of: ({ process }) => mebibytes(process?.rssStartKiB) },
	{ name: "memory with all connected, MiB", of: ({ process }) => mebibytes(process?.rssIdleKiB) },
	{ name: "memory after, MiB", of: ({ process }) => mebibytes(process?.rssEndKiB) },
	{
		name: "KiB per idle connection",
		of: ({ process, connections }) =>
			process === undefined ? "-" : ((process.rssIdleKiB - process.rssStartKiB) / connections).toFixed(1),
	},
	{ name: "lost deliveries", of: ({ missing }) => `${missing}` },
	{ name: "doubled deliveries", of: ({ doubled }) => `${doubled}` },
	{ name: "lost connections", of: ({ lostConnections }) => `${lostConnections}` },
];

/** The figures of several servers side by side, as a table in Markdown. */
export function table(all: readonly LoadFigures[]): string {
	const rows = [["", ...all.map(({ server }) => server)], ...ROWS.map(({ name, of }) => [name, ...all.map(of)])];
	const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
	const lines = rows.map((row) => {
		const cells = row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)));
		return `| ${cells.join(" | ")} |`;
	});
	const rule = `|${widths.map((width, at) => `${"-".repeat(width + 1)}${at === 0 ? "-" : ":"}`).join("|")}|`;
	return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function rounded(value: number): string {
	return Number.isFinite(value) ? `${Math.round(value)}` : "-";
}

function milliseconds(us: number): string {
	return (us / 1000).toFixed(us < 10_000 ? 1 : 0);
}

function mebibytes(kib: number | undefined): string {
	return kib === undefined ? "-" : (kib / 1024).toFixed(0);
}
