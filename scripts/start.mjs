// `npm start`: installs and builds what is missing, then serves the web client and the XMPP server until Ctrl-C.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle, compile, isBuilt } from "./lib/build.mjs";
import { installIfNeeded, installReason } from "./lib/install.mjs";
import { parseStartOptions, START_HELP } from "./lib/options.mjs";
import { root } from "./lib/repo.mjs";
import { untilStopped } from "./lib/signals.mjs";

/** @typedef {import("./lib/options.mjs").StartOptions} StartOptions */

const LOOPBACK = /^(?:127\.[\d.]+|::1|localhost)$/;

/** @param {string} line */
const say = (line) => console.log(`clowder: ${line}`);
/** @param {string} line */
const complain = (line) => console.error(`clowder: ${line}`);

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code: 0 stopped cleanly, 1 could not start, 2 a wrong option, 130 stopped at once
 */
export async function main(args) {
	const options = parseStartOptions(args, process.env);
	if (!options.ok) {
		complain(options.error);
		return 2;
	}
	if (options.value === "help") {
		console.log(START_HELP);
		return 0;
	}
	if (!(await makeReady())) return 1;
	return serve(options.value);
}

/** Installs and builds if something changed since the last time. @returns {Promise<boolean>} */
async function makeReady() {
	if (installReason() === undefined && isBuilt()) return true;
	try {
		accessSync(root, constants.W_OK);
	} catch {
		complain(`cannot write to ${root}, where it must be installed and built once; give this account the permission`);
		return false;
	}
	if (!(await installIfNeeded(say))) {
		complain("npm could not install; its message is above");
		return false;
	}
	if (isBuilt()) return true;
	say("building");
	for (const step of [compile, bundle]) {
		const { code, output } = await step();
		if (code === 0) continue;
		process.stderr.write(output);
		complain("the build failed; its message is above");
		return false;
	}
	return true;
}

/** @param {StartOptions} options @returns {Promise<number>} */
async function serve(options) {
	const path = join(root, "apps", "host", "dist", "src", "index.js");
	const { startHost, describeHostError } = await import(pathToFileURL(path).href);
	const { logChoice = "normal", ...hostOptions } = options;
	/** @param {"error" | "notice" | "detail"} level @param {string} line */
	const log = (level, line) => {
		if (level === "error") complain(line);
		else if (logChoice === "verbose" || (logChoice === "normal" && level === "notice")) say(line);
	};
	/** @param {string} line */
	const tell = (line) => log("notice", line);
	const host = await startHost({
		...hostOptions,
		webRoot: join(root, "apps", "web", "dist"),
		log,
		...(options.data === undefined ? {} : { data: resolve(options.data) }),
	});
	if (!host.ok) {
		complain(describeHostError(host.error));
		return 1;
	}
	const stopped = untilStopped(() => {
		tell("stopping");
		return host.value.close();
	});
	if (host.value.xmppPort !== undefined) {
		const [address, tls] = options.tls === undefined ? ["127.0.0.1", "no TLS"] : [options.host, "TLS alone"];
		tell(`native XMPP clients on ${address}, port ${host.value.xmppPort}, ${tls}`);
	}
	if (options.upstream !== undefined) tell(`the XMPP server is the one at ${options.upstream.host}`);
	if (host.value.metricsPort !== undefined) tell(`metrics at http://127.0.0.1:${host.value.metricsPort}/metrics`);
	// Without a certificate the signal means what it always does: the terminal is gone.
	if (options.tls !== undefined) process.on("SIGHUP", () => void host.value.reload());
	if (options.tls === undefined && !LOOPBACK.test(options.host)) {
		tell("others reach it by this machine's address, but browsers allow its cryptography only over HTTPS:");
		tell("give it a certificate with --cert and --key, or put a reverse proxy before it (docs/operators.md)");
	}
	tell(`open ${host.value.url} (Ctrl-C stops it)`);
	if (options.open) openBrowser(host.value.url);
	const code = await stopped;
	// Whatever still hangs, the answer to Ctrl-C is to end.
	process.exit(code);
}

/** Failing to find a browser is no reason to stop: the address is printed. @param {string} url */
function openBrowser(url) {
	const [program, ...args] =
		process.platform === "darwin"
			? ["open", url]
			: process.platform === "win32"
				? ["cmd", "/c", "start", "", url]
				: ["xdg-open", url];
	spawn(program ?? "", args, { stdio: "ignore", detached: true })
		.on("error", () => complain("found no program that opens a browser"))
		.unref();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await main(process.argv.slice(2));
