import { ejabberdMissing, type EjabberdOptions, startEjabberd } from "@clowder/servers";
import { upstreamSuite, type UpstreamServer } from "../src/upstream.ts";

async function start(options: EjabberdOptions): Promise<UpstreamServer> {
	const ejabberd = await startEjabberd(options);
	const url = new URL(`ws://localhost:${ejabberd.httpPort}${ejabberd.path}`);
	return { domain: ejabberd.domain, url, stop: () => ejabberd.stop() };
}

upstreamSuite("the page on ejabberd, with the limits that it has as shipped, where accounts can be registered", {
	start: () => start({}),
	login: "with an account made for this visit",
	skip: ejabberdMissing(),
	// Who leaves has their account removed, on which ejabberd ends the connection and says something more after that.
	faultOfServer: /^error: WebSocket connection to .* failed: Data frame received after close$/,
});
