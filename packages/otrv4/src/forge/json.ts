import { fromHex, type Result } from "@clowder/bytes";
import { type Refusal, refuse } from "../refusal.ts";

class Unreadable extends Error {
	readonly refusal: Refusal;
	constructor(refusal: Refusal) {
		super(refusal.expected);
		this.refusal = refusal;
	}
}

/** One value of a JSON text, read strictly. What a value is is never repeated: it may be a secret. */
export class JsonValue {
	readonly #value: unknown;
	readonly #at: string;

	constructor(value: unknown, at: string) {
		this.#value = value;
		this.#at = at;
	}

	refuse(
		expected: string,
		got: string = Array.isArray(this.#value) ? "a list" : `another ${typeof this.#value}`,
	): never {
		throw new Unreadable(refuse("caller", "malformed", this.#at, expected, got).error);
	}

	/** The field of an object that has only such fields; undefined if it is not there. */
	field(name: string, known: readonly string[]): JsonValue | undefined {
		const value = this.#value;
		if (typeof value !== "object" || value === null || Array.isArray(value)) return this.refuse("an object");
		const unknown = Object.keys(value).find((each) => !known.includes(each));
		if (unknown !== undefined) this.refuse(`fields among ${known.join(", ")}`, unknown.slice(0, 32));
		const found = Object.entries(value).find(([each]) => each === name);
		return found === undefined ? undefined : new JsonValue(found[1], `${this.#at}.${name}`);
	}

	list<T>(limit: number, read: (item: JsonValue) => T): readonly T[] {
		const value: unknown = this.#value;
		if (!Array.isArray(value)) return this.refuse("a list");
		if (value.length > limit) return this.refuse(`at most ${limit} items`, `${value.length}`);
		return value.map((item: unknown, i) => read(new JsonValue(item, `${this.#at}[${i}]`)));
	}

	text(): string {
		return typeof this.#value === "string" ? this.#value : this.refuse("a text");
	}

	seconds(): number {
		const value = this.#value;
		return typeof value === "number" && Number.isSafeInteger(value) ? value : this.refuse("whole seconds");
	}

	/** Hexadecimal, of so many bytes if it is said. */
	bytes(length?: number): Uint8Array {
		const expected = length === undefined ? "hexadecimal" : `${length} bytes in hexadecimal`;
		const read = fromHex(this.text());
		if (!read.ok) return this.refuse(expected, "another text");
		return length === undefined || read.value.length === length
			? read.value
			: this.refuse(expected, `${read.value.length}`);
	}

	take<T>(result: Result<T, Refusal>): T {
		if (result.ok) return result.value;
		throw new Unreadable({ ...result.error, blame: "caller", what: `${this.#at}: ${result.error.what}` });
	}
}

/** The fields of an object by their names; those that are not `optional` have to be there. */
export function fieldsOf<Name extends string, Optional extends string = never>(
	value: JsonValue,
	names: readonly Name[],
	optional: readonly Optional[] = [],
): { readonly [name in Name]: JsonValue } & { readonly [name in Optional]?: JsonValue } {
	const known = [...names, ...optional];
	const fields: Record<string, JsonValue> = {};
	for (const name of known) {
		const field = value.field(name, known);
		if (field !== undefined) fields[name] = field;
		else if (names.includes(name as Name)) value.refuse(`a field ${name}`, "none");
	}
	return fields as { readonly [name in Name]: JsonValue } & { readonly [name in Optional]?: JsonValue };
}

/** Reads a JSON text, called `what`. */
export function readJson<T>(what: string, text: string, read: (value: JsonValue) => T): Result<T, Refusal> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return refuse("caller", "malformed", what, "JSON", `${text.length} characters that are not`);
	}
	try {
		return { ok: true, value: read(new JsonValue(value, what)) };
	} catch (error) {
		if (error instanceof Unreadable) return { ok: false, error: error.refusal };
		throw error;
	}
}
