import { CrewLink } from "./crew-link.ts";
import type { CrewFigures } from "./crew-protocol.ts";
import { Histogram } from "./histogram.ts";
import { PEOPLE_PER_CREW, WARM_UP_SECONDS } from "./limits.ts";
import type { LoadOptions, ServerName } from "./options.ts";
import { pin, type Usage, usageOf } from "./process.ts";
import type { Target } from "./target.ts";
import { startEjabberdTarget } from "./targets/ejabberd.ts";
import { startEmbedded } from "./targets/embedded.ts";
import { startProsodyTarget } from "./targets/prosody.ts";

/** What came of a run on one server. */
export interface LoadFigures {
	readonly server: string;
	readonly connections: number;
	readonly seconds: number;
	readonly sent: number;
	/** Texts that came to somebody: a text to a room of ten is ten deliveries. */
	readonly delivered: number;
	readonly missing: number;
	readonly doubled: number;
	readonly lostConnections: number;
	/** From sending to delivery, in microseconds. */
	readonly latencyUs: { readonly p50: number; readonly p95: number; readonly p99: number };
	/** Of the server's process; undefined where it is not ours. */
	readonly process: ServerFigures | undefined;
}

export interface ServerFigures {
	/** While texts flowed. */
	readonly cpuSeconds: number;
	readonly rssStartKiB: number;
	/** All connected and in their rooms, nothing said yet. */
	readonly rssIdleKiB: number;
	readonly rssEndKiB: number;
}

/** Runs one server after the other; `say` is told in a line what is going on. */
export async function runLoad(options: LoadOptions, say: (line: string) => void): Promise<readonly LoadFigures[]> {
	const { servers } = options;
	if ("url" in servers) {
		return [await runOne({ ...servers, name: servers.url, pid: undefined, stop: async () => {} }, options, say)];
	}
	const figures: LoadFigures[] = [];
	for (const name of servers) {
		const target = await start(name, options);
		try {
			if (target.pid !== undefined) pin(target.pid, "server");
			figures.push(await runOne(target, options, say));
		} finally {
			await target.stop();
		}
	}
	return figures;
}

function start(name: ServerName, { people, nodeArgs }: LoadOptions): Promise<Target> {
	if (name === "embedded") return startEmbedded(nodeArgs);
	return name === "prosody" ? startProsodyTarget() : startEjabberdTarget(people);
}

async function runOne(target: Target, options: LoadOptions, say: (line: string) => void): Promise<LoadFigures> {
	const { rooms, people, bytes, rate } = options;
	const usage = (): Usage | undefined => (target.pid === undefined ? undefined : usageOf(target.pid));
	const atStart = usage();
	const count = Math.min(rooms, Math.ceil((rooms * people) / PEOPLE_PER_CREW));
	const crews = Array.from({ length: count }, () => new CrewLink(target.pid !== undefined));
	try {
		say(`${target.name}: ${rooms * people} clients enter ${rooms} rooms`);
		await Promise.all(
			crews.map((crew, index) => {
				const mine = roomNames(rooms).filter((_, room) => room % count === index);
				return crew.enter({ target: addresses(target), rooms: mine, people, bytes });
			}),
		);
		const idle = usage();
		const each = rate === undefined ? undefined : rate / count;
		await round(crews, each, WARM_UP_SECONDS);
		say(`${target.name}: texts flow for ${options.seconds} s`);
		const [before, since] = [usage(), performance.now()];
		const settled = await round(crews, each, options.seconds);
		const [after, seconds] = [usage(), (performance.now() - since) / 1000];
		const figures = sum(target.name, rooms * people, seconds, settled);
		if (atStart === undefined || idle === undefined || before === undefined || after === undefined) return figures;
		return {
			...figures,
			process: {
				cpuSeconds: after.cpuSeconds - before.cpuSeconds,
				rssStartKiB: atStart.rssKiB,
				rssIdleKiB: idle.rssKiB,
				rssEndKiB: after.rssKiB,
			},
		};
	} finally {
		await Promise.all(crews.map((crew) => crew.end()));
	}
}

function addresses({ url, domain, rooms, login }: Target): Pick<Target, "url" | "domain" | "rooms" | "login"> {
	return { url, domain, rooms, login };
}

function roomNames(rooms: number): readonly string[] {
	return Array.from({ length: rooms }, (_, room) => `room${room}`);
}

/** Texts flow for so long, and then until all have come. */
async function round(
	crews: readonly CrewLink[],
	perSecond: number | undefined,
	seconds: number,
): Promise<readonly CrewFigures[]> {
	await Promise.all(crews.map((crew) => crew.send(perSecond)));
	await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
	return Promise.all(crews.map((crew) => crew.settle()));
}

function sum(server: string, connections: number, seconds: number, crews: readonly CrewFigures[]): LoadFigures {
	const latencies = new Histogram();
	for (const crew of crews) latencies.merge(crew.latencies);
	const total = (of: (crew: CrewFigures) => number): number => crews.reduce((all, crew) => all + of(crew), 0);
	return {
		server,
		connections,
		seconds,
		sent: total(({ sent }) => sent),
		delivered: total(({ delivered }) => delivered),
		missing: total(({ missing }) => missing),
		doubled: total(({ doubled }) => doubled),
		lostConnections: total(({ lostConnections }) => lostConnections),
		latencyUs: {
			p50: latencies.percentile(0.5),
			p95: latencies.percentile(0.95),
			p99: latencies.percentile(0.99),
		},
		process: undefined,
	};
}
