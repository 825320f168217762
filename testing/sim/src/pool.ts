import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./run.ts";
import type { Profile } from "./story.ts";

export interface Job {
	readonly seed: number;
	readonly profile: Profile;
	/** Look for a shorter story if it fails. */
	readonly shrink: boolean;
}

export interface JobResult {
	readonly seed: number;
	readonly profile: Profile;
	readonly outcome: Outcome;
	/** Steps that suffice for the failure. */
	readonly keep: readonly number[] | undefined;
}

/** Stories that a process gets at a time. */
const BATCH = 4;

/** Plays stories in some processes. Results come in any order; each story is the same whoever plays it. */
export async function playAll(
	jobs: Iterator<Job>,
	processes: number,
	onResult: (result: JobResult) => void,
): Promise<void> {
	const next = (): readonly Job[] => {
		const batch: Job[] = [];
		while (batch.length < BATCH) {
			const one = jobs.next();
			if (one.done) break;
			batch.push(one.value);
		}
		return batch;
	};
	await Promise.all(Array.from({ length: processes }, () => workOff(next, onResult)));
}

function workOff(next: () => readonly Job[], onResult: (result: JobResult) => void): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = fork(fileURLToPath(new URL("./worker.js", import.meta.url)));
		let busy = false;
		const give = (): void => {
			const batch = next();
			busy = batch.length > 0;
			if (busy) child.send(batch);
			else child.disconnect();
		};
		child.on("message", (results) => {
			for (const result of results as readonly JobResult[]) onResult(result);
			give();
		});
		child.on("error", reject);
		child.on("exit", (code) => (busy ? reject(new Error(`a process ended with ${code}`)) : resolve()));
		give();
	});
}
