import type { Handle } from "@clowder/carrier";
import { type Delivery, SeededRandom } from "@clowder/carrier/memory";
import type { Act, Who } from "./story.ts";

/** Texts that a carrier remembers for playing them again. */
const REMEMBERED_MAX_COUNT = 400;
/** How late an overtaken text comes at most. */
const LATE_MOST_MS = 2_500;

type Lasting = Extract<Act, { type: "loss" | "double" | "reorder" | "fork" | "flip" }>;

export interface Remembered {
	readonly from: Handle;
	readonly text: string;
}

/** Something later on the carrier's own account. */
export interface Late {
	readonly to: Handle;
	readonly from: Handle;
	readonly text: string;
	readonly afterMs: number;
}

/** What the carrier does to texts on their way, as long as it does. Draws from its own random numbers. */
export class Faults {
	readonly #random: SeededRandom;
	readonly #whoOf: (handle: Handle) => Who | undefined;
	readonly #later: (late: Late) => void;
	readonly #active: { readonly act: Lasting; readonly until: number }[] = [];
	readonly remembered: Remembered[] = [];
	readonly #variants: Map<string, string> = new Map();
	#isWell = false;
	/** What becomes of the text that is being placed, for all alike. */
	#fate: { readonly delivery: Delivery; readonly lost: boolean; readonly text: string; readonly copies: number };

	constructor(seed: number, whoOf: (handle: Handle) => Who | undefined, later: (late: Late) => void) {
		this.#random = new SeededRandom(seed ^ 0x5eed);
		this.#whoOf = whoOf;
		this.#later = later;
		this.#fate = { delivery: { from: "", text: "" } as Delivery, lost: false, text: "", copies: 1 };
	}

	begin(act: Lasting, until: number): void {
		this.#active.push({ act, until });
	}

	/** One half of the readers gets another text in this one's place: the carrier helps an insider to say two things. */
	showSome(text: string, variant: string): void {
		if (this.#isWell) return;
		this.#variants.set(text, variant);
		const [oldest] = this.#variants.keys();
		if (this.#variants.size > REMEMBERED_MAX_COUNT && oldest !== undefined) this.#variants.delete(oldest);
	}

	/** The carrier is well from here on. */
	stop(): void {
		this.#active.length = 0;
		this.#variants.clear();
		this.#isWell = true;
	}

	/** True while something is done to texts. */
	isActive(now: number): boolean {
		return this.#active.some(({ until }) => until > now);
	}

	#drawFate(delivery: Delivery): void {
		const { from, text, now } = delivery;
		this.remembered.push({ from, text });
		if (this.remembered.length > REMEMBERED_MAX_COUNT) this.remembered.shift();
		let [lost, copies, shown] = [false, 1, text];
		for (const { act, until } of this.#active) {
			if (until <= now) continue;
			if (act.type === "loss" && act.who === undefined) lost ||= this.#random.chance(act.rate);
			if (act.type === "double" && this.#random.chance(act.rate)) copies++;
			if (act.type === "flip" && this.#random.chance(act.rate)) shown = flipSome(this.#random, shown);
		}
		this.#fate = { delivery, lost, text: shown, copies };
	}

	/** For one recipient: what it gets of a text, now. */
	tamper(delivery: Delivery): readonly string[] {
		const { from, to, text, now } = delivery;
		const before = this.#fate.delivery;
		// All recipients of one text are asked in a row.
		if (before.from !== from || before.text !== text || before.now !== now) this.#drawFate(delivery);
		if (this.#fate.lost) return [];
		const reader = this.#whoOf(to);
		const writer = this.#whoOf(from);
		for (const { act, until } of this.#active) {
			if (until <= now) continue;
			if (act.type === "loss" && act.who !== undefined && act.who === reader && this.#random.chance(act.rate))
				return [];
			if (act.type === "fork" && isOn(act.side, reader) !== isOn(act.side, writer)) return [];
			const mayBeLate = act.type === "reorder" && (act.who === undefined || act.who === reader);
			if (mayBeLate && this.#random.chance(act.rate)) {
				this.#later({ to, from, text: this.#fate.text, afterMs: this.#random.between(1, LATE_MOST_MS) });
				return [];
			}
		}
		const variant = reader !== undefined && reader % 2 === 1 ? this.#variants.get(text) : undefined;
		return Array.from({ length: this.#fate.copies }, () => variant ?? this.#fate.text);
	}
}

function isOn(side: readonly Who[], who: Who | undefined): boolean {
	return who !== undefined && side.includes(who);
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** One digit of the base64, or one character of the frame, is another. */
export function flipSome(random: SeededRandom, text: string): string {
	const at = random.between(random.chance(0.9) ? Math.min(20, text.length - 1) : 0, text.length - 1);
	const digit = DIGITS[(DIGITS.indexOf(text[at] as string) + random.between(1, 63) + 64) % 64] as string;
	return text.slice(0, at) + digit + text.slice(at + 1);
}

/** Texts that are no messages: other people's chat, broken frames, sheer size. */
export function garbageText(random: SeededRandom, form: number, remembered: readonly Remembered[]): string {
	const old = remembered.length > 0 ? random.pick(remembered).text : ":3mpCAT:3Knock:3AAAA:3";
	const forms = [
		"hello everyone",
		":3mpCAT:3",
		":3mpCAT:3Knock:3AAAA:3",
		":3mpCAT:3Nonsense:3AAAA:3",
		old.slice(0, Math.max(1, Math.floor(old.length / 2))),
		old.replace(/:3[A-Za-z]+:3/, ":3Message:3"),
		`${old}${old}`,
		":3mpCAT:3Message:3".padEnd(4000, "A"),
		`${old} `,
		random.bytes(200).join(" "),
	];
	return forms[form % forms.length] as string;
}
