import { textBytes } from "@clowder/carrier";
import { IN_FLIGHT_MAX_BYTES, OUTBOX_MAX_BYTES, type IrcPace } from "./limits.ts";
import { writeLine } from "./line.ts";
import { Pace } from "./pace.ts";
import { writeText } from "./text-in-line.ts";

interface Item {
	readonly text: string;
	readonly line: Uint8Array;
}

/**
 * Texts on their way to the channel: as fast as the pace allows (IRC-5), and only so many as the server surely has room
 * for (IRC-6). What it has taken is known by the echo or, where there is none, by the answer to a PING behind it.
 */
export class Outbox {
	readonly #channel: string;
	readonly #hasEcho: boolean;
	readonly #pace: Pace;
	readonly #waiting: Item[] = [];
	#inFlight: Item[] = [];
	#waitingBytes = 0;
	#inFlightBytes = 0;
	#backlogBytes = 0;
	/** How many of those in flight the PING under way is behind of. */
	#pinged = 0;
	#pings = 0;
	#isOpen = false;

	constructor(channel: string, hasEcho: boolean, pace: IrcPace, nowMs: number) {
		this.#channel = channel;
		this.#hasEcho = hasEcho;
		this.#pace = new Pace(pace, nowMs);
	}

	/** UTF-8 bytes of the texts that have not come back or, without an echo, are not sent. */
	get backlog(): number {
		return this.#backlogBytes;
	}

	get hasRoom(): boolean {
		return this.#waitingBytes < OUTBOX_MAX_BYTES;
	}

	push(text: string): void {
		const line = writeLine(["PRIVMSG", this.#channel], writeText(text));
		this.#waiting.push({ text, line });
		this.#waitingBytes += line.length;
		this.#backlogBytes += textBytes(text);
	}

	/** From now on texts go out. */
	open(): void {
		this.#isOpen = true;
	}

	/** Counts a line that goes past the texts. */
	owe(nowMs: number): void {
		this.#pace.owe(nowMs);
	}

	/** An own text came back. Servers keep the order of one's texts, so what went before it is through, or dropped. */
	echoed(text: string | undefined): void {
		const index = this.#inFlight.findIndex((item) => item.text === text);
		this.#through(Math.max(index, 0) + 1);
	}

	/** The server would not pass a text on: the oldest, since it answers in order. */
	bounced(): void {
		if (this.#hasEcho) this.#through(1);
	}

	/** The answer to a PING. */
	ponged(token: string): void {
		if (token !== this.#token || this.#pinged === 0) return;
		this.#through(this.#pinged);
		this.#pinged = 0;
	}

	/** The lines that may be sent now. */
	take(nowMs: number): readonly Uint8Array[] {
		const lines: Uint8Array[] = [];
		while (this.#isOpen) {
			const ping = this.#needsPing;
			const [item] = this.#waiting;
			if (!ping && (item === undefined || !this.#fits(item))) break;
			if (!this.#pace.take(nowMs)) break;
			if (ping) lines.push(this.#ping());
			else if (item !== undefined) lines.push(this.#send(item));
		}
		return lines;
	}

	/** When `take` may have more, as far as it is a matter of time. */
	get dueMs(): number | undefined {
		const [item] = this.#waiting;
		const isDue = this.#needsPing || (item !== undefined && this.#fits(item));
		return this.#isOpen && isDue ? this.#pace.dueMs : undefined;
	}

	get #token(): string {
		return `t${this.#pings}`;
	}

	get #needsPing(): boolean {
		return !this.#hasEcho && this.#pinged === 0 && this.#inFlightBytes > IN_FLIGHT_MAX_BYTES / 2;
	}

	#fits(item: Item): boolean {
		return this.#inFlightBytes + item.line.length <= IN_FLIGHT_MAX_BYTES;
	}

	#ping(): Uint8Array {
		this.#pings++;
		this.#pinged = this.#inFlight.length;
		return writeLine(["PING", this.#token]);
	}

	#send(item: Item): Uint8Array {
		this.#waiting.shift();
		this.#waitingBytes -= item.line.length;
		this.#inFlight.push(item);
		this.#inFlightBytes += item.line.length;
		if (!this.#hasEcho) this.#backlogBytes -= textBytes(item.text);
		return item.line;
	}

	#through(count: number): void {
		for (const { text, line } of this.#inFlight.splice(0, count)) {
			this.#inFlightBytes -= line.length;
			if (this.#hasEcho) this.#backlogBytes -= textBytes(text);
		}
	}
}
