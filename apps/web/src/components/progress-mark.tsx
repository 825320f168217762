import { type PersonRef, type ProgressView, progressMark } from "@clowder/client";
import type { ReactNode } from "react";
import { Button, Dialog, DialogTrigger, Heading, Popover } from "react-aria-components";
import { useWords } from "../words.tsx";
import { PersonMark } from "./person-mark.tsx";

/** How far a message is, in words; opened, who has it. */
export function ProgressMark({ progress }: { progress: ProgressView }): ReactNode {
	const words = useWords();
	const { message } = words;
	const mark = progressMark(words, progress);
	return (
		<DialogTrigger>
			<Button className={`mark mark-${progress.state}`} aria-label={`${mark}: ${message.who}`}>
				{mark}
			</Button>
			<Popover className="popover" placement="bottom end">
				<Dialog className="dialog dialog-small">
					<Heading slot="title" level={2}>
						{message.who}
					</Heading>
					<p>{message.meaning[progress.state]}</p>
					<Names title={message.seesElse} people={progress.disputedBy} />
					<Names title={message.confirmedBy} people={progress.by} />
					<Names title={message.notYet} people={progress.open} />
				</Dialog>
			</Popover>
		</DialogTrigger>
	);
}

function Names({ title, people }: { title: string; people: readonly PersonRef[] }): ReactNode {
	const { person: words } = useWords();
	if (people.length === 0) return undefined;
	return (
		<>
			<h3>{title}</h3>
			<ul className="names" aria-label={title}>
				{people.map((person) => (
					<li key={person.id}>
						<PersonMark mark={person.mark} /> <bdi>{person.nickname}</bdi>
						{person.self && ` (${words.you})`}
					</li>
				))}
			</ul>
		</>
	);
}
