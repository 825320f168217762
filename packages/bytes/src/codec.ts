import { err, ok, type Result } from "./result.ts";

/** Why bytes are not what a decoder reads: where it stopped, what it expected, what came. */
export interface DecodeError {
	readonly kind: "decode";
	readonly at: number;
	readonly expected: string;
	readonly got: string;
}

class Refusal extends Error {
	readonly detail: DecodeError;
	constructor(detail: DecodeError) {
		super(detail.expected);
		this.detail = detail;
	}
}

/** Writes the explicit binary encoding: big-endian integers, byte strings of fixed length or after their length. */
export class Writer {
	#bytes: Uint8Array = new Uint8Array(256);
	#length = 0;

	#grow(by: number): number {
		const at = this.#length;
		this.#length += by;
		if (this.#length > this.#bytes.length) {
			const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
			larger.set(this.#bytes.subarray(0, at));
			this.#bytes.fill(0);
			this.#bytes = larger;
		}
		return at;
	}

	#integer(value: number, width: 1 | 2 | 4): this {
		if (!Number.isInteger(value) || value < 0 || value >= 256 ** width) {
			throw new RangeError(`${value} does not fit in ${width} bytes`);
		}
		const at = this.#grow(width);
		for (let i = 0; i < width; i++) this.#bytes[at + i] = Math.floor(value / 256 ** (width - 1 - i)) & 255;
		return this;
	}

	u8(value: number): this {
		return this.#integer(value, 1);
	}

	u16(value: number): this {
		return this.#integer(value, 2);
	}

	u32(value: number): this {
		return this.#integer(value, 4);
	}

	/** Bytes of a length that the reader knows. */
	fixed(bytes: Uint8Array, length: number): this {
		if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes where ${length} are due`);
		// Growing replaces the buffer, so it comes first.
		const at = this.#grow(length);
		this.#bytes.set(bytes, at);
		return this;
	}

	/** Bytes after their length as u32. */
	variable(bytes: Uint8Array): this {
		return this.u32(bytes.length).fixed(bytes, bytes.length);
	}

	/** Items after their count as u16. */
	list<T>(items: readonly T[], write: (w: Writer, item: T) => void): this {
		this.u16(items.length);
		for (const item of items) write(this, item);
		return this;
	}

	finish(): Uint8Array {
		return this.#bytes.slice(0, this.#length);
	}
}

/** Reads what `Writer` writes. Used inside `decode`, which turns its refusals into values. */
export class Reader {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		// Of a Buffer, `slice` would be no copy.
		this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
	}

	refuse(expected: string, got: string): never {
		throw new Refusal({ kind: "decode", at: this.#at, expected, got });
	}

	#take(length: number): number {
		const at = this.#at;
		if (length > this.#bytes.length - at) {
			this.refuse(`${length} more bytes`, `${this.#bytes.length - at}`);
		}
		this.#at += length;
		return at;
	}

	#integer(width: number): number {
		const at = this.#take(width);
		let value = 0;
		for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[at + i] as number);
		return value;
	}

	u8(): number {
		return this.#integer(1);
	}

	u16(): number {
		return this.#integer(2);
	}

	u32(): number {
		return this.#integer(4);
	}

	/** A copy, so that nothing later changes what was read. */
	fixed(length: number): Uint8Array {
		const at = this.#take(length);
		return this.#bytes.slice(at, at + length);
	}

	/** Bytes after their length as u32, at most `limit` of them. */
	variable(limit: number): Uint8Array {
		const length = this.u32();
		if (length > limit) this.refuse(`at most ${limit} bytes`, `${length}`);
		return this.fixed(length);
	}

	/** Items after their count as u16, at most `limit` of them. */
	list<T>(limit: number, read: (r: Reader) => T): T[] {
		const count = this.u16();
		if (count > limit) this.refuse(`at most ${limit} items`, `${count}`);
		const out: T[] = [];
		for (let i = 0; i < count; i++) out.push(read(this));
		return out;
	}

	/** 0 or 1. */
	flag(): boolean {
		const value = this.u8();
		if (value > 1) this.refuse("0 or 1", `${value}`);
		return value === 1;
	}

	end(): void {
		const left = this.#bytes.length - this.#at;
		if (left !== 0) this.refuse("the end", `${left} more bytes`);
	}
}

/** Runs a decoder over all of `bytes`: a value, or where and why it was refused. Nothing may be left over. */
export function decode<T>(bytes: Uint8Array, read: (r: Reader) => T): Result<T, DecodeError> {
	const reader = new Reader(bytes);
	try {
		const value = read(reader);
		reader.end();
		return ok(value);
	} catch (error) {
		if (error instanceof Refusal) return err(error.detail);
		throw error;
	}
}

/** Encodes with a fresh writer. */
export function encode(write: (w: Writer) => void): Uint8Array {
	const writer = new Writer();
	write(writer);
	return writer.finish();
}
