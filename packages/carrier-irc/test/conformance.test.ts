import { carrierConformance } from "@clowder/carrier/conformance";
import { FakeIrcd } from "./fake-ircd.ts";
import { serverHarness } from "./harness.ts";

carrierConformance("IRC, in a sequence", () => serverHarness(() => FakeIrcd.start()));

carrierConformance("IRC with the server's order and echo", () =>
	serverHarness(() => FakeIrcd.start({ echo: true }), { order: "server" }),
);
