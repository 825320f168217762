import { hex } from "@clowder/bytes";
import type { Suite } from "@clowder/crypto";
import type { Handle } from "../api.ts";
import { authorKey } from "../fold/authors.ts";
import { isUnderBase } from "../fold/counting.ts";
import { fold, type Judgement, type Placed } from "../fold/fold.ts";
import type { Folded, FoldState } from "../fold/state.ts";
import { type ParsedMessage, type VerifiedMessage, verifyMessage } from "../wire/envelope.ts";
import type { Buffered } from "./join.ts";
import type { Log, Point, Taken } from "./log.ts";

/** A message as a REPLY quotes it: nothing about it is proved but by its own signature. */
export interface Quoted {
	readonly from: Handle;
	readonly parsed: ParsedMessage;
	/** The message's name in hexadecimal. */
	readonly name: string;
}

/** One place of the order as it would be with what was missing. */
export type Step =
	/** We took it before. */
	| { readonly type: "taken"; readonly taken: Taken }
	/** It came while we were asking. */
	| { readonly type: "held"; readonly input: Buffered }
	/** It was missing. */
	| { readonly type: "missed"; readonly quoted: Quoted };

/** What a list that others report means for ours. */
export type Reading =
	/** What was missing, and where it belongs. */
	| {
			readonly type: "supplement";
			/** Where in our log to go back to. */
			readonly start: number;
			readonly point: Point;
			readonly steps: readonly Step[];
			/** How many of the held places are in it. */
			readonly held: number;
			readonly missed: number;
	  }
	/** It has nothing that we lack. */
	| { readonly type: "nothing" }
	/** It contradicts what we have: another order, or something that does not stand where it is said to. */
	| { readonly type: "conflict" };

/** What a reading is about. */
export interface Question {
	readonly suite: Suite;
	readonly log: Log;
	readonly now: Point;
	/** Places that came after the gap was seen, in order. */
	readonly held: readonly Buffered[];
	/** Valid messages before what is asked for. */
	readonly have: number;
	readonly judge: (message: VerifiedMessage) => Judgement;
}

/** Whether a message that was placed is told of in a REPLY: it counts, or it took someone out though it is void. */
export function standing(
	message: VerifiedMessage,
	folded: Folded,
): { readonly stands: boolean; readonly tells: boolean } {
	if (!isUnderBase(message.message.type)) return { stands: false, tells: false };
	const isVoid = folded.effects.some((effect) => effect.type === "void");
	return { stands: !isVoid, tells: !isVoid || folded.effects.some((effect) => effect.type === "removed") };
}

function nameOf(step: Step): string | undefined {
	if (step.type === "missed") return step.quoted.name;
	if (step.type === "taken") {
		return step.taken.place.type === "message" ? hex(step.taken.place.message.hash) : undefined;
	}
	return step.input.type === "message" ? hex(step.input.parsed.hash) : undefined;
}

/** Puts what we lack of `list` before the next thing of ours; undefined where both have something in another order. */
function interleave(ours: readonly Step[], list: readonly Quoted[]): { steps: Step[]; end: number } | undefined {
	const places = new Map<string, number>();
	for (const [at, step] of ours.entries()) {
		const name = nameOf(step);
		if (name !== undefined) places.set(name, at);
	}
	const steps: Step[] = [];
	let end = 0;
	for (const quoted of list) {
		const at = places.get(quoted.name);
		if (at === undefined) {
			steps.push({ type: "missed", quoted });
			continue;
		}
		if (at < end) return undefined;
		steps.push(...ours.slice(end, at + 1));
		end = at + 1;
	}
	return { steps, end };
}

/** Reads `list` as what stands after the first `have` valid messages, against what we have there (rules REPAIR-3, REPAIR-4). */
export function readList(question: Question, list: readonly Quoted[], whole: boolean): Reading {
	const { log, held, have, now } = question;
	const start = log.startAfter(have);
	if (start === undefined) return { type: "conflict" };
	const tail = log.taken.slice(start);
	const point = tail.length === 0 ? now : tail[0]?.before;
	if (point === undefined) return { type: "conflict" };
	const ours: readonly Step[] = [
		...tail.map((taken): Step => ({ type: "taken", taken })),
		...held.map((input): Step => ({ type: "held", input })),
	];
	if (isWithin(list, ours)) return { type: "nothing" };
	const woven = interleave(ours, list);
	if (woven === undefined) return { type: "conflict" };
	// What we took stays, whether they tell of it or not; what is held is read afterwards.
	const rest = ours.slice(woven.end).filter((step) => step.type === "taken");
	const steps = [...woven.steps, ...rest];
	if (!fits(question, point, steps, list, whole)) return { type: "conflict" };
	const count = (type: Step["type"]): number => steps.filter((step) => step.type === type).length;
	return { type: "supplement", start, point, steps, held: count("held"), missed: count("missed") };
}

/** All of the list is ours, in the order in which we have it. */
function isWithin(list: readonly Quoted[], ours: readonly Step[]): boolean {
	let at = 0;
	for (const step of ours) if (at < list.length && nameOf(step) === list[at]?.name) at++;
	return at === list.length;
}

/** Folds the steps and sees that just those of the list stand, in its order: nobody's signature is taken on faith. */
function fits(
	question: Question,
	point: Point,
	steps: readonly Step[],
	list: readonly Quoted[],
	whole: boolean,
): boolean {
	const { suite } = question;
	let state = point.fold;
	let told = 0;
	for (const step of steps) {
		const placed = placedAt(question, state, step);
		if (placed === undefined) {
			if (step.type === "missed") return false;
			continue;
		}
		const folded = fold(suite, state, placed);
		state = folded.state;
		if (placed.type === "left" || !standing(placed.message, folded).tells) {
			if (step.type === "missed") return false;
			continue;
		}
		if (told < list.length) {
			if (hex(placed.message.hash) !== list[told]?.name) return false;
			told++;
		} else if (whole) return false;
	}
	return told === list.length;
}

function placedAt({ suite, judge }: Question, state: FoldState, step: Step): Placed | undefined {
	if (step.type === "taken") {
		const { place } = step.taken;
		return place.type === "left" ? place : { ...place };
	}
	if (step.type === "held" && step.input.type === "left") return step.input;
	const source = step.type === "held" ? (step.input as Extract<Buffered, { type: "message" }>) : step.quoted;
	const placed = verified(suite, state, source);
	return placed && { ...placed, judged: judge(placed.message) };
}

/** A message as one of this state, if its signature fits. */
export function verified(
	suite: Suite,
	state: FoldState,
	{ from, parsed }: { readonly from: Handle; readonly parsed: ParsedMessage },
): Extract<Placed, { type: "message" }> | undefined {
	const key = authorKey(suite, state, parsed);
	if (!key.ok) return undefined;
	const checked = verifyMessage(suite, state.parameters.binding, key.value, parsed);
	return checked.ok ? { type: "message", from, message: checked.value } : undefined;
}

/** Whether one list is the beginning of the other. */
export function agree(one: readonly Quoted[], other: readonly Quoted[]): boolean {
	const length = Math.min(one.length, other.length);
	return one.slice(0, length).every(({ name }, i) => name === other[i]?.name);
}

/** Whether all of `other` is in `one`, in its order. */
export function contains(one: readonly Quoted[], other: readonly Quoted[]): boolean {
	let at = 0;
	for (const { name } of one) if (at < other.length && name === other[at]?.name) at++;
	return at === other.length;
}
