import assert from "node:assert/strict";
import { it } from "node:test";
import { prosodyMissing, startProsody } from "@clowder/servers";
import { WebSocket } from "ws";
import { heard, openWebSocket, startTestHost } from "../support.ts";

const FRAMING = "urn:ietf:params:xml:ns:xmpp-framing";

it("passes the page's WebSocket on to Prosody, stock but for its ports", {
	skip: prosodyMissing() ?? false,
}, async (t) => {
	const prosody = await startProsody();
	t.after(() => prosody.stop());
	const upstream = new URL(`ws://localhost:${prosody.httpPort}${prosody.path}`);
	const host = await startTestHost(t, { upstream, domain: prosody.domain });
	const page = `localhost:${host.port}`;
	const socket = await openWebSocket(`ws://${page}/xmpp-websocket`, { origin: `http://${page}` });
	assert.ok(socket instanceof WebSocket);
	const features = heard(socket, /<stream:features/);
	socket.send(`<open xmlns="${FRAMING}" to="${prosody.domain}" version="1.0"/>`);
	assert.match(await features, /SCRAM-SHA-1/);
	const registered = heard(socket, /id=["']r1["']/);
	socket.send(
		`<iq xmlns="jabber:client" type="set" id="r1"><query xmlns="jabber:iq:register"><username>ana</username>` +
			`<password>a long password</password></query></iq>`,
	);
	assert.match(await registered, /type=["']result["']/);
	const closing = heard(socket, /<close/);
	socket.send(`<close xmlns="${FRAMING}"/>`);
	await closing;
});
