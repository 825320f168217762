import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { hex } from "@clowder/bytes";
import { type Carrier, parseRoomName, type RoomName } from "@clowder/carrier";
import { createSuite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, nicknameSkeleton, type ParticipantOptions, parseNickname } from "@clowder/mpotr";
import { monotonicClock } from "../../src/monotonic-clock.ts";
import { openRoom } from "../../src/room/open-room.ts";
import type { MessageView, RoomSnapshot, SystemLine } from "../../src/room/snapshot.ts";
import type { RoomStore } from "../../src/room/store.ts";

const PATIENCE_MS = 60_000;

/** The protocol's patience, shortened to what a line on loopback needs. */
const TIMING = { knockTimeoutMs: 1_500, knockTries: 2, acknowledgeMs: 300, resendMs: 2_000, repairMs: 4_000 };

export function random(length: number): Uint8Array {
	return new Uint8Array(randomBytes(length));
}

/** A room that nobody else uses. */
export function freshRoom(): RoomName {
	const name = parseRoomName(`room ${hex(random(8))}`);
	assert.ok(name.ok);
	return name.value;
}

/** Waits for a condition, asking every so often; how long it takes is no part of any verdict. */
export async function until(
	what: string,
	holds: () => boolean,
	others: readonly Guest[] = [],
	everyMs: number = 5,
): Promise<void> {
	const end = Date.now() + PATIENCE_MS;
	while (!holds()) {
		if (Date.now() > end) assert.fail(`waited in vain for ${what}\n${others.map(describeGuest).join("\n")}`);
		await wait(everyMs);
	}
}

function describeGuest(guest: Guest): string {
	const { stage, end, trust } = guest.snapshot();
	return JSON.stringify({
		name: guest.name,
		stage,
		end,
		trust: trust.state,
		lines: guest.lines(),
		texts: guest.texts(),
	});
}

/** Where a text stands in the transcript: a session, and its number in it. */
export type Entry = `${string}/${number}`;

/** Someone without a screen in a room: the real client with the real protocol. */
export class Guest {
	readonly name: string;
	readonly store: RoomStore;
	/** What was accepted from this guest for sending. */
	readonly said: string[] = [];
	/** What this client's participant gave, by the message's id, and where it stands since it was last moved. */
	readonly #given: Map<string, { readonly session: string; entry: number; readonly text: string }> = new Map();

	constructor(name: string, room: RoomName, carrier: Carrier) {
		const nickname = parseNickname(name);
		assert.ok(nickname.ok);
		this.name = name;
		this.store = openRoom({
			carrier,
			suite: createSuite(1, nodePrimitives),
			clock: monotonicClock,
			random,
			room,
			nickname: nickname.value,
			createParticipant: (options) => this.#recorded(options),
			skeleton: nicknameSkeleton,
			timing: TIMING,
		});
	}

	/** Texts by their place in the transcript. */
	get transcript(): ReadonlyMap<Entry, string> {
		const places = new Map<Entry, string>();
		for (const { session, entry, text } of this.#given.values()) {
			const at: Entry = `${session}/${entry}`;
			assert.ok(!places.has(at), `${this.name} has two texts at ${at}`);
			places.set(at, text);
		}
		return places;
	}

	snapshot(): RoomSnapshot {
		return this.store.getSnapshot();
	}

	messages(): readonly MessageView[] {
		return this.snapshot().timeline.flatMap((item) => (item.kind === "message" ? [item.message] : []));
	}

	texts(): readonly string[] {
		return this.messages().map(textOf);
	}

	lines(): readonly SystemLine["code"][] {
		return this.snapshot().timeline.flatMap((item) => (item.kind === "system" ? [item.line.code] : []));
	}

	/** Whether everyone named, and nobody else, can read what is written now. */
	isWith(...others: readonly Guest[]): boolean {
		const { trust } = this.snapshot();
		if (trust.state !== "private") return false;
		const names = trust.others.map(({ nickname }) => nickname).toSorted();
		return (
			names.join() ===
			others
				.map(({ name }) => name)
				.toSorted()
				.join()
		);
	}

	/** Writes if that is possible at the moment. */
	say(text: string): boolean {
		const { ok } = this.store.send(text);
		if (ok) this.said.push(text);
		return ok;
	}

	leave(): Promise<void> {
		return this.store.leave(true);
	}

	#recorded(options: ParticipantOptions): ReturnType<typeof createParticipant> {
		const participant = createParticipant(options);
		const takeEvents = participant.takeEvents.bind(participant);
		participant.takeEvents = () => {
			const events = takeEvents();
			for (const event of events) {
				if (event.type === "message") {
					const { id, session, entry, author, text } = event.message;
					assert.ok(!this.#given.has(id), `${this.name} was given a message twice, at ${session}/${entry} again`);
					this.#given.set(id, { session, entry, text: `${author.nickname}: ${text}` });
				} else if (event.type === "moved") {
					const moved = this.#given.get(event.message);
					assert.ok(moved, `${this.name} was told of the moving of what was never given`);
					moved.entry = event.entry;
				}
			}
			return events;
		};
		return participant;
	}
}

export function textOf(message: MessageView): string {
	return message.parts.map((part) => (part.kind === "text" ? part.text : part.codePoint)).join("");
}

/** All are in one session, with nobody else. */
export async function together(what: string, guests: readonly Guest[]): Promise<void> {
	const isOne = (guest: Guest): boolean => guest.isWith(...guests.filter((other) => other !== guest));
	await until(what, () => guests.every(isOne), guests);
}

/** Lines of the timeline that say: here something may be missing. */
const TELLS_OF_LOSS: readonly SystemLine["code"][] = ["reconnected", "repaired", "taken-out", "moved-over"];

/**
 * What must hold of what people see, whatever servers and lines did: at one place of a transcript all see the same text,
 * nobody sees a text twice, and nothing is lost unless that is said.
 */
export function checkTranscripts(guests: readonly Guest[]): void {
	for (const guest of guests) {
		const texts = guest.texts();
		assert.equal(new Set(texts).size, texts.length, `${guest.name} sees a text twice: ${texts.join(" | ")}`);
		assert.deepEqual(guest.snapshot().disputes, []);
		for (const other of guests) checkSame(guest, other);
		for (const message of guest.messages()) checkSeen(message, guests);
		for (const text of guest.said) checkKept(guest, text);
	}
}

/** At a place that both have, both have the same. */
function checkSame(one: Guest, other: Guest): void {
	const theirTranscript = other.transcript;
	for (const [at, text] of one.transcript) {
		const theirs = theirTranscript.get(at) ?? text;
		assert.equal(theirs, text, `${at} for ${one.name} and ${other.name}`);
	}
}

/** Who is said to have seen a message has, and who is not and should have is told that something is missing. */
function checkSeen(message: MessageView, guests: readonly Guest[]): void {
	const text = textOf(message);
	const reader = (nickname: string): Guest => guests.find(({ name }) => name === nickname) as Guest;
	for (const { nickname } of message.progress.by) {
		assert.ok(reader(nickname).texts().includes(text), `${nickname} is said to have seen: ${text}`);
	}
	for (const { nickname } of message.progress.open) {
		const { lines, texts } = { lines: reader(nickname).lines(), texts: reader(nickname).texts() };
		const isTold = texts.includes(text) || TELLS_OF_LOSS.some((code) => lines.includes(code));
		assert.ok(isTold, `${nickname} lacks this and does not know: ${text}`);
	}
}

/** What someone wrote is on their own screen, or waits there for what they decide. */
function checkKept(writer: Guest, text: string): void {
	const held = writer.snapshot().held.map(({ parts }) => parts.map((part) => (part.kind === "text" ? part.text : "")));
	const isThere = writer.texts().includes(text) || held.some((parts) => parts.join("") === text);
	assert.ok(isThere, `what ${writer.name} wrote is gone: ${text}`);
}
