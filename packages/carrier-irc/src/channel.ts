import type { CarrierError, CarrierEvent, Handle } from "@clowder/carrier";
import { OCCUPANTS_MAX_COUNT } from "./limits.ts";
import { isNick } from "./line.ts";

const TOO_MANY: CarrierError = { kind: "protocol", expected: `at most ${OCCUPANTS_MAX_COUNT} occupants`, got: "more" };

/**
 * Who is in the channel (IRC-8). A handle is a nick as the server writes it, which is always the same way: nicks are not
 * folded, since two that one server takes for the same are two on another.
 */
export class Channel {
	readonly #occupants: Set<Handle> = new Set();

	get handles(): readonly Handle[] {
		return [...this.#occupants];
	}

	has(nick: string): boolean {
		return this.#occupants.has(nick);
	}

	/** The notice of who came, if it is news. */
	add(nick: string): readonly CarrierEvent[] {
		if (!isNick(nick) || this.has(nick)) return [];
		this.#occupants.add(nick);
		return [{ type: "joined", handle: nick }];
	}

	/** The notice of who went, if they were there. */
	remove(nick: string): readonly CarrierEvent[] {
		return this.#occupants.delete(nick) ? [{ type: "left", handle: nick }] : [];
	}

	/** Takes a line of RPL_NAMREPLY, in which modes stand before nicks (RFC 2812 section 5.1). */
	addNames(names: string, self: Handle): void {
		for (const name of names.split(" ")) {
			const nick = name.replace(/^[~&@%+!]+/, "");
			if (nick !== self) this.add(nick);
		}
	}

	/** Why there are too many. */
	get overflow(): CarrierError | undefined {
		return this.#occupants.size > OCCUPANTS_MAX_COUNT ? TOO_MANY : undefined;
	}
}
