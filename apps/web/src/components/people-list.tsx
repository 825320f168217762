import { type PersonRef, personState, type PersonView } from "@clowder/client";
import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { PersonMark } from "./person-mark.tsx";

interface PeopleListProps {
	readonly people: readonly PersonView[];
	readonly onOpen: (person: PersonRef) => void;
}

/** Who is here, each with their state in words. */
export function PeopleList({ people, onOpen }: PeopleListProps): ReactNode {
	const words = useWords();
	return (
		<ul className="people" aria-label={words.room.people}>
			{people.map((person) => (
				<li key={person.id}>
					<PersonButton person={person} onOpen={() => onOpen(person)} />
				</li>
			))}
		</ul>
	);
}

function PersonButton({ person, onOpen }: { person: PersonView; onOpen: () => void }): ReactNode {
	const words = useWords();
	const state = personState(words, person);
	const name = person.self ? [person.nickname, words.person.you, state] : [person.nickname, state];
	return (
		<>
			<Button className={`person person-${person.state}`} aria-label={name.join(", ")} onPress={onOpen}>
				<PersonMark mark={person.mark} />
				<span className="person-words">
					<span className="person-name">
						<bdi>{person.nickname}</bdi>
						{person.self && <span className="person-you">, {words.person.you}</span>}
					</span>{" "}
					<span className="person-state">{state}</span>
				</span>
			</Button>
			{person.lookAlikes.length > 0 && (
				<p className="person-warning">{words.person.lookAlike(person.lookAlikes.map((other) => other.nickname))}</p>
			)}
		</>
	);
}
