/** Why something was not done, by kind: never for whom. */
export type RefusalKind =
	/** A request to a name of another server. */
	| "another-server"
	/** A request of a page from elsewhere. */
	| "another-origin"
	| "too-many-connections"
	| "too-many-from-address"
	/** A native client of which no TLS came. */
	| "no-tls"
	| "too-many-registrations"
	| "failed-login"
	/** Dropped, since it does not read what it is sent. */
	| "slow-reader";

/** What has passed since the start. */
export interface Traffic {
	/** Stanzas, parts of logins and openings of streams that clients have sent. */
	readonly stanzasIn: number;
	/** The same that clients were sent. */
	readonly stanzasOut: number;
	/** Text that has passed, in bytes of UTF-8, before framing and TLS. */
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly refusals: ReadonlyMap<RefusalKind, number>;
}

/** Counts what passes. There is nothing in it by which anyone could be told. */
export class Meter implements Traffic {
	stanzasIn = 0;
	stanzasOut = 0;
	bytesIn = 0;
	bytesOut = 0;
	readonly #refusals: Map<RefusalKind, number> = new Map();
	readonly #onRefusal: (kind: RefusalKind) => void;

	constructor(onRefusal: (kind: RefusalKind) => void) {
		this.#onRefusal = onRefusal;
	}

	get refusals(): ReadonlyMap<RefusalKind, number> {
		return this.#refusals;
	}

	passed(direction: "in" | "out", text: string): void {
		const bytes = Buffer.byteLength(text);
		if (direction === "in") this.bytesIn += bytes;
		else {
			this.bytesOut += bytes;
			this.stanzasOut += 1;
		}
	}

	refused(kind: RefusalKind): void {
		this.#refusals.set(kind, (this.#refusals.get(kind) ?? 0) + 1);
		this.#onRefusal(kind);
	}
}
