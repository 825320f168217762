import { carrierConformance } from "@clowder/carrier/conformance";
import { startEmbedded } from "./embedded.ts";
import { serverHarness } from "./harness.ts";

carrierConformance("XMPP over WebSocket, embedded server", () =>
	serverHarness(
		() => startEmbedded(),
		(port, path) => `ws://127.0.0.1:${port}${path}`,
		"http",
	),
);

carrierConformance("XMPP over TCP, embedded server", () =>
	serverHarness(
		() => startEmbedded(),
		(port) => `xmpp://127.0.0.1:${port}`,
		"tcp",
	),
);
