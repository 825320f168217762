import { err, ok, type Result } from "@clowder/bytes";
import { bareOf, type Jid } from "../jid.ts";
import type { ServerLimits } from "../limits.ts";
import { NS } from "../namespaces.ts";
import { Pace } from "../rate.ts";
import type { Peer, ServerCore } from "../server-core.ts";
import { Session } from "../session.ts";
import { element } from "../xml.ts";
import { parseFrame } from "../xml-parser.ts";
import type { Texts } from "./requests.ts";
import { type RoomEvent, readRoomStanza } from "./room-event.ts";
import { EventWindow } from "./window.ts";

/** A stream of events to one reader. */
export interface EventSink {
	/** Queues text; the answer is how many bytes wait to be read. */
	write(text: string): number;
	/** Sends out what is queued, then ends. */
	end(): void;
}

/** How a reader wants events: as they come, or in one answer as soon as there are some (HTTP-13). */
export type Reading = "stream" | "poll";

/** What came of texts. */
export type Taken =
	/** The number that the next text has to have, and how long the answer waits to keep the pace (HTTP-9). */
	| { readonly type: "taken"; readonly next: number; readonly waitMs: number }
	/** HTTP-6: texts between the last one taken and these are missing. */
	| { readonly type: "gap"; readonly next: number }
	/** Is out of the room. */
	| { readonly type: "gone" };

interface Attached {
	readonly sink: EventSink;
	readonly reading: Reading;
	readonly until: number;
	keepAliveAt: number;
}

/** An occupant of a room over HTTP: one place in one room, one reader. It has no account and no stream of XMPP. */
export class HttpOccupant implements Peer {
	readonly handle: string;
	readonly #core: ServerCore;
	readonly #limits: ServerLimits;
	readonly #room: Jid;
	readonly #session: Session;
	readonly #window: EventWindow;
	readonly #bytePace: Pace;
	readonly #textPace: Pace;
	readonly #onGone: () => void;
	readonly #others: Set<string> = new Set();
	#state: "entering" | "inside" | "gone" = "entering";
	#refusal = "undefined-condition";
	#attached: Attached | undefined;
	#detachedAt: number;
	/** The latest moment that it was told of. */
	#heardAt: number;
	#nextText = 1;

	constructor(core: ServerCore, limits: ServerLimits, room: Jid, nick: string, onGone: () => void, now: number) {
		this.handle = nick;
		this.#core = core;
		this.#limits = limits;
		this.#room = room;
		this.#onGone = onGone;
		this.#window = new EventWindow({ events: limits.httpWindowEvents, bytes: limits.httpWindowBytes });
		this.#bytePace = new Pace(limits.bytesPerSecond, limits.burstBytes, now);
		this.#textPace = new Pace(limits.stanzasPerSecond, limits.burstStanzas, now);
		this.#detachedAt = now;
		this.#heardAt = now;
		// Not of the accounts' domain, so that nobody can register the name and be taken for this one.
		const write = (text: string): void => this.#receive(text);
		this.#session = new Session(nick, "http", `http.${core.domain}`, write, (_, at) => core.disconnected(this, at));
	}

	/** The others who were there at the entrance, or why it was refused. */
	enter(now: number): Result<readonly string[], string> {
		const to = { ...this.#room, resource: this.handle };
		const attrs = { from: this.#session.full, to: `${bareOf(this.#room)}/${this.handle}` };
		this.#core.receiveForRoom(this.#session, element("presence", NS.client, attrs, [element("x", NS.muc)]), to, now);
		return this.#state === "inside" ? ok([...this.#others]) : err(this.#refusal);
	}

	/** Sends texts to the room, each once, however often it comes (HTTP-6). */
	take({ first, texts }: Texts, now: number): Taken {
		if (this.#state !== "inside") return { type: "gone" };
		if (first > this.#nextText) return { type: "gap", next: this.#nextText };
		let bytes = 0;
		for (const text of texts.slice(this.#nextText - first)) {
			if (this.isGone) break;
			bytes += Buffer.byteLength(text);
			this.#say(text, now);
		}
		const waitMs = Math.max(this.#bytePace.spend(bytes, now), this.#textPace.spend(texts.length, now));
		if (waitMs > this.#limits.abuseDebtMs) this.#core.disconnected(this, now);
		return this.isGone ? { type: "gone" } : { type: "taken", next: this.#nextText, waitMs };
	}

	get isGone(): boolean {
		return this.#state === "gone";
	}

	/** Gives a reader what follows event `lastId`; a stream that another reader had ends. */
	attach(sink: EventSink, lastId: number, reading: Reading, now: number): Result<void, "not-kept" | "not-yet"> {
		this.#heardAt = now;
		const resumed = this.#window.resume(lastId);
		if (!resumed.ok) return resumed;
		this.#endStream(now);
		const { httpStreamMs, httpPollMs, httpKeepAliveMs } = this.#limits;
		const until = now + (reading === "poll" ? httpPollMs : httpStreamMs);
		this.#attached = { sink, reading, until, keepAliveAt: now + httpKeepAliveMs };
		// The first bytes tell a reader that nothing on the way holds them back.
		sink.write(": here\n\n");
		if (this.#window.last > lastId) this.#flush();
		return ok(undefined);
	}

	/** The stream is gone. */
	detach(sink: EventSink, now: number): void {
		if (this.#attached?.sink !== sink) return;
		this.#attached = undefined;
		this.#detachedAt = now;
	}

	/** HTTP-7: says that it is there, ends streams that lasted long enough, and gives up on whoever does not come back. */
	tick(now: number): void {
		this.#heardAt = now;
		const attached = this.#attached;
		if (attached === undefined) {
			if (now - this.#detachedAt >= this.#limits.httpResumeMs) this.#core.disconnected(this, now);
		} else if (now >= attached.until) {
			this.#endStream(now);
		} else if (now >= attached.keepAliveAt) {
			attached.keepAliveAt = now + this.#limits.httpKeepAliveMs;
			this.#write(": still here\n\n");
		}
	}

	fail(_: "system-shutdown", now: number): void {
		this.#core.disconnected(this, now);
	}

	drop(now: number): void {
		if (this.#state === "gone") return;
		this.#state = "gone";
		this.#endStream(now);
		this.#onGone();
		this.#core.leaveRooms(this.#session);
	}

	#say(text: string, now: number): void {
		const id = `h${this.#nextText}`;
		this.#nextText += 1;
		const attrs = { type: "groupchat", id, from: this.#session.full, to: bareOf(this.#room) };
		const body = element("body", NS.client, {}, [text]);
		this.#core.receiveForRoom(this.#session, element("message", NS.client, attrs, [body]), this.#room, now);
	}

	/** A stanza that the room wrote: it comes from us, so its size has no limit here. */
	#receive(text: string): void {
		const parsed = parseFrame(text, { ...this.#limits, stanzaBytes: Number.POSITIVE_INFINITY });
		const event = parsed.ok ? readRoomStanza(parsed.value) : undefined;
		if (event === undefined || this.#state === "gone") return;
		if (this.#state === "inside") this.#tell(event);
		else this.#entering(event);
	}

	#entering(event: RoomEvent): void {
		if (event.type === "denied") this.#refusal = event.condition;
		else if (event.type === "present" && event.self) this.#state = "inside";
		else if (event.type === "present") this.#others.add(event.nick);
	}

	#tell(event: RoomEvent): void {
		switch (event.type) {
			case "said":
				return this.#push("text", { from: event.nick, text: event.text });
			case "present":
				if (event.nick === this.handle || this.#others.has(event.nick)) return undefined;
				this.#others.add(event.nick);
				return this.#push("joined", { handle: event.nick });
			case "absent":
				return this.#others.delete(event.nick) ? this.#push("left", { handle: event.nick }) : undefined;
			case "denied":
				return undefined;
		}
	}

	/** HTTP-8: a reader for whom too much waits is dropped, once everyone else has the stanza at hand. */
	#push(name: string, data: Readonly<Record<string, string>>): void {
		if (!this.#window.push(name, JSON.stringify(data))) this.#core.overflowed(this);
		else if (this.#attached !== undefined) this.#flush();
	}

	#flush(): void {
		this.#write(this.#window.take());
		if (this.#attached?.reading === "poll") this.#endStream(this.#heardAt);
	}

	#write(text: string): void {
		const waiting = this.#attached?.sink.write(text) ?? 0;
		if (waiting > this.#limits.sendQueueBytes) this.#core.overflowed(this);
	}

	#endStream(now: number): void {
		if (this.#attached === undefined) return;
		const { sink } = this.#attached;
		this.#attached = undefined;
		this.#detachedAt = now;
		sink.end();
	}
}
