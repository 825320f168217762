import { hex } from "@clowder/bytes";
import { inspectFold, type Message, parseMessage, signMessage } from "@clowder/mpotr/testing";
import { type Circumstances, cheatOf, otherStatement } from "./cheat-kinds.ts";
import type { Client } from "./client.ts";
import type { World } from "./world.ts";

/**
 * Members who cheat, with nothing but their own keys: what a participant is about to send is changed and signed anew. The
 * keys are found among the random bytes that they were made from.
 */
export class Cheats {
	readonly #world: World;
	/** CONFIRMs that do not fit, as sent. */
	readonly misfits: Set<string> = new Set();
	/** Seeds of signing keys by `v`, and of agreement keys, for each client: found once. */
	readonly #seeds: Map<Client, Map<string, Uint8Array>> = new Map();
	/** How far the draws of a client were looked through. */
	readonly #looked: Map<Client, number> = new Map();

	constructor(world: World) {
		this.#world = world;
		world.tampering = (client, text) => this.#tamper(client, text);
	}

	#seedOf(client: Client, key: string): Uint8Array | undefined {
		const seeds = this.#seeds.get(client) ?? new Map<string, Uint8Array>();
		this.#seeds.set(client, seeds);
		const drawn = this.#world.drawn.get(client.number) ?? [];
		const { primitives } = this.#world.suite;
		for (let i = this.#looked.get(client) ?? 0; i < drawn.length; i++) {
			const seed = drawn[i] as Uint8Array;
			if (seed.length !== 32) continue;
			seeds.set(hex(primitives.signingKey(seed).verifyKey.bytes), seed);
			seeds.set(hex(primitives.dhKeyPair(seed).publicKey.bytes), seed);
		}
		this.#looked.set(client, drawn.length);
		return seeds.get(key);
	}

	#tamper(client: Client, text: string): readonly string[] {
		const how = this.#world.cheats.get(client.person.who);
		const parsed = parseMessage(this.#world.suite, text);
		if (how === undefined || !parsed.ok) return [text];
		const { message, header } = parsed.value;
		const v = hex(header.v);
		const sign = (one: Message): string | undefined => this.#sign(client, v, header, one);
		if (how === "says-different-things") {
			const other = otherStatement(message);
			const variant = other && sign(other);
			if (variant !== undefined) this.#world.faults.showSome(text, variant);
			return [text];
		}
		const changed = cheatOf(how)?.(message, this.#circumstances(client, v)) ?? [message];
		return changed.flatMap((one) => (one === message ? text : (sign(one) ?? [])));
	}

	#circumstances(client: Client, v: string): Circumstances {
		return {
			fold: inspectFold(client.participant),
			v,
			secretOf: (key) => this.#seedOf(client, hex(key.bytes)),
			signingSeed: () => this.#seedOf(client, v),
			choose: (below) => this.#world.random.between(0, below - 1),
		};
	}

	#sign(
		client: Client,
		v: string,
		header: { readonly context: Uint8Array; readonly number: number },
		message: Message,
	): string | undefined {
		const seed = this.#seedOf(client, v);
		if (seed === undefined || client.binding === undefined) return undefined;
		const key = this.#world.suite.primitives.signingKey(seed);
		const { text } = signMessage(this.#world.suite, client.binding, key, header.context, header.number, message);
		key.erase();
		if (message.type === "CONFIRM") this.misfits.add(text);
		return text;
	}
}
