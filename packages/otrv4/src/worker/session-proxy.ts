import type { Bytes, Result } from "@clowder/bytes";
import type { CallRefusal } from "./call-queue.ts";
import type { SessionCalls, SessionOutcome } from "./calls.ts";
import type { OutcomeData, PeerData, SessionData } from "./data.ts";

/** Asks the worker for a method of the session. */
export type AskSession = <K extends keyof SessionCalls>(
	call: K,
	args: SessionCalls[K],
) => Promise<Result<SessionOutcome, CallRefusal>>;

/** An `EncryptedSession` in a worker: the same methods, with the same arguments, refusals and meaning. */
export class SessionProxy {
	readonly state = "encrypted";
	readonly peer: PeerData;
	readonly #ask: AskSession;
	readonly #isOpen: () => boolean;

	/** For the package itself. */
	constructor({ peer }: SessionData, ask: AskSession, isOpen: () => boolean) {
		this.peer = peer;
		this.#ask = ask;
		this.#isOpen = isOpen;
	}

	/** Whether messages could still be sent when the last call was answered. */
	get isOpen(): boolean {
		return this.#isOpen();
	}

	send(text: string, nowMs: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("send", [text, nowMs]);
	}

	sendCopy(text: string, to: string, nowMs: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("sendCopy", [text, to, nowMs]);
	}

	startSmp(question: string, userSecret: string, nowMs: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("startSmp", [question, userSecret, nowMs]);
	}

	answerSmp(userSecret: string, nowMs: number, attempt?: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("answerSmp", [userSecret, nowMs, attempt]);
	}

	abortSmp(nowMs: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("abortSmp", [nowMs]);
	}

	/** The key is the only secret that leaves the worker, as it is for something outside of it. Erase it after use. */
	async agreeKey(
		context: Uint8Array,
		value: Uint8Array,
		nowMs: number,
	): Promise<Result<OutcomeData & { readonly key: Bytes<"extra_symm_key"> }, CallRefusal>> {
		const agreed = await this.#ask("agreeKey", [context, value, nowMs]);
		return agreed as Result<OutcomeData & { readonly key: Bytes<"extra_symm_key"> }, CallRefusal>;
	}

	heartbeat(nowMs: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("heartbeat", [nowMs]);
	}

	end(nowMs: number): Promise<Result<OutcomeData, CallRefusal>> {
		return this.#ask("end", [nowMs]);
	}
}
