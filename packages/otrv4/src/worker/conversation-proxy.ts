import type { Result } from "@clowder/bytes";
import type { FinishedSession } from "../conversation/encrypted-session.ts";
import type { Delivery } from "../conversation/delivery.ts";
import type { CallQueue, CallRefusal } from "./call-queue.ts";
import type { ConversationCalls, Request, SessionCalls, SessionOutcome } from "./calls.ts";
import type { ConversationState, OutcomeData, Status } from "./data.ts";
import { SessionProxy } from "./session-proxy.ts";

type Outcomes = Promise<Result<OutcomeData, CallRefusal>>;

/**
 * A `Conversation` in a worker: the same methods, with the same arguments, refusals and meaning. Calls are done in the
 * order in which they are made, whether their answers are awaited or not. What can be asked without a call (`state`,
 * `sessions`, `session`, `deadlineMs`) is as it was when the last call was answered.
 */
export class ConversationProxy {
	readonly #queue: CallQueue;
	readonly #id: number;
	#status: Status = { state: "START", deadlineMs: undefined, sessions: [], best: undefined, recent: undefined };
	#proxies: ReadonlyMap<number, SessionProxy> = new Map();

	/** For the package itself. */
	constructor(queue: CallQueue, id: number, status: Status | undefined) {
		this.#queue = queue;
		this.#id = id;
		if (status !== undefined) this.#update(status);
	}

	get state(): ConversationState {
		return this.#status.state;
	}

	/** When `tick` has something to do next, in ms on the caller's clock. */
	get deadlineMs(): number | undefined {
		return this.#status.deadlineMs;
	}

	/** The devices that there is a session with, encrypted or finished. */
	sessions(): ReadonlyMap<number, SessionProxy | FinishedSession> {
		return new Map(
			this.#status.sessions.map(([instance, session]) => [
				instance,
				session.state === "finished" ? session : (this.#proxies.get(session.id) as SessionProxy),
			]),
		);
	}

	/** The encrypted session that a text would go to. */
	session(delivery: "best" | "recent" = "best"): SessionProxy | undefined {
		return this.#proxies.get(this.#status[delivery] ?? 0);
	}

	start(nowMs: number, instance?: number): Outcomes {
		return this.#ask("start", [nowMs, instance]);
	}

	query(note?: string): Outcomes {
		return this.#ask("query", [note]);
	}

	send(text: string, nowMs: number, delivery: Delivery = "best"): Outcomes {
		return this.#ask("send", [text, nowMs, delivery]);
	}

	sendWaiting(nowMs: number): Outcomes {
		return this.#ask("sendWaiting", [nowMs]);
	}

	copy(text: string, to: string, nowMs: number): Outcomes {
		return this.#ask("copy", [text, to, nowMs]);
	}

	sendUnencrypted(text: string): Outcomes {
		return this.#ask("sendUnencrypted", [text]);
	}

	/** `ensembles` by their numbers, as `PrekeyProxy.retrieve` brought them. Each is for one use. */
	sendOffline(ensembles: readonly number[], text: string, nowMs: number): Outcomes {
		return this.#ask("sendOffline", [ensembles, text, nowMs]);
	}

	goOnline(instance: number, nowMs: number): Outcomes {
		return this.#ask("goOnline", [instance, nowMs]);
	}

	close(instance: number): Outcomes {
		return this.#ask("close", [instance]);
	}

	end(nowMs: number): Outcomes {
		return this.#ask("end", [nowMs]);
	}

	/** `end`, and the worker forgets the conversation: all later calls are refused. */
	leave(nowMs: number): Outcomes {
		return this.#ask("leave", [nowMs]);
	}

	receive(text: string, nowMs: number): Outcomes {
		return this.#ask("receive", [text, nowMs]);
	}

	tick(nowMs: number): Outcomes {
		return this.#ask("tick", [nowMs]);
	}

	#ask<K extends keyof ConversationCalls>(call: K, args: ConversationCalls[K]): Outcomes {
		return this.#call({ on: "conversation", conversation: this.#id, call, args });
	}

	#askSession<K extends keyof SessionCalls>(
		session: number,
		call: K,
		args: SessionCalls[K],
	): Promise<Result<SessionOutcome, CallRefusal>> {
		return this.#call({ on: "session", conversation: this.#id, session, call, args });
	}

	async #call(request: Request): Promise<Result<SessionOutcome, CallRefusal>> {
		const { result, status } = await this.#queue.call(request);
		if (status !== undefined) this.#update(status);
		return result as Result<SessionOutcome, CallRefusal>;
	}

	#update(status: Status): void {
		this.#status = status;
		const encrypted = status.sessions.flatMap(([, session]) => (session.state === "encrypted" ? [session] : []));
		this.#proxies = new Map(
			encrypted.map((data) => {
				const isOpen = (): boolean => this.#queue.lost === undefined && this.#proxies.has(data.id);
				const made = new SessionProxy(data, (call, args) => this.#askSession(data.id, call, args), isOpen);
				return [data.id, this.#proxies.get(data.id) ?? made];
			}),
		);
	}
}
