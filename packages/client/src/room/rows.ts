import type { PersonId } from "@clowder/mpotr";
import type { MessageView, PersonRef, TimelineItem } from "./snapshot.ts";

/** Within this time, messages of one author need their name only once. */
const TOGETHER_MS = 5 * 60 * 1000;

/** A line of the timeline as it is drawn. */
export type TimelineRow =
	| (TimelineItem & { readonly kind: "system" | "preview" })
	| {
			readonly kind: "message";
			readonly key: string;
			readonly message: MessageView;
			/** Written by the author of the row before, soon after it: the name need not be repeated. */
			readonly continues: boolean;
	  }
	/** Texts in a row of someone who is muted. */
	| { readonly kind: "muted"; readonly key: string; readonly person: PersonRef; readonly count: number };

/** Puts messages of one author together, and folds those of the muted. */
export function timelineRows(items: readonly TimelineItem[], muted: readonly PersonId[] = []): readonly TimelineRow[] {
	const hidden = new Set(muted);
	const rows: TimelineRow[] = [];
	let before: MessageView | undefined;
	for (const item of items) {
		const author = authorOf(item);
		if (author !== undefined && hidden.has(author.id)) {
			fold(rows, item, author);
			before = undefined;
		} else if (item.kind === "message") {
			rows.push({ ...item, continues: before !== undefined && together(before, item.message) });
			before = item.message;
		} else {
			rows.push(item);
			before = undefined;
		}
	}
	return rows;
}

function authorOf(item: TimelineItem): PersonRef | undefined {
	switch (item.kind) {
		case "message":
			return item.message.author;
		case "preview":
			return item.preview.author;
		case "system":
			return undefined;
	}
}

function together(before: MessageView, message: MessageView): boolean {
	return before.author.id === message.author.id && message.at - before.at < TOGETHER_MS;
}

function fold(rows: TimelineRow[], item: TimelineItem, person: PersonRef): void {
	const last = rows.at(-1);
	if (last?.kind === "muted" && last.person.id === person.id) {
		rows[rows.length - 1] = { ...last, count: last.count + 1 };
	} else rows.push({ kind: "muted", key: `muted-${item.key}`, person, count: 1 });
}
