import { carrierConformance } from "@clowder/carrier/conformance";
import { ejabberdMissing, startEjabberd } from "@clowder/servers";
import { serverHarness } from "../harness.ts";

const skip = ejabberdMissing();
/**
 * Who dies is seen to leave once the stream cannot be resumed any more, so that is soon here. A text of 200 KiB takes more
 * than a minute through the stock shaper.
 */
const STOCK = { timing: { resumableSeconds: 2 }, patienceMs: 5 * 60_000 };

carrierConformance(
	"XMPP over WebSocket, ejabberd as shipped",
	() =>
		serverHarness(
			() => startEjabberd(),
			(port, path) => `ws://localhost:${port}${path}`,
			"http",
			STOCK,
		),
	{ skip },
);

carrierConformance(
	"XMPP over TCP, ejabberd as shipped",
	() =>
		serverHarness(
			() => startEjabberd(),
			(port) => `xmpp://localhost:${port}`,
			"tcp",
			STOCK,
		),
	{ skip },
);
