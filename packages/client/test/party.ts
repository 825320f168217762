import assert from "node:assert/strict";
import type { Handle, RoomName } from "@clowder/carrier";
import { MemoryNetwork, SeededRandom } from "@clowder/carrier/memory";
import { createSuite } from "@clowder/crypto";
import { nodePrimitives } from "@clowder/crypto/node";
import { createParticipant, nicknameSkeleton, parseNickname } from "@clowder/mpotr";
import type { Clock } from "../src/clock.ts";
import { openRoom } from "../src/room/open-room.ts";
import type { RoomOptions, RoomStore } from "../src/room/store.ts";
import type { MessageView, RoomSnapshot, SystemLine } from "../src/room/snapshot.ts";

/** Steps of the network in one wait; more is a loop of somebody's. */
const STEPS_MAX = 20_000;

export const DEN = "den" as RoomName;

export interface Guest {
	readonly store: RoomStore;
	readonly name: string;
	snapshot(): RoomSnapshot;
	messages(): readonly MessageView[];
	texts(): readonly string[];
	lines(): readonly SystemLine["code"][];
	send(text: string): void;
	/** The carrier's name for this guest now. */
	handle(): Handle;
}

/** People with the real protocol on the in-memory carrier, in virtual time. */
export class Party {
	readonly network: MemoryNetwork;
	readonly #random: SeededRandom;
	#breaths = 0;

	constructor(seed: number) {
		this.network = new MemoryNetwork({ seed });
		this.#random = new SeededRandom(seed + 1);
	}

	guest(name: string, options: Partial<RoomOptions> = {}): Guest {
		const nickname = parseNickname(name);
		assert.ok(nickname.ok);
		const before = new Set(this.network.occupants(DEN));
		let handle: Handle | undefined;
		const store = openRoom({
			carrier: this.network.carrier(),
			suite: createSuite(1, nodePrimitives),
			clock: this.#clock(),
			random: (length) => this.#random.bytes(length),
			room: DEN,
			nickname: nickname.value,
			createParticipant,
			skeleton: nicknameSkeleton,
			...options,
		});
		const snapshot = (): RoomSnapshot => store.getSnapshot();
		const messages = (): readonly MessageView[] =>
			snapshot().timeline.flatMap((item) => (item.kind === "message" ? [item.message] : []));
		return {
			store,
			name,
			snapshot,
			messages,
			texts: () =>
				messages().map(({ author, parts }) =>
					[author.nickname, ...parts.map((part) => (part.kind === "text" ? part.text : part.codePoint))].join(": "),
				),
			lines: () => snapshot().timeline.flatMap((item) => (item.kind === "system" ? [item.line.code] : [])),
			send: (text) => {
				const sent = store.send(text);
				assert.ok(sent.ok, `${name} cannot send`);
			},
			handle: () => {
				handle ??= this.network.occupants(DEN).find((other) => !before.has(other));
				assert.ok(handle !== undefined, `${name} is not in the place`);
				return handle;
			},
		};
	}

	/** A guest who is in a session with those named (and nobody else) when this resolves; so are they. */
	join(name: string, ...others: readonly Guest[]): Promise<Guest> {
		return this.comeIn(this.guest(name), ...others);
	}

	/** Waits until this guest is in a session with those named, and nobody else. */
	async comeIn(guest: Guest, ...others: readonly Guest[]): Promise<Guest> {
		const { name } = guest;
		await this.until(() => [guest, ...others].every((one) => reads(one, others.length)), `${name} is in`);
		guest.handle();
		return guest;
	}

	/** Lets time pass until something holds. */
	async until(holds: () => boolean, what: string): Promise<void> {
		for (let step = 0; step < STEPS_MAX; step++) {
			await this.settle();
			if (holds()) return;
			assert.ok(this.network.step(), `nothing more happens, but not: ${what}`);
		}
		assert.fail(`too long until: ${what}`);
	}

	/** Lets so much time pass. */
	async pass(ms: number): Promise<void> {
		let over = false;
		this.network.at(this.network.now + ms, () => {
			over = true;
		});
		await this.until(() => over, `${ms} ms`);
	}

	/** Until a turn of the event loop passes in which nobody breathed. */
	async settle(): Promise<void> {
		for (let before = -1; before !== this.#breaths; ) {
			before = this.#breaths;
			for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
		}
	}

	#clock(): Clock {
		return {
			now: () => this.network.now,
			wall: () => 1_700_000_000_000 + this.network.now,
			setTimer: (at, run) => {
				let wanted = true;
				this.network.at(at, () => wanted && run());
				return () => {
					wanted = false;
				};
			},
			breathe: () => {
				this.#breaths += 1;
				return new Promise((resolve) => setImmediate(resolve));
			},
		};
	}
}

/** Whether a guest is in a session with so many others and says so. */
export function reads(guest: Guest, others: number): boolean {
	const { trust } = guest.snapshot();
	return trust.state === "private" && trust.others.length === others;
}
