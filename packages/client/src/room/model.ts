import type { EnterStep } from "@clowder/carrier";
import type { LoginWay } from "@clowder/carrier-xmpp";
import type { Suite } from "@clowder/crypto";
import type { MessageId, Nickname, PersonId, RoomEvent, RoomTerms, RoomView, SessionView } from "@clowder/mpotr";
import type { Clock } from "../clock.ts";
import { displayParts } from "../display-text.ts";
import type { LoginReport } from "../login-report.ts";
import { Chronicle } from "./chronicle.ts";
import { type JoinProgress, joiningView } from "./joining.ts";
import { People } from "./people.ts";
import { Refusals } from "./refusals.ts";
import { requestsView } from "./requests.ts";
import { reuse } from "./reuse.ts";
import type { DetailsView, EndReason, HeldView, RoomSnapshot, WallTime } from "./snapshot.ts";
import { composerView, trustView } from "./standing.ts";
import type { Timeline } from "./timeline.ts";

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
	readonly #chronicle: Chronicle;
	readonly #timeline: Timeline;
	#progress: JoinProgress = { carrier: undefined, keysMade: false, slow: false, passphrase: undefined };
	#view: RoomView | undefined;
	#sessionSince: WallTime = 0;
	#carriedOver: readonly CarriedOver[] = [];
	#leaving = false;
	/** Of the room as long as we were in it, for coming back under the same. */
	#terms: RoomTerms | undefined;
	#login: LoginWay | undefined;
	#end: EndReason | undefined;
	#snapshot: RoomSnapshot | undefined;
	#stale = true;

	constructor(room: string, suite: Suite, clock: Clock, skeleton: (name: Nickname) => string, sharing: boolean) {
		this.#room = room;
		this.#suite = suite;
		this.#clock = clock;
		this.#people = new People(suite.primitives, skeleton);
		this.#chronicle = new Chronicle(this.#people, sharing);
		this.#timeline = this.#chronicle.timeline;
	}

	get end(): EndReason | undefined {
		return this.#end;
	}

	get hasSession(): boolean {
		return this.#chronicle.hasSession;
	}

	/** Of the session that runs; while it is, a recording could prove what we wrote there. */
	get ownKeyOpen(): boolean {
		return this.#chronicle.ownKeyOpen;
	}

	get carriedOver(): readonly CarriedOver[] {
		return this.#carriedOver;
	}

	/** Shows how the carrier logs in; `changed` is called after each time. */
	follow(report: LoginReport | undefined, changed: () => void): void {
		report?.listen((way) => {
			this.#login = way;
			this.#stale = true;
			changed();
		});
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
		this.#chronicle.connection(code, this.#clock.wall());
		this.#stale = true;
	}

	/** Another presence in the room begins. */
	reconnected(): void {
		this.#chronicle.reconnected(this.#clock.wall());
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
		this.#terms = view.room ?? this.#terms;
		this.#timeline.showUnplaced(view, this.#clock.wall());
		this.#stale = true;
	}

	/** The room asks for a passphrase, or asks no more. */
	askPassphrase(passphrase: JoinProgress["passphrase"]): void {
		this.#progress = { ...this.#progress, passphrase };
		this.#stale = true;
	}

	/** Goodbye is said. */
	leave(): void {
		this.#leaving = true;
		this.#stale = true;
	}

	/** Whether texts are shared with those on the way in. */
	share(on: boolean): void {
		this.#chronicle.sharing = on;
		this.#stale = true;
	}

	/** Folds someone's texts away here; nobody else learns of it. */
	mute(id: PersonId, muted: boolean): void {
		this.#people.mute(id, muted);
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
			case "changed":
			case "held":
				// Both are read from the view.
				return;
			case "refused":
				return this.refusals.add(event.from, event.refusal, at);
			case "session":
				this.#sessionSince = at - Math.max(0, this.#clock.now() - event.session.since);
				return this.#chronicle.tell(event, at);
			default:
				return this.#chronicle.tell(event, at);
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
		const next: RoomSnapshot = {
			room: this.#room,
			stage: over ? "ended" : this.#leaving ? "leaving" : this.hasSession ? "room" : "joining",
			end: this.#end,
			joining: reuse(previous?.joining, joining),
			trust: reuse(previous?.trust, trustView(view, over || this.#leaving, this.#people, this.#chronicle)),
			people: reuse(previous?.people, view === undefined ? [] : this.#people.list(view)),
			requests: reuse(previous?.requests, over ? [] : requestsView(view, this.#people)),
			timeline: this.#timeline.items(),
			muted: reuse(previous?.muted, this.#people.muted()),
			composer: reuse(previous?.composer, composerView(view, over || this.#leaving, this.#chronicle.sharing)),
			held: reuse(previous?.held, this.#held()),
			disputes: this.#chronicle.disputes,
			details: reuse(previous?.details, this.#details(view)),
		};
		return previous !== undefined && sameParts(previous, next) ? previous : next;
	}

	#details(view: RoomView | undefined): DetailsView {
		const { session, attempt } = view ?? {};
		const terms = this.#terms;
		return {
			session: session && this.#sessionDetails(session),
			suite: this.#suite.name,
			login: this.#login,
			terms: terms && { policy: terms.policy, passphrase: terms.passphrase, timeoutSeconds: terms.timeoutSeconds },
			closed: this.#chronicle.closed(),
			blamed: this.#chronicle.blamed,
			attempt: attempt && { done: attempt.done, total: attempt.total },
			refusals: this.refusals.view(),
		};
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
