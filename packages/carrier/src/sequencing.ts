import type { Result } from "@clowder/bytes";
import type { Clock } from "./clock.ts";
import type { Carrier, CarrierCapabilities, CarrierError, EnterOptions, Place } from "./contract.ts";
import { SEQUENCING_MIN_BYTES } from "./limits.ts";
import { type Hash, Naming } from "./sequencing-names.ts";
import { type Opener, SequencedPlace } from "./sequencing-place.ts";
import { SUBMISSION_FRAME_BYTES } from "./sequencing-statement.ts";
import { SEQUENCING_TIMES, type SequencingTimes } from "./sequencing-state.ts";

export interface SequencingOptions {
	readonly clock: Clock;
	/** Collision-resistant, of at least 16 bytes, and the same for everyone in the place: SHA-512 for one. */
	readonly hash: Hash;
	/** Durations other than the defaults: longer ones for a slow carrier. Everyone may have their own. */
	readonly times?: Partial<SequencingTimes>;
}

/**
 * Gives a carrier without a total order, or without an echo, both (rules SEQ-*): an occupant numbers what all say. The
 * carrier below has to have presence, and everyone in the place needs this adapter. Texts longer than the carrier's
 * need `fragmenting` around it: `fragmenting(sequencing(carrier, options))`.
 */
export function sequencing(inner: Carrier, options: SequencingOptions): Carrier {
	const { maxTextBytes } = inner.capabilities;
	return {
		capabilities: sequencedCapabilities(inner.capabilities),
		enter(entering: EnterOptions): Promise<Result<Place, CarrierError>> {
			let isFirst = true;
			const open: Opener = (onEvent, done) => {
				// Progress and giving up are for the first entrance alone.
				const again: EnterOptions = { room: entering.room, onEvent };
				const enterInner = async (options: EnterOptions): Promise<void> => done(await inner.enter(options));
				void enterInner(isFirst ? { ...entering, onEvent } : again);
				isFirst = false;
			};
			return new Promise((resolve) => {
				const place = sequencedPlace(open, maxTextBytes, entering.onEvent, options);
				place.enter((entered) => resolve(entered.ok ? { ok: true, value: place } : entered));
			});
		},
	};
}

/** What a sequence over a carrier can do; a RangeError where there can be none. */
export function sequencedCapabilities({ maxTextBytes, presence }: CarrierCapabilities): CarrierCapabilities {
	if (maxTextBytes < SEQUENCING_MIN_BYTES) {
		throw new RangeError(`a sequence needs texts of ${SEQUENCING_MIN_BYTES} bytes, not ${maxTextBytes}`);
	}
	if (!presence) throw new RangeError("a sequence needs a carrier that says who is there");
	return { totalOrder: true, echo: true, presence: true, maxTextBytes: maxTextBytes - SUBMISSION_FRAME_BYTES };
}

/** The place of `sequencing`, over any way to enter the carrier below. */
export function sequencedPlace(
	open: Opener,
	innerMaxTextBytes: number,
	onEvent: EnterOptions["onEvent"],
	{ clock, hash, times }: SequencingOptions,
): SequencedPlace {
	return new SequencedPlace({
		open,
		onEvent,
		clock,
		naming: new Naming(hash),
		times: { ...SEQUENCING_TIMES, ...times },
		innerMaxTextBytes,
		maxTextBytes: innerMaxTextBytes - SUBMISSION_FRAME_BYTES,
	});
}
