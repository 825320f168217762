import { concat } from "@clowder/bytes";
import type { SigningKey, Suite } from "@clowder/crypto";
import { authorKey } from "../../src/fold/authors.ts";
import { fold, foundRoom, type Judgement } from "../../src/fold/fold.ts";
import { type Effect, type FoldState, keyName, stateHash } from "../../src/fold/state.ts";
import { IDENTITY_BYTES } from "../../src/identity.ts";
import { generateKeySet, type OwnKeySet } from "../../src/key-set.ts";
import type { Mac, MessageHash } from "../../src/labels.ts";
import type { RoomParameters } from "../../src/parameters.ts";
import { NO_CONTEXT, parseMessage, signMessage, type VerifiedMessage, verifyMessage } from "../../src/wire/envelope.ts";
import type { Found, Message, SealedBox } from "../../src/wire/messages.ts";
import { contextOf } from "./context.ts";
import { seeded } from "./place.ts";

const BINDING = "memory:room";

/**
 * A fold fed by hand, with everyone's keys at hand: what a carrier or a member could place, whoever they are. The private
 * contents (MACs, ciphertexts) are arbitrary: the fold never reads them.
 */
export class FoldBench {
	readonly suite: Suite;
	readonly random: (length: number) => Uint8Array;
	readonly parameters: RoomParameters;
	state: FoldState;
	readonly numbers: Map<string, number> = new Map();
	readonly keys: Map<string, OwnKeySet> = new Map();

	constructor(suite: Suite, seed = "bench") {
		this.suite = suite;
		this.random = seeded(seed);
		this.parameters = { suite: suite.id, policy: "open", passphrase: false, timeoutSeconds: 60, binding: BINDING };
		const founder = this.keySet();
		const found: Found = { type: "FOUND", parameters: this.parameters, keySet: founder.public };
		const placed = this.sign(founder.e, NO_CONTEXT, found) as VerifiedMessage<Found>;
		this.state = foundRoom(suite, placed, "h0").state;
		this.finish();
	}

	keySet(): OwnKeySet {
		const keys = generateKeySet(this.suite, this.random);
		this.keys.set(keyName(keys.public.v), keys);
		return keys;
	}

	held(v: Uint8Array): OwnKeySet {
		const keys = this.keys.get(keyName(v));
		if (keys === undefined) throw new Error("nobody's keys");
		return keys;
	}

	/** The members' present keys, in order. */
	get members(): readonly OwnKeySet[] {
		return (this.state.base?.members ?? []).map((member) => this.held(member.v.bytes));
	}

	get aid(): Uint8Array {
		return this.state.base?.aid ?? NO_CONTEXT;
	}

	sign(key: SigningKey, context: Uint8Array, message: Message, number?: number): VerifiedMessage {
		const author = keyName(key.verifyKey);
		const next = number ?? this.numbers.get(author) ?? 0;
		this.numbers.set(author, next + 1);
		const { text } = signMessage(this.suite, BINDING, key, context, next, message);
		const parsed = parseMessage(this.suite, text);
		if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
		const verified = verifyMessage(this.suite, BINDING, key.verifyKey, parsed.value);
		if (!verified.ok) throw new Error(JSON.stringify(verified.error));
		return verified.value;
	}

	/** Places a message and gives what it did; the author has to be one that the room knows. */
	place(message: VerifiedMessage, from = "h9", judged: Judgement = {}): readonly Effect[] {
		const key = authorKey(this.suite, this.state, { ...message, state: "parsed" });
		if (!key.ok) return [{ type: "void", refusal: key.error }];
		const folded = fold(this.suite, this.state, { type: "message", from, message, judged });
		this.state = folded.state;
		return folded.effects;
	}

	left(handle: string): void {
		this.state = fold(this.suite, this.state, { type: "left", handle }).state;
	}

	/** The rule by which a message is void, else what it did. */
	verdict(message: VerifiedMessage, from?: string): string {
		const effects = this.place(message, from);
		for (const effect of effects) {
			if (effect.type === "void") return "rule" in effect.refusal ? effect.refusal.rule : effect.refusal.blame;
		}
		return effects.map((effect) => effect.type).join(" ");
	}

	box(): SealedBox {
		return {
			ephemeral: this.keySet().public.y,
			kemCiphertext: this.suite.kem && (this.random(1088) as NonNullable<SealedBox["kemCiphertext"]>),
			ciphertext: this.random(IDENTITY_BYTES),
			mac: this.mac(),
		};
	}

	mac(): Mac {
		return this.random(32) as Mac;
	}

	join(
		keys: OwnKeySet,
		change: Partial<Extract<Message, { type: "JOIN" }>> = {},
		context?: Uint8Array,
	): VerifiedMessage {
		const message: Message = {
			type: "JOIN",
			keySet: keys.public,
			commitment: this.random(32),
			sponsor: (this.members[0] as OwnKeySet).public.v.bytes,
			sealed: this.box(),
			passphrase: undefined,
			authenticators: this.members.map(() => this.mac()),
			...change,
		};
		return this.sign(keys.e, context ?? stateHash(this.suite, this.state) ?? NO_CONTEXT, message);
	}

	introduce(by: OwnKeySet, join: MessageHash): VerifiedMessage {
		const content = { index: 0, iv: this.random(16), ciphertext: this.random(256), mac: this.mac() };
		return this.sign(by.e, this.aid, { type: "INTRODUCE", join, content });
	}

	/** A newcomer joins, is introduced, and the attempt with them is opened. */
	openWith(keys: OwnKeySet, handle: string): void {
		const sponsor = this.members[0] as OwnKeySet;
		const join = this.join(keys);
		this.place(join, handle);
		this.place(this.introduce(sponsor, join.hash), "h0");
		this.place(
			this.sign(sponsor.e, this.aid, { type: "OPEN", k: this.state.k, joins: [join.hash], rekey: false }),
			"h0",
		);
	}

	roster(by = this.members[0] as OwnKeySet): VerifiedMessage {
		const { attempt } = this.state;
		if (attempt === undefined) throw new Error("no attempt");
		const boxes = attempt.slots
			.filter((slot) => slot.join !== undefined)
			.map((slot) => ({ newcomer: slot.keySet.v.bytes, box: { ...this.box(), ciphertext: this.random(32) } }));
		const message: Message = { type: "ROSTER", aid: attempt.aid, boxes, ciphertext: this.random(258), mac: this.mac() };
		return this.sign(by.e, this.aid, message);
	}

	/** Someone's EK, OFFER, SHARE, OK or CONFIRM for the running attempt, well-formed. */
	piece(type: "EK" | "OFFER" | "SHARE" | "OK" | "CONFIRM", keys: OwnKeySet): VerifiedMessage {
		const { attempt } = this.state;
		if (attempt === undefined) throw new Error("no attempt");
		return this.sign(keys.e, contextOf(this.suite, attempt, type), this.pieceMessage(type, keys));
	}

	pieceMessage(type: "EK" | "OFFER" | "SHARE" | "OK" | "CONFIRM", keys: OwnKeySet): Message {
		const { attempt } = this.state;
		const size = attempt?.slots.length ?? 0;
		const slot = attempt?.slots.find((one) => keyName(one.keySet.v) === keyName(keys.public.v));
		const joins = attempt?.slots.filter((one) => one.join !== undefined).length ?? 0;
		const confirmations = slot?.join === undefined ? joins : size - 1;
		const ring = { z: this.random(32), cL: this.random(32), cR: this.random(32) };
		const ek = keys.public.ek?.key;
		switch (type) {
			case "EK":
				if (ek === undefined) throw new Error("suite 1 has no EK");
				return { type, key: ek };
			case "OFFER": {
				const ciphertext = this.random(1088) as NonNullable<SealedBox["kemCiphertext"]>;
				return { type, kemCiphertext: this.suite.kem && ciphertext, list: concat(new Uint8Array(32)) };
			}
			case "SHARE":
				return {
					type,
					ring: size > 1 ? ring : undefined,
					confirmations: Array.from({ length: confirmations }, () => this.mac()),
					next: this.keySet().public,
				};
			case "OK":
				return { type };
			case "CONFIRM":
				return { type, mac: this.mac() };
		}
	}

	/** Everyone's keys in the running attempt, in order. */
	get inAttempt(): readonly OwnKeySet[] {
		return (this.state.attempt?.slots ?? []).map((slot) => this.held(slot.keySet.v.bytes));
	}

	/** Brings the running attempt up to before a phase. */
	until(phase: "OFFER" | "SHARE" | "OK" | "CONFIRM" | "end"): void {
		const joins = (this.state.attempt?.slots ?? []).some((slot) => slot.join !== undefined);
		if (joins) this.place(this.roster(), "h0");
		const order = ["OFFER", "SHARE", "OK", "CONFIRM"] as const;
		if (this.suite.kem && joins)
			for (const keys of this.inAttempt) this.place(this.piece("EK", keys), this.handle(keys));
		for (const type of order) {
			if (type === phase) return;
			if (type === "OK" && !joins) continue;
			if (type === "OFFER" && this.inAttempt.length === 1) continue;
			for (const keys of this.inAttempt) this.place(this.piece(type, keys), this.handle(keys));
		}
	}

	handle(keys: OwnKeySet): string {
		const slot = this.state.attempt?.slots.find((one) => keyName(one.keySet.v) === keyName(keys.public.v));
		const before = slot?.member ?? keys.public.v;
		return (
			this.state.authors.get(keyName(before))?.handle ?? this.state.authors.get(keyName(keys.public.v))?.handle ?? "h?"
		);
	}

	finish(): void {
		this.until("end");
	}
}
