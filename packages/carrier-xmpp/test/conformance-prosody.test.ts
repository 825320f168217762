import { carrierConformance } from "@clowder/carrier/conformance";
import { serverHarness } from "./harness.ts";
import { prosodyMissing, startProsody } from "./prosody.ts";

const skip = prosodyMissing();

/** No shaper, so that the suite measures the carrier and not Prosody's patience; `pace.test.ts` has the stock one. */
const config = 'limits = { c2s = { rate = "10mb/s" } }';

carrierConformance(
	"XMPP over WebSocket, Prosody",
	() =>
		serverHarness(
			() => startProsody({ config }),
			(port, path) => `ws://localhost:${port}${path}`,
			"http",
		),
	{ skip },
);

carrierConformance(
	"XMPP over TCP, Prosody",
	() =>
		serverHarness(
			() => startProsody({ config }),
			(port) => `xmpp://localhost:${port}`,
			"tcp",
		),
	{ skip },
);
