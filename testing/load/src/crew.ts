// A process of clients. Started with an IPC channel, over which it gets its orders.

import type { Crew, CrewFigures, Order, Report } from "./crew-protocol.ts";
import { Histogram } from "./histogram.ts";
import { Ledger } from "./ledger.ts";
import { BEAT_MS, CONNECTING_COUNT, QUIET_MS } from "./limits.ts";
import { Person } from "./person.ts";

interface Member {
	readonly person: Person;
	readonly ledger: Ledger;
	readonly index: number;
}

const MICROSECONDS = 1000;
const MARK_ENDS = 0x3a;

class CrewProcess {
	#bytes = 0;
	readonly #members: Member[] = [];
	readonly #ledgers: Ledger[] = [];
	#latencies: Histogram = new Histogram();
	#before = { sent: 0, delivered: 0 };
	#isSending = false;
	#hasRate = false;
	#turn = 0;
	#beat: NodeJS.Timeout | undefined;
	#lastDeliveryMs = 0;
	#lostConnections = 0;

	async enter({ target, rooms, people, bytes }: Crew): Promise<void> {
		this.#bytes = bytes;
		const arrivals: (() => Promise<void>)[] = [];
		for (const room of rooms) {
			const ledger = new Ledger(people);
			this.#ledgers.push(ledger);
			for (let index = 0; index < people; index++) {
				arrivals.push(async () => {
					const member: Member = {
						ledger,
						index,
						person: new Person(target, {
							onBody: (frame, start) => this.#onBody(member, frame, start),
							onLost: () => {
								this.#lostConnections += 1;
							},
						}),
					};
					await member.person.enter(room, `p${index}`, bytes);
					this.#members.push(member);
				});
			}
		}
		const next = arrivals.values();
		const lane = async (): Promise<void> => {
			for (const arrive of next) await arrive();
		};
		await Promise.all(Array.from({ length: CONNECTING_COUNT }, lane));
	}

	send(perSecond: number | undefined): void {
		this.#latencies = new Histogram();
		this.#before = this.#totals();
		this.#isSending = true;
		this.#hasRate = perSecond !== undefined;
		if (perSecond === undefined) for (const member of this.#members) this.#say(member);
		else this.#sendAt(perSecond);
	}

	async settle(): Promise<CrewFigures> {
		this.#isSending = false;
		clearInterval(this.#beat);
		this.#lastDeliveryMs = performance.now();
		while (this.#missing() > 0 && performance.now() - this.#lastDeliveryMs < QUIET_MS) {
			await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
		}
		const { sent, delivered } = this.#totals();
		return {
			sent: sent - this.#before.sent,
			delivered: delivered - this.#before.delivered,
			latencies: this.#latencies.counts,
			missing: this.#missing(),
			doubled: this.#ledgers.reduce((sum, { doubled }) => sum + doubled, 0),
			lostConnections: this.#lostConnections,
		};
	}

	end(): void {
		for (const { person } of this.#members) person.end();
	}

	/** Everyone in turn, spread evenly over the time. */
	#sendAt(perSecond: number): void {
		const since = performance.now();
		let done = 0;
		this.#beat = setInterval(() => {
			const due = Math.floor(((performance.now() - since) * perSecond) / 1000);
			for (; done < due; done++) {
				const member = this.#members[this.#turn++ % this.#members.length];
				if (member !== undefined) this.#say(member);
			}
		}, BEAT_MS);
	}

	#say({ person, ledger, index }: Member): void {
		const number = ledger.send(index);
		person.say(`${index}.${number}.${Math.round(performance.now() * MICROSECONDS)}:`, this.#bytes);
	}

	#onBody(reader: Member, frame: Buffer, start: number): void {
		const end = frame.indexOf(MARK_ENDS, start);
		const [author = "", number = "", at = ""] = frame.toString("latin1", start, end).split(".");
		const now = performance.now();
		this.#lastDeliveryMs = now;
		reader.ledger.deliver(reader.index, Number(author), Number(number));
		this.#latencies.add(now * MICROSECONDS - Number(at));
		if (this.#isSending && !this.#hasRate && Number(author) === reader.index) this.#say(reader);
	}

	#totals(): { sent: number; delivered: number } {
		let [sent, delivered] = [0, 0];
		for (const ledger of this.#ledgers) {
			sent += ledger.sent;
			delivered += ledger.delivered;
		}
		return { sent, delivered };
	}

	#missing(): number {
		return this.#ledgers.reduce((sum, { missing }) => sum + missing, 0);
	}
}

const crew = new CrewProcess();

async function obey(order: Order): Promise<Report> {
	if (order.type === "enter") await crew.enter(order.crew);
	else if (order.type === "send") crew.send(order.perSecond);
	else return { type: "settled", ...(await crew.settle()) };
	return { type: "done" };
}

process.on("message", (order: Order) => {
	obey(order).then(
		(report) => process.send?.(report),
		(error: unknown) => {
			const report: Report = { type: "failed", reason: error instanceof Error ? error.message : String(error) };
			process.send?.(report);
		},
	);
});
process.on("disconnect", () => {
	crew.end();
	process.exit(0);
});
