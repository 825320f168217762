import type { MessageId, OutboxItem, PersonId, PlacedMessage, Preview, RoomView } from "@clowder/mpotr";
import { displayParts } from "../display-text.ts";
import { PREVIEWS_OPEN_MAX, TIMELINE_ITEMS_MAX } from "../limits.ts";
import type { People } from "./people.ts";
import type {
	ClosedSession,
	MessageView,
	PersonRef,
	ProgressView,
	SystemLine,
	TimelineItem,
	WallTime,
} from "./snapshot.ts";

/** What is known of a placed message besides what is shown. */
interface Placed {
	readonly item: number;
	readonly audience: readonly PersonId[];
	readonly by: Set<PersonId>;
	readonly disputedBy: Set<PersonId>;
	/** Names may be forgotten by then, so that the message keeps those it was written among. */
	readonly names: ReadonlyMap<PersonId, PersonRef>;
}

const NOBODY: readonly PersonRef[] = [];

/** The conversation as it stands on this screen: placed messages, lines about the room, then what is not placed yet. */
export class Timeline {
	readonly #people: People;
	/** Items by a number that only grows, so that a dropped beginning moves nothing. */
	readonly #items = new Map<number, TimelineItem>();
	readonly #placed = new Map<MessageId, Placed>();
	readonly #written = new Map<MessageId, WallTime>();
	/** Whose text in a session is still to come. */
	readonly #previews: { readonly author: PersonId; readonly text: string; readonly item: number }[] = [];
	#next = 1;
	/** Those that went before the one that counts now. */
	#participants = 0;
	#dropped = false;
	#unplaced: readonly TimelineItem[] = [];
	#snapshot: readonly TimelineItem[] | undefined;

	constructor(people: People) {
		this.#people = people;
	}

	/** Adds a line; the number it gives is for changing it. */
	line(line: SystemLine, at: WallTime): number {
		return this.#add({ kind: "system", key: `line-${this.#next}`, at, line, closed: undefined });
	}

	/** Puts another line in the place of one; false where that one has gone. */
	rewrite(number: number, line: SystemLine, at: WallTime): boolean {
		const item = this.#items.get(number);
		if (item?.kind !== "system") return false;
		this.#replace(number, { ...item, line, at });
		return true;
	}

	/** Shows at a line what became of the session that ended there. */
	close(number: number, closed: ClosedSession): void {
		const item = this.#items.get(number);
		if (item?.kind === "system") this.#replace(number, { ...item, closed });
	}

	/** A text outside of any session; it stays until its author's message with the same text is placed. */
	preview({ author, text, disclaimer }: Preview, at: WallTime): void {
		const view = { author: this.#people.ref(author), parts: displayParts(text), at, disclaimer };
		this.#previews.push({ author: author.id, text, item: this.#next });
		if (this.#previews.length > PREVIEWS_OPEN_MAX) this.#previews.shift();
		this.#add({ kind: "preview", key: `preview-${this.#next}`, preview: view });
	}

	place(message: PlacedMessage, at: WallTime): void {
		if (this.#placed.has(message.id)) return;
		const author = this.#people.ref(message.author);
		const names = new Map<PersonId, PersonRef>();
		for (const id of message.audience) {
			const ref = this.#people.find(id);
			if (ref !== undefined) names.set(id, ref);
		}
		const placed: Placed = {
			item: this.#next,
			audience: message.audience,
			// Oneself has it: here it is.
			by: new Set([...names.values()].filter((ref) => ref.self).map((ref) => ref.id)),
			disputedBy: new Set(),
			names,
		};
		this.#placed.set(message.id, placed);
		this.#written.delete(message.id);
		this.#dropPreview(message);
		const view: MessageView = {
			id: message.id,
			author,
			parts: displayParts(message.text),
			at,
			progress: progressOf(placed),
		};
		this.#add({ kind: "message", key: this.keyOf(message.id), message: view });
	}

	confirm(ids: readonly MessageId[], by: PersonId): void {
		for (const id of ids) this.#mark(id, (placed) => placed.by.add(by));
	}

	/** Marks what `person` sees otherwise, and tells when the first of it was written. */
	dispute(ids: readonly MessageId[], person: PersonRef): WallTime | undefined {
		let since: WallTime | undefined;
		for (const id of ids) {
			const message = this.#mark(id, (placed) => placed.disputedBy.add(person.id));
			if (message !== undefined && (since === undefined || message.at < since)) since = message.at;
		}
		return since;
	}

	/** Shows what was written and is not placed yet, without what is held. */
	showUnplaced(view: RoomView, now: WallTime): void {
		const items = view.outbox.filter((item) => item.heldFor.length === 0);
		if (items.length === 0 && this.#unplaced.length === 0) return;
		const state = view.waiting === undefined ? "sending" : "waiting";
		const before = new Map(this.#unplaced.map((item) => [item.key, item]));
		const author = this.#people.ref(view.self);
		const unplaced = items.map((item) => this.#unplacedItem(item, author, state, before.get(this.keyOf(item.id)), now));
		if (unplaced.length === this.#unplaced.length && unplaced.every((item, i) => item === this.#unplaced[i])) return;
		this.#unplaced = unplaced;
		this.#snapshot = undefined;
	}

	/** Another participant takes over: what was unplaced is not its own, and it may give the same ids again. */
	startOver(): void {
		this.#participants += 1;
		this.#placed.clear();
		this.#written.clear();
		this.#unplaced = [];
		this.#snapshot = undefined;
	}

	/** An item's key for a message of the participant that counts now. */
	keyOf(id: MessageId): string {
		return this.#participants === 0 ? id : `${id}~${this.#participants}`;
	}

	/** Messages came late that stand before this one: it stands after them. */
	move(id: MessageId): void {
		const placed = this.#placed.get(id);
		const item = placed && this.#items.get(placed.item);
		if (placed === undefined || item === undefined) return;
		this.#items.delete(placed.item);
		this.#placed.set(id, { ...placed, item: this.#next });
		this.#add(item);
	}

	items(): readonly TimelineItem[] {
		this.#snapshot ??= [...this.#items.values(), ...this.#unplaced];
		return this.#snapshot;
	}

	#unplacedItem(
		{ id, text }: OutboxItem,
		author: PersonRef,
		state: "sending" | "waiting",
		before: TimelineItem | undefined,
		now: WallTime,
	): TimelineItem {
		if (before?.kind === "message" && before.message.progress.state === state) return before;
		const at = this.#written.get(id) ?? now;
		this.#written.set(id, at);
		const progress: ProgressView = { state, by: NOBODY, open: NOBODY, disputedBy: NOBODY };
		return { kind: "message", key: this.keyOf(id), message: { id, author, parts: displayParts(text), at, progress } };
	}

	#add(item: TimelineItem): number {
		const number = this.#next++;
		this.#items.set(number, item);
		this.#snapshot = undefined;
		while (this.#items.size > TIMELINE_ITEMS_MAX) this.#dropOldest();
		return number;
	}

	#replace(number: number, item: TimelineItem): void {
		this.#items.set(number, item);
		this.#snapshot = undefined;
	}

	#dropPreview({ author, text }: PlacedMessage): void {
		const at = this.#previews.findIndex((preview) => preview.author === author.id && preview.text === text);
		const [found] = at === -1 ? [] : this.#previews.splice(at, 1);
		if (found !== undefined && this.#items.delete(found.item)) this.#snapshot = undefined;
	}

	/** The line that says so stays first, under the number 0. */
	#dropOldest(): void {
		const numbers = this.#items.keys();
		let oldest = numbers.next().value as number;
		if (this.#dropped) oldest = numbers.next().value as number;
		const item = this.#items.get(oldest) as TimelineItem;
		this.#items.delete(oldest);
		if (item.kind === "message" && this.#placed.get(item.message.id)?.item === oldest) {
			this.#placed.delete(item.message.id);
		}
		if (this.#dropped) return;
		this.#dropped = true;
		const at = item.kind === "system" ? item.at : item.kind === "preview" ? item.preview.at : item.message.at;
		const rest = [...this.#items];
		this.#items.clear();
		this.#items.set(0, { kind: "system", key: "line-0", at, line: { code: "earlier-dropped" }, closed: undefined });
		for (const [number, kept] of rest) this.#items.set(number, kept);
	}

	#mark(id: MessageId, change: (placed: Placed) => void): MessageView | undefined {
		const placed = this.#placed.get(id);
		const item = placed === undefined ? undefined : this.#items.get(placed.item);
		if (placed === undefined || item?.kind !== "message") return undefined;
		change(placed);
		const message = { ...item.message, progress: progressOf(placed) };
		this.#replace(placed.item, { ...item, message });
		return message;
	}
}

function progressOf({ audience, by, disputedBy, names }: Placed): ProgressView {
	const named = (ids: Iterable<PersonId>): readonly PersonRef[] =>
		[...ids].map((id) => names.get(id)).filter((ref) => ref !== undefined);
	const confirmed = audience.filter((id) => by.has(id));
	const open = audience.filter((id) => !by.has(id));
	return {
		state: stateOf(audience.length, confirmed.length, disputedBy.size),
		by: named(confirmed),
		open: named(open),
		disputedBy: named(disputedBy),
	};
}

function stateOf(audience: number, confirmed: number, disputed: number): ProgressView["state"] {
	if (disputed > 0) return "disputed";
	if (audience === 0) return "alone";
	if (confirmed === 0) return "sent";
	return confirmed < audience ? "some" : "all";
}
