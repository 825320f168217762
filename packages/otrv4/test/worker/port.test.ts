import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hex, type Result } from "@clowder/bytes";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import { type Account, createAccount } from "../../src/index.ts";
import { CALLS_WAITING_MAX, CONVERSATIONS_MAX, WAITING_MAX_CHARS } from "../../src/worker/limits.ts";
import type { Port, PortEvent } from "../../src/worker/port.ts";
import { type CallRefusal, type ConversationProxy, ConversationsProxy } from "../../src/worker/proxy.ts";
import { serveConversations, type ServeOptions } from "../../src/worker/serve.ts";
import { kinds, must, NEW_ACCOUNT, NOW, seeded, settle, Side } from "./support.ts";

const ADDRESSES = { ourAddress: "alice@example.org", theirAddress: "bob@example.org" };

/** Two ends of a channel that carries when it is told to, and shows what it carried. */
class Channel {
	readonly page: Port;
	readonly worker: Port;
	readonly toWorker: unknown[] = [];
	readonly toPage: unknown[] = [];

	constructor() {
		this.page = { postMessage: (message) => this.toWorker.push(message), onmessage: null };
		this.worker = { postMessage: (message) => this.toPage.push(message), onmessage: null };
	}

	/** Everything, both ways, until nothing is left. */
	carry(): void {
		while (this.toWorker.length + this.toPage.length > 0) {
			for (const message of this.toWorker.splice(0)) deliver(this.worker, message);
			for (const message of this.toPage.splice(0)) deliver(this.page, message);
		}
	}
}

function deliver(port: Port, data: unknown): void {
	(port.onmessage as ((event: PortEvent) => void) | null)?.({ data });
}

function served(options: Partial<ServeOptions> = {}): {
	readonly channel: Channel;
	readonly proxy: ConversationsProxy;
} {
	const channel = new Channel();
	serveConversations(channel.worker, { primitives: otrNodePrimitives, random: seeded("port"), ...options });
	return { channel, proxy: new ConversationsProxy(channel.page) };
}

async function carried<T>({ channel }: { readonly channel: Channel }, call: Promise<T>): Promise<T> {
	channel.carry();
	return call;
}

async function opened(both: {
	readonly channel: Channel;
	readonly proxy: ConversationsProxy;
}): Promise<ConversationProxy> {
	must(await carried(both, both.proxy.createAccount(NEW_ACCOUNT, NOW)));
	return must(await carried(both, both.proxy.open(ADDRESSES)));
}

function account(): Account {
	return must(createAccount({ ...NEW_ACCOUNT, primitives: otrNodePrimitives, random: seeded("stored") }, NOW));
}

describe("the account of a worker", () => {
	it("is made once, and has to be there before a conversation", async () => {
		const both = served();
		for (const early of [() => both.proxy.open(ADDRESSES), () => both.proxy.account()]) {
			const refused = await carried<Result<unknown, CallRefusal>>(both, early());
			assert.equal(!refused.ok && refused.error.expected, "one that was created");
		}
		const made = must(await carried(both, both.proxy.createAccount(NEW_ACCOUNT, NOW)));
		assert.equal(made.fingerprint.length, 56);
		const again = await carried(both, both.proxy.createAccount(NEW_ACCOUNT, NOW));
		assert.equal(!again.ok && again.error.expected, "no account yet");
		assert.deepEqual(must(await carried(both, both.proxy.account())), made);
	});

	it("a refusal of the account's comes through", async () => {
		const both = served();
		const refused = await carried(both, both.proxy.createAccount({ mode: "standalone", versions: "34" }, NOW));
		assert.equal(!refused.ok && refused.error.blame, "caller");
	});

	it("may be one that the worker's script restored", async () => {
		const restored = account();
		const both = served({ account: restored });
		assert.equal(must(await carried(both, both.proxy.account())).instanceTag, restored.instanceTag);
		assert.ok((await carried(both, both.proxy.open(ADDRESSES))).ok);
	});

	it("is shown to the worker's script whenever it has to be stored anew", async () => {
		const shown: Account[] = [];
		const both = served({ onAccountChanged: (changed) => shown.push(changed) });
		const conversation = await opened(both);
		assert.equal(shown.length, 1);
		await carried(both, conversation.start(NOW));
		assert.equal(shown.length, 1);
		const week = 7 * 24 * 60 * 60 * 1000;
		await carried(both, conversation.start(NOW + week));
		assert.deepEqual(
			shown.map(({ renewals }) => renewals),
			[1, 1],
		);
	});
});

describe("a worker that is gone", () => {
	it("leaves no call without an answer", async () => {
		const both = served();
		const conversation = await opened(both);
		const waiting = [conversation.start(NOW), conversation.send("hello", NOW)];
		both.proxy.lost("exit code 1");
		const error = { blame: "worker", reason: "lost", what: "worker", expected: "an answer", got: "exit code 1" };
		assert.deepEqual(await Promise.all(waiting), [
			{ ok: false, error },
			{ ok: false, error },
		]);
		assert.deepEqual(await conversation.tick(NOW), { ok: false, error });
		assert.deepEqual(await both.proxy.open(ADDRESSES), { ok: false, error });
		assert.deepEqual(both.proxy.failure, error);
	});

	it("what it still says is not heard", async () => {
		const both = served();
		const call = both.proxy.createAccount(NEW_ACCOUNT, NOW);
		both.proxy.lost("terminated");
		both.channel.carry();
		assert.equal((await call).ok, false);
	});

	it("an answer to nothing that was asked means that it is no worker of ours", async () => {
		const both = served();
		const call = both.proxy.account();
		deliver(both.channel.page, { id: 7, result: { ok: true, value: undefined } });
		const refused = await call;
		assert.equal(!refused.ok && refused.error.got, "an answer to nothing that was asked");
	});

	it("messages that are not of this protocol are left alone on both ends", async () => {
		const both = served();
		for (const message of [null, "hello", 1, {}, { id: 0 }, { request: {} }]) {
			deliver(both.channel.worker, message);
			deliver(both.channel.page, message);
		}
		assert.ok((await carried(both, both.proxy.createAccount(NEW_ACCOUNT, NOW))).ok);
	});
});

describe("a bug in the worker", () => {
	it("ends it: the page is told of what kind, every secret is erased, nothing more is served", async () => {
		const restored = account();
		let broken = false;
		const random = seeded("broken");
		const both = served({
			account: restored,
			random: (length) => {
				if (broken) throw new RangeError("a text that may hold anything");
				return random(length);
			},
		});
		const conversation = must(await carried(both, both.proxy.open(ADDRESSES)));
		broken = true;
		const call = conversation.start(NOW);
		assert.throws(() => both.channel.carry(), RangeError);
		both.channel.carry();
		const refused = await call;
		assert.equal(!refused.ok && refused.error.got, "it failed: RangeError");
		assert.throws(() => restored.content().keyPair.reveal(), /erased/);
		assert.equal(both.channel.worker.onmessage, null);
	});
});

describe("closing", () => {
	it("erases every secret and stops both ends", async () => {
		const restored = account();
		const both = served({ account: restored });
		const conversation = must(await carried(both, both.proxy.open(ADDRESSES)));
		assert.deepEqual(await carried(both, both.proxy.close()), { ok: true, value: undefined });
		assert.throws(() => restored.content().keyPair.reveal(), /erased/);
		const refused = await conversation.start(NOW);
		assert.equal(!refused.ok && refused.error.got, "it was closed");
		assert.deepEqual([both.channel.worker.onmessage, both.channel.page.onmessage], [null, null]);
	});

	it("erases sessions too, without a word to the peer", async () => {
		const sides = [new Side("closing"), new Side("left behind")] as const;
		const alice = await sides[0].open("alice@example.org", "bob@example.org");
		const bob = await sides[1].open("bob@example.org", "alice@example.org");
		await settle([alice, bob], 0, alice.start(NOW));
		assert.ok(alice.session()?.isOpen);
		assert.deepEqual(await sides[0].proxy.close(), { ok: true, value: undefined });
		assert.equal(alice.session()?.isOpen, false);
		for (const side of sides) side.disconnect();
	});
});

describe("the limits of a port", () => {
	it("so many calls wait, and no more; there is room again when they are answered", async () => {
		const both = served();
		const calls = Array.from({ length: CALLS_WAITING_MAX }, () => both.proxy.account());
		const over = await both.proxy.account();
		assert.equal(!over.ok && over.error.reason, "limit");
		assert.equal(both.channel.toWorker.length, CALLS_WAITING_MAX);
		await carried(both, Promise.all(calls));
		assert.ok((await carried(both, both.proxy.createAccount(NEW_ACCOUNT, NOW))).ok);
	});

	it("so many characters wait, and no more", async () => {
		const both = served();
		const conversation = await opened(both);
		const half = "x".repeat(WAITING_MAX_CHARS / 2);
		const calls = [conversation.receive(half, NOW), conversation.receive(half, NOW)];
		const over = await conversation.receive("x", NOW);
		assert.equal(!over.ok && over.error.reason, "limit");
		await carried(both, Promise.all(calls));
		assert.ok((await carried(both, conversation.receive("x", NOW))).ok);
	});

	it("so many conversations are open, and no more; there is room again when one is left", async () => {
		const both = served({ account: account() });
		const first = must(await carried(both, both.proxy.open(ADDRESSES)));
		for (let i = 1; i < CONVERSATIONS_MAX; i++) must(await carried(both, both.proxy.open(ADDRESSES)));
		const over = await carried(both, both.proxy.open(ADDRESSES));
		assert.equal(!over.ok && over.error.reason, "limit");
		await carried(both, first.leave(NOW));
		assert.ok((await carried(both, both.proxy.open(ADDRESSES))).ok);
	});
});

/** All bytes in a message, whatever it is made of. Fails for what is not plain. */
function bytesIn(value: unknown): Uint8Array[] {
	if (typeof value !== "object" || value === null) {
		assert.ok(["string", "number", "boolean", "undefined"].includes(typeof value) || value === null, typeof value);
		return [];
	}
	if (value instanceof Uint8Array) return [value];
	const prototype: unknown = Object.getPrototypeOf(value);
	assert.ok(prototype === Object.prototype || prototype === Array.prototype);
	return Object.values(value).flatMap(bytesIn);
}

describe("what passes the port", () => {
	it("is plain data; bytes have buffers of their own that move; no secret of the account or of its random is in it", async () => {
		const posted: { readonly message: unknown; readonly transfer: ArrayBuffer[] }[] = [];
		const secrets: string[] = [];
		const random = seeded("secrets");
		const watch = (port: Port): Port => ({
			postMessage(message, transfer) {
				posted.push({ message: structuredClone(message), transfer: [...transfer] });
				for (const bytes of bytesIn(message)) {
					assert.equal(bytes.byteLength, bytes.buffer.byteLength);
					assert.ok(transfer.includes(bytes.buffer as ArrayBuffer));
				}
				port.postMessage(message, transfer);
			},
			get onmessage() {
				return port.onmessage;
			},
			set onmessage(listener) {
				port.onmessage = listener;
			},
		});
		const recording = (length: number): Uint8Array => {
			const bytes = random(length);
			// Instance tags and identifiers are public; a forging key that nobody has is made of its bytes.
			if (length === 80 || length === 57) secrets.push(hex(bytes));
			return bytes;
		};
		const sides = [new Side("", { random: recording }, watch), new Side("bob")] as const;
		const alice = await sides[0].open("alice@example.org", "bob@example.org");
		const bob = await sides[1].open("bob@example.org", "alice@example.org");
		await settle([alice, bob], 0, alice.start(NOW));
		await settle([alice, bob], 1, bob.send("meow", NOW));
		await settle([alice, bob], 0, alice.send("meow", NOW));
		const asked = await settle([alice, bob], 0, alice.session()?.startSmp("", "catnip", NOW));
		assert.ok(kinds(asked).includes("smp-asked"));
		await settle([alice, bob], 1, bob.session()?.answerSmp("catnip", NOW));
		assert.ok(secrets.length > 20);
		const all = posted
			.map(({ message }) => `${JSON.stringify(message)} ${bytesIn(message).map(hex).join(" ")}`)
			.join(" ");
		assert.deepEqual(
			secrets.filter((secret) => all.includes(secret)),
			[],
		);
		assert.ok(!all.includes("catnip"));
		for (const side of sides) side.disconnect();
	});

	it("an object with a class cannot pass by mistake: the call rejects, and nothing is posted", async () => {
		const both = served();
		const options = { ...NEW_ACCOUNT, mode: new Map() as unknown as "standalone" };
		await assert.rejects(both.proxy.createAccount(options, NOW), /expected plain data to pass a port; got a Map/);
		await assert.rejects(
			both.proxy.createAccount({ ...NEW_ACCOUNT, versions: (() => "4") as unknown as string }, NOW),
			/expected plain data to pass a port; got a function/,
		);
		assert.deepEqual(both.channel.toWorker, []);
		assert.ok((await carried(both, both.proxy.createAccount(NEW_ACCOUNT, NOW))).ok);
	});
});
