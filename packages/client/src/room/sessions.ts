import type { PersonId } from "@clowder/mpotr";
import { SESSIONS_KEPT_MAX } from "../limits.ts";
import type { ClosedSession, DetailsView, PersonRef } from "./snapshot.ts";

interface Session {
	readonly people: readonly PersonRef[];
	readonly published: Set<PersonId>;
	/** The timeline's line at which it ended; undefined while it runs. */
	line: number | undefined;
}

/** A line of the timeline, and what now stands there of the session that ended at it. */
export interface Closing {
	readonly line: number;
	readonly closed: ClosedSession;
}

/** The sessions of one visit by their fingerprints, and whose signing keys of those that are over are published. */
export class Sessions {
	readonly #sessions = new Map<string, Session>();
	#running: Session | undefined;

	/** A session begins, at this line of the timeline; undefined where none with others in it ends there. */
	began(fingerprint: string, people: readonly PersonRef[], line: number): Closing | undefined {
		const former = this.#running;
		this.#running = { people, published: new Set(), line: undefined };
		this.#sessions.set(fingerprint, this.#running);
		if (this.#sessions.size > SESSIONS_KEPT_MAX) {
			this.#sessions.delete(this.#sessions.keys().next().value as string);
		}
		if (former === undefined) return undefined;
		former.line = line;
		return closingOf(former);
	}

	/** A signing key of a session is published. */
	published(fingerprint: string, by: PersonId): Closing | undefined {
		const session = this.#sessions.get(fingerprint);
		session?.published.add(by);
		return session === undefined ? undefined : closingOf(session);
	}

	/** Others are in the session that runs, and our own key for it is not published. */
	get ownKeyOpen(): boolean {
		const { people, published } = this.#running ?? { people: [], published: new Set() };
		return people.some((person) => !person.self) && people.some((person) => person.self && !published.has(person.id));
	}

	counts(): DetailsView["closed"] {
		const over = [...this.#sessions.values()].flatMap((session) => closingOf(session)?.closed ?? []);
		return { total: over.length, deniable: over.filter(({ open }) => open.length === 0).length };
	}
}

/** Nobody else being there, nobody has anything to prove or to deny. */
function closingOf({ people, published, line }: Session): Closing | undefined {
	if (line === undefined || people.every((person) => person.self)) return undefined;
	const closed = {
		published: people.filter((person) => published.has(person.id)),
		open: people.filter((person) => !published.has(person.id)),
	};
	return { line, closed };
}
