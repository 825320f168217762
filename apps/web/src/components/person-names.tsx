import type { PersonRef } from "@clowder/client";
import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { PersonMark } from "./person-mark.tsx";

/** People under a heading; nothing where there are none. */
export function PersonNames({ title, people }: { title: string; people: readonly PersonRef[] }): ReactNode {
	const { person: words } = useWords();
	if (people.length === 0) return undefined;
	return (
		<>
			<h3>{title}</h3>
			<ul className="names" aria-label={title}>
				{people.map((person) => (
					<li key={person.id}>
						<PersonMark mark={person.mark} /> <bdi>{person.nickname}</bdi>
						{person.self && `, ${words.you}`}
					</li>
				))}
			</ul>
		</>
	);
}
