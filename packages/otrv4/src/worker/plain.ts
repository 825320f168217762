type Copied = unknown;

/**
 * A copy of what may pass a port: plain objects, arrays, bytes, strings, numbers, booleans. Throws for anything else, so
 * that an object that holds a secret cannot pass by mistake. All bytes get a buffer of their own, which is added to
 * `transfer`: a view passes with the whole buffer behind it, and of small arrays that Node makes this is a pool which
 * other arrays, secret ones too, lie in.
 */
export function plainCopy(value: unknown, transfer: ArrayBuffer[]): Copied {
	switch (typeof value) {
		case "string":
		case "number":
		case "boolean":
		case "undefined":
			return value;
		case "object":
			return value === null ? value : copyOfObject(value, transfer);
		default:
			throw new TypeError(`expected plain data to pass a port; got a ${typeof value}`);
	}
}

function copyOfObject(value: object, transfer: ArrayBuffer[]): Copied {
	if (Array.isArray(value)) return value.map((one) => plainCopy(one, transfer));
	if (value instanceof Uint8Array) {
		const buffer = new ArrayBuffer(value.length);
		const copy = new Uint8Array(buffer);
		copy.set(value);
		transfer.push(buffer);
		return copy;
	}
	if (Object.getPrototypeOf(value) !== Object.prototype) {
		throw new TypeError(
			`expected plain data to pass a port; got a ${value.constructor?.name ?? "object without class"}`,
		);
	}
	return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainCopy(part, transfer)]));
}
