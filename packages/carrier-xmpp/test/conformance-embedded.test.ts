import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoomName, ROOM_NAME_MAX_CHARACTERS } from "@clowder/carrier";
import { carrierConformance } from "@clowder/carrier/conformance";
import { xmppCarrier } from "../src/index.ts";
import { NO_RESUMPTION, startEmbedded } from "./embedded.ts";
import { random, serverHarness } from "./harness.ts";

carrierConformance("XMPP over WebSocket, embedded server", () =>
	serverHarness(
		() => startEmbedded({ limits: NO_RESUMPTION }),
		(port, path) => `ws://127.0.0.1:${port}${path}`,
		"http",
	),
);

carrierConformance("XMPP over TCP, embedded server", () =>
	serverHarness(
		() => startEmbedded({ limits: NO_RESUMPTION }),
		(port) => `xmpp://127.0.0.1:${port}`,
		"tcp",
	),
);

test("embedded server: the longest room name that people can type, in any script, is a room", async () => {
	const server = await startEmbedded();
	const carrier = xmppCarrier({
		service: `ws://127.0.0.1:${server.httpPort}${server.path}`,
		domain: server.domain,
		random,
	});
	const room = parseRoomName("会".repeat(ROOM_NAME_MAX_CHARACTERS));
	assert.ok(room.ok);
	const entered = await carrier.enter({ room: room.value, onEvent: () => undefined });
	assert.ok(entered.ok, JSON.stringify(entered));
	await entered.value.leave();
	await server.stop();
});
