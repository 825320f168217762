import assert from "node:assert/strict";
import { carrierConformance } from "@clowder/carrier/conformance";
import { federationMissing, Line, startFederation } from "@clowder/servers";
import { xmppCarrier } from "../../src/index.ts";
import { random, until } from "../harness.ts";

const PEOPLE_MAX_COUNT = 40;

/** Everyone in the rooms of the first server, every other one as a user of the second. */
carrierConformance(
	"XMPP across two servers, Prosody",
	async () => {
		const federation = await startFederation();
		const [near, far] = federation.servers;
		const lines: Line[] = [];
		for (let i = 0; i < PEOPLE_MAX_COUNT; i++) lines.push(await Line.to((i % 2 === 0 ? far : near).tcpPort));
		let people = 0;
		return {
			person() {
				const line = lines[people];
				assert.ok(line, "more people than lines");
				const { domain } = people++ % 2 === 0 ? far : near;
				const service = `xmpp://localhost:${line.port}`;
				const carrier = xmppCarrier({ service, domain, muc: near.rooms, random });
				return { carrier, die: () => line.cut() };
			},
			until,
			async close() {
				for (const line of lines) await line.close();
				await federation.stop();
			},
		};
	},
	{ skip: federationMissing() },
);
