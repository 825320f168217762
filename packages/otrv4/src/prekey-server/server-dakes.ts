import type { VerifiedClientProfile } from "../profile/client-profile.ts";
import { type DakeKeys, type DakeRing, type DakeTranscript, eraseDakeKeys } from "./dake.ts";

/** The server's `IN_DAKE` with one device: a DAKE-2 message was sent to it. */
export interface DakeInFlight {
	/** As the network vouches. */
	readonly publisher: string;
	readonly senderTag: number;
	readonly clientProfile: VerifiedClientProfile;
	readonly transcript: DakeTranscript;
	/** What DAKE-3 must be signed for: the server's ephemeral key is in it. */
	readonly ring: DakeRing;
	readonly keys: DakeKeys;
	readonly deadlineMs: number;
}

/** The DAKEs of a server that wait for their DAKE-3, at most one for each device. */
export class DakesInFlight {
	readonly #perPublisherMax: number;
	readonly #max: number;
	/** By publisher, then by instance tag; the oldest of a publisher first. */
	readonly #dakes = new Map<string, Map<number, DakeInFlight>>();
	#count = 0;

	constructor(perPublisherMax: number, max: number) {
		this.#perPublisherMax = perPublisherMax;
		this.#max = max;
	}

	/** Whether another one of this device would be kept: only then is the work of a DAKE-1 worth it. */
	hasRoomFor(publisher: string, senderTag: number): boolean {
		const own = this.#dakes.get(publisher);
		const givesWay = own !== undefined && (own.has(senderTag) || own.size >= this.#perPublisherMax);
		return givesWay || this.#count < this.#max;
	}

	/** In the place of an earlier one of the device, or of the publisher's oldest if there are too many. */
	add(dake: DakeInFlight): void {
		this.#drop(dake.publisher, dake.senderTag);
		const own = this.#dakes.get(dake.publisher) ?? new Map<number, DakeInFlight>();
		if (own.size >= this.#perPublisherMax) {
			const [oldest] = own.keys();
			if (oldest !== undefined) this.#drop(dake.publisher, oldest);
		}
		own.set(dake.senderTag, dake);
		this.#dakes.set(dake.publisher, own);
		this.#count++;
	}

	/** Ends one: whatever its DAKE-3 is worth, there is no second try. */
	take(publisher: string, senderTag: number): DakeInFlight | undefined {
		const own = this.#dakes.get(publisher);
		const dake = own?.get(senderTag);
		if (own === undefined || dake === undefined) return undefined;
		own.delete(senderTag);
		if (own.size === 0) this.#dakes.delete(publisher);
		this.#count--;
		return dake;
	}

	#drop(publisher: string, senderTag: number): void {
		const dake = this.take(publisher, senderTag);
		if (dake !== undefined) eraseDakeKeys(dake.keys);
	}

	expire(nowMs: number): void {
		for (const dakes of this.#dakes.values()) {
			for (const { publisher, senderTag, deadlineMs } of dakes.values()) {
				if (nowMs >= deadlineMs) this.#drop(publisher, senderTag);
			}
		}
	}

	/** When the first of them is over; `undefined` if there is none. */
	get deadlineMs(): number | undefined {
		const deadlines = [...this.#dakes.values()].flatMap((own) => [...own.values()].map((dake) => dake.deadlineMs));
		return deadlines.length === 0 ? undefined : Math.min(...deadlines);
	}
}
