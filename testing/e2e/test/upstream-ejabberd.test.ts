import { type Ejabberd, ejabberdMissing, startEjabberd, startKeyServer } from "@clowder/servers";
import { upstreamSuite, type UpstreamServer } from "../src/upstream.ts";

async function start(starting: Promise<Ejabberd>, hasKeys: boolean): Promise<UpstreamServer> {
	const ejabberd = await starting;
	const url = new URL(`ws://localhost:${ejabberd.httpPort}${ejabberd.path}`);
	return { domain: ejabberd.domain, url, hasKeys, stop: () => ejabberd.stop() };
}

// Who leaves has their account removed, on which ejabberd ends the connection and says something more after that.
const faultOfServer = /^error: WebSocket connection to .* failed: Data frame received after close$/;

upstreamSuite("the page on ejabberd, with the limits that it has as shipped, where accounts can be registered", {
	start: () => start(startEjabberd(), false),
	login: "with an account made for this visit",
	skip: ejabberdMissing(),
	faultOfServer,
});

upstreamSuite("the page on ejabberd with the program for logins by key", {
	start: () => start(startKeyServer(), true),
	login: "by a key, without a password",
	skip: ejabberdMissing(),
	faultOfServer,
});
