import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Carrier } from "@clowder/carrier";
import { httpCarrier } from "@clowder/carrier-http";
import { xmppCarrier } from "@clowder/carrier-xmpp";
import { checkEntry, type DisplayPart, monotonicClock, openRoom, type RoomStore } from "@clowder/client";
import { createSuite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, nicknameSkeleton, type ParticipantOptions } from "@clowder/mpotr";

const PATIENCE_MS = 120_000;

export function random(length: number): Uint8Array {
	return new Uint8Array(randomBytes(length));
}

/** Waits for a condition; how long it takes is no part of any verdict. */
export async function until(what: () => string, holds: () => boolean): Promise<void> {
	assert.ok(await holdsWithin(PATIENCE_MS, holds), `waited in vain for ${what()}`);
}

/** Whether a condition comes to hold in so many milliseconds. */
export async function holdsWithin(ms: number, holds: () => boolean): Promise<boolean> {
	const end = performance.now() + ms;
	while (!holds()) {
		if (performance.now() >= end) return false;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	return true;
}

/** When all come back at once nobody is inside to answer: somebody founds the room anew after some of these. */
const KNOCK_MS = 1_000;

/** Tries again soon and for long; a probe of a dead line is short, and where it was wrong, costs a new entrance. */
const TIMING = {
	reconnectLeastMs: 20,
	reconnectMostMs: 400,
	reconnectTries: 1_000,
	pingEveryMs: 1_000,
	pingTimeoutMs: 4_000,
	leaveMs: 500,
};

/** Over XMPP to a port of this machine. */
export function carrierByXmpp(server: { readonly path: string; readonly domain: string }, port: number): Carrier {
	const service = `ws://localhost:${port}${server.path}`;
	return xmppCarrier({ service, domain: server.domain, random, timing: TIMING });
}

/** Over plain HTTP, by `fetch` or what stands in for it. */
export function carrierByHttp(port: number, send?: (url: string, init: RequestInit) => Promise<Response>): Carrier {
	const service = `http://localhost:${port}/http-rooms`;
	const { reconnectLeastMs, reconnectMostMs, reconnectTries } = TIMING;
	const timing = { reconnectLeastMs, reconnectMostMs, reconnectTries };
	return httpCarrier({
		service,
		clock: monotonicClock,
		random,
		timing,
		...(send === undefined ? {} : { fetch: send }),
	});
}

/** Somebody without a window, as the application is: the real protocol, the real time. */
export class Guest {
	readonly name: string;
	readonly store: RoomStore;
	/** All that was written here and taken. */
	readonly said: string[] = [];
	/** What of it was not placed, as its author was told. */
	readonly asked: Set<string> = new Set();
	/** In which session each message was placed here. */
	readonly #sessionOf: Map<string, string> = new Map();

	constructor(name: string, room: string, carrier: Carrier) {
		this.name = name;
		const entry = checkEntry({ room, nickname: name, policy: "open", passphrase: "" });
		assert.ok(entry.ok);
		this.store = openRoom({
			carrier,
			suite: createSuite(1, nodePrimitives),
			clock: monotonicClock,
			random,
			room: entry.value.room,
			nickname: entry.value.nickname,
			createParticipant: (options) => this.#recorded(options),
			skeleton: nicknameSkeleton,
			timing: { knockTimeoutMs: KNOCK_MS },
		});
	}

	/** Says something, where it can be said at all now. */
	say(text: string): void {
		if (this.store.send(text).ok) this.said.push(text);
	}

	#recorded(options: ParticipantOptions): ReturnType<typeof createParticipant> {
		const participant = createParticipant(options);
		const takeEvents = participant.takeEvents.bind(participant);
		participant.takeEvents = () => {
			const events = takeEvents();
			for (const event of events) {
				if (event.type === "message") this.#sessionOf.set(event.message.id, event.message.session);
			}
			return events;
		};
		return participant;
	}

	#placed(): readonly { readonly line: string; readonly session: string | undefined }[] {
		return this.store.getSnapshot().timeline.flatMap((item) => {
			if (item.kind !== "message" || !isPlaced(item.message.progress.state)) return [];
			const { id, author, parts } = item.message;
			return [{ line: `${author.nickname}: ${plain(parts)}`, session: this.#sessionOf.get(id) }];
		});
	}

	/** Everything that stands in the room's transcript here, in its order: placed, with its author. */
	transcript(): readonly string[] {
		return this.#placed().map(({ line }) => line);
	}

	/** In which session each line of the transcript was placed here. */
	sessions(): ReadonlyMap<string, string | undefined> {
		return new Map(this.#placed().map(({ line, session }) => [line, session]));
	}

	/** What this person wrote, that is not placed, and of which they are told so. */
	unplaced(): readonly string[] {
		const { timeline, held } = this.store.getSnapshot();
		const waiting = timeline.flatMap((item) =>
			item.kind === "message" && !isPlaced(item.message.progress.state) ? [plain(item.message.parts)] : [],
		);
		return [...waiting, ...held.map(({ parts }) => plain(parts)), ...this.asked];
	}

	/** Codes of the lines that nobody wrote. */
	lines(): readonly string[] {
		return this.store.getSnapshot().timeline.flatMap((item) => (item.kind === "system" ? [item.line.code] : []));
	}

	/** Whether this one is in a session with so many others, and says so. */
	isAmong(others: number): boolean {
		const { trust } = this.store.getSnapshot();
		return trust.state === "private" && trust.others.length === others && trust.early.length === 0;
	}

	/**
	 * Throws away what was written on a connection that is gone, and what is asked about: whether it arrived nobody can know
	 * here, and sending it again would show it twice where it did. True if there was any.
	 */
	discardHeld(): boolean {
		const { held } = this.store.getSnapshot();
		for (const { id, parts } of held) {
			this.asked.add(plain(parts));
			this.store.discard(id);
		}
		return held.length > 0;
	}

	describe(): string {
		const { stage, end, trust, held } = this.store.getSnapshot();
		return JSON.stringify({ name: this.name, stage, end, trust: trust.state, held: held.length, lines: this.lines() });
	}
}

function isPlaced(state: string): boolean {
	return state !== "waiting" && state !== "sending";
}

function plain(parts: readonly DisplayPart[]): string {
	return parts.map((part) => (part.kind === "text" ? part.text : part.codePoint)).join("");
}
