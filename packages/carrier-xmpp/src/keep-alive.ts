import type { XmppTiming } from "./limits.ts";
import { type Link, xml } from "./xmpp-js.ts";

const NS_PING = "urn:xmpp:ping";
/**
 * What is answered to someone who is not in the room (XEP-0410 section 3.3); the second where the room itself is gone, as
 * with the node of a cluster on which it was (DEPLOY-3). XEP-0410 has that for who goes by another nick; we do not.
 */
const NOT_IN_ROOM: ReadonlySet<string> = new Set(["not-acceptable", "item-not-found"]);

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
	/** The generation that has a probe under way. */
	#probing: number | undefined;

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

	/** Something came back with this error: where it says that the room has forgotten us, that is found out at once. */
	doubt(self: string, condition: string): void {
		if (!NOT_IN_ROOM.has(condition) || this.#probing === this.#generation) return;
		this.stop();
		void this.#probe(self);
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
		this.#probing = generation;
		const answer = await this.#link.request("get", self, xml("ping", { xmlns: NS_PING }), this.#timing.pingTimeoutMs);
		if (generation !== this.#generation) return;
		this.#probing = undefined;
		if (!answer.ok && answer.error.kind === "no-answer") this.#onDead("no-answer");
		else if (!answer.ok && NOT_IN_ROOM.has(answer.error.condition)) this.#onDead("not-in-room");
		else this.#schedule(self, this.#timing.pingEveryMs);
	}
}
