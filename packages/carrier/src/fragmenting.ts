import { err, ok, type Result } from "@clowder/bytes";
import type { Carrier, CarrierError, CarrierEvent, EnterOptions, Place } from "./contract.ts";
import { Reassembly, REASSEMBLY_LIMITS, type ReassemblyLimits, splitText, utf8Weight, type Weigh } from "./fragment.ts";
import { FRAGMENT_MIN_BYTES } from "./limits.ts";
import { checkText } from "./text.ts";

export interface FragmentingOptions {
	/** What a code point uses up of the inner carrier's `maxTextBytes`; its UTF-8 bytes unless told otherwise. */
	readonly weigh?: Weigh;
	/** Smaller bounds than the defaults. All participants of a room need the same ones, or their views differ. */
	readonly limits?: Partial<ReassemblyLimits>;
}

/**
 * Gives a carrier with short texts long ones (rules FRAG-*): texts over its `maxTextBytes` travel as fragments.
 * Everyone in the place needs it.
 */
export function fragmenting(inner: Carrier, options: FragmentingOptions = {}): Carrier {
	const limit = inner.capabilities.maxTextBytes;
	if (limit < FRAGMENT_MIN_BYTES) throw new RangeError(`fragments need ${FRAGMENT_MIN_BYTES} bytes, not ${limit}`);
	const limits: ReassemblyLimits = { ...REASSEMBLY_LIMITS, ...options.limits };
	const weigh = options.weigh ?? utf8Weight;
	return {
		capabilities: { ...inner.capabilities, maxTextBytes: limits.textMaxBytes },
		async enter(entering: EnterOptions): Promise<Result<Place, CarrierError>> {
			const reassembly = new Reassembly(limits);
			const ids: Ids = { next: 0 };
			const onEvent = (event: CarrierEvent): void => {
				// Whoever comes back is not to be known by its count.
				if (event.type === "entered") ids.next = 0;
				reassemble(reassembly, event, entering.onEvent);
			};
			const entered = await inner.enter({ ...entering, onEvent });
			return entered.ok ? ok(new FragmentingPlace(entered.value, ids, limit, limits.textMaxBytes, weigh)) : entered;
		},
	};
}

/** Of one's own texts: a counter, so that it tells the carrier nothing that counting does not. */
interface Ids {
	next: number;
}

function reassemble(reassembly: Reassembly, event: CarrierEvent, onEvent: (event: CarrierEvent) => void): void {
	if (event.type === "text") {
		const { dropped, text } = reassembly.receive(event.from, event.text);
		for (const each of dropped) onEvent({ type: "refused", ...each });
		if (text !== undefined) onEvent({ type: "text", from: event.from, text });
		return;
	}
	if (event.type === "left") reassembly.drop(event.handle);
	if (event.type === "entered" || event.type === "closed") reassembly.clear();
	onEvent(event);
}

class FragmentingPlace implements Place {
	readonly #inner: Place;
	readonly #limit: number;
	readonly #textMaxBytes: number;
	readonly #weigh: Weigh;
	readonly #ids: Ids;

	constructor(inner: Place, ids: Ids, limit: number, textMaxBytes: number, weigh: Weigh) {
		this.#inner = inner;
		this.#ids = ids;
		this.#limit = limit;
		this.#textMaxBytes = textMaxBytes;
		this.#weigh = weigh;
	}

	get backlog(): number {
		return this.#inner.backlog;
	}

	send(text: string): Result<void, CarrierError> {
		const fit = checkText(text, this.#textMaxBytes);
		if (!fit.ok) return fit;
		const parts = splitText(text, this.#ids.next, this.#limit, this.#weigh);
		if (parts === undefined)
			return err({ kind: "usage", detail: "a text that fits into the fragments allowed expected" });
		if (parts.length > 1) this.#ids.next = (this.#ids.next + 1) % 2 ** 32;
		for (const part of parts) {
			const sent = this.#inner.send(part);
			// What went before is a beginning without an end, which the next text supersedes (FRAG-3).
			if (!sent.ok) return sent;
		}
		return ok(undefined);
	}

	leave(): Promise<void> {
		return this.#inner.leave();
	}
}
