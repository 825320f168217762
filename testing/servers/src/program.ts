import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const READY_MS = 15_000;

/** Undefined when the program is installed; otherwise why tests with it are skipped. With CI=true that is a failure. */
export function missing(program: string): string | undefined {
	if (existsSync(program)) return undefined;
	assert.notEqual(process.env["CI"], "true", `${program} is not installed`);
	return `${program} is not installed`;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	assert.ok(address !== null && typeof address === "object");
	return address.port;
}

/** Waits until a program takes connections on a port of this machine. */
export async function listening(port: number, child: ChildProcess, patienceMs: number = READY_MS): Promise<void> {
	const deadline = Date.now() + patienceMs;
	for (;;) {
		if (child.exitCode !== null) throw new Error(`exit code ${child.exitCode}`);
		const isUp = await new Promise<boolean>((resolve) => {
			const socket = connect(port, "127.0.0.1", () => resolve(true));
			socket.on("error", () => resolve(false));
			socket.on("connect", () => socket.destroy());
		});
		if (isUp) return;
		if (Date.now() > deadline) throw new Error(`nothing listens on ${port}`);
		await wait(20);
	}
}

/** Ends a program, and waits until it is gone. */
export async function ended(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = new Promise((resolve) => child.once("exit", resolve));
	child.kill(signal);
	await exited;
}
