import { equal, ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { type Account, createAccount } from "../account/account.ts";
import { Conversation, type ConversationOptions } from "../conversation/conversation.ts";
import type { Outcome } from "../conversation/events.ts";
import type { VerifiedEnsemble } from "../prekey-server/ensemble.ts";
import type { Random } from "../random.ts";
import { refuse, type Refusal } from "../refusal.ts";
import type { Answered, Asked, Failed, Request, SessionOutcome, WorkerCalls, WorkerRequest } from "./calls.ts";
import type { AccountData, Status } from "./data.ts";
import { eraseAgreedKeys, HostedConversation, outcomeData } from "./hosted-conversation.ts";
import { HostedPrekeys } from "./hosted-prekeys.ts";
import { CONVERSATIONS_MAX } from "./limits.ts";
import { plainCopy } from "./plain.ts";
import type { Port, PortEvent } from "./port.ts";

/** What a worker serves with. */
export interface ServeOptions {
	readonly primitives: OtrPrimitives;
	readonly random: Random;
	/** An account that the worker's script has restored from its own storage. Without it the page asks for a new one. */
	readonly account?: Account;
	/**
	 * Told after each call that made or changed the account: time to store it. Its secrets stay in the worker that way,
	 * which has storage of its own.
	 */
	readonly onAccountChanged?: (account: Account) => void;
	/** Conversations that were stored: each is restored when the page opens the one with its addresses. */
	readonly conversations?: readonly StoredConversation[];
	/**
	 * Told after each call that changed a conversation, with what `Conversation.store` gives: encrypt it at rest. What the
	 * call gave leaves the worker only afterwards; if a promise comes back, when it is kept. One that is broken ends the
	 * worker as a throw does, for what cannot be stored must not be sent.
	 */
	readonly onConversationChanged?: (conversation: StoredConversation) => void | Promise<void>;
}

/** A conversation as `Conversation.store` gives it, and between whom it is. Holds secrets. */
export interface StoredConversation {
	readonly ourAddress: string;
	readonly theirAddress: string;
	readonly stored: Uint8Array;
}

type WorkerMethods = {
	readonly [K in keyof WorkerCalls]: (...args: WorkerCalls[K]["args"]) => Result<WorkerCalls[K]["value"], Refusal>;
};

/** What a call gives, and what the page learns besides. */
interface Done {
	readonly result: Result<unknown, Refusal>;
	readonly status?: Status;
	/** What holds keys that are erased once it was passed on. */
	readonly outcome?: SessionOutcome;
	/** The conversation that it was about, if it is to be stored. */
	readonly changed?: HostedConversation;
}

/**
 * Runs an account and its conversations for a page that has a `ConversationsProxy` at the other end of `port`. Requests
 * are done one after the other, each to its end. If one throws, which is a bug, the page is told, all secrets are erased,
 * nothing is served any more, and the error goes on to whoever called `onmessage`.
 */
export function serveConversations(port: Port, options: ServeOptions): void {
	const server = new Server(port, options);
	port.onmessage = ({ data }: PortEvent) => {
		if (isAsked(data)) server.serve(data);
	};
}

/** A worker may get messages that are not ours. */
function isAsked(data: unknown): data is Asked {
	return typeof data === "object" && data !== null && "id" in data && "request" in data;
}

class Server {
	readonly #port: Port;
	readonly #options: ServeOptions;
	readonly #conversations: Map<number, HostedConversation> = new Map();
	/** Those that the page has not opened yet. */
	readonly #stored: StoredConversation[];
	#account: Account | undefined;
	#prekeys: HostedPrekeys | undefined;
	#lastId = 0;
	#waiting: Asked[] = [];
	#storing = false;
	#stopped = false;

	constructor(port: Port, options: ServeOptions) {
		this.#port = port;
		this.#options = options;
		this.#account = options.account;
		this.#stored = [...(options.conversations ?? [])];
	}

	serve(asked: Asked): void {
		this.#waiting.push(asked);
		if (!this.#storing) this.#serveWaiting();
	}

	/** One after the other; whoever stores a conversation is waited for. */
	#serveWaiting(): void {
		for (let asked = this.#waiting.shift(); asked !== undefined; asked = this.#waiting.shift()) {
			const { id, request } = asked;
			const stored = this.#guarded(id, () => this.#serve(id, request));
			if (stored === undefined) continue;
			this.#storing = true;
			const goOn = (): void => {
				this.#storing = false;
				this.#serveWaiting();
			};
			stored.then(goOn, (error: unknown) => this.#fail(id, error));
			return;
		}
	}

	#serve(id: number, request: Request): Promise<void> | undefined {
		const before = this.#accountMark();
		const done = this.#do(request);
		const finish = (): void => {
			const { result, status, outcome } = done;
			this.#post({ id, result, ...(status === undefined ? {} : { status }) });
			if (outcome !== undefined) eraseAgreedKeys(outcome);
			if (request.call === "close" && request.on === "worker") this.#stop();
			else if (this.#account !== undefined && this.#accountMark() !== before) {
				this.#options.onAccountChanged?.(this.#account);
			}
		};
		const stored = this.#store(done.changed);
		if (stored === undefined) finish();
		return stored?.then(() => this.#guarded(id, finish));
	}

	#store(changed: HostedConversation | undefined): Promise<void> | undefined {
		const { onConversationChanged } = this.#options;
		const stored = onConversationChanged === undefined ? undefined : changed?.storeIfChanged();
		return stored === undefined ? undefined : (onConversationChanged?.(stored) ?? undefined);
	}

	#guarded<T>(id: number, step: () => T): T {
		try {
			return step();
		} catch (error) {
			this.#fail(id, error);
			throw error;
		}
	}

	/** Once: a step that failed inside another fails that one too. */
	#fail(id: number, error: unknown): void {
		if (this.#stopped) return;
		this.#post({ id, failed: error instanceof Error ? error.name : "no error" });
		this.#stop();
	}

	/** Differs when a profile or a prekey message of ours was made or used. */
	#accountMark(): string {
		return `${this.#account?.renewals}/${this.#account?.prekeys.size}`;
	}

	#post(answer: Answered | Failed): void {
		const transfer: ArrayBuffer[] = [];
		const message = plainCopy(answer, transfer);
		this.#port.postMessage(message, transfer);
	}

	#do(request: Request): Done {
		if (request.on === "worker") {
			const result = this.#call(request);
			const opened = request.call === "open" && result.ok ? this.#conversations.get(this.#lastId) : undefined;
			return opened === undefined ? { result } : { result, status: opened.status() };
		}
		if (request.on === "prekeys") return { result: this.#prekeys?.call(request) ?? noPrekeys() };
		const hosted = this.#conversations.get(request.conversation);
		if (hosted === undefined) {
			return { result: refuse("caller", "state", "conversation", "one that is open", "one that was left") };
		}
		const result: Result<Outcome, Refusal> =
			request.on === "conversation" ? hosted.call(request) : hosted.callSession(request);
		const status = hosted.status();
		if (request.on === "conversation" && request.call === "leave") this.#conversations.delete(request.conversation);
		if (!result.ok) return { result, status };
		const outcome = outcomeData(result.value);
		return { result: ok(outcome), status, outcome, changed: hosted };
	}

	#call<K extends keyof WorkerCalls>({ call, args }: WorkerRequest<K>): Result<WorkerCalls[K]["value"], Refusal> {
		return this.#methods[call](...args);
	}

	readonly #methods: WorkerMethods = {
		createAccount: (options, nowMs) => {
			if (this.#account !== undefined) return refuse("caller", "state", "account", "no account yet", "one");
			const { primitives, random } = this.#options;
			const made = createAccount({ ...options, primitives, random }, nowMs);
			if (!made.ok) return made;
			this.#account = made.value;
			return ok(accountData(made.value));
		},
		account: () => {
			const account = this.#requireAccount();
			return account.ok ? ok(accountData(account.value)) : account;
		},
		open: (options) => {
			const account = this.#requireAccount();
			if (!account.ok) return account;
			if (this.#conversations.size >= CONVERSATIONS_MAX) {
				return refuse("caller", "limit", "conversation", `at most ${CONVERSATIONS_MAX} in a worker`, "another");
			}
			const { primitives, random } = this.#options;
			const { trusted, ...rest } = options;
			const isTrusted =
				trusted === undefined
					? {}
					: { isTrusted: (fingerprint: Uint8Array) => trusted.some((known) => equal(known, fingerprint)) };
			const conversation = this.#newConversation({ ...rest, ...isTrusted, primitives, random, account: account.value });
			if (!conversation.ok) return conversation;
			this.#lastId += 1;
			const hosted = new HostedConversation(conversation.value, options, (ids) => this.#takeEnsembles(ids));
			this.#conversations.set(this.#lastId, hosted);
			return ok(this.#lastId);
		},
		openPrekeys: (options) => {
			const account = this.#requireAccount();
			if (!account.ok) return account;
			this.#prekeys?.close();
			this.#prekeys = new HostedPrekeys(this.#options.primitives, this.#options.random, account.value, options);
			return ok(undefined);
		},
		close: () => ok(undefined),
	};

	#newConversation(options: ConversationOptions): Result<Conversation, Refusal> {
		const { ourAddress, theirAddress } = options;
		const kept = this.#stored.findIndex((each) => each.ourAddress === ourAddress && each.theirAddress === theirAddress);
		const [before] = kept < 0 ? [] : this.#stored.splice(kept, 1);
		return before === undefined ? ok(new Conversation(options)) : Conversation.restore(options, before.stored, 0);
	}

	#takeEnsembles(ids: readonly number[]): Result<readonly VerifiedEnsemble[], Refusal> {
		return this.#prekeys === undefined ? noPrekeys() : this.#prekeys.take(ids);
	}

	#requireAccount(): Result<Account, Refusal> {
		if (this.#account !== undefined) return ok(this.#account);
		return refuse("caller", "state", "account", "one that was created", "none");
	}

	/** Erases every secret, without a word to anybody. */
	#stop(): void {
		this.#stopped = true;
		this.#port.onmessage = null;
		this.#waiting = [];
		for (const hosted of this.#conversations.values()) hosted.erase();
		this.#conversations.clear();
		this.#prekeys?.close();
		this.#account?.erase();
		this.#account = undefined;
	}
}

function noPrekeys(): { readonly ok: false; readonly error: Refusal } {
	return refuse("caller", "state", "prekey protocol", "a prekey server that was named", "none");
}

function accountData({ mode, instanceTag, fingerprint, renewals }: Account): AccountData {
	return { mode, instanceTag, fingerprint, renewals };
}
