import { err, fromHex, ok, type Result } from "@clowder/bytes";

/** Where a JSON text is not what is read from it. */
export interface JsonError {
	/** Such as `roster[2].keySet`. */
	readonly at: string;
	readonly expected: string;
	readonly got: string;
}

class Refusal extends Error {
	readonly detail: JsonError;
	constructor(detail: JsonError) {
		super(detail.expected);
		this.detail = detail;
	}
}

function describe(value: unknown): string {
	if (Array.isArray(value)) return `a list of ${value.length}`;
	// Values may be secrets: what they are is not repeated.
	return value === null ? "null" : `another ${typeof value}`;
}

/** One value of a JSON text, read strictly: no field is missing, and none is there that is not known. */
export class JsonValue {
	readonly #value: unknown;
	readonly #at: string;

	constructor(value: unknown, at: string) {
		this.#value = value;
		this.#at = at;
	}

	refuse(expected: string, got: string = describe(this.#value)): never {
		throw new Refusal({ at: this.#at === "" ? "the top" : this.#at, expected, got });
	}

	/** Takes a value out of a Result, or refuses. */
	take<T>(result: Result<T, { readonly expected: string; readonly got: string }>): T {
		return result.ok ? result.value : this.refuse(result.error.expected, result.error.got);
	}

	/** An object with these fields and no others; those in `optional` may be missing. */
	object<F extends string, O extends string = never>(
		fields: readonly F[],
		optional: readonly O[] = [],
	): { readonly [K in F]: JsonValue } & { readonly [K in O]: JsonValue | undefined } {
		const value = this.#value;
		if (typeof value !== "object" || value === null || Array.isArray(value)) return this.refuse("an object");
		const given = new Map<string, unknown>(Object.entries(value));
		const out: Record<string, JsonValue | undefined> = {};
		const path = (name: string): string => (this.#at === "" ? name : `${this.#at}.${name}`);
		for (const name of [...fields, ...optional]) {
			if (given.has(name)) out[name] = new JsonValue(given.get(name), path(name));
			else if ((fields as readonly string[]).includes(name)) this.refuse(`a field ${name}`, "none");
			given.delete(name);
		}
		const [unknown] = given.keys();
		if (unknown !== undefined) this.refuse("known fields only", unknown.slice(0, 32));
		return out as { readonly [K in F]: JsonValue } & { readonly [K in O]: JsonValue | undefined };
	}

	list<T>(limit: number, read: (item: JsonValue) => T): readonly T[] {
		const value: unknown = this.#value;
		if (!Array.isArray(value)) return this.refuse("a list");
		if (value.length > limit) return this.refuse(`at most ${limit} items`);
		return value.map((item: unknown, i) => read(new JsonValue(item, `${this.#at}[${i}]`)));
	}

	text(limit: number): string {
		const value = this.#value;
		if (typeof value !== "string") return this.refuse("a text");
		if (value.length > limit) return this.refuse(`a text of at most ${limit} characters`, `${value.length}`);
		return value;
	}

	oneOf<T extends string>(words: readonly T[]): T {
		const found = words.find((word) => word === this.#value);
		return found ?? this.refuse(`one of ${words.join(", ")}`);
	}

	number(limit: number): number {
		const value = this.#value;
		if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limit) {
			return this.refuse(`a whole number from 0 to ${limit}`);
		}
		return value;
	}

	flag(): boolean {
		return typeof this.#value === "boolean" ? this.#value : this.refuse("true or false");
	}

	/** Lower-case hexadecimal of this many bytes. */
	bytes(length: number): Uint8Array {
		const bytes = fromHex(this.text(2 * length));
		if (bytes.ok && bytes.value.length === length) return bytes.value;
		return this.refuse(`${2 * length} hexadecimal digits`, "others");
	}
}

/** Reads a JSON text; what is wrong with it is a value. */
export function readJson<T>(text: string, read: (value: JsonValue) => T): Result<T, JsonError> {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text);
	} catch {
		return err({ at: "the top", expected: "JSON", got: "something else" });
	}
	try {
		return ok(read(new JsonValue(parsed, "")));
	} catch (error) {
		if (error instanceof Refusal) return err(error.detail);
		throw error;
	}
}
