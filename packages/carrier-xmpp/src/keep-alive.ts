import type { XmppTiming } from "./limits.ts";
import { type Link, xml } from "./xmpp-js.ts";

const NS_PING = "urn:xmpp:ping";
/** What the room answers to someone who is not in it (XEP-0410 section 3.3). */
const NOT_IN_ROOM = "not-acceptable";

/** Why a probe found the presence dead. */
export type Dead = "no-answer" | "not-in-room";

/**
 * XMPP-7. Finds out in bounded time that the line is dead, or that the room has forgotten us: after a silence it pings its own
 * nick through the room (XEP-0199, XEP-0410). Any other answer, an error too, shows that the line lives.
 */
export class KeepAlive {
	readonly #link: Link;
	readonly #timing: XmppTiming;
	readonly #onDead: (how: Dead) => void;
	#timer: NodeJS.Timeout | number | undefined;
	#generation = 0;

	constructor(link: Link, timing: XmppTiming, onDead: (how: Dead) => void) {
		this.#link = link;
		this.#timing = timing;
		this.#onDead = onDead;
	}

	/** Watches, pinging this address. */
	start(self: string): void {
		this.stop();
		this.#schedule(self, this.#timing.pingEveryMs);
	}

	stop(): void {
		this.#generation++;
		clearTimeout(this.#timer);
	}

	#schedule(self: string, afterMs: number): void {
		this.#timer = setTimeout(() => {
			const quietMs = performance.now() - this.#link.lastHeardMs;
			const leftMs = this.#timing.pingEveryMs - quietMs;
			if (leftMs > 0) this.#schedule(self, leftMs);
			else void this.#probe(self);
		}, afterMs);
	}

	async #probe(self: string): Promise<void> {
		const generation = this.#generation;
		const answer = await this.#link.request("get", self, xml("ping", { xmlns: NS_PING }), this.#timing.pingTimeoutMs);
		if (generation !== this.#generation) return;
		if (!answer.ok && answer.error.kind === "no-answer") this.#onDead("no-answer");
		else if (!answer.ok && answer.error.condition === NOT_IN_ROOM) this.#onDead("not-in-room");
		else this.#schedule(self, this.#timing.pingEveryMs);
	}
}
