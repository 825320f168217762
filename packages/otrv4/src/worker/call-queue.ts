import { err, type Result } from "@clowder/bytes";
import { refuse, type Refusal } from "../refusal.ts";
import type { Answered, Asked, Failed, Request } from "./calls.ts";
import type { Status } from "./data.ts";
import { CALLS_WAITING_MAX, WAITING_MAX_CHARS } from "./limits.ts";
import { plainCopy } from "./plain.ts";
import type { Port, PortEvent } from "./port.ts";

/** The worker is gone, or has failed: nothing that it held is there any more. */
export interface WorkerLost {
	readonly blame: "worker";
	readonly reason: "lost";
	readonly what: "worker";
	readonly expected: "an answer";
	/** What became of it. */
	readonly got: string;
}

/** Why a call was refused: as the package itself refuses, or because there is no worker any more. */
export type CallRefusal = Refusal | WorkerLost;

/** An answer, as the type of its request says that it is. */
export interface Answer {
	readonly result: Result<unknown, CallRefusal>;
	readonly status: Status | undefined;
}

interface Waiting {
	readonly id: number;
	readonly chars: number;
	readonly settle: (answer: Answer) => void;
}

/** The page's end of a port: requests whose answers are awaited, in order. */
export class CallQueue {
	readonly #port: Port;
	#waiting: Waiting[] = [];
	#waitingChars = 0;
	#nextId = 0;
	#lost: WorkerLost | undefined;

	constructor(port: Port) {
		this.#port = port;
		port.onmessage = ({ data }: PortEvent) => {
			if (isAnswer(data)) this.#take(data);
		};
	}

	get lost(): WorkerLost | undefined {
		return this.#lost;
	}

	/** Never rejects for what the other side does. Rejects with a TypeError for arguments that cannot pass the port. */
	async call(request: Request): Promise<Answer> {
		if (this.#lost !== undefined) return { result: err(this.#lost), status: undefined };
		const chars = charsOf(request.args);
		if (this.#waiting.length >= CALLS_WAITING_MAX || this.#waitingChars + chars > WAITING_MAX_CHARS) {
			const expected = `at most ${CALLS_WAITING_MAX} calls, with ${WAITING_MAX_CHARS} characters, that wait`;
			return { result: refuse("caller", "limit", "call to the worker", expected, "another"), status: undefined };
		}
		const asked: Asked = { id: this.#nextId, request };
		const transfer: ArrayBuffer[] = [];
		const message = plainCopy(asked, transfer);
		this.#nextId += 1;
		this.#waitingChars += chars;
		return new Promise((settle) => {
			this.#waiting.push({ id: asked.id, chars, settle });
			this.#port.postMessage(message, transfer);
		});
	}

	/** Nothing comes any more: what waits is refused, and so is what is called from now on. */
	lose(got: string): void {
		if (this.#lost !== undefined) return;
		this.#lost = { blame: "worker", reason: "lost", what: "worker", expected: "an answer", got };
		this.#port.onmessage = null;
		for (const { settle } of this.#waiting) settle({ result: err(this.#lost), status: undefined });
		this.#waiting = [];
	}

	#take(answer: Answered | Failed): void {
		const waiting = this.#waiting.shift();
		if (waiting === undefined || waiting.id !== answer.id || "failed" in answer) {
			if (waiting !== undefined) this.#waiting.unshift(waiting);
			this.lose("failed" in answer ? `it failed: ${answer.failed}` : "an answer to nothing that was asked");
			return;
		}
		this.#waitingChars -= waiting.chars;
		waiting.settle({ result: answer.result, status: answer.status });
	}
}

/** A port may carry messages that are not ours. */
function isAnswer(data: unknown): data is Answered | Failed {
	return typeof data === "object" && data !== null && "id" in data && ("result" in data || "failed" in data);
}

/** The texts among the arguments: these are what can be large. */
function charsOf(args: readonly unknown[]): number {
	return args.reduce<number>((sum, arg) => sum + (typeof arg === "string" ? arg.length : 0), 0);
}
