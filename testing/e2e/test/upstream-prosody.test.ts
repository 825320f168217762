import { fileURLToPath } from "node:url";
import { prosodyMissing, type ProsodyOptions, startProsody } from "@clowder/servers";
import { upstreamSuite, type UpstreamServer } from "../src/upstream.ts";

const MODULES = fileURLToPath(new URL("../../../../server-modules/prosody", import.meta.url));

async function start(options: ProsodyOptions): Promise<UpstreamServer> {
	const prosody = await startProsody({ stock: true, ...options });
	const url = new URL(`ws://localhost:${prosody.httpPort}${prosody.path}`);
	return { domain: prosody.domain, url, stop: () => prosody.stop() };
}

upstreamSuite("the page on Prosody, as Debian configures it", {
	start: () => start({}),
	login: "with an account made for this visit",
	skip: prosodyMissing(),
});

upstreamSuite("the page on Prosody with the module for logins by key", {
	start: () => start({ modules: ["clowder_login"], config: `plugin_paths = { "${MODULES}" }` }),
	login: "by a key, without a password",
	skip: prosodyMissing(),
});
