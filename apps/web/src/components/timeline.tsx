import { type RoomSnapshot, type RoomStore, type TimelineRow, timelineRows } from "@clowder/client";
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { MessageRow } from "./message-row.tsx";
import { MutedRow } from "./muted-row.tsx";
import { PreviewRow } from "./preview-row.tsx";
import { SystemRow } from "./system-row.tsx";

/** Within this many pixels of its end, the timeline follows what comes. */
const AT_END_PX = 48;

interface TimelineProps {
	readonly items: RoomSnapshot["timeline"];
	readonly muted: RoomSnapshot["muted"];
	readonly store: Pick<RoomStore, "mute">;
}

/** The conversation. Follows new messages while its end is in sight; leaves who reads further up in peace. */
export function Timeline({ items, muted, store }: TimelineProps): ReactNode {
	const { room } = useWords();
	const log = useRef<HTMLDivElement>(null);
	const [atEnd, setAtEnd] = useState(true);
	const rows = useMemo(() => timelineRows(items, muted), [items, muted]);

	const toEnd = useCallback((): void => {
		const element = log.current;
		if (element !== null) element.scrollTop = element.scrollHeight;
	}, []);
	useLayoutEffect(() => {
		if (atEnd && rows.length > 0) toEnd();
	}, [rows, atEnd, toEnd]);
	useEffect(() => {
		// What opens below (a request, a longer text) takes room from it.
		if (log.current === null || !atEnd) return undefined;
		const resized = new ResizeObserver(toEnd);
		resized.observe(log.current);
		return () => resized.disconnect();
	}, [atEnd, toEnd]);
	const scrolled = (): void => {
		const element = log.current;
		if (element === null) return;
		setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX);
	};

	return (
		<div className="timeline">
			<div
				className="timeline-log"
				role="log"
				aria-live="polite"
				// A mark that changes is not read out; what is new is.
				aria-relevant="additions"
				aria-label={room.messages}
				tabIndex={0}
				data-part
				ref={log}
				onScroll={scrolled}
			>
				<div className="timeline-rows">
					{rows.map((row) => (
						<Row key={row.key} row={row} store={store} />
					))}
				</div>
			</div>
			{!atEnd && (
				<Button className="button to-newest" onPress={toEnd}>
					{room.toNewest}
				</Button>
			)}
		</div>
	);
}

function Row({ row, store }: { row: TimelineRow; store: TimelineProps["store"] }): ReactNode {
	switch (row.kind) {
		case "system":
			return <SystemRow line={row.line} at={row.at} closed={row.closed} />;
		case "preview":
			return <PreviewRow preview={row.preview} />;
		case "muted":
			return <MutedRow person={row.person} count={row.count} store={store} />;
		case "message":
			return <MessageRow message={row.message} continues={row.continues} />;
	}
}
