import { personState, type PersonView } from "@clowder/client";
import type { ReactNode } from "react";
import { useWords } from "../words.tsx";
import { DialogWindow } from "./dialog-window.tsx";
import { PersonMark } from "./person-mark.tsx";
import { Picture } from "./picture.tsx";

/** A person's fingerprint: the same here and on their own screen. */
export function PersonWindow({ person, onClose }: { person: PersonView; onClose: () => void }): ReactNode {
	const words = useWords();
	const { fingerprint } = person;
	return (
		<DialogWindow title={<bdi>{person.nickname}</bdi>} onClose={onClose}>
			<p className="person-line">
				<PersonMark mark={person.mark} />
				<span>
					{person.self ? `${words.person.you}, ` : ""}
					{personState(words, person)}
				</span>
			</p>
			{person.lookAlikes.length > 0 && (
				<p className="person-warning">{words.person.lookAlike(person.lookAlikes.map((other) => other.nickname))}</p>
			)}
			<p>{person.self ? words.person.compareOwn : words.person.compare(person.nickname)}</p>
			<h3 id="fingerprint-words">{words.person.words}</h3>
			<ol className="fingerprint-words" lang="en" aria-labelledby="fingerprint-words">
				{fingerprint.words.map((word, place) => (
					<li key={`${place}-${word}`}>{word}</li>
				))}
			</ol>
			<div className="fingerprint-rest">
				<div>
					<h3 id="fingerprint-digits">{words.person.digits}</h3>
					<p className="digits" role="group" aria-labelledby="fingerprint-digits">
						{fingerprint.hexGroups.join(" ")}
					</p>
				</div>
				<div>
					<h3>{words.person.picture}</h3>
					<Picture picture={fingerprint.picture} />
				</div>
			</div>
		</DialogWindow>
	);
}
