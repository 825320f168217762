/**
 * `next`, or `previous` where both say the same, part by part: a screen redraws only what is another object.
 * For plain data: strings, numbers, booleans, undefined, arrays and objects of these.
 */
export function reuse<T>(previous: T | undefined, next: T): T {
	if (Object.is(previous, next) || !isObject(previous) || !isObject(next)) return next;
	if (Array.isArray(previous) !== Array.isArray(next)) return next;
	const before = previous as Record<string, unknown>;
	const after = next as Record<string, unknown>;
	const keys = Object.keys(after);
	let same = keys.length === Object.keys(before).length;
	const parts: [string, unknown][] = [];
	for (const key of keys) {
		const part = reuse(before[key], after[key]);
		if (part !== before[key] || !(key in before)) same = false;
		parts.push([key, part]);
	}
	if (same) return previous;
	return (Array.isArray(next) ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as T;
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null;
}
