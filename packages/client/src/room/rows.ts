import type { MessageView, SystemLine, TimelineItem, WallTime } from "./snapshot.ts";

/** Within this time, messages of one author need their name only once. */
const TOGETHER_MS = 5 * 60 * 1000;

/** A line of the timeline as it is drawn. */
export type TimelineRow =
	| { readonly kind: "system"; readonly key: string; readonly at: WallTime; readonly line: SystemLine }
	| {
			readonly kind: "message";
			readonly key: string;
			readonly message: MessageView;
			/** Written by the author of the row before, soon after it: the name need not be repeated. */
			readonly continues: boolean;
	  };

/** Puts messages of one author together. */
export function timelineRows(items: readonly TimelineItem[]): readonly TimelineRow[] {
	let before: MessageView | undefined;
	return items.map((item): TimelineRow => {
		if (item.kind === "system") {
			before = undefined;
			return item;
		}
		const { message } = item;
		const continues =
			before !== undefined && before.author.id === message.author.id && message.at - before.at < TOGETHER_MS;
		before = message;
		return { ...item, continues };
	});
}
