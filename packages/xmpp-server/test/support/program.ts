import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { TestClient } from "./client.ts";

/** Where the programs' scripts are. */
export const HERE: string = fileURLToPath(new URL("../../../test/real/", import.meta.url));

export const PYTHON = "/usr/bin/python3";

/** Skips, naming what is missing; where nothing may be skipped, fails. */
export function needs(t: TestContext, present: boolean, what: string): boolean {
	if (present) return true;
	if (process.env["CI"] === "true") assert.fail(`needs ${what}`);
	t.skip(`needs ${what}`);
	return false;
}

export function runs(command: string, ...args: string[]): boolean {
	return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Lines that a program prints, waited for by what they say. */
export class Program {
	readonly #child: ChildProcess;
	readonly #lines: string[] = [];
	readonly #waiting: {
		matches: (line: string) => boolean;
		found: (line: string) => void;
		failed: (e: Error) => void;
	}[] = [];
	#stderr = "";

	constructor(t: TestContext, command: string, args: readonly string[], env: Record<string, string> = {}) {
		const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: "pipe" });
		this.#child = child;
		child.stderr.on("data", (bytes: Buffer) => {
			this.#stderr += bytes.toString();
		});
		createInterface({ input: child.stdout }).on("line", (line) => {
			const at = this.#waiting.findIndex(({ matches }) => matches(line));
			if (at < 0) this.#lines.push(line);
			else this.#waiting.splice(at, 1)[0]?.found(line);
		});
		child.on("close", (code) => {
			const error = new Error(`${command} ended with ${code}: ${[...this.#lines, this.#stderr].join("\n")}`);
			for (const { failed } of this.#waiting.splice(0)) failed(error);
		});
		t.after(() => child.kill());
	}

	line(matches: (line: string) => boolean): Promise<string> {
		const at = this.#lines.findIndex(matches);
		if (at >= 0) return Promise.resolve(this.#lines.splice(at, 1)[0] as string);
		return new Promise((found, failed) => this.#waiting.push({ matches, found, failed }));
	}

	say(line: string): void {
		this.#child.stdin?.write(`${line}\n`);
	}
}

/** Accounts are made by our own client: slixmpp 1.8.3 never asks for registration, and profanity asks a person. */
export async function makeAccount(url: string, name: string, password: string): Promise<void> {
	const client = await TestClient.webSocket(url, "localhost");
	await client.open();
	assert.equal((await client.register(name, password)).attrs["type"], "result");
	client.close();
}
