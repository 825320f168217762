import { ok, type Result } from "@clowder/bytes";
import type { Refusal } from "../refusal.ts";
import { Assembler } from "../wire/fragment.ts";
import { looksLikeFragment, parseFragment } from "../wire/fragment-format.ts";
import { PREKEY_FRAGMENT_PREFIX } from "./texts.ts";

/** Messages of one peer that may be incomplete at once: one for each of a few devices. */
const MESSAGES_PER_PEER_MAX = 4;
/** Room for the largest message in many small fragments. */
const CHARS_PER_PEER_MAX: number = 1024 * 1024;

/** The unfinished fragments of a server's peers: each peer has its own room. */
export class PeerFragments {
	readonly #peersMax: number;
	readonly #lifetimeMs: number;
	/** Those with something unfinished; the one that was heard of least recently first. */
	readonly #assemblers = new Map<string, Assembler>();

	constructor(peersMax: number, lifetimeMs: number) {
		this.#peersMax = peersMax;
		this.#lifetimeMs = lifetimeMs;
	}

	/** A whole text; `undefined` as long as fragments of it are missing. */
	receive(from: string, text: string, nowMs: number): Result<string | undefined, Refusal> {
		if (!looksLikeFragment(text, PREKEY_FRAGMENT_PREFIX)) return ok(text);
		const fragment = parseFragment(text, PREKEY_FRAGMENT_PREFIX);
		if (!fragment.ok) return fragment;
		const assembler = this.#assemblers.get(from) ?? this.#newAssembler();
		const whole = assembler.receive(fragment.value, nowMs);
		this.#assemblers.delete(from);
		if (assembler.size > 0) this.#assemblers.set(from, assembler);
		return whole;
	}

	#newAssembler(): Assembler {
		if (this.#assemblers.size >= this.#peersMax) {
			const [stalest] = this.#assemblers.keys();
			if (stalest !== undefined) this.#assemblers.delete(stalest);
		}
		return new Assembler(undefined, {
			buffersMax: MESSAGES_PER_PEER_MAX,
			totalMaxChars: CHARS_PER_PEER_MAX,
			lifetimeMs: this.#lifetimeMs,
		});
	}

	expire(nowMs: number): void {
		for (const [from, assembler] of this.#assemblers) {
			assembler.expire(nowMs);
			if (assembler.size === 0) this.#assemblers.delete(from);
		}
	}

	/** When the first unfinished message is given up; `undefined` if there is none. */
	get deadlineMs(): number | undefined {
		const deadlines = [...this.#assemblers.values()].flatMap(({ expiresAtMs }) => expiresAtMs ?? []);
		return deadlines.length === 0 ? undefined : Math.min(...deadlines);
	}
}
