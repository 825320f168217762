import type { Framing } from "./framing.ts";
import type { ServerLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import { Pace } from "./rate.ts";
import { Stream, type StreamHost } from "./stream.ts";
import { element, serialise } from "./xml.ts";
import { parseFrame, type XmlEvent, XmlStreamParser } from "./xml-parser.ts";

/** What a transport does for a connection. It calls back nothing from inside these. */
export interface Wire {
	/** The origin of the page at the other end, if it is a page of this host: so is the host reached from there. */
	readonly pageOrigin?: string | undefined;
	/** Queues text; the answer is how many bytes wait to be read by the peer. */
	send(text: string): number;
	/** Asks the peer for a sign of life below XMPP; false where there is no such thing. */
	ping(): boolean;
	/** Stops reading for so long. */
	pause(ms: number): void;
	/** Sends out what is queued, then closes. */
	end(): void;
	/** Closes at once. */
	destroy(): void;
}

/** One client's connection: bytes in, stream, pace and liveness. Time is an argument; the wire does the I/O. */
export class Connection {
	readonly #wire: Wire;
	readonly #limits: ServerLimits;
	readonly #framing: Framing;
	readonly #stream: Stream;
	readonly #bytePace: Pace;
	readonly #stanzaPace: Pace;
	readonly #newId: () => string;
	readonly #onOverflow: (connection: Connection) => void;
	#parser: XmlStreamParser;
	readonly #since: number;
	#heardAt: number;
	#pingedAt: number | undefined;
	/** Until when reading is paused: a peer that is not read cannot be heard. */
	#pausedUntil: number;
	/** The stream has ended and the transport has still to go; its time for that runs from the next tick. */
	#ending = false;
	#endingSince: number | undefined;
	#gone = false;
	#overflowed = false;

	constructor(
		wire: Wire,
		framing: Framing,
		host: Omit<StreamHost, "write" | "end">,
		onOverflow: (connection: Connection) => void,
		now: number,
	) {
		this.#wire = wire;
		this.#limits = host.limits;
		this.#framing = framing;
		this.#newId = host.newId;
		this.#parser = new XmlStreamParser(host.limits);
		this.#bytePace = new Pace(host.limits.bytesPerSecond, host.limits.burstBytes, now);
		this.#stanzaPace = new Pace(host.limits.stanzasPerSecond, host.limits.burstStanzas, now);
		this.#since = now;
		this.#heardAt = now;
		this.#pausedUntil = now;
		this.#onOverflow = onOverflow;
		const write = (text: string): boolean => this.write(text);
		const end = (): void => {
			this.#ending = true;
			this.#wire.end();
		};
		this.#stream = new Stream({ ...host, write, end }, framing);
	}

	/** Text from the peer: any part of a TCP stream, or one whole WebSocket message. Gives how many stanzas that was. */
	receive(text: string, now: number): number {
		this.heard(now);
		if (this.#stream.phase === "closed") return 0;
		const stanzas = this.#framing.kind === "tcp" ? this.#readStream(text, now) : this.#readFrame(text, now);
		this.#keepPace(Buffer.byteLength(text), stanzas, now);
		return stanzas;
	}

	/**
	 * Queues text for the peer; one who does not read is dropped, though not before the present call is done. False: it
	 * will not be read.
	 */
	write(text: string): boolean {
		if (this.#gone || this.#overflowed || this.#ending) return false;
		if (this.#wire.send(text) <= this.#limits.sendQueueBytes) return true;
		this.#overflowed = true;
		this.#onOverflow(this);
		return false;
	}

	/** Any sign of life, a WebSocket pong too. */
	heard(now: number): void {
		this.#heardAt = now;
		this.#pingedAt = undefined;
	}

	/** A message that cannot be text of a stream. */
	refuse(condition: "bad-format" | "unsupported-encoding" | "policy-violation", detail: string, now: number): void {
		this.#stream.fail(condition, now, detail);
	}

	#readFrame(text: string, now: number): number {
		const frame = parseFrame(text, this.#limits);
		if (!frame.ok) this.#stream.violated(frame.error, now);
		else if (frame.value.ns === NS.framing && frame.value.name === "close") this.#stream.closed(now);
		else if (this.#stream.phase === "opening" || frame.value.ns === NS.framing) this.#stream.opened(frame.value, now);
		else this.#stream.received(frame.value, now);
		return 1;
	}

	#readStream(text: string, now: number): number {
		let stanzas = 0;
		const onEvent = (event: XmlEvent): "continue" | "stop" => {
			if (event.type === "open") this.#stream.opened(event.root, now);
			else if (event.type === "close") this.#stream.closed(now);
			else {
				stanzas += 1;
				this.#stream.received(event.stanza, now);
			}
			// After a successful authentication and after the end, what follows is not of this stream any more.
			const over = event.type === "stanza" && this.#stream.phase === "opening";
			return over || this.#stream.phase === "closed" ? "stop" : "continue";
		};
		let rest = text;
		while (rest !== "") {
			const read = this.#parser.write(rest, onEvent);
			if (!read.ok) {
				this.#stream.violated(read.error, now);
				return stanzas;
			}
			if (this.#stream.phase === "closed") return stanzas;
			rest = read.value.trimStart();
			if (this.#parser.stopped) this.#parser = new XmlStreamParser(this.#limits);
		}
		return stanzas;
	}

	/** SERVER-10: reads no faster than agreed; whoever is far beyond it in one gulp is not a client. */
	#keepPace(bytes: number, stanzas: number, now: number): void {
		if (this.#stream.phase === "closed") return;
		const wait = Math.max(this.#bytePace.spend(bytes, now), this.#stanzaPace.spend(stanzas, now));
		if (wait > this.#limits.abuseDebtMs) this.#stream.fail("policy-violation", now, "far too much at once");
		else if (wait > 0) {
			this.#pausedUntil = now + wait;
			this.#wire.pause(wait);
		}
	}

	/** SERVER-9: looks at the deadlines: to log in, to answer, to be gone. */
	tick(now: number): void {
		if (this.#gone) return;
		if (this.#ending) {
			this.#endingSince ??= now;
			if (now - this.#endingSince >= this.#limits.closeTimeoutMs) this.drop(now);
			return;
		}
		this.#stream.askIfDue(now);
		if (this.#stream.phase !== "bound") {
			if (now - this.#since >= this.#limits.unauthenticatedMs) this.#stream.fail("connection-timeout", now);
			return;
		}
		if (now < this.#pausedUntil) return this.heard(now);
		if (this.#pingedAt !== undefined) {
			if (now - this.#pingedAt >= this.#limits.pingTimeoutMs) {
				this.#stream.fail("connection-timeout", now);
			}
		} else if (now - this.#heardAt >= this.#limits.pingAfterMs) {
			this.#pingedAt = now;
			if (!this.#wire.ping()) this.#pingByStanza();
		}
	}

	#pingByStanza(): void {
		const { session } = this.#stream;
		const attrs = { type: "get", id: this.#newId(), to: session?.full };
		session?.sendText(serialise(element("iq", NS.client, attrs, [element("ping", NS.ping)])));
	}

	/** Ends it in order: the stream error, then the close. */
	fail(condition: "conflict" | "not-authorized" | "system-shutdown", now: number): void {
		this.#stream.fail(condition, now);
	}

	/** The transport is gone, or has to go now. */
	drop(now: number): void {
		if (this.#gone) return;
		this.#gone = true;
		this.#stream.lost(this.#overflowed ? "over" : "resumable", now);
		this.#wire.destroy();
	}

	/** The peer has closed the transport and says that it will not come back. */
	departed(now: number): void {
		this.#stream.closed(now);
	}
}
