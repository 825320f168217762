import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ended, listening, missing } from "./program.ts";

const NGINX = "/usr/sbin/nginx";

/** Undefined when nginx is installed; otherwise why tests with it are skipped. With CI=true that is a failure. */
export const nginxMissing = (): string | undefined => missing(NGINX);

export interface Nginx {
	stop(): Promise<void>;
}

/** Starts Debian's nginx with what belongs into its `http` block, which has it listen on `port` of loopback. */
export async function startNginx(http: string, port: number): Promise<Nginx> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-nginx-"));
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	// Root's workers would be somebody else, who may not write here.
	const user = process.getuid?.() === 0 ? "user root;" : "";
	await writeFile(
		join(directory, "nginx.conf"),
		`daemon off; ${user} worker_processes 1; pid ${directory}/pid; error_log stderr warn;
events { worker_connections 1024; }
http {
${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join("\n")}
${http}
}
`,
	);
	const child = spawn(NGINX, ["-p", directory, "-c", join(directory, "nginx.conf")], {
		stdio: ["ignore", "ignore", "pipe"],
	});
	let output = "";
	child.stderr.on("data", (text) => (output += String(text)));
	const stop = async (): Promise<void> => {
		await ended(child);
		await rm(directory, { recursive: true, force: true });
	};
	try {
		await listening(port, child);
	} catch (error) {
		await stop();
		throw new Error(`nginx did not start: ${output}`, { cause: error });
	}
	return { stop };
}
