import { erase } from "@clowder/bytes";
import type { Secret } from "./suite.ts";

let read: (secret: SecretBytes) => Uint8Array;
let imported: <T>(secret: SecretBytes, by: object, make: (bytes: Uint8Array) => T) => T;

/**
 * Bytes that never print (CRYPTO-12) and that can be erased (CRYPTO-13). They are in a private field; the two functions
 * below, which the public API does not export, are the only way to them.
 */
export abstract class SecretBytes implements Secret {
	#bytes: Uint8Array | undefined;
	#imported: { readonly by: object; readonly value: unknown } | undefined;

	/** Keeps a copy: what the caller does with its own is the caller's. Of a Buffer, `slice` would be none. */
	constructor(bytes: Uint8Array) {
		this.#bytes = new Uint8Array(bytes);
	}

	static {
		read = (secret) => {
			if (secret.#bytes === undefined) throw new Error("a secret was used after it was erased");
			return secret.#bytes;
		};
		imported = <T>(secret: SecretBytes, by: object, make: (bytes: Uint8Array) => T): T => {
			const bytes = read(secret);
			if (secret.#imported?.by === by) return secret.#imported.value as T;
			const value = make(bytes);
			secret.#imported = { by, value };
			return value;
		};
	}

	erase(): void {
		erase(this.#bytes);
		this.#bytes = undefined;
		this.#imported = undefined;
	}

	toString(): string {
		return "[secret]";
	}

	toJSON(): string {
		return "[secret]";
	}
}

/** What Node's `util.inspect`, and so `console.log`, prints. */
Object.defineProperty(SecretBytes.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => "[secret]" });

/** The bytes themselves, not a copy; they are zero after `erase()`. Throws once erased. */
export function readSecret(secret: SecretBytes): Uint8Array {
	return read(secret);
}

/**
 * What a backend makes of a secret, such as a `KeyObject`, kept with the secret and dropped when it is erased. `by`
 * tells the backends apart; a secret used by two in turn is imported anew each time.
 */
export function importSecret<T>(secret: SecretBytes, by: object, make: (bytes: Uint8Array) => T): T {
	return imported(secret, by, make);
}
