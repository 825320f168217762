import type { ConversationProxy, ConversationsProxy, EventData, OutcomeData } from "@clowder/otrv4/worker-proxy";
import { connect } from "./connect.ts";
import { type Stillness, watchInterface } from "./interface-watch.ts";

type Pair = readonly [ConversationProxy, ConversationProxy];

/** What a test can have done here. */
export interface WorkerPage {
	/** A whole conversation between two workers, while the page's thread is watched. */
	converse(): Promise<{ readonly events: readonly string[]; readonly texts: number; readonly stillness: Stillness }>;
	/** Computes in this very thread for so long, to see that it shows. */
	blockFor(ms: number): Promise<Stillness>;
	/** What is told of a worker whose script is not there. */
	missingWorker(): Promise<string>;
}

const ADDRESSES = ["alice@example.org", "bob@example.org"] as const;

function startWorker(): ConversationsProxy {
	return connect(new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
}

function must<T>(
	result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
}

async function open(us: 0 | 1): Promise<ConversationProxy> {
	const proxy = startWorker();
	must(await proxy.createAccount({ mode: "standalone" }, Date.now()));
	return must(await proxy.open({ ourAddress: ADDRESSES[us], theirAddress: ADDRESSES[1 - us] as string }));
}

/** What happened, without what differs from run to run. */
function told(event: EventData): string {
	if (event.kind === "message") return `message ${event.text}`;
	return event.kind === "smp-finished" ? `${event.kind} ${event.equal ? "equal" : "different"}` : event.kind;
}

/** Carries texts between the two until neither has anything to say. */
async function carry(pair: Pair, from: 0 | 1, first: OutcomeData): Promise<{ events: string[]; texts: number }> {
	const events = first.events.map(told);
	const queue = first.send.map((text) => ({ to: 1 - from, text }));
	let texts = 0;
	for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
		const { to, text } = next;
		const outcome = must(await (pair[to] as ConversationProxy).receive(text, Date.now()));
		texts += 1;
		events.push(...outcome.events.map(told));
		queue.push(...outcome.send.map((answer) => ({ to: 1 - to, text: answer })));
	}
	return { events, texts };
}

async function converse(): ReturnType<WorkerPage["converse"]> {
	const seen = watchInterface();
	const pair: Pair = [await open(0), await open(1)];
	const all: Awaited<ReturnType<typeof carry>>[] = [];
	all.push(await carry(pair, 0, must(await pair[0].start(Date.now()))));
	for (const from of [0, 1, 0, 1, 0, 1] as const) {
		const sent = await (pair[from].session() ?? missing()).send(`from ${ADDRESSES[from]}`, Date.now());
		all.push(await carry(pair, from, must(sent)));
	}
	const asked = await (pair[0].session() ?? missing()).startSmp("whose cat?", "the miller's", Date.now());
	all.push(await carry(pair, 0, must(asked)));
	const answered = await (pair[1].session() ?? missing()).answerSmp("the miller's", Date.now());
	all.push(await carry(pair, 1, must(answered)));
	all.push(await carry(pair, 0, must(await pair[0].end(Date.now()))));
	return {
		events: all.flatMap(({ events }) => events),
		texts: all.reduce((sum, { texts }) => sum + texts, 0),
		stillness: await seen(),
	};
}

function missing(): never {
	throw new Error("there is no encrypted session");
}

async function blockFor(ms: number): Promise<Stillness> {
	const seen = watchInterface();
	await new Promise((resolve) => requestAnimationFrame(resolve));
	const until = performance.now() + ms;
	while (performance.now() < until);
	return seen();
}

async function missingWorker(): Promise<string> {
	const proxy = connect(new Worker(new URL("/no-such-worker.js", location.href), { type: "module" }));
	const made = await proxy.createAccount({ mode: "standalone" }, Date.now());
	return made.ok ? "an account" : `${made.error.blame}: ${made.error.got}`;
}

Object.assign(globalThis, { workerPage: { converse, blockFor, missingWorker } satisfies WorkerPage });
