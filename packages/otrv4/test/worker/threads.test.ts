import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import type { Port, PortEvent } from "../../src/worker/port.ts";
import { type ConversationProxy, ConversationsProxy } from "../../src/worker/proxy.ts";
import { kinds, must, NEW_ACCOUNT, NOW, settle } from "./support.ts";

/** Node's `Worker` tells by events what a browser's tells by `onmessage`. */
function portOf(worker: Worker): Port {
	const port: Port = {
		postMessage: (message, transfer) => worker.postMessage(message, transfer),
		onmessage: null,
	};
	worker.on("message", (data: unknown) => (port.onmessage as ((event: PortEvent) => void) | null)?.({ data }));
	return port;
}

function start(): { readonly worker: Worker; readonly proxy: ConversationsProxy } {
	const worker = new Worker(new URL("thread.js", import.meta.url));
	const proxy = new ConversationsProxy(portOf(worker));
	worker.on("error", () => proxy.lost("an uncaught error"));
	worker.on("exit", (code) => proxy.lost(`exit code ${code}`));
	return { worker, proxy };
}

describe("two threads, each with an account", () => {
	const sides = [start(), start()] as const;
	let both: readonly [ConversationProxy, ConversationProxy];

	before(async () => {
		const open = async (proxy: ConversationsProxy, ourAddress: string, theirAddress: string) => {
			must(await proxy.createAccount(NEW_ACCOUNT, NOW));
			return must(await proxy.open({ ourAddress, theirAddress }));
		};
		both = [
			await open(sides[0].proxy, "alice@example.org", "bob@example.org"),
			await open(sides[1].proxy, "bob@example.org", "alice@example.org"),
		];
	});
	after(async () => {
		for (const { worker } of sides) await worker.terminate();
	});

	it("establish a conversation, talk, and compare a secret", async () => {
		assert.deepEqual(kinds(await settle(both, 0, both[0].start(NOW))), ["established", "established"]);
		for (const from of [0, 1, 0, 1] as const) {
			assert.deepEqual(kinds(await settle(both, from, both[from].send("meow", NOW))), ["message"]);
		}
		await settle(both, 0, both[0].session()?.startSmp("whose cat?", "the miller's", NOW));
		const done = await settle(both, 1, both[1].session()?.answerSmp("the miller's", NOW));
		const equal = done.flatMap(({ events }) => events).filter((event) => event.kind === "smp-finished");
		assert.deepEqual(
			equal.map((event) => event.equal),
			[true, true],
		);
	});

	it("one that is stopped is reported, with what it was asked last", async () => {
		const [{ worker, proxy }] = sides;
		const exit = once(worker, "exit");
		const stopped = worker.terminate();
		const last = both[0].send("nobody seals this", NOW);
		await Promise.all([stopped, exit]);
		const refused = await last;
		assert.deepEqual(!refused.ok && [refused.error.blame, refused.error.got], ["worker", "exit code 1"]);
		assert.equal(proxy.failure?.reason, "lost");
		assert.equal(both[0].session()?.isOpen, false);
	});
});
