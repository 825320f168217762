import { personState, type PersonView, type RoomStore } from "@clowder/client";
import { type ReactNode, useId } from "react";
import { Button } from "react-aria-components";
import { useWords } from "../words.tsx";
import { DialogWindow } from "./dialog-window.tsx";
import { PersonMark } from "./person-mark.tsx";
import { Picture } from "./picture.tsx";

interface PersonWindowProps {
	readonly person: PersonView;
	readonly store: Pick<RoomStore, "mute">;
	readonly onClose: () => void;
}

/** A person's fingerprint: the same here and on their own screen. */
export function PersonWindow({ person, store, onClose }: PersonWindowProps): ReactNode {
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
			{!person.self && <Mute person={person} store={store} />}
		</DialogWindow>
	);
}

function Mute({ person, store }: { person: PersonView; store: PersonWindowProps["store"] }): ReactNode {
	const { person: words } = useWords();
	const hint = useId();
	return (
		<div className="mute">
			<Button className="button" aria-describedby={hint} onPress={() => store.mute(person.id, !person.muted)}>
				{person.muted ? words.unmute : words.mute}
			</Button>
			<p id={hint} className="quiet-text">
				{words.muteHint}
			</p>
		</div>
	);
}
