import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM: string = fileURLToPath(
	new URL("../../../../../server-modules/ejabberd/clowder-login.escript", import.meta.url),
);
const ESCRIPT = "/usr/bin/escript";

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
