import { ok, type Result } from "@clowder/bytes";
import type { Flight } from "../in-flight.ts";
import type { Peer } from "../server-core.ts";
import type { Session } from "../session.ts";
import type { StreamManagement } from "./management.ts";
import { REQUEST } from "./nonzas.ts";
import type { HandledCountTooHigh, Unacked } from "./unacked-queue.ts";

/** A stream as a binding uses it. */
export interface CarryingStream extends Peer {
	/** False: it will not be read. */
	write(text: string): boolean;
	/** Ends it in order. */
	fail(condition: "conflict" | "not-authorized" | "system-shutdown", now: number): void;
}

/** What a binding needs of those who hold it. */
export interface BindingHost {
	/** How many sessions have been bound so far. */
	readonly boundBefore: () => number;
	/** More is kept that was not acknowledged. */
	readonly grown: (bytes: number) => void;
	/** Less is kept. */
	readonly shrunk: (bytes: number) => void;
	/** Too much is not acknowledged: the binding ends after the stanza at hand has gone to everyone else. */
	readonly overflowed: (binding: Binding) => void;
	/** The session is over. */
	readonly end: (binding: Binding, now: number) => void;
}

/**
 * A session's hold on the stream that carries it. With stream management it outlives a stream: it then waits for the next
 * one, and what is sent meanwhile is kept (XEP-0198 section 5). Waiting, it counts as a connection of its address.
 */
export class Binding implements Peer {
	readonly session: Session;
	readonly #host: BindingHost;
	#stream: CarryingStream | undefined;
	#management: StreamManagement | undefined;
	/** The address of its latest stream. */
	#address: string;
	#waitingSince = 0;
	#isOverflowed = false;

	constructor(session: (binding: Binding) => Session, stream: CarryingStream, address: string, host: BindingHost) {
		this.#host = host;
		this.#stream = stream;
		this.#address = address;
		this.session = session(this);
	}

	get management(): StreamManagement | undefined {
		return this.#management;
	}

	get stream(): CarryingStream | undefined {
		return this.#stream;
	}

	get address(): string {
		return this.#address;
	}

	/** Since when it has no stream; meaningless while it has one. */
	get waitingSince(): number {
		return this.#waitingSince;
	}

	get isOverflowed(): boolean {
		return this.#isOverflowed;
	}

	/** From now on stanzas are counted. */
	manage(management: StreamManagement): void {
		this.#management = management;
		this.session.acknowledges = true;
	}

	/** A stanza to the client. False: neither will it be read nor is it kept. */
	write(text: string, flight?: Flight): boolean {
		const management = this.#management;
		if (management === undefined) return this.#stream?.write(text) ?? false;
		if (this.#isOverflowed) return false;
		const bytes = Buffer.byteLength(text);
		const follows = management.sent({ text, bytes, boundBefore: this.#host.boundBefore(), flight });
		flight?.hold();
		this.#host.grown(bytes);
		if (follows === "too-much") this.overflow();
		// What is kept is handed on when the session ends.
		if (this.#isOverflowed) return true;
		this.#stream?.write(text);
		if (follows === "ask") this.#ask(management);
		return true;
	}

	/** SM-4: it cannot be kept any longer. What it keeps goes with it, and does not count any more. */
	overflow(): void {
		if (this.#isOverflowed) return;
		this.#isOverflowed = true;
		this.#host.shrunk(this.#management?.unackedBytes ?? 0);
		this.#host.overflowed(this);
	}

	acknowledged(handled: number): Result<void, HandledCountTooHigh> {
		const management = this.#management;
		if (management === undefined || this.#isOverflowed) return ok(undefined);
		const before = management.unackedBytes;
		const taken = management.acknowledged(handled);
		this.#host.shrunk(before - management.unackedBytes);
		return taken;
	}

	/** SM-3: asks for an acknowledgement where one is due. */
	askIfDue(now: number): void {
		if (this.#management?.isDue(now) === true) this.#ask(this.#management);
	}

	#ask(management: StreamManagement): void {
		if (this.#stream === undefined) return;
		management.asked();
		this.#stream.write(REQUEST);
	}

	/** Goes on without a stream. */
	wait(now: number): void {
		this.#stream = undefined;
		this.#waitingSince = now;
	}

	/** SM-7: another stream carries it from now on. One that still did hears of it, and has no more say. */
	moveTo(stream: CarryingStream, address: string, now: number): void {
		const former = this.#stream;
		this.#stream = stream;
		this.#address = address;
		former?.fail("conflict", now);
	}

	/** SM-10: sends again what the client has not handled, before anything new. */
	replay(): void {
		const management = this.#management;
		if (management === undefined) return;
		const texts = management.unackedTexts;
		for (const text of texts) this.#stream?.write(text);
		if (texts.length > 0) this.#ask(management);
	}

	terminate(condition: "conflict" | "not-authorized", now: number): void {
		if (this.#stream === undefined) this.#host.end(this, now);
		else this.#stream.fail(condition, now);
	}

	/** What never was acknowledged. */
	close(): readonly Unacked[] {
		const management = this.#management;
		this.#stream = undefined;
		if (management === undefined) return [];
		if (!this.#isOverflowed) this.#host.shrunk(management.unackedBytes);
		return management.end();
	}

	/** Without a stream: SM-5, gives up on a client that does not come back. */
	tick(now: number): void {
		const forMs = this.#management?.resumption?.forMs ?? 0;
		if (this.#stream === undefined && now - this.#waitingSince >= forMs) this.#host.end(this, now);
	}

	fail(_: "system-shutdown", now: number): void {
		this.#host.end(this, now);
	}

	drop(now: number): void {
		this.#host.end(this, now);
	}
}
