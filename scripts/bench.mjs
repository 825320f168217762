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
	const { arrivals, bundle, joins, messages, verificationMs } = await import(
		pathToFileURL(join(root, "bench", "figures.mjs")).href
	);
	const verifyMs = verificationMs();
	console.log(`\n${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`);
	console.log(
		`baseline: ${Math.round(1000 / verifyMs)} Ed25519 verifications per second ("verif." below is one of them)`,
	);
	for (const suite of [1, 2]) {
		/** @type {(string | number)[][]} */
		const joined = [
			["n", "texts", "bytes", "x n=2", "newcomer ms", "x n=2", "member ms", "x n=2", "= verif.", "virtual ms"],
		];
		for (const row of joins(verifyMs, suite)) {
			joined.push(row);
			// A room of a hundred in one process takes minutes: show that it goes on.
			console.error(`suite ${suite}: measured the join of number ${row[0]}`);
		}
		table(`The n-th join in suite ${suite} (a room of n - 1, one comes in)`, joined);
	}
	table("People who arrive at the same moment", [
		["suite", "people", "sessions", "bytes", "each ms", "= verif."],
		arrivals(verifyMs, 1),
		arrivals(verifyMs, 2),
	]);
	table("Messages in a room of 10", [["what", "per second", "= verif. each"], ...messages(verifyMs)]);
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
