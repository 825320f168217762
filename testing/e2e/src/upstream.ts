/** The page on servers of others: what people do in three windows, whatever server stands behind the host. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { withoutChromium } from "./chromium.ts";
import { House, type Upstream } from "./house.ts";
import type { Line } from "./line.ts";
import type { Person } from "./person.ts";

/** A server of others, started for a test. */
export interface UpstreamServer extends Upstream {
	stop(): Promise<void>;
}

export interface UpstreamSuite {
	readonly start: () => Promise<UpstreamServer>;
	/** What the page says in the details of how one is logged in. */
	readonly login: string;
	/** Why the server cannot be started here. */
	readonly skip: string | undefined;
	/** What a browser says of the way in which the server ends a connection, whatever the page does. */
	readonly faultOfServer?: RegExp;
}

/** What the browser itself says of a line that was cut. */
const LINE_CUT = /^error: WebSocket connection to .* failed/;

const ROOM = "Behind the harbour wall";
const ANA = "Annabelle";
const BO = "Bartholomew";
const CUN = "Cunegonde";

export function upstreamSuite(name: string, { start, login, skip, faultOfServer }: UpstreamSuite): void {
	describe(name, { skip: withoutChromium || (skip ?? false) }, () => {
		let server: UpstreamServer;
		let house: House;
		let ana: Person;
		let bo: Person;
		let cun: Person;
		let line: Line;

		before(async () => {
			server = await start();
			house = await House.open(server);
			[ana, cun] = await Promise.all([house.person(), house.person()]);
			({ person: bo, line } = await house.personOnLine());
		});
		after(async () => {
			await house?.close();
			await server?.stop();
		});

		it("three go in, and see how they are logged in", async () => {
			await ana.join(ROOM, ANA);
			await bo.join(ROOM, BO);
			await cun.join(ROOM, CUN);
			await ana.readBy(`Only ${BO}, ${CUN} and you can read this.`);
			await bo.readBy(`Only ${ANA}, ${CUN} and you can read this.`);
			await cun.readBy(`Only ${ANA}, ${BO} and you can read this.`);
			for (const person of [ana, bo, cun]) {
				const details = person.page.getByRole("complementary", { name: "Details" });
				await details.getByText(login, { exact: true }).waitFor();
			}
		});

		it("they talk, each message ends with all, in one order", async () => {
			const texts = ["First, from the quay", "Second, from the pier", "Third, from the lighthouse"];
			for (const [index, text] of texts.entries()) await [ana, bo, cun][index]?.say(text);
			for (const [index, text] of texts.entries()) await [ana, bo, cun][index]?.marked(text, "with all");
			const seen = await ana.order(texts);
			assert.equal(seen.length, texts.length);
			for (const person of [bo, cun]) assert.deepEqual(await person.order(texts), seen);
		});

		it("a line is cut and comes back, and what was said meanwhile arrives once", async () => {
			await line.cut();
			await bo.readBy("The connection is lost. Trying to get it back.");
			await ana.say("Said while the line was down");
			await line.mend();
			await bo.readBy(`Only ${ANA}, ${CUN} and you can read this.`);
			await bo.say("Back from the deep");
			for (const person of [ana, cun]) {
				await person.readBy(`Only ${person === ana ? BO : ANA}, ${person === ana ? CUN : BO} and you can read this.`);
				await person.message("Back from the deep").waitFor();
			}
			await bo.marked("Back from the deep", "with all");
			await ana.marked("Said while the line was down", "with all");
			for (const person of [ana, bo, cun]) {
				for (const text of ["Said while the line was down", "Back from the deep"]) {
					assert.equal(await person.message(text).count(), 1, text);
				}
			}
		});

		it("one leaves, and the others go on", async () => {
			await cun.page.getByRole("button", { name: "Leave" }).click();
			for (const person of [ana, bo]) await person.line(`${CUN} left.`);
			await ana.readBy(`Only ${BO} and you can read this.`);
			await bo.say("Two of us now");
			await ana.message("Two of us now").waitFor();
			await bo.marked("Two of us now", "with all");
		});

		it("who closes the tab is seen to have gone, though the server may keep them, and comes back", async () => {
			await bo.page.close();
			await ana.line(new RegExp(`${BO} (left|stopped answering and was taken out)\\.`));
			await ana.readBy("Only you are here. Nobody else can read this.");
			await bo.reopen();
			await bo.join(ROOM, BO);
			await bo.readBy(`Only ${ANA} and you can read this.`);
			await bo.say("Here again");
			await ana.message("Here again").waitFor();
			await bo.marked("Here again", "with all");
		});

		it("no window broke its policy, asked another host or complained", () => {
			for (const person of [ana, bo, cun]) {
				const expected = person === bo ? LINE_CUT : faultOfServer;
				const others = person.problems.filter((problem) => expected?.test(problem) !== true);
				assert.deepEqual(others, []);
			}
		});
	});
}
