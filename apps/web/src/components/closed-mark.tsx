import { type ClosedSession, closedMark } from "@clowder/client";
import { type ReactNode, useId } from "react";
import { Button, DialogTrigger, Popover } from "react-aria-components";
import { useWords } from "../words.tsx";
import { PersonNames } from "./person-names.tsx";

/** How much of the session that ended here can be denied; opened, whose keys are published. Its room is kept until then. */
export function ClosedMark({ closed }: { closed: ClosedSession }): ReactNode {
	const words = useWords();
	const title = useId();
	const mark = closedMark(words, closed);
	if (mark === undefined) return <span className="closed-mark" />;
	const all = closed.open.length === 0;
	return (
		<DialogTrigger>
			<Button className={`mark closed-mark ${all ? "mark-all" : ""}`} aria-label={`${mark}: ${words.closed.title}`}>
				{mark}
			</Button>
			<Popover className="popover" placement="bottom end" aria-labelledby={title}>
				<h2 id={title}>{words.closed.title}</h2>
				<p>{all ? words.closed.meaningAll : words.closed.meaningSome}</p>
				<PersonNames title={words.closed.published} people={closed.published} />
				<PersonNames title={words.closed.open} people={closed.open} />
			</Popover>
		</DialogTrigger>
	);
}
