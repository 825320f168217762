import { carrierConformance, type ConformanceHarness } from "@clowder/carrier/conformance";
import { carrierTo, startServer, until } from "./harness.ts";
import { Relay } from "./relay.ts";

/** Everyone behind a relay of their own, so that each can die alone. */
async function harness(): Promise<ConformanceHarness> {
	// CARRIER-5 waits until someone without a stream is given up, so that time is short here.
	const server = await startServer({ httpResumeMs: 1_500 });
	const relays: Relay[] = [];
	const spare: Relay[] = [];
	for (let i = 0; i < 40; i++) spare.push(await Relay.to(server.port));
	return {
		person() {
			const relay = spare.pop();
			if (relay === undefined) throw new RangeError("more people than relays");
			relays.push(relay);
			return { carrier: carrierTo(relay.port), die: () => relay.die() };
		},
		until,
		async close() {
			for (const relay of [...relays, ...spare]) await relay.close();
			await server.stop();
		},
	};
}

carrierConformance("HTTP, embedded server", harness);
