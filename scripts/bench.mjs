// `npm run bench`: measures what bench/README.md tells about, and prints it as tables.

import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle as buildBundle, compile } from "./lib/build.mjs";
import { installIfNeeded } from "./lib/install.mjs";
import { root } from "./lib/repo.mjs";
import { stage } from "./lib/run.mjs";

/** @returns {Promise<number>} exit code */
export async function main() {
	if (!(await installIfNeeded(console.log))) return 1;
	for (const step of [
		{ name: "compile", action: compile },
		{ name: "bundle", action: buildBundle },
	]) {
		if ((await stage([step])).length > 0) return 1;
	}
	const { arrivals, bundle, joins, messages } = await import(pathToFileURL(join(root, "bench", "figures.mjs")).href);
	const { verificationMs } = await import(pathToFileURL(join(root, "bench", "replay.mjs")).href);
	console.log(`\n${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`);
	const perSecond = Math.round(1000 / verificationMs());
	console.log(`baseline: ${perSecond} Ed25519 verifications per second ("verif." below is one of them)`);
	for (const suite of [1, 2]) {
		const { rows, types } = joins(suite);
		table(`The n-th join in suite ${suite} (a room of n - 1, one comes in)`, [
			[
				...["n", "texts", "bytes", "member ms", "= verif.", "newcomer ms", "= verif."],
				...["closing: texts", "bytes", "member ms", "= verif.", "virtual ms"],
			],
			...rows,
		]);
		table("Of the last of these, by type", [["type", "texts", "bytes", "each"], ...types]);
	}
	table("People who arrive at the same moment", [
		[...["suite", "people", "sessions", "texts", "bytes", "founder ms", "each ms", "= verif.", "all ms"], "virtual ms"],
		arrivals(1),
		arrivals(2),
	]);
	table("Messages of 100 bytes", [
		["people", "send ms", "= verif.", "read ms", "= verif.", "bytes", "texts for one"],
		messages(1, 2),
		messages(1, 10),
		messages(1, 30),
	]);
	const { conversations, HEADS } = await import(pathToFileURL(join(root, "bench", "otrv4.mjs")).href);
	for (const backend of ["node", "noble"]) {
		table(`A conversation over OTRv4, backend ${backend}`, [HEADS, ...conversations(backend)]);
	}
	table("The web client", [["file", "bytes", "gzip"], ...bundle(join(root, "apps", "web", "dist"))]);
	return 0;
}

/** As Markdown, so that it can go into bench/README.md. @param {string} title @param {(string | number)[][]} rows */
function table(title, rows) {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length))) ?? [];
	const lines = rows.map((row) => `| ${row.map((cell, i) => pad(cell, widths[i] ?? 0)).join(" | ")} |`);
	lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
	console.log(`\n${title}\n\n${lines.join("\n")}`);
}

/** @param {string | number} cell @param {number} width */
function pad(cell, width) {
	return /^[\d.]+$/.test(String(cell)) ? String(cell).padStart(width) : String(cell).padEnd(width);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main();
