import { type TimelineItem, timelineRows } from "@clowder/client";
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { MessageRow } from "./message-row.tsx";
import { SystemRow } from "./system-row.tsx";

/** Within this many pixels of its end, the timeline follows what comes. */
const AT_END_PX = 48;

/** The conversation. Follows new messages while its end is in sight; leaves who reads further up in peace. */
export function Timeline({ items }: { items: readonly TimelineItem[] }): ReactNode {
	const { room } = useWords();
	const log = useRef<HTMLDivElement>(null);
	const [atEnd, setAtEnd] = useState(true);
	const rows = useMemo(() => timelineRows(items), [items]);

	const toEnd = (): void => {
		const element = log.current;
		if (element !== null) element.scrollTop = element.scrollHeight;
	};
	useLayoutEffect(() => {
		if (atEnd && rows.length > 0) toEnd();
	}, [rows, atEnd]);
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
					{rows.map((row) =>
						row.kind === "system" ? (
							<SystemRow key={row.key} line={row.line} at={row.at} />
						) : (
							<MessageRow key={row.key} message={row.message} continues={row.continues} />
						),
					)}
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
