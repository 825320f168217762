import { ok, type Result } from "@clowder/bytes";
import { CallQueue, type CallRefusal, type WorkerLost } from "./call-queue.ts";
import type { WorkerCalls } from "./calls.ts";
import { ConversationProxy } from "./conversation-proxy.ts";
import type { AccountData, NewAccount, NewConversation, PrekeyOptions } from "./data.ts";
import { PrekeyProxy } from "./prekey-proxy.ts";
import type { Port } from "./port.ts";

/**
 * The page's end of a port at whose other end `serveConversations` runs: an account and its conversations in a worker.
 * Secrets stay there, but for agreed extra keys. Every call gives a `Result`; none rejects for what a peer or a worker does.
 */
export class ConversationsProxy {
	readonly #queue: CallQueue;

	constructor(port: Port) {
		this.#queue = new CallQueue(port);
	}

	/** A new account. Refused where the worker has one already, made or restored. */
	createAccount(options: NewAccount, nowMs: number): Promise<Result<AccountData, CallRefusal>> {
		return this.#ask("createAccount", [options, nowMs]);
	}

	/** The account as it is. Refused where there is none. */
	account(): Promise<Result<AccountData, CallRefusal>> {
		return this.#ask("account", []);
	}

	/**
	 * A conversation with one correspondent: as it was stored, if the worker was given it, else in the state `START`. Refused
	 * where there is no account, and where what was stored is damaged.
	 */
	async open(options: NewConversation): Promise<Result<ConversationProxy, CallRefusal>> {
		const { result, status } = await this.#queue.call({ on: "worker", call: "open", args: [options] });
		const opened = result as Result<number, CallRefusal>;
		return opened.ok ? ok(new ConversationProxy(this.#queue, opened.value, status)) : opened;
	}

	/** The account's side of the prekey protocol with one server, in the place of any that was opened before. */
	async openPrekeys(options: PrekeyOptions): Promise<Result<PrekeyProxy, CallRefusal>> {
		const opened = await this.#ask("openPrekeys", [options]);
		return opened.ok ? ok(new PrekeyProxy(this.#queue)) : opened;
	}

	/**
	 * Erases every secret in the worker, which serves nothing any more. Says nothing to peers: end conversations before, if
	 * they should know. Stop the worker afterwards.
	 */
	async close(): Promise<Result<undefined, CallRefusal>> {
		const closed = await this.#ask("close", []);
		this.#queue.lose("it was closed");
		return closed;
	}

	/**
	 * To be called by whoever sees the worker die (`error` and `messageerror` of a `Worker`, `exit` of Node's, `terminate`):
	 * a port does not say so. What waits is refused, and so is what is called from now on.
	 */
	lost(what: string): void {
		this.#queue.lose(what);
	}

	/** What became of the worker, once it is gone or has failed. */
	get failure(): WorkerLost | undefined {
		return this.#queue.lost;
	}

	async #ask<K extends keyof WorkerCalls>(
		call: K,
		args: WorkerCalls[K]["args"],
	): Promise<Result<WorkerCalls[K]["value"], CallRefusal>> {
		const { result } = await this.#queue.call({ on: "worker", call, args });
		return result as Result<WorkerCalls[K]["value"], CallRefusal>;
	}
}
