import type { Refusal } from "@clowder/mpotr";
import { REFUSALS_KEPT_MAX } from "../limits.ts";
import type { DetailsView, RefusalView, WallTime } from "./snapshot.ts";

/** Texts that were not accepted: all counted, the latest kept for the details. Never part of the timeline. */
export class Refusals {
	#latest: readonly RefusalView[] = [];
	#total = 0;
	#view: DetailsView["refusals"] = { total: 0, latest: [] };

	/** By the protocol. */
	add(from: string, refusal: Refusal, at: WallTime): void {
		const detail =
			refusal.blame === "foreign" ? refusal.what : `${refusal.rule}: expected ${refusal.expected}, got ${refusal.got}`;
		this.#keep({ at, from, blame: refusal.blame, detail });
	}

	/** Below the protocol. */
	addFromCarrier(from: string, reason: string, at: WallTime): void {
		this.#keep({ at, from, blame: "carrier", detail: reason });
	}

	view(): DetailsView["refusals"] {
		return this.#view;
	}

	#keep(refusal: RefusalView): void {
		this.#total += 1;
		this.#latest = [refusal, ...this.#latest].slice(0, REFUSALS_KEPT_MAX);
		this.#view = { total: this.#total, latest: this.#latest };
	}
}
