import type { EnterStep } from "@clowder/carrier";
import type { Suite } from "@clowder/crypto";
import type { MessageId, Nickname, Person, RoomEvent, RoomView, SessionView } from "@clowder/mpotr";
import type { Clock } from "../clock.ts";
import { displayParts } from "../display-text.ts";
import { type JoinProgress, joiningView } from "./joining.ts";
import { People } from "./people.ts";
import { Refusals } from "./refusals.ts";
import { reuse } from "./reuse.ts";
import type { EndReason, HeldView, PersonRef, RoomSnapshot, WallTime } from "./snapshot.ts";
import { composerView, trustView } from "./standing.ts";
import { Timeline } from "./timeline.ts";

/** A text that was written under an earlier connection and never placed. */
export interface CarriedOver {
	readonly id: MessageId;
	readonly text: string;
}

/** Everything one visit shows, and how events change it. Does no I/O; `Room` drives it. */
export class RoomModel {
	readonly refusals: Refusals = new Refusals();
	readonly #room: string;
	readonly #suite: Suite;
	readonly #clock: Clock;
	readonly #people: People;
	readonly #timeline: Timeline;
	#progress: JoinProgress = { carrier: undefined, keysMade: false, slow: false };
	#view: RoomView | undefined;
	#sessionSince: WallTime = 0;
	#sessionsSeen = 0;
	/** Not in a session since we are in the room under this presence: who is there has not come after us. */
	#newcomer = true;
	#carriedOver: readonly CarriedOver[] = [];
	#disputes: RoomSnapshot["disputes"] = [];
	#end: EndReason | undefined;
	#snapshot: RoomSnapshot | undefined;
	#stale = true;

	constructor(room: string, suite: Suite, clock: Clock, skeleton: (name: Nickname) => string) {
		this.#room = room;
		this.#suite = suite;
		this.#clock = clock;
		this.#people = new People(suite.primitives, skeleton);
		this.#timeline = new Timeline(this.#people);
	}

	get end(): EndReason | undefined {
		return this.#end;
	}

	get hasSession(): boolean {
		return this.#sessionsSeen > 0;
	}

	get carriedOver(): readonly CarriedOver[] {
		return this.#carriedOver;
	}

	step(step: EnterStep | "entered"): void {
		this.#progress = { ...this.#progress, carrier: step };
		this.#stale = true;
	}

	keysMade(): void {
		this.#progress = { ...this.#progress, keysMade: true };
		this.#stale = true;
	}

	slow(): void {
		this.#progress = { ...this.#progress, slow: true };
		this.#stale = true;
	}

	/** The line broke, or is back. */
	connection(code: "interrupted" | "resumed"): void {
		if (this.hasSession) this.#timeline.line({ code }, this.#clock.wall());
		this.#stale = true;
	}

	/** Another presence in the room begins. */
	reconnected(): void {
		this.#newcomer = true;
		this.#disputes = [];
		if (this.hasSession) this.#timeline.line({ code: "reconnected" }, this.#clock.wall());
		this.#stale = true;
	}

	/** A fresh participant takes over; what the one before had not placed is kept for the user to decide. */
	startOver(): void {
		const unplaced = this.#view?.outbox ?? [];
		this.#timeline.startOver();
		this.#carriedOver = [
			...this.#carriedOver,
			...unplaced.map(({ id, text }) => ({ id: this.#timeline.keyOf(id) as MessageId, text })),
		];
		this.#stale = true;
	}

	/** Takes a text out of those carried over: it is sent or thrown away. */
	takeCarriedOver(id: MessageId): CarriedOver | undefined {
		const found = this.#carriedOver.find((item) => item.id === id);
		this.#carriedOver = this.#carriedOver.filter((item) => item !== found);
		this.#stale = true;
		return found;
	}

	/** What the participant shows now. */
	see(view: RoomView): void {
		this.#view = view;
		this.#timeline.showUnplaced(view, this.#clock.wall());
		this.#stale = true;
	}

	finish(reason: EndReason): void {
		this.#end ??= reason;
		this.#stale = true;
	}

	/** What ends a visit, or does not, is not for here. */
	apply(event: Exclude<RoomEvent, { readonly type: "refused-entry" | "over" }>): void {
		const at = this.#clock.wall();
		this.#stale = true;
		switch (event.type) {
			case "session":
				return this.#newSession(event, at);
			case "joining":
				return this.#timeline.line({ code: "joining", person: this.#people.ref(event.person) }, at);
			case "join-ended":
				return this.#timeline.line({ code: "join-ended", person: this.#people.ref(event.person), why: event.why }, at);
			case "leaving":
				return this.#timeline.line({ code: "leaving", person: this.#people.ref(event.person), how: event.how }, at);
			case "message":
				return this.#timeline.place(event.message, at);
			case "confirmed":
				return this.#timeline.confirm(event.messages, event.by);
			case "divergence":
				return this.#diverge(this.#people.ref(event.person), event.disputed, at);
			case "stalled":
				return this.#timeline.line({ code: "stalled", person: this.#refOf(event.person) }, at);
			case "refused":
				return this.refusals.add(event.from, event.refusal, at);
			case "changed":
			case "held":
				// Both are read from the view.
				return;
		}
	}

	/** The same object until something changes. */
	snapshot(): RoomSnapshot {
		if (this.#snapshot === undefined || this.#stale) {
			this.#stale = false;
			this.#snapshot = this.#derive(this.#snapshot);
		}
		return this.#snapshot;
	}

	#newSession(event: RoomEvent & { type: "session" }, at: WallTime): void {
		this.#sessionsSeen += 1;
		this.#sessionSince = at - Math.max(0, this.#clock.now() - event.session.since);
		const { people } = event.session;
		const others = this.#people.refs(people.filter((person) => !person.self));
		this.#disputes = this.#disputes.filter((dispute) => people.some((person) => person.id === dispute.person.id));
		const newcomer = this.#newcomer;
		this.#newcomer = false;
		if (newcomer) {
			this.#timeline.line({ code: this.#sessionsSeen === 1 ? "started" : "new-keys", others }, at);
			return;
		}
		for (const { person, how } of event.left) {
			this.#timeline.line({ code: "left", person: this.#people.ref(person), how }, at);
		}
		const joined = event.joined.filter((person) => !person.self);
		if (joined.length > 0) this.#timeline.line({ code: "joined", people: this.#people.refs(joined) }, at);
		this.#timeline.line({ code: "new-keys", others }, at);
	}

	#diverge(person: PersonRef, disputed: readonly MessageId[], at: WallTime): void {
		const since = this.#timeline.dispute(disputed, person);
		this.#disputes = [...this.#disputes.filter((dispute) => dispute.person.id !== person.id), { person, since }];
		this.#timeline.line({ code: "divergence", person, since }, at);
	}

	#refOf(person: Person | undefined): PersonRef | undefined {
		return person === undefined ? undefined : this.#people.ref(person);
	}

	#held(): readonly HeldView[] {
		const newcomers = (this.#view?.outbox ?? [])
			.filter((item) => item.heldFor.length > 0)
			.map(
				(item): HeldView => ({
					id: item.id,
					parts: displayParts(item.text),
					why: "newcomers",
					newcomers: this.#people.refs(item.heldFor),
				}),
			);
		const carried = this.#carriedOver.map(
			(item): HeldView => ({
				id: item.id,
				parts: displayParts(item.text),
				why: "reconnected",
				newcomers: [],
			}),
		);
		return [...carried, ...newcomers];
	}

	#derive(previous: RoomSnapshot | undefined): RoomSnapshot {
		const view = this.#view;
		const over = this.#end !== undefined;
		const joining = joiningView(this.#progress, view, this.#people);
		const attempt = view?.attempt;
		const next: RoomSnapshot = {
			room: this.#room,
			stage: over ? "ended" : this.hasSession ? "room" : "joining",
			end: this.#end,
			joining: reuse(previous?.joining, joining),
			trust: reuse(previous?.trust, trustView(view, over, this.#people)),
			people: reuse(previous?.people, view === undefined ? [] : this.#people.list(view)),
			timeline: this.#timeline.items(),
			composer: reuse(previous?.composer, composerView(view, over)),
			held: reuse(previous?.held, this.#held()),
			disputes: this.#disputes,
			details: reuse(previous?.details, {
				session: view?.session === undefined ? undefined : this.#sessionDetails(view.session),
				suite: this.#suite.name,
				attempt: attempt === undefined ? undefined : { done: attempt.done, total: attempt.total },
				refusals: this.refusals.view(),
			}),
		};
		return previous !== undefined && sameParts(previous, next) ? previous : next;
	}

	#sessionDetails(session: SessionView): NonNullable<RoomSnapshot["details"]["session"]> {
		return {
			fingerprintGroups: session.fingerprint.match(/.{1,4}/g) ?? [],
			since: this.#sessionSince,
			size: session.people.length,
		};
	}
}

function sameParts(a: RoomSnapshot, b: RoomSnapshot): boolean {
	return (Object.keys(b) as (keyof RoomSnapshot)[]).every((part) => Object.is(a[part], b[part]));
}
