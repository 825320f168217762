import type { MessageId, PersonId, PlacedMessage, RoomEvent, SessionView } from "@clowder/mpotr";
import { Violation } from "./violation.ts";

/** One message of someone's timeline, as everyone must see it who sees it. */
interface Placed {
	readonly entry: number;
	readonly author: PersonId;
	readonly text: string;
	readonly id: MessageId;
}

/** Someone whose events are looked at. */
export interface Witness {
	readonly name: string;
	readonly id: PersonId;
	readonly honest: boolean;
	readonly returned: boolean;
	readonly typed: readonly string[];
	readonly clients: readonly Screen[];
}

/** One process of theirs. */
export interface Screen {
	readonly label: string;
	readonly person: Witness;
}

/** What one client has seen of each session. */
class Timeline {
	readonly sessions: Map<string, Placed[]> = new Map();
	readonly byId: Map<MessageId, { readonly session: string; readonly placed: Placed }> = new Map();
	/** Sessions it was in, and since when. */
	readonly held: Map<string, number> = new Map();
	/** Of those, where it accepts nothing any more: what is placed later is not shown. */
	readonly frozen: Set<string> = new Set();
	/** Of those, where messages were missing. */
	readonly gapped: Set<string> = new Set();

	add(message: PlacedMessage): void {
		const { id, entry, text, author, session } = message;
		const placed: Placed = { entry, author: author.id, text, id };
		this.sessions.set(session, [...(this.sessions.get(session) ?? []), placed]);
		this.byId.set(id, { session, placed });
	}

	/** A repair put messages before this one. */
	move(id: MessageId, entry: number): void {
		const known = this.byId.get(id);
		if (known === undefined) return;
		const moved: Placed = { ...known.placed, entry };
		const others = (this.sessions.get(known.session) ?? []).filter((one) => one.id !== id);
		this.sessions.set(
			known.session,
			[...others, moved].sort((a, b) => a.entry - b.entry),
		);
		this.byId.set(id, { ...known, placed: moved });
	}

	upTo(session: string, entry: number): readonly Placed[] {
		return (this.sessions.get(session) ?? []).filter((one) => one.entry <= entry);
	}

	/** Someone's text that was shown in a session before: sent once more, it is an entry and is not shown (OUTBOX-3). */
	hasElsewhere(session: string, { author, text }: Placed): boolean {
		return [...this.byId.values()].some(
			(one) => one.session !== session && one.placed.author === author && one.placed.text === text,
		);
	}
}

export interface Demands {
	/** The carrier keeps its contract and everyone theirs: nothing is refused, missing or disputed. */
	readonly calm: boolean;
	/** Each text stands once on each screen. */
	readonly once: boolean;
}

/** Looks at every event of every client, at once, with what all others have seen. Throws a `Violation`. */
export class Checker {
	readonly #people: readonly Witness[];
	readonly #demands: Demands;
	readonly #timelines: Map<Screen, Timeline> = new Map();
	/** Who is in a session, as its first holder says. */
	readonly #lists: Map<string, readonly PersonId[]> = new Map();
	/** Where each text stands, and by whom. */
	readonly #texts: Map<string, { readonly session: string; readonly entry: number }> = new Map();
	messages = 0;
	confirmations = 0;

	constructor(people: readonly Witness[], demands: Demands) {
		this.#people = people;
		this.#demands = demands;
	}

	get sessions(): number {
		return this.#lists.size;
	}

	timeline(client: Screen): Timeline {
		const known = this.#timelines.get(client);
		if (known !== undefined) return known;
		const timeline = new Timeline();
		this.#timelines.set(client, timeline);
		return timeline;
	}

	person(id: PersonId): Witness | undefined {
		return this.#people.find((one) => one.id === id);
	}

	happened(client: Screen, event: RoomEvent): void {
		switch (event.type) {
			case "session":
				return this.#session(client, event.session);
			case "message":
				return this.#message(client, event.message);
			case "confirmed":
				return this.#confirmed(client, event.messages, event.by);
			case "gap":
				return this.#gap(client);
			case "moved":
				return this.timeline(client).move(event.message, event.entry);
			case "frozen":
				return this.#frozen(client);
			case "blamed":
				return this.#blame(client, event.person.id, event.rule);
			case "leaving":
				return event.how === "misbehaved" ? this.#blame(client, event.person.id, "leaving") : undefined;
			case "refused":
			case "divergence":
				return this.#disturbance(client, event);
			default:
				return undefined;
		}
	}

	/** One list for one session, with oneself in it, and nobody in it twice. */
	#session(client: Screen, session: SessionView): void {
		const ids = session.people.map((person) => person.id);
		this.timeline(client).held.set(session.fingerprint, session.since);
		if (!client.person.honest) return;
		const where = `${client.label} in session ${session.fingerprint}`;
		if (new Set(ids).size !== ids.length) throw new Violation("one-list", `${where} has someone twice`);
		if (!ids.includes(client.person.id)) throw new Violation("one-list", `${where} is not in it`);
		const known = this.#lists.get(session.fingerprint);
		if (known !== undefined && known.join() !== ids.join()) {
			throw new Violation("one-list", `${where} sees ${this.#names(ids)}, another sees ${this.#names(known)}`);
		}
		this.#lists.set(session.fingerprint, ids);
		for (const id of ids) {
			const person = this.person(id);
			if (person === undefined) throw new Violation("nobody-outside", `${where} has an unknown person`);
			if (person.clients.length === 0)
				throw new Violation("nobody-outside", `${where} has ${person.name}, who never came`);
		}
	}

	#frozen(client: Screen): void {
		const timeline = this.timeline(client);
		const last = [...timeline.held.keys()].at(-1);
		if (last !== undefined) timeline.frozen.add(last);
	}

	#names(ids: readonly PersonId[]): string {
		return ids.map((id) => this.person(id)?.name ?? id).join(" ");
	}

	#message(client: Screen, message: PlacedMessage): void {
		const { text, session, entry, author } = message;
		const where = `${client.label}: "${text}" at ${session}:${entry}`;
		this.messages++;
		const timeline = this.timeline(client);
		const before = timeline.sessions.get(session)?.at(-1);
		const list = this.#lists.get(session);
		if (list !== undefined && !list.includes(client.person.id)) {
			throw new Violation("nobody-outside", `${where} is read by someone who is not in that session`);
		}
		if (!timeline.held.has(session)) throw new Violation("session-told", `${where} was never told of`);
		timeline.add(message);
		if (!client.person.honest) return;
		// What a repair puts in between is shown when it comes, and what was shown before keeps the number it was shown with.
		const repaired = timeline.gapped.has(session);
		if (before !== undefined && before.entry >= entry && !repaired)
			throw new Violation("one-order", `${where} after ${before.entry}`);
		const writer = this.person(author.id);
		if (writer === undefined) throw new Violation("nothing-forged", `${where} by an unknown person`);
		if (list !== undefined && !list.includes(author.id))
			throw new Violation("nothing-forged", `${where} by an outsider`);
		if (writer.honest && !writer.typed.includes(text)) {
			throw new Violation("nothing-forged", `${where} was never written by ${writer.name}`);
		}
		// Who lost the place cannot know whether a text without an echo stands: it is sent again.
		if (writer.honest && !writer.returned && !repaired) this.#once(where, text, { session, entry });
	}

	#gap(client: Screen): void {
		for (const session of this.timeline(client).held.keys()) this.timeline(client).gapped.add(session);
	}

	#once(where: string, text: string, at: { readonly session: string; readonly entry: number }): void {
		const known = this.#texts.get(text);
		if (known === undefined) this.#texts.set(text, at);
		else if (this.#demands.once && (known.session !== at.session || known.entry !== at.entry)) {
			throw new Violation("placed-once", `${where} stands at ${known.session}:${known.entry} too`);
		}
	}

	/** What A holds as confirmed by B stands in B's timeline, in the same places, with all before it. */
	#confirmed(client: Screen, messages: readonly MessageId[], by: PersonId): void {
		const other = this.person(by);
		if (!client.person.honest) return;
		if (other === undefined) throw new Violation("confirmed-is-seen", `${client.label}: confirmed by nobody known`);
		if (!other.honest) return;
		for (const id of messages) {
			this.confirmations++;
			const own = this.timeline(client).byId.get(id);
			if (own === undefined)
				throw new Violation("confirmed-is-seen", `${client.label}: ${id} is not in its own timeline`);
			const mine = this.timeline(client).upTo(own.session, own.placed.entry);
			const holders = other.clients.filter((one) => this.timeline(one).held.has(own.session));
			const same = holders.some((one) => {
				const timeline = this.timeline(one);
				const shown = mine.filter((placed) => !timeline.hasElsewhere(own.session, placed));
				return sameMessages(shown, timeline.upTo(own.session, own.placed.entry));
			});
			if (!same) {
				const theirs = holders.map((one) => tell(this.timeline(one).upTo(own.session, own.placed.entry))).join(" or ");
				throw new Violation(
					"confirmed-is-seen",
					`${client.label} holds ${tell(mine)} of ${own.session} as confirmed by ${other.name}, who has ${theirs || "none"}`,
				);
			}
		}
	}

	#blame(client: Screen, id: PersonId, rule: string): void {
		const person = this.person(id);
		if (person?.honest && client.person.honest) {
			throw new Violation("honest-not-blamed", `${client.label} blames ${person.name} (${rule})`);
		}
	}

	#disturbance(client: Screen, event: RoomEvent): void {
		if (!this.#demands.calm || !client.person.honest) return;
		if (event.type === "refused" && event.refusal.blame !== "sender") return;
		throw new Violation("calm", `${client.label}: ${JSON.stringify(event, hideBytes).slice(0, 600)}`);
	}
}

function sameMessages(a: readonly Placed[], b: readonly Placed[]): boolean {
	return (
		a.length === b.length &&
		a.every((one, i) => {
			const other = b[i];
			return other?.entry === one.entry && other.author === one.author && other.text === one.text;
		})
	);
}

function tell(messages: readonly Placed[]): string {
	return `[${messages.map(({ entry, text }) => `${entry}:${text}`).join(", ")}]`;
}

export function hideBytes(_key: string, value: unknown): unknown {
	return value instanceof Uint8Array ? `${value.length} bytes` : value;
}
