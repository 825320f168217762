import { err } from "@clowder/bytes";
import type { KeyError } from "./suite.ts";

export function keyError(
	key: KeyError["key"],
	expected: string,
	got: string,
): { readonly ok: false; readonly error: KeyError } {
	return err({ kind: "key", key, expected, got });
}
