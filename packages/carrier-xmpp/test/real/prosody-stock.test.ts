/** The carrier on Prosody as Debian configures it: its modules, its 10 kB a second, its storage. */
import { type Prosody, prosodyMissing, startProsody } from "@clowder/servers";
import { carrierConformance } from "@clowder/carrier/conformance";
import { serverHarness } from "../harness.ts";

const skip = prosodyMissing();

/** Prosody keeps whoever is lost for ten minutes, however much less the client asks for; no test waits for that. */
function start(): Promise<Prosody> {
	return startProsody({ stock: true, config: "smacks_hibernation_time = 2" });
}

carrierConformance(
	"XMPP over WebSocket, stock Prosody",
	() => serverHarness(start, (port, path) => `ws://localhost:${port}${path}`, "http"),
	{ skip },
);

carrierConformance(
	"XMPP over TCP, stock Prosody",
	() => serverHarness(start, (port) => `xmpp://localhost:${port}`, "tcp"),
	{ skip },
);
