import { ok, type Result } from "@clowder/bytes";
import type { OtrPrimitives } from "@clowder/crypto/otr";
import type { OurPrekey } from "../dake/non-interactive.ts";
import { newPrekeyMessage } from "../prekey-server/own-publication.ts";
import type { Random } from "../random.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { PREKEY_MESSAGES_MAX } from "../limits.ts";

/** The prekey messages that we made and whose secrets are still there, by their identifiers. Each is for one use. */
export class PrekeyStore {
	readonly #primitives: OtrPrimitives;
	readonly #random: Random;
	readonly #prekeys: Map<number, OurPrekey> = new Map();

	constructor(primitives: OtrPrimitives, random: Random) {
		this.#primitives = primitives;
		this.#random = random;
	}

	get size(): number {
		return this.#prekeys.size;
	}

	all(): readonly OurPrekey[] {
		return [...this.#prekeys.values()];
	}

	/** "Prekey Message": makes `count` of them for `ownerTag`. Refuses what would be more than the limit in all. */
	make(count: number, ownerTag: number): Result<readonly OurPrekey[], Refusal> {
		if (!Number.isInteger(count) || count < 0 || this.#prekeys.size + count > PREKEY_MESSAGES_MAX) {
			const got = `${count} beside ${this.#prekeys.size}`;
			return refuse("caller", "limit", "Prekey message", `at most ${PREKEY_MESSAGES_MAX} in all`, got);
		}
		return ok(Array.from({ length: count }, () => this.#makeOne(ownerTag)));
	}

	/** Takes one that was made before, out of storage. */
	add(prekey: OurPrekey): void {
		this.#prekeys.set(prekey.message.identifier, prekey);
	}

	find(identifier: number): OurPrekey | undefined {
		return this.#prekeys.get(identifier);
	}

	/** Forgets one that was used, with its secrets. */
	delete(identifier: number): void {
		const prekey = this.#prekeys.get(identifier);
		prekey?.keys.ecdh.erase();
		prekey?.keys.dh.erase();
		this.#prekeys.delete(identifier);
	}

	#makeOne(ownerTag: number): OurPrekey {
		for (;;) {
			const prekey = newPrekeyMessage(this.#primitives, this.#random, ownerTag);
			if (this.#prekeys.has(prekey.message.identifier)) continue;
			this.add(prekey);
			return prekey;
		}
	}
}
