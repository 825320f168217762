import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The examples in JavaScript of a Markdown file. */
export async function examplesOf(file: URL): Promise<readonly string[]> {
	const text = await readFile(file, "utf8");
	return [...text.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1] as string);
}

/**
 * What an example says on its standard output and its standard error. `file`: where it is written for the while, beside the
 * test, so that it finds the packages as a user's file would.
 */
export async function run(example: string, file: URL): Promise<readonly [string, string]> {
	const path = fileURLToPath(file);
	await writeFile(path, example);
	try {
		const { stdout, stderr } = await promisify(execFile)(process.execPath, [path]);
		return [stdout, stderr];
	} finally {
		await rm(path);
	}
}
