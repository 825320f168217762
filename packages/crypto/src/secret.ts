import { erase } from "@clowder/bytes";
import type { Secret } from "./suite.ts";

/**
 * Bytes that never print (CRYPTO-12) and that can be erased (CRYPTO-13). They are in a private field; `readSecret`,
 * which the public API does not export, is the only way to them.
 */
export abstract class SecretBytes implements Secret {
	#bytes: Uint8Array | undefined;
	#imported: { readonly by: object; readonly value: unknown } | undefined;

	/** Keeps a copy: what the caller does with its own is the caller's. */
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes.slice();
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

	/** Internal: see `readSecret`. */
	static read(secret: SecretBytes): Uint8Array {
		if (secret.#bytes === undefined) throw new Error("a secret was used after it was erased");
		return secret.#bytes;
	}

	/** Internal: see `importSecret`. */
	static import<T>(secret: SecretBytes, by: object, make: (bytes: Uint8Array) => T): T {
		const bytes = SecretBytes.read(secret);
		if (secret.#imported?.by !== by) secret.#imported = { by, value: make(bytes) };
		return secret.#imported?.value as T;
	}
}

/** What Node's `util.inspect`, and so `console.log`, prints. */
Object.defineProperty(SecretBytes.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => "[secret]" });

/** The bytes themselves, not a copy; they are zero after `erase()`. Throws once erased. */
export function readSecret(secret: SecretBytes): Uint8Array {
	return SecretBytes.read(secret);
}

/**
 * What a backend makes of a secret, such as a `KeyObject`, kept with the secret and dropped when it is erased. `by`
 * tells the backends apart; a secret used by two in turn is imported anew each time.
 */
export function importSecret<T>(secret: SecretBytes, by: object, make: (bytes: Uint8Array) => T): T {
	return SecretBytes.import(secret, by, make);
}
