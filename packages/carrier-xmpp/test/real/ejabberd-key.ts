import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ejabberd, type EjabberdOptions, startEjabberd } from "@clowder/servers";
import { until } from "../harness.ts";

export const PROGRAM: string = fileURLToPath(
	new URL("../../../../../server-modules/ejabberd/clowder-login.escript", import.meta.url),
);
const ESCRIPT = "/usr/bin/escript";
const WELL_KNOWN = "/.well-known/clowder-login";

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
	await until("the key of the first window", () => existsSync(join(directory, "localhost")));
	return {
		...server,
		windowKeyUrl: `http://localhost:${server.httpPort}${WELL_KNOWN}/localhost`,
		stop: () => end(() => server.stop()),
		kill: () => end(() => server.kill()),
	};
}

/** The program alone, in the place of ejabberd. */
export class Program {
	readonly directory: string;
	readonly #child: ReturnType<typeof spawn>;
	readonly #waiting: ((answer: boolean) => void)[] = [];
	#heard: Buffer = Buffer.alloc(0);

	private constructor(directory: string, windowSeconds: number) {
		this.directory = directory;
		this.#child = spawn(ESCRIPT, [PROGRAM, directory, "localhost", `${windowSeconds}`], {
			stdio: ["pipe", "pipe", "inherit"],
		});
		this.#child.stdout?.on("data", (data: Buffer) => this.#hear(data));
	}

	/** Started, and has answered for the first time. */
	static async start(windowSeconds = 3600): Promise<Program> {
		const program = new Program(await mkdtemp(join(tmpdir(), "clowder-window-keys-")), windowSeconds);
		await program.ask("isuser:nobody:localhost");
		return program;
	}

	/** One request of ejabberd's, and its answer. */
	ask(request: string): Promise<boolean> {
		const bytes = Buffer.from(request);
		const length = Buffer.alloc(2);
		length.writeUInt16BE(bytes.length);
		this.#child.stdin?.write(Buffer.concat([length, bytes]));
		return new Promise((resolve) => this.#waiting.push(resolve));
	}

	published(): Promise<string> {
		return readFile(join(this.directory, "localhost"), "utf8");
	}

	async stop(): Promise<void> {
		const exited = new Promise((resolve) => this.#child.once("exit", resolve));
		this.#child.stdin?.end();
		await exited;
		await rm(this.directory, { recursive: true, force: true });
	}

	#hear(data: Buffer): void {
		this.#heard = Buffer.concat([this.#heard, data]);
		for (; this.#heard.length >= 4; this.#heard = this.#heard.subarray(4)) {
			this.#waiting.shift()?.(this.#heard.readUInt16BE(2) === 1);
		}
	}
}
