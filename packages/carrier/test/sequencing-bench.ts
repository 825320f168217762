import assert from "node:assert/strict";
import type { CarrierEvent, Handle } from "../src/index.ts";
import { SequenceCore } from "../src/sequencing-core.ts";
import { type Epoch, Naming } from "../src/sequencing-names.ts";
import {
	type Entry,
	encodeEntry,
	parseStatement,
	type Statement,
	writeStatement,
} from "../src/sequencing-statement.ts";
import { SEQUENCING_TIMES } from "../src/sequencing-state.ts";
import { sha512 } from "./sequencing-crowd.ts";

export const naming: Naming = new Naming(sha512);
export const tagOf = (handle: Handle): string => naming.tag(handle);

/** One core, and what it says and tells; whoever else there is, the test is. */
export class Bench {
	readonly core: SequenceCore;
	readonly said: Statement[] = [];
	readonly told: CarrierEvent[] = [];
	broken: object | undefined;
	now = 1000;

	constructor(self: Handle, others: readonly Handle[], maxTextBytes = 65_536) {
		const options = { self, binding: "test", naming, maxTextBytes, times: SEQUENCING_TIMES };
		this.core = new SequenceCore(options, others, this.now);
		this.#take();
	}

	#take(): void {
		const { texts, events, broken } = this.core.take();
		for (const text of texts) {
			const parsed = parseStatement(text);
			assert.ok(parsed.ok);
			this.said.push(parsed.value);
		}
		this.told.push(...events);
		this.broken = broken;
	}

	hear(from: Handle, statement: Statement): void {
		this.core.receive(from, writeStatement(statement), this.now);
		this.#take();
	}

	notice(type: "joined" | "left", handle: Handle): void {
		this.core[type](handle, this.now);
		this.#take();
	}

	say(...texts: readonly string[]): void {
		for (const text of texts) assert.ok(this.core.submit(text).ok);
		this.wait(0);
	}

	/** Wakes the core whenever it wants to be, for so long. */
	wait(ms: number): void {
		const end = this.now + ms;
		this.core.wake(this.now);
		this.#take();
		for (let wakes = 0; wakes < 1000; wakes++) {
			const { wakeMs } = this.core.take();
			if (wakeMs === undefined || wakeMs > end) {
				this.now = end;
				return;
			}
			this.now = Math.max(this.now, wakeMs);
			this.core.wake(this.now);
			this.#take();
		}
		assert.fail("it never rests");
	}

	of<T extends Statement["type"]>(type: T): readonly (Statement & { readonly type: T })[] {
		return this.said.filter((each): each is Statement & { readonly type: T } => each.type === type);
	}

	get texts(): readonly string[] {
		return this.told.flatMap((event) => (event.type === "text" ? [event.text] : []));
	}

	get types(): readonly string[] {
		return this.told.map(({ type }) => type);
	}
}

export function textEntry(author: Handle, counter: number, text: string): Entry {
	return { kind: "text", author: tagOf(author), counter, digest: naming.text(tagOf(author), counter, text) };
}

/** The sequencer `ada`, with others whom it has let in. */
export function leading(...others: readonly Handle[]): Bench {
	const bench = new Bench("ada", []);
	for (const other of others) {
		bench.notice("joined", other);
		bench.hear(other, { type: "hello" });
		// Whoever is in already acknowledges that.
		acknowledge(bench, ...others.slice(0, others.indexOf(other)));
		acknowledge(bench, other);
	}
	bench.said.length = 0;
	bench.told.length = 0;
	return bench;
}

export function acknowledge(bench: Bench, ...authors: readonly Handle[]): void {
	const order = bench.of("order").at(-1);
	assert.ok(order);
	for (const author of authors) bench.hear(author, ackOf(order));
}

export function ackOf(order: Statement & { readonly type: "order" }): Statement {
	const chain = order.entries.reduce((before, entry) => naming.chain(before, encodeEntry(entry)), order.chain);
	return { type: "ack", epoch: order.epoch, number: order.base + order.entries.length, chain, present: 1 };
}

export const EPOCH: Epoch = { counter: 1, leader: tagOf("ada") };

/** `ben`, whom `ada` let in, with `eve` after `ben`: the sequence has three occupants. */
export function following(): Bench {
	const bench = new Bench("ben", ["ada", "eve"]);
	const chain = naming.origin("ada");
	const members = ["ada", "eve", "ben"].map((handle) => ({ handle, placed: 0 }));
	bench.hear("ada", { type: "welcome", epoch: EPOCH, number: 2, chain, size: 3, fresh: 2, offset: 0, members });
	bench.said.length = 0;
	return bench;
}

export function order(entries: readonly Entry[], base = 2, chain: string = naming.origin("ada")): Statement {
	return { type: "order", epoch: EPOCH, whole: true, base, chain, settled: 0, entries };
}
