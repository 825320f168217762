import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Person } from "./person.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
	readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe-core finds wrong on the screen, a line each. The person's window must have been opened with `bypassCSP`. */
export async function accessibilityViolations({ page }: Person): Promise<string[]> {
	await page.evaluate(AXE);
	const results = await page.evaluate(() =>
		(globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
	);
	return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Holds what is on somebody's screen to axe-core, in the light and in the dark appearance. */
export async function assertAccessible(person: Person, screen: string): Promise<void> {
	const found: string[] = [];
	for (const colorScheme of ["light", "dark"] as const) {
		await person.page.emulateMedia({ colorScheme });
		for (const line of await accessibilityViolations(person)) found.push(`${colorScheme}: ${line}`);
	}
	assert.deepEqual(found, [], screen);
}
