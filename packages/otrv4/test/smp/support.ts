import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import { otrNodePrimitives } from "@clowder/crypto/otr-node";
import type { Random } from "../../src/random.ts";
import type { Refusal } from "../../src/refusal.ts";
import type { SmpContext } from "../../src/smp/context.ts";
import type { SmpTlv } from "../../src/smp/messages.ts";
import { abortSmp, answerSmp, leaveSmp, receiveSmp, SMP_START, startSmp } from "../../src/smp/smp.ts";
import type { SmpEvent, SmpState, SmpStep } from "../../src/smp/states.ts";

export const primitives: OtrPrimitives = otrNodePrimitives;

/** Random bytes from a seed: the same run every time. */
export function seeded(seed: string): Random {
	let counter = 0;
	return (length) => createHash("shake256", { outputLength: length }).update(`${seed}/${counter++}`).digest();
}

export function must<T>(result: Result<T, Refusal>): T {
	if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`);
	return result.value;
}

/** Both contexts of one conversation. */
export function conversation(
	seed: string,
	options: Partial<SmpContext> = {},
): { readonly alice: SmpContext; readonly bob: SmpContext } {
	const setup = seeded(`${seed}/setup`);
	const [one, other, ssid] = [setup(56), setup(56), setup(8)];
	const common = { primitives, ssid, reading: "specification" as const };
	return {
		alice: {
			...common,
			random: seeded(`${seed}/alice`),
			ourFingerprint: one,
			theirFingerprint: other,
			...options,
		},
		bob: { ...common, random: seeded(`${seed}/bob`), ourFingerprint: other, theirFingerprint: one, ...options },
	};
}

/** One side: it keeps its state, what it wants to send, and what its user was told. */
export class Side {
	readonly context: SmpContext;
	readonly events: SmpEvent[] = [];
	state: SmpState = SMP_START;
	outbox: SmpTlv[] = [];

	constructor(context: SmpContext) {
		this.context = context;
	}

	take(step: SmpStep): void {
		this.state = step.state;
		this.outbox.push(...step.send);
		this.events.push(...step.events);
	}

	start(userSecret: string, question = ""): void {
		this.take(must(startSmp(this.context, this.state, { question, userSecret })));
	}

	answer(userSecret: string): void {
		if (this.state.name !== "asked") assert.fail(`asked nothing in ${this.state.name}`);
		this.take(must(answerSmp(this.context, this.state, userSecret)));
	}

	abort(): void {
		this.take(abortSmp(this.state));
	}

	leave(): void {
		this.take(leaveSmp(this.state));
	}

	receive(...tlvs: readonly SmpTlv[]): void {
		for (const tlv of tlvs) this.take(receiveSmp(this.context, this.state, tlv));
	}

	/** What it wants to send, once. */
	sent(): readonly SmpTlv[] {
		const sent = this.outbox;
		this.outbox = [];
		return sent;
	}

	/** The only thing that it wants to send, once. */
	sentOne(): SmpTlv {
		const [tlv, ...more] = this.sent();
		assert.ok(tlv !== undefined && more.length === 0, "one message is to be sent");
		return tlv;
	}

	/** What its user was told, once. */
	told(): readonly SmpEvent[] {
		return this.events.splice(0);
	}
}

export function sides(seed: string, options: Partial<SmpContext> = {}): { readonly alice: Side; readonly bob: Side } {
	const { alice, bob } = conversation(seed, options);
	return { alice: new Side(alice), bob: new Side(bob) };
}

/** How far an SMP that Alice starts has come: the next message to arrive, which waits in its sender's outbox. */
export type Stage = "message 1" | "asked" | "message 2" | "message 3" | "message 4";

/** Everyone does as they should, up to `stage`. */
export function upTo(
	stage: Stage,
	{ alice, bob }: { readonly alice: Side; readonly bob: Side },
	initiatorSecret = "the cat",
	responderSecret = "the cat",
): void {
	alice.start(initiatorSecret);
	if (stage === "message 1") return;
	bob.receive(alice.sentOne());
	if (stage === "asked") return;
	bob.answer(responderSecret);
	if (stage === "message 2") return;
	alice.receive(bob.sentOne());
	if (stage === "message 3") return;
	bob.receive(alice.sentOne());
}

/** All of it, and what both found. */
export function compareSecrets(
	both: { readonly alice: Side; readonly bob: Side },
	initiatorSecret: string,
	responderSecret: string,
): { readonly initiator: boolean; readonly responder: boolean } {
	upTo("message 4", both, initiatorSecret, responderSecret);
	const responder = both.bob.told().at(-1);
	both.alice.receive(both.bob.sentOne());
	const initiator = both.alice.told().at(-1);
	assert.equal(responder?.kind, "finished");
	assert.equal(initiator?.kind, "finished");
	return { initiator: initiator.equal, responder: responder.equal };
}

/** The refusal that a side just told of; it has to be all that it told, but for the end of what was under way. */
export function refusalOf(side: Side): Refusal {
	const [first, ...more] = side.told();
	assert.equal(first?.kind, "refused");
	assert.ok(more.every((event) => event.kind === "aborted" && event.by === "us"));
	return first.refusal;
}

export const ABORT: SmpTlv = { tlvType: 6, value: new Uint8Array() };
