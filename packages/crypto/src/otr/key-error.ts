import { err } from "@clowder/bytes";
import type { OtrKeyError } from "./primitives.ts";

export function otrKeyError(
	key: OtrKeyError["key"],
	expected: string,
	got: string,
): { readonly ok: false; readonly error: OtrKeyError } {
	return err({ kind: "otr-key", key, expected, got });
}
