import { readServerConfig, type ServerAddress } from "@clowder/client";

/** Where the server is, by `clowder.json` beside the page. Undefined when it cannot be had. */
export async function findServer(page: URL): Promise<ServerAddress | undefined> {
	try {
		const response = await fetch(new URL("clowder.json", page), { cache: "no-store", credentials: "omit" });
		return response.ok ? readServerConfig(await response.json(), page.href) : undefined;
	} catch {
		// No network, or not JSON: for the user the same, no server.
		return undefined;
	}
}
