import type { Departure, Person, PersonId, RoomEvent } from "@clowder/mpotr";
import { BLAMED_KEPT_MAX } from "../limits.ts";
import type { People } from "./people.ts";
import { type Closing, Sessions } from "./sessions.ts";
import type { DetailsView, Offence, RoomSnapshot, SystemLine, WallTime } from "./snapshot.ts";
import type { Freeze } from "./standing.ts";
import { Timeline } from "./timeline.ts";

/** What happens in a room and stands in its timeline; that `view()` changed, and ends of visits, are not for here. */
export type Happening = Exclude<
	RoomEvent,
	{ readonly type: "changed" | "held" | "refused" | "refused-entry" | "over" }
>;
type Event<Type extends Happening["type"]> = Extract<Happening, { readonly type: Type }>;

/** What the rules are about by which somebody is out (`spec/protocol.md`, sections 6.1 and 5). */
const OFFENCES: ReadonlyMap<string, Offence> = new Map([
	["BLAME-3", "opened"],
	["BLAME-4", "share"],
	["BLAME-5", "share"],
	["BLAME-6", "contradiction"],
	["CONFIRM-2", "key"],
	["EQUIV-1", "contradiction"],
]);

/** Tells what happens in the room, in lines that nobody wrote, and keeps what of it still holds. */
export class Chronicle {
	readonly timeline: Timeline;
	/** Texts are shared with those on the way in. */
	sharing: boolean;
	readonly #people: People;
	readonly #sessions: Sessions = new Sessions();
	#sessionsSeen = 0;
	/** Not in a session since we are in the room under this presence: who is there has not come after us. */
	#newcomer = true;
	/** On the way to the room's other half. */
	#moving = false;
	#disputes: RoomSnapshot["disputes"] = [];
	#frozen: Freeze | undefined;
	#blamed: DetailsView["blamed"] = [];
	/** Of whom a line has said already why they go. */
	readonly #explained = new Set<PersonId>();
	/** What each would do, so that a vote that only comes again is told once. */
	readonly #votes = new Map<PersonId, string>();
	/** The lines about those who are on the way in. */
	readonly #joining = new Map<PersonId, number>();
	/** The line about messages that are missing. */
	#gap: number | undefined;

	constructor(people: People, sharing: boolean) {
		this.#people = people;
		this.sharing = sharing;
		this.timeline = new Timeline(people);
	}

	get hasSession(): boolean {
		return this.#sessionsSeen > 0;
	}

	get disputes(): RoomSnapshot["disputes"] {
		return this.#disputes;
	}

	get frozen(): Freeze | undefined {
		return this.#frozen;
	}

	get blamed(): DetailsView["blamed"] {
		return this.#blamed;
	}

	get ownKeyOpen(): boolean {
		return this.#sessions.ownKeyOpen;
	}

	closed(): DetailsView["closed"] {
		return this.#sessions.counts();
	}

	/** The line broke, or is back. */
	connection(code: "interrupted" | "resumed", at: WallTime): void {
		if (this.hasSession) this.timeline.line({ code }, at);
	}

	/** Another presence in the room begins. */
	reconnected(at: WallTime): void {
		this.#newcomer = true;
		this.#disputes = [];
		if (this.hasSession) this.timeline.line({ code: "reconnected" }, at);
	}

	tell(event: Happening, at: WallTime): void {
		switch (event.type) {
			case "session":
				return this.#newSession(event, at);
			case "joining":
				return this.#joins(event.person, at);
			case "asking":
				return this.#asking(event.person, at);
			case "answered":
				return this.#answered(event, at);
			case "join-ended":
				this.#joining.delete(event.person.id);
				return this.#line({ code: "join-ended", person: this.#people.ref(event.person), why: event.why }, at);
			case "leaving":
				return this.#leaving(event.person, event.how, at);
			case "message":
				return this.timeline.place(event.message, at);
			case "moved":
				return this.timeline.move(event.message);
			case "preview":
				return this.timeline.preview(event.preview, at);
			case "confirmed":
				return this.timeline.confirm(event.messages, event.by);
			case "published":
				return this.#show(this.#sessions.published(event.session, event.by.id));
			default:
				return this.#trouble(event, at);
		}
	}

	#trouble(
		event: Event<
			"vote" | "blamed" | "frozen" | "split" | "merging" | "gap" | "repaired" | "divergence" | "unconfirmed-end"
		>,
		at: WallTime,
	): void {
		switch (event.type) {
			case "vote":
				return this.#vote(event, at);
			case "blamed":
				return this.#blame(event, at);
			case "frozen":
				this.#frozen = { why: event.why, people: this.#people.refs(event.people) };
				return this.#line({ code: "frozen", ...this.#frozen }, at);
			case "split":
				for (const { id } of event.others) this.#explained.add(id);
				return this.#line({ code: "split", others: this.#people.refs(event.others) }, at);
			case "merging":
				this.#newcomer = true;
				this.#moving = true;
				return this.#line({ code: "merging", people: event.people }, at);
			case "gap":
				this.#gap = this.timeline.line({ code: "gap" }, at);
				return;
			case "repaired":
				return this.#repaired(event, at);
			case "divergence":
				return this.#diverge(event, at);
			case "unconfirmed-end": {
				const line = { person: this.#people.ref(event.person), messages: event.messages.length };
				return this.#line({ code: "unconfirmed-end", ...line }, at);
			}
		}
	}

	#line(line: SystemLine, at: WallTime): void {
		this.timeline.line(line, at);
	}

	#joins(person: Person, at: WallTime): void {
		const [known, sharing] = [this.#people.sat(person.id), this.sharing];
		const line = this.timeline.line({ code: "joining", person: this.#people.ref(person), known, sharing }, at);
		this.#joining.set(person.id, line);
	}

	/** Whoever asks is on the way in: one line says so, not two. */
	#asking(person: Person, at: WallTime): void {
		const number = this.#joining.get(person.id);
		const line: SystemLine = { code: "asking", person: this.#people.ref(person) };
		if (number === undefined || !this.timeline.rewrite(number, line, at)) this.#line(line, at);
	}

	#answered({ person, by, yes }: Event<"answered">, at: WallTime): void {
		this.#line({ code: "answered", person: this.#people.ref(person), by: this.#people.ref(by), yes }, at);
	}

	#leaving(person: Person, how: Departure, at: WallTime): void {
		if (person.self) {
			// Who is there when we are back has not come after us.
			this.#newcomer = true;
			return this.#line({ code: "taken-out", how }, at);
		}
		if (!this.#explained.has(person.id)) {
			this.#line({ code: "leaving", person: this.#people.ref(person), how }, at);
		}
	}

	#vote({ by, against, over }: Event<"vote">, at: WallTime): void {
		const what = [...against.map(({ id }) => id), over].join();
		if (this.#votes.get(by.id) === what) return;
		this.#votes.set(by.id, what);
		const why = over === "diverged" ? "diverged" : "silent";
		this.#line({ code: "vote", by: this.#people.ref(by), against: this.#people.refs(against), over: why }, at);
	}

	#blame({ person, rule }: Event<"blamed">, at: WallTime): void {
		const ref = this.#people.ref(person);
		this.#explained.add(person.id);
		this.#blamed = [{ at, person: ref, rule }, ...this.#blamed].slice(0, BLAMED_KEPT_MAX);
		this.#line({ code: "blamed", person: ref, what: OFFENCES.get(rule) ?? "other" }, at);
	}

	#repaired({ messages, complete }: Event<"repaired">, at: WallTime): void {
		const line: SystemLine = { code: "repaired", messages, complete };
		const rewritten = this.#gap !== undefined && this.timeline.rewrite(this.#gap, line, at);
		if (!rewritten) this.#line(line, at);
		this.#gap = undefined;
	}

	#diverge({ person, disputed }: Event<"divergence">, at: WallTime): void {
		const ref = this.#people.ref(person);
		const since = this.timeline.dispute(disputed, ref);
		this.#disputes = [...this.#disputes.filter((dispute) => dispute.person.id !== ref.id), { person: ref, since }];
		this.#line({ code: "divergence", person: ref, since }, at);
	}

	#newSession(event: Event<"session">, at: WallTime): void {
		this.#sessionsSeen += 1;
		this.#frozen = undefined;
		this.#gap = undefined;
		this.#votes.clear();
		this.#joining.clear();
		const { people, fingerprint } = event.session;
		this.#people.seat(people);
		this.#disputes = this.#disputes.filter((dispute) => people.some((person) => person.id === dispute.person.id));
		if (!this.#newcomer) this.#whoCameAndWent(event, at);
		const line = this.timeline.line(this.#firstLine(event), at);
		this.#show(this.#sessions.began(fingerprint, this.#people.refs(people), line));
		this.#newcomer = false;
		this.#moving = false;
		this.#explained.clear();
	}

	#whoCameAndWent({ joined, left, back }: Event<"session">, at: WallTime): void {
		const returned = joined.filter((person) => back.includes(person.id));
		for (const { person, how } of left) {
			if (back.includes(person.id) || how === "split") continue;
			// The verdict has said already that they are out, and for what.
			if (how === "misbehaved" && this.#explained.has(person.id)) continue;
			this.#line({ code: "left", person: this.#people.ref(person), how }, at);
		}
		if (returned.length > 0) this.#line({ code: "back", people: this.#people.refs(returned) }, at);
		const others = joined.filter((person) => !person.self && !back.includes(person.id));
		if (others.length > 0) this.#line({ code: "joined", people: this.#people.refs(others) }, at);
	}

	/** The line at which a session begins. */
	#firstLine({ session, joined, left }: Event<"session">): SystemLine {
		const others = this.#people.refs(session.people.filter((person) => !person.self));
		if (this.#newcomer && this.#sessionsSeen === 1) return { code: "started", others };
		if (this.#moving) return { code: "moved-over", others };
		const same = !this.#newcomer && joined.length === 0 && left.length === 0;
		return same ? { code: "rekeyed" } : { code: "new-keys", others };
	}

	#show(closing: Closing | undefined): void {
		if (closing !== undefined) this.timeline.close(closing.line, closing.closed);
	}
}
