import { err, hex, ok, type Result } from "@clowder/bytes";
import type { CarrierError, Handle } from "@clowder/carrier";
import { requestFailed } from "./account.ts";
import { ENTRANCE_TRIES_MAX_COUNT, OCCUPANTS_MAX_COUNT, RANDOM_ID_BYTES, type XmppTiming } from "./limits.ts";
import { entrance, type MucEvent, unlocking } from "./muc.ts";
import type { Link } from "./xmpp-js.ts";

export interface Entered {
	readonly self: Handle;
	readonly occupants: ReadonlySet<Handle>;
}

export interface EntranceOptions {
	readonly link: Link;
	/** The room's bare address. */
	readonly room: string;
	readonly random: (length: number) => Uint8Array;
	readonly timing: XmppTiming;
	/** Called once, at the very stanza with which we are in, so that what follows it finds us there. */
	readonly onDone: (outcome: Result<Entered, CarrierError>) => void;
}

const TOO_MANY: CarrierError = {
	kind: "protocol",
	expected: `at most ${OCCUPANTS_MAX_COUNT} occupants`,
	got: "more",
};

/** One way into a room (XEP-0045 section 7.2, XMPP-5): under a random nick, waiting while its maker unlocks it. */
export class Entrance {
	readonly #options: EntranceOptions;
	readonly #occupants: Set<Handle> = new Set();
	readonly #deadline: NodeJS.Timeout | number;
	#retry: NodeJS.Timeout | number | undefined;
	#nick: Handle = "";
	#tries = 0;
	#isDone = false;

	constructor(options: EntranceOptions) {
		this.#options = options;
		const { enterMs } = options.timing;
		this.#deadline = setTimeout(
			() => this.#finish(err({ kind: "unreachable", detail: `not in the room within ${enterMs} ms` })),
			enterMs,
		);
	}

	/** Knocks on the door; the answers come to `receive`. */
	start(): void {
		this.#tries++;
		this.#nick = hex(this.#options.random(RANDOM_ID_BYTES));
		this.#occupants.clear();
		this.#options.link.send(entrance(this.#options.room, this.#nick));
	}

	receive(event: MucEvent): void {
		if (event.type === "denied" && (event.nick === this.#nick || event.nick === ""))
			return this.#denied(event.condition);
		if (event.type === "absent") {
			this.#occupants.delete(event.nick);
		} else if (event.type === "present") {
			// The room may have changed the nick asked for; status 110 says which one is ours.
			if (event.self) this.#nick = event.nick;
			else this.#occupants.add(event.nick);
			if (this.#occupants.size > OCCUPANTS_MAX_COUNT) return this.#finish(err(TOO_MANY));
			if (event.self && event.created) void this.#unlock();
			else if (event.self) this.#finish(ok({ self: this.#nick, occupants: this.#occupants }));
		}
		return undefined;
	}

	/** Ends because the connection did. */
	fail(reason: CarrierError): void {
		this.#finish(err(reason));
	}

	/** Ends without an outcome. */
	stop(): void {
		this.#isDone = true;
		clearTimeout(this.#deadline);
		clearTimeout(this.#retry);
	}

	#denied(condition: string): void {
		const canTry = this.#tries < ENTRANCE_TRIES_MAX_COUNT && !this.#isDone;
		if (canTry && condition === "conflict") return this.start();
		if (canTry && condition === "item-not-found") {
			// Locked: whoever made it has not taken its configuration yet (XEP-0045 section 10.1.1).
			clearTimeout(this.#retry);
			this.#retry = setTimeout(() => this.start(), this.#options.timing.lockedRoomMs * this.#tries);
			return undefined;
		}
		return this.#finish(err({ kind: "refused", condition, detail: "entering the room" }));
	}

	async #unlock(): Promise<void> {
		const answer = await this.#options.link.request("set", this.#options.room, unlocking());
		if (answer.ok) this.#finish(ok({ self: this.#nick, occupants: this.#occupants }));
		else this.#finish(err(requestFailed(answer.error, "unlocking the new room")));
	}

	#finish(outcome: Result<Entered, CarrierError>): void {
		if (this.#isDone) return;
		this.stop();
		this.#options.onDone(outcome);
	}
}
