import { type ProgressView, progressMark } from "@clowder/client";
import { type ReactNode, useId } from "react";
import { Button, DialogTrigger, Popover } from "react-aria-components";
import { useWords } from "../words.tsx";
import { PersonNames } from "./person-names.tsx";

/** How far a message is, in words; opened, who has it. */
export function ProgressMark({ progress }: { progress: ProgressView }): ReactNode {
	const words = useWords();
	const { message } = words;
	const mark = progressMark(words, progress);
	const title = useId();
	return (
		<DialogTrigger>
			<Button className={`mark mark-${progress.state}`} aria-label={`${mark}: ${message.who}`}>
				{mark}
			</Button>
			{/* Without a Dialog in it, the popover is the dialog itself, with its hidden close buttons inside. */}
			<Popover className="popover" placement="bottom end" aria-labelledby={title}>
				<h2 id={title}>{message.who}</h2>
				<p>{message.meaning[progress.state]}</p>
				<PersonNames title={message.seesElse} people={progress.disputedBy} />
				<PersonNames title={message.confirmedBy} people={progress.by} />
				<PersonNames title={message.notYet} people={progress.open} />
			</Popover>
		</DialogTrigger>
	);
}
