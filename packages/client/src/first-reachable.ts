import { err, type Result } from "@clowder/bytes";
import type { Carrier, CarrierError, EnterOptions, Place } from "@clowder/carrier";

/**
 * Enters by the first of several carriers to the same places that reaches its server. Where one was reached, its word
 * counts, a refusal too; only what cannot be reached is tried by the next. Each entrance begins with the first again.
 */
export function firstReachable(first: Carrier, ...others: readonly Carrier[]): Carrier {
	const carriers = [first, ...others];
	const every = (can: (carrier: Carrier) => boolean): boolean => carriers.every(can);
	return {
		capabilities: {
			totalOrder: every(({ capabilities }) => capabilities.totalOrder),
			echo: every(({ capabilities }) => capabilities.echo),
			presence: every(({ capabilities }) => capabilities.presence),
			maxTextBytes: Math.min(...carriers.map(({ capabilities }) => capabilities.maxTextBytes)),
		},
		async enter(options: EnterOptions): Promise<Result<Place, CarrierError>> {
			let reason: CarrierError = { kind: "unreachable", detail: "no carrier was tried" };
			for (const carrier of carriers) {
				const entered = await carrier.enter(options);
				if (entered.ok || entered.error.kind !== "unreachable") return entered;
				reason = entered.error;
			}
			return err(reason);
		},
	};
}
