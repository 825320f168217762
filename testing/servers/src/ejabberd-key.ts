import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Ejabberd, type EjabberdOptions, startEjabberd } from "./ejabberd.ts";

const PROGRAM = fileURLToPath(new URL("../../../../server-modules/ejabberd/clowder-login.escript", import.meta.url));
const ESCRIPT = "/usr/bin/escript";
const WELL_KNOWN = "/.well-known/clowder-login";
const READY_MS = 30_000;

export interface KeyServer extends Ejabberd {
	/** Where it publishes the keys of its windows. */
	readonly windowKeyUrl: string;
}

/** ejabberd with logins by key, configured as `server-modules/ejabberd/README.md` says; `yml` for further lines. */
export async function startKeyServer(yml = "auth_use_cache: false"): Promise<KeyServer> {
	const directory = await mkdtemp(join(tmpdir(), "clowder-window-keys-"));
	const options: EjabberdOptions = {
		handlers: { [WELL_KNOWN]: "mod_http_fileserver" },
		modules: {
			mod_http_fileserver: `{ docroot: "${directory}", custom_headers: { "Access-Control-Allow-Origin": "*" } }`,
		},
		yml: `
auth_method: [external, anonymous]
anonymous_protocol: sasl_anon
extauth_program: "${ESCRIPT} ${PROGRAM} ${directory} localhost"
extauth_pool_size: 1
${yml}
`,
	};
	const server = await startEjabberd(options);
	const end = async (how: () => Promise<void>): Promise<void> => {
		await how();
		await rm(directory, { recursive: true, force: true });
	};
	// ejabberd does not wait for the program before it serves.
	try {
		await published(join(directory, "localhost"));
	} catch (error) {
		await end(() => server.stop());
		throw error;
	}
	return {
		...server,
		windowKeyUrl: `http://localhost:${server.httpPort}${WELL_KNOWN}/localhost`,
		stop: () => end(() => server.stop()),
		kill: () => end(() => server.kill()),
	};
}

async function published(path: string): Promise<void> {
	const deadline = Date.now() + READY_MS;
	while (!existsSync(path)) {
		if (Date.now() > deadline) throw new Error(`no key in ${path}`);
		await wait(20);
	}
}
