import { fileURLToPath } from "node:url";
import type { ProsodyOptions } from "@clowder/servers";

/** Where Prosody finds the module for logins by key. */
export const MODULE: string = fileURLToPath(new URL("../../../../../server-modules/prosody", import.meta.url));

/** A Prosody with that module. */
export function withModule(modules: readonly string[] = [], config = ""): ProsodyOptions {
	return { modules: ["clowder_login", ...modules], config: `plugin_paths = { "${MODULE}" }\n${config}` };
}
