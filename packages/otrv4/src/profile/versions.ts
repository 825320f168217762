import { ok, type Result } from "@clowder/bytes";
import type { Mode } from "../mode.ts";
import { type Refusal, refuse } from "../refusal.ts";

/** The versions that a client can be willing to speak. */
export type OtrVersion = 3 | 4;

/** The best first. */
const KNOWN: readonly OtrVersion[] = [4, 3];
/** "invalid version strings contain a 2 or a 1", otrv4.md "Establishing Versions". */
const FORBIDDEN = /[12]/;

/** The known versions of a version string, each once, the best first; its other characters are ignored. */
export function versionsOf(text: string): readonly OtrVersion[] {
	return KNOWN.filter((version) => text.includes(`${version}`));
}

/** "43" for both versions. */
export function versionString(versions: readonly OtrVersion[]): string {
	return KNOWN.filter((version) => versions.includes(version)).join("");
}

/** The `Versions` of a client profile: 4 among them, and neither 1 nor 2. */
export function checkPeerVersions(what: string, text: string): Result<undefined, Refusal> {
	const expected = 'versions with "4", without "1" and "2"';
	if (!text.includes("4")) return refuse("incompatible", "version", what, expected, printable(text));
	if (FORBIDDEN.test(text)) return refuse("peer", "version", what, expected, printable(text));
	return ok(undefined);
}

/** The `Versions` of a profile of ours: "4" alone where the mode knows no other. */
export function checkOwnVersions(what: string, text: string, mode: Mode): Result<undefined, Refusal> {
	const allowed = mode === "otrv3-compatible" ? ["4", "34", "43"] : ["4"];
	if (allowed.includes(text)) return ok(undefined);
	const expected = `one of the version strings ${allowed.join(", ")} in ${mode} mode`;
	return refuse("caller", "version", what, expected, printable(text));
}

/** What somebody else wrote, with nothing in it that a terminal or a log would obey. */
function printable(text: string): string {
	return `"${text.replace(/[^!-~]/g, "?")}"`;
}
