import { type RoomSnapshot, type RoomStore, type TimelineRow, timelineRows } from "@clowder/client";
import { type ReactNode, useId, useRef } from "react";
import { useWords } from "../words.tsx";
import { Composer, type Draft } from "./composer.tsx";
import { MessageRow } from "./message-row.tsx";
import { PreviewRow } from "./preview-row.tsx";

interface MeanwhileProps {
	readonly snapshot: RoomSnapshot;
	readonly store: Pick<RoomStore, "send">;
	readonly draft: Draft;
	/** One can write already. */
	readonly writes: boolean;
}

/** On the way in, where it takes long: what those inside share already, and what one can say already. */
export function Meanwhile({ snapshot, store, draft, writes }: MeanwhileProps): ReactNode {
	const { joining: words } = useWords();
	const writing = useRef<HTMLTextAreaElement>(null);
	const title = useId();
	const { timeline, composer } = snapshot;
	const shared = timelineRows(timeline);
	if (shared.length === 0 && !writes) return undefined;
	return (
		<section className="meanwhile" aria-labelledby={title}>
			<h2 id={title}>{words.meanwhile}</h2>
			<div role="log" aria-live="polite" aria-labelledby={title}>
				{shared.map((row) => (
					<Shared key={row.key} row={row} />
				))}
			</div>
			{writes && <Composer view={composer} store={store} draft={draft} fieldRef={writing} aside />}
		</section>
	);
}

/** Others' texts, and own ones that wait; lines about a room come with the first session. */
function Shared({ row }: { row: TimelineRow }): ReactNode {
	switch (row.kind) {
		case "preview":
			return <PreviewRow preview={row.preview} />;
		case "message":
			return <MessageRow message={row.message} continues={row.continues} />;
		default:
			return undefined;
	}
}
