import { prosodyMissing, startProsody } from "@clowder/servers";
import { carrierConformance } from "@clowder/carrier/conformance";
import { serverHarness } from "../harness.ts";

const skip = prosodyMissing();

carrierConformance(
	"XMPP over WebSocket, Prosody",
	() =>
		serverHarness(
			() => startProsody(),
			(port, path) => `ws://localhost:${port}${path}`,
			"http",
		),
	{ skip },
);

carrierConformance(
	"XMPP over TCP, Prosody",
	() =>
		serverHarness(
			() => startProsody(),
			(port) => `xmpp://localhost:${port}`,
			"tcp",
		),
	{ skip },
);
