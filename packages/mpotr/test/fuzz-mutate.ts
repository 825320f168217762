import { base64, concat, hex } from "@clowder/bytes";
import { BODIES } from "../src/wire/bodies.ts";
import type { MessageType } from "../src/wire/messages.ts";
import { seeded } from "./support/place.ts";

/** Choices from a seed: the same ones every time. */
export class Dice {
	readonly #random: (length: number) => Uint8Array;

	constructor(seed: string) {
		this.#random = seeded(seed);
	}

	/** A whole number from 0, below the limit. */
	below(limit: number): number {
		const [a = 0, b = 0, c = 0, d = 0] = this.#random(4);
		return (((a * 256 + b) * 256 + c) * 256 + d) % limit;
	}

	pick<T>(items: readonly T[]): T {
		if (items.length === 0) throw new Error("nothing to choose from");
		return items[this.below(items.length)] as T;
	}

	bytes(length: number): Uint8Array {
		return this.#random(length);
	}
}

/** One change to bytes: so many are taken out, and others put in their place. */
export interface Edit {
	readonly at: number;
	readonly remove: number;
	readonly insert: Uint8Array;
}

export function apply(bytes: Uint8Array, { at, remove, insert }: Edit): Uint8Array {
	return concat(bytes.subarray(0, at), insert, bytes.subarray(at + remove));
}

const NOTHING: Uint8Array = new Uint8Array(0);
const EDGES: readonly number[] = [0, 1, 2, 127, 128, 254, 255];
const EDGES_16: readonly number[] = [0, 1, 8, 9, 199, 200, 201, 256, 257, 0xffff];
const EDGES_32: readonly number[] = [0, 1, 255, 256, 8193, 16_384, 16_385, 262_144, 262_145, 0x7fff_ffff, 0xffff_ffff];

function bigEndian(value: number, width: number): Uint8Array {
	return Uint8Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** (width - 1 - i)) & 255);
}

/** Places where a number stands that could be a length or a count, by how wide it is. */
function lengthFields(bytes: Uint8Array, width: 2 | 4): readonly number[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const read = (at: number): number => (width === 2 ? view.getUint16(at) : view.getUint32(at));
	return Array.from({ length: Math.max(bytes.length - width + 1, 0) }, (_, at) => at).filter((at) => {
		return read(at) <= Math.min(bytes.length, width === 2 ? 300 : bytes.length);
	});
}

type Mutator = (dice: Dice, bytes: Uint8Array, other: Uint8Array) => Edit;

/** Each needs at least one byte. */
const MUTATORS: readonly Mutator[] = [
	// One bit.
	(dice, bytes) => {
		const at = dice.below(bytes.length);
		return { at, remove: 1, insert: Uint8Array.of((bytes[at] as number) ^ (1 << dice.below(8))) };
	},
	// One byte at an edge.
	(dice, bytes) => ({ at: dice.below(bytes.length), remove: 1, insert: Uint8Array.of(dice.pick(EDGES)) }),
	// The end is gone, or the beginning, or a part.
	(dice, bytes) => {
		const at = dice.below(bytes.length);
		return { at, remove: bytes.length - at, insert: NOTHING };
	},
	(dice, bytes) => ({ at: 0, remove: 1 + dice.below(bytes.length), insert: NOTHING }),
	(dice, bytes) => {
		const at = dice.below(bytes.length);
		return { at, remove: Math.min(1 + dice.below(40), bytes.length - at), insert: NOTHING };
	},
	// More than there was: anything, zeros, or the same again.
	(dice, bytes) => ({ at: dice.below(bytes.length + 1), remove: 0, insert: dice.bytes(1 + dice.below(80)) }),
	(dice, bytes) => ({ at: bytes.length, remove: 0, insert: new Uint8Array(1 + dice.below(3)) }),
	(dice, bytes) => {
		const at = dice.below(bytes.length);
		return { at, remove: 0, insert: bytes.slice(at, at + 1 + dice.below(100)) };
	},
	// The end of another.
	(dice, bytes, other) => {
		const at = dice.below(bytes.length);
		return { at, remove: bytes.length - at, insert: other.slice(dice.below(other.length)) };
	},
	// A piece of another in its place.
	(dice, bytes, other) => {
		const insert = other.slice(dice.below(other.length)).subarray(0, 32);
		return { at: dice.below(bytes.length), remove: insert.length, insert };
	},
	// A length or a count at an edge, or off by one.
	(dice, bytes) => {
		const width = dice.pick([2, 4] as const);
		const places = lengthFields(bytes, width);
		const at = places.length === 0 ? 0 : dice.pick(places);
		const now = bytes.subarray(at, at + width).reduce((sum, byte) => sum * 256 + byte, 0);
		const edge = dice.pick(width === 2 ? EDGES_16 : EDGES_32);
		const value = dice.pick([now + 1, Math.max(now - 1, 0), edge]);
		return { at, remove: width, insert: bigEndian(value % 256 ** width, width) };
	},
	// A key or another name of 32 bytes that is none.
	(dice, bytes) => ({
		at: dice.below(bytes.length),
		remove: 32,
		insert: dice.pick([new Uint8Array(32), new Uint8Array(32).fill(255), bigEndian(256 ** 5, 32)]),
	}),
];

/** A change to `bytes`, some of them with the help of another message. */
export function mutation(dice: Dice, bytes: Uint8Array, other: Uint8Array): Edit {
	const edit = dice.pick(MUTATORS)(dice, bytes, other);
	return { ...edit, remove: Math.min(edit.remove, bytes.length - edit.at) };
}

/** A change to what stands between the bytes' ends: of a message, its body. */
export function mutationWithin(dice: Dice, bytes: Uint8Array, from: number, to: number, other: Uint8Array): Edit {
	if (from >= to) return mutation(dice, bytes, other);
	const edit = mutation(dice, bytes.subarray(from, to), other.subarray(Math.min(from, other.length - 1)));
	return { ...edit, at: edit.at + from };
}

/** A change to a text as a carrier has it. */
export function mutateText(dice: Dice, text: string, other: string): string {
	const at = dice.below(text.length + 1);
	const character = String.fromCharCode(dice.pick([10, 32 + dice.below(95), 0xd83d, 0x20ac]));
	return dice.pick([
		() => text.slice(0, at) + character + text.slice(at + 1),
		() => text.slice(0, at) + character + text.slice(at),
		() => text.slice(0, at),
		() => text.slice(at),
		() => text.slice(0, at) + text.slice(at + 1 + dice.below(40)),
		() => text.slice(0, at) + other.slice(dice.below(other.length)),
		() => text + text,
		() => text.replace(/:3(\w+):3/, `:3${dice.pick(Object.values(BODIES)).tag}:3`),
		() => text.slice(0, at) + text.slice(at).toLowerCase(),
	])();
}

/** The text that carries these bytes as a message of a type. */
export function armoured(type: MessageType, bytes: Uint8Array): string {
	return `:3mpCAT:3${BODIES[type].tag}:3${base64(bytes)}:3`;
}

export function editLine({ at, remove, insert }: Edit): string {
	return `${at} ${remove} ${insert.length === 0 ? "-" : hex(insert)}`;
}
